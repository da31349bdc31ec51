//! Why a request was not done.

use serde::{Deserialize, Serialize};

use super::{Holder, SelectionError};
use crate::domain::{BookingProblem, Outcome, Refusal, ReportError};

/// What decides about it, or about an exit code, is typed; the rest is words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum RequestError {
    /// A rule said no (exit 4).
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is about dealerships that cannot be told (exit 2).
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// Another process owns the store (exit 75).
    #[error("the store is held by {}", .0.as_ref().map_or_else(|| "another process".to_owned(), Holder::to_string))]
    Held(Option<Holder>),
    /// Another process owns the store, and nothing goes through it (exit 75).
    #[error("the store is held by {}, and {why}", .holder.as_ref().map_or_else(|| "another process".to_owned(), Holder::to_string))]
    Unreachable { holder: Option<Holder>, why: String },
    /// The process that owned the store ended before it answered.
    #[error("the owner of the store ended before it answered{}", if *.in_doubt { ": it is not known whether this was recorded" } else { "" })]
    OwnerLost { in_doubt: bool },
    /// The store could not do it.
    #[error("{0}")]
    Store(String),
    /// The code source gave no code, and there is none.
    #[error("no code: {0}")]
    Source(String),
    /// The code source gave no code, but may have made one: the request stays open.
    #[error("no code yet: {0}; the request stays open, and the same command goes on with it")]
    StillOpen(String),
    /// Codes come by paste, and none was given.
    #[error("codes come by paste: give the code (--code), or configure [invitations] source")]
    NoSource,
    /// Nobody can be probed: the platform is not configured.
    #[error("Xtime is not configured: set [xtime] client_id, client_secret and api_key")]
    NoPlatform,
    #[error("read-only: nothing is recorded")]
    ReadOnly,
    /// A booking that is not sent (exit 4).
    #[error(transparent)]
    Booking(#[from] BookingProblem),
    /// What the platform would have to say first was not heard.
    #[error("could not tell: {0}; nothing was sent")]
    CouldNotTell(String),
    /// The platform answered, but not with the opcodes that were asked for.
    #[error("{outcome}: {reason}")]
    NoServices { outcome: Outcome, reason: String },
    /// The platform asks us to wait, for longer than anybody waits.
    #[error("Xtime asks us to wait for too long: {0}")]
    RateLimited(String),
    /// A letter cannot be written (exit 1).
    #[error("{0}")]
    Letter(String),
    /// What should be a delivery report is none.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// No row can be made of an answer, or kept.
    #[error("{0}")]
    Rule(String),
    /// The task that did it failed; it is restarted, so asking again may help.
    #[error("a part of the program failed while doing it: {0}")]
    Fault(String),
    /// The engine is shutting down.
    #[error("the program is ending")]
    Ending,
}

impl RequestError {
    /// Whether it cuts work off: nothing was decided of the dealership, and the same has to be asked again.
    pub const fn cuts_off(&self) -> bool {
        matches!(self, Self::Held(_) | Self::Store(_) | Self::Fault(_) | Self::Ending)
    }
}
