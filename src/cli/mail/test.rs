//! `mail test`: one letter to an address of one's own.

use std::sync::Arc;

use crate::domain::LetterId;
use crate::mail::{AlwaysProceed, Delivery, test_message};
use crate::wiring;

use super::super::app::App;
use super::super::error::CliError;

pub(super) async fn run(app: &App, address: &str) -> Result<(), CliError> {
    let (config, clock) = (&app.config, &app.clock);
    let letter = LetterId::from_bits(rand::random());
    let from = (config.mail.letters.from.as_str(), config.mail.letters.envelope_from.as_deref());
    let message = test_message(letter, &config.partner, from, address, clock.now()).map_err(CliError::usage)?;
    let Some(outbox) = wiring::outbox(config, Arc::clone(clock))? else {
        return Err(CliError::Refused("mail is off ([mail] transport = \"none\")".to_owned()));
    };
    let name = outbox.transport.name();
    match outbox.transport.deliver(&message, &AlwaysProceed).await {
        Delivery::Sent { reply } => app.out.line(format!("sent by {name}: {reply}")),
        Delivery::Written { path } => {
            app.out.line(format!("written to {path}, not mailed: no mail server is configured"))
        }
        Delivery::Uncertain { reason } => {
            Err(CliError::Failed(format!("{name}: nobody knows whether it arrived: {reason}")))
        }
        Delivery::Refused { reason, .. } => Err(CliError::Failed(format!("{name} refused it: {reason}"))),
        Delivery::Deferred { reason } => Err(CliError::Failed(format!("{name} takes nothing at the moment: {reason}"))),
        Delivery::Down { reason } => Err(CliError::Failed(format!("{name}: {reason}"))),
        Delivery::Aborted => Err(CliError::Failed("it was not handed over".to_owned())),
    }
}
