//! Why a command ended otherwise than well, and with which exit code.

use crate::config::ConfigError;
use crate::domain::{QueryError, Refusal, Remedy};
use crate::protocol::{Holder, RequestError, SelectionError};
use crate::wiring::{ConnectError, SetupFailure};

/// The end of a command that was not simply done. What is printed is clean.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Wrong usage (2).
    #[error("{0}")]
    Usage(String),
    /// Settings that cannot be used (2).
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// Settings that cannot be put to work (2).
    #[error(transparent)]
    Setup(#[from] SetupFailure),
    /// Some items were done, some not; each was reported (3).
    #[error("")]
    Partly,
    /// A rule said no (4).
    #[error("{0}")]
    Refused(String),
    /// Every item was refused or failed, and each was reported (4 or 1).
    #[error("")]
    Told(u8),
    /// Another process holds the store (75).
    #[error("{}", held(.0.as_ref()))]
    Held(Option<Holder>),
    /// Another process holds the store, and nothing goes through it (75).
    #[error("the store is held by {}, and {why}", .holder.as_ref().map_or_else(|| "another process".to_owned(), held_by))]
    Unreachable { holder: Option<Holder>, why: String },
    /// It failed (1).
    #[error("{0}")]
    Failed(String),
    /// Nobody reads our answer any more: no fault of anybody (0).
    #[error("")]
    Closed,
    /// A signal ended it; everything acknowledged is safe (128 + signal).
    #[error("")]
    Signal(u8),
}

fn held(holder: Option<&Holder>) -> String {
    let who = holder.map_or_else(|| "another process".to_owned(), held_by);
    format!(
        "the store is held by {who}\nOne process records at a time: use that one, end it, or name another store with --store.\n`list`, `show`, `events` and `export` work beside it."
    )
}

/// Who holds the store, and since when by the operator's clock.
pub(super) fn held_by(holder: &Holder) -> String {
    format!("{holder} since {}", super::zone::operators_zone().line(holder.since))
}

impl CliError {
    pub fn code(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Failed(_) => 1,
            Self::Usage(_) | Self::Config(_) | Self::Setup(_) => 2,
            Self::Partly => 3,
            Self::Refused(_) => 4,
            Self::Told(code) => *code,
            Self::Held(_) | Self::Unreachable { .. } => 75,
            Self::Signal(number) => 128u8.saturating_add(*number),
        }
    }

    pub fn usage(words: impl Into<String>) -> Self {
        Self::Usage(words.into())
    }

    /// A query with a mistake, drawn with its caret.
    pub fn query(text: &str, error: &QueryError) -> Self {
        let caret = error.caret(text);
        let drawn: Vec<String> = caret.lines().map(|line| format!("  {line}")).collect();
        Self::Usage(format!("the query is wrong: {}\n{}", error.message, drawn.join("\n")))
    }
}

/// A refusal in words, with the command or the option that does something about it.
pub(super) fn refused(refusal: &Refusal) -> String {
    match refusal.remedy() {
        Some(Remedy::Unarchive) => format!("{refusal} (`archive DEALERSHIP --undo`)"),
        Some(Remedy::DespiteWord) => format!("{refusal} (to do it all the same, say so: --despite-word)"),
        Some(Remedy::Resend) => format!("{refusal} (to send the code again, use `resend`)"),
        Some(Remedy::Reschedule) => format!("{refusal} (--reschedule moves it)"),
        Some(Remedy::Invite | Remedy::Reissue) | None => refusal.to_string(),
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<ConnectError> for CliError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Setup(error) => error.into(),
            ConnectError::Store(error) => error.into(),
            ConnectError::Owner(error) => error.into(),
            ConnectError::Hook(why) => Self::Usage(why),
        }
    }
}

impl From<Refusal> for CliError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refused(&refusal))
    }
}

/// The one table of what a request's error ends a command with.
impl From<RequestError> for CliError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Held(holder) => Self::Held(holder),
            RequestError::Refused(refusal) => refusal.into(),
            RequestError::Unreachable { holder, why } => Self::Unreachable { holder, why },
            RequestError::ReadOnly | RequestError::Booking(_) => Self::Refused(error.to_string()),
            RequestError::Selection(SelectionError::Query { text, error }) => Self::query(&text, &error),
            RequestError::Selection(_) | RequestError::NoSource | RequestError::NoPlatform => {
                Self::Usage(error.to_string())
            }
            RequestError::Store(_)
            | RequestError::OwnerLost { .. }
            | RequestError::Source(_)
            | RequestError::StillOpen(_)
            | RequestError::CouldNotTell(_)
            | RequestError::NoServices { .. }
            | RequestError::RateLimited(_)
            | RequestError::Letter(_)
            | RequestError::Report(_)
            | RequestError::Rule(_)
            | RequestError::Fault(_)
            | RequestError::Ending => Self::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BookingField, BookingProblem, Outcome, ReportError};

    #[test]
    fn each_error_of_a_request_has_its_exit_code() {
        let why = || "why".to_owned();
        let query = SelectionError::Query { text: "stage:".to_owned(), error: QueryError::new(6..6, "a stage") };
        let table: [(RequestError, u8); 21] = [
            (RequestError::Held(None), 75),
            (RequestError::Unreachable { holder: None, why: why() }, 75),
            (RequestError::OwnerLost { in_doubt: true }, 1),
            (Refusal::Archived.into(), 4),
            (RequestError::ReadOnly, 4),
            (BookingProblem::Missing(BookingField::Opcode).into(), 4),
            (query.into(), 2),
            (SelectionError::Nameless.into(), 2),
            (RequestError::NoSource, 2),
            (RequestError::NoPlatform, 2),
            (RequestError::Store(why()), 1),
            (RequestError::Source(why()), 1),
            (RequestError::StillOpen(why()), 1),
            (RequestError::CouldNotTell(why()), 1),
            (RequestError::NoServices { outcome: Outcome::Unknown, reason: why() }, 1),
            (RequestError::RateLimited(why()), 1),
            (RequestError::Letter(why()), 1),
            (ReportError::NoReport.into(), 1),
            (RequestError::Rule(why()), 1),
            (RequestError::Fault(why()), 1),
            (RequestError::Ending, 1),
        ];
        for (error, code) in table {
            assert_eq!(CliError::from(error.clone()).code(), code, "{error:?}");
        }
    }
}
