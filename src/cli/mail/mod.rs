//! `mail …` and `resend`: letters, what became of them, and what can be done about it.

mod args;
mod bounce;
mod letters;
mod list;
mod page;
pub(super) mod post;
mod send;
mod test;

use super::app::App;
use super::error::CliError;

pub use args::{MailCommand, Resend};
pub(super) use letters::state_words;
pub(super) use send::resend;

/// Runs one of the commands.
pub(super) async fn run(app: &App, command: &MailCommand) -> Result<(), CliError> {
    match command {
        MailCommand::List { query, all, json } => list::run(app, query.as_deref(), *all, json.json).await,
        MailCommand::Show { letter, form, json } => page::show(app, letter, *form, json.json).await,
        MailCommand::Preview { dealership, kind, form } => page::preview(app, dealership, kind, *form).await,
        MailCommand::Send { kind, targets, yes } => send::send(app, kind, targets, *yes).await,
        MailCommand::Retry(args) => send::retry(app, args).await,
        MailCommand::Suppress { letters, reason } => send::suppress(app, letters, reason).await,
        MailCommand::Reminders { set, targets } => send::reminders(app, set == "on", targets).await,
        MailCommand::Bounce { file, json } => bounce::run(app, file.as_deref(), json.json).await,
        MailCommand::Test { address } => test::run(app, address).await,
    }
}
