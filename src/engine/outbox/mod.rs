//! Letters: one is written from the state as it is, handed over once, and what became of it is recorded.
//!
//! That handing over begins is durable before the first byte leaves, and is decided on the very state that the letter was
//! written from: a code that dies or is replaced until then is not sent. Whatever is found half done at a start counts as
//! uncertain.

mod attempt;
mod reports;
mod send;
mod server;
mod task;
mod text;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::domain::{DealershipId, LetterId};
use crate::mail::{LetterRenderer, MailTransport};
use crate::protocol::RequestError;

pub use reports::run as read_reports;
pub use task::run;
pub use text::letter_text;

/// What letters are made of and go through.
pub struct OutboxParts {
    pub renderer: LetterRenderer,
    pub transport: Arc<dyn MailTransport>,
    /// The most letters in any hour.
    pub per_hour: u32,
    /// A maildir with delivery reports.
    pub reports: Option<PathBuf>,
}

/// A letter whose sending somebody waits for.
pub struct AwaitedLetter {
    pub dealership: DealershipId,
    pub letter: LetterId,
    /// Takes why it waits still, in words.
    pub answer: oneshot::Sender<Result<Option<String>, RequestError>>,
}
