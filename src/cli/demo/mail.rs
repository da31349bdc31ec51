//! The demo's mail: real SMTP to the sandbox's post office on this machine, and to nobody else.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::model::MailSettings;
use crate::engine::OutboxParts;
use crate::mail::Transport;
use crate::mail::reserved::ReservedOnly;
use crate::sandbox::{self, PostHandle, Sandbox};
use crate::tui::msg::MailboxLetter;
use crate::tui::reading::Mailboxes;

use super::error::DemoError;

const FROM: &str = "DataClover Onboarding <onboarding@example.com>";

/// Letters in any hour of the demo's time, which runs fast.
const PER_HOUR: u32 = 5_000;

/// Letters go to the sandbox's post office; reports come back into a maildir.
pub(super) fn configure(mail: &mut MailSettings, sandbox: &Sandbox, reports: PathBuf) -> Result<(), DemoError> {
    let at = sandbox.smtp_addr().ok_or_else(|| DemoError::Mail("the sandbox has no post office".to_owned()))?;
    mail.transport = Transport::parse(&format!("smtp://{at}")).map_err(DemoError::Mail)?;
    FROM.clone_into(&mut mail.letters.from);
    mail.letters.contact = Some("(201) 555-0100, Monday to Friday, 8 am to 5 pm Mountain time".to_owned());
    mail.per_hour = PER_HOUR;
    mail.bounces = Some(reports);
    Ok(())
}

/// Whatever is typed into a demo: no letter leaves this machine.
pub(super) fn only_to_the_invented(outbox: OutboxParts) -> OutboxParts {
    OutboxParts { transport: Arc::new(ReservedOnly(outbox.transport)), ..outbox }
}

/// The mailboxes of the invented people, for the screen.
pub(super) fn mailboxes(post: PostHandle) -> Arc<Mailboxes> {
    Arc::new(move |address| post.letters(address).iter().map(|letter| of_mailbox(letter)).collect())
}

fn of_mailbox(letter: &sandbox::ReceivedLetter) -> MailboxLetter {
    MailboxLetter {
        from: letter.from.clone(),
        subject: letter.subject.clone(),
        received_at: letter.received_at,
        text: letter.text(),
    }
}
