//! `mail test`: one sample letter to an address of one's own.

use async_trait::async_trait;

use crate::domain::{LetterId, LetterKind};
use crate::mail::address::{self, Mailbox};
use crate::mail::{Delivery, Gate, Occasion, Pass};

use super::super::app::App;
use super::super::error::CliError;

/// Nothing in the books depends on this letter.
struct Open;

#[async_trait]
impl Gate for Open {
    async fn pass(&self) -> Pass {
        Pass::Go
    }
}

/// Runs the command.
pub(super) async fn run(app: &App, address: &str) -> Result<(), CliError> {
    let address = address::check(address).map_err(|problem| CliError::usage(problem.to_string()))?;
    let Some(post) = app.config.post(std::sync::Arc::clone(&app.clock))? else {
        return Err(CliError::Refused("mail is off ([mail] transport = \"none\")".to_owned()));
    };
    let letter = LetterId::from_bits(rand::random());
    let occasion = Occasion { letter, kind: LetterKind::Invitation, written_at: app.clock.now() };
    let failed = |error: &dyn std::fmt::Display| CliError::Failed(error.to_string());
    let mut sample = post.press.sample(&occasion).map_err(|error| failed(&error))?;
    sample.to = Mailbox::new("", address);
    let parcel = sample.parcel().map_err(|error| failed(&error))?;
    let name = post.courier.name();
    match post.courier.deliver(&parcel, &Open).await {
        Delivery::Sent { reply } => app.out.line(format!("sent by {name}: {reply}")),
        Delivery::Uncertain { reason } => {
            Err(CliError::Failed(format!("{name}: nobody knows whether it arrived: {reason}")))
        }
        Delivery::Refused { reason, .. } => Err(CliError::Failed(format!("{name} refused it: {reason}"))),
        Delivery::Down { reason } => Err(CliError::Failed(format!("{name}: {reason}"))),
        Delivery::Withheld => Err(CliError::Failed("it was not handed over".to_owned())),
    }
}
