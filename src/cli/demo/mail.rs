//! The demo's mail: real SMTP to the sandbox's post office on this machine, and to nobody else.

use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::SharedClock;
use crate::engine::OutboxParts;
use crate::mail::reserved::ReservedOnly;
use crate::mail::smtp::SmtpSettings;
use crate::mail::{LetterRenderer, RendererError, RendererSettings, SmtpTransport, Transport};
use crate::sandbox::{self, PostHandle, Sandbox};
use crate::tui::reading::{MailboxLetter, Mailboxes};

const FROM: &str = "DataClover Onboarding <onboarding@example.com>";

/// Letters in any hour of the demo's time, which runs fast.
const PER_HOUR: u32 = 5_000;

/// Why the demo has no mail.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error(transparent)]
    Press(#[from] RendererError),
    #[error("the demo's mail: {0}")]
    Transport(String),
}

/// What letters of the demo are made of and go through; reports come back into a maildir.
///
/// # Errors
/// When the sandbox has no post office.
pub fn outbox(sandbox: &Sandbox, maildir: PathBuf, clock: SharedClock) -> Result<OutboxParts, MailError> {
    let renderer = LetterRenderer::new(&RendererSettings {
        partner: "DataClover".to_owned(),
        from: FROM.to_owned(),
        reply_to: None,
        envelope_from: None,
        bcc: None,
        contact: Some("(201) 555-0100, Monday to Friday, 8 am to 5 pm Mountain time".to_owned()),
        templates: None,
    })?;
    let at = sandbox.smtp_addr().ok_or_else(|| MailError::Transport("the sandbox has no post office".to_owned()))?;
    let Transport::Smtp(server) = Transport::parse(&format!("smtp://{at}")).map_err(MailError::Transport)? else {
        return Err(MailError::Transport("it is no mail server".to_owned()));
    };
    let transport = SmtpTransport::new(SmtpSettings::new(server), clock).map_err(MailError::Transport)?;
    let transport = Arc::new(ReservedOnly(Arc::new(transport)));
    Ok(OutboxParts { renderer, transport, per_hour: PER_HOUR, reports: Some(maildir) })
}

/// The mailboxes of the invented people, for the screen.
pub struct Letterboxes(pub PostHandle);

impl Mailboxes for Letterboxes {
    fn letters(&self, address: &str) -> Vec<MailboxLetter> {
        self.0.letters(address).iter().map(|letter| of_mailbox(letter)).collect()
    }
}

fn of_mailbox(letter: &sandbox::ReceivedLetter) -> MailboxLetter {
    MailboxLetter {
        from: letter.from.clone(),
        subject: letter.subject.clone(),
        received_at: letter.received_at,
        text: letter.text(),
    }
}
