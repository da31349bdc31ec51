//! What a frontend asks of the engine and is told by it: plain data, the same within a process and over a socket.

mod alike;
mod answers;
mod error;
mod events;
mod presence;
mod read_model;
mod request;
mod response;
mod selection;
mod status;
#[cfg(test)]
mod tests;
mod unanswered;

use serde::{Deserialize, Serialize};

use crate::domain::{CodeOrigin, Environment, Policy};

pub use alike::AlikeDealership;
pub use answers::{
    Booked, BulkId, Checked, CutOff, Holder, Imported, LetterText, PlannedBooking, ReadBack, RequestPreview, Returns,
    RuleDraft, SendResult, TakenReport,
};
pub use error::RequestError;
pub use events::{Committed, EventQuery};
pub use presence::Presence;
pub use read_model::ReadModel;
pub use request::{CodeRequest, Incoming, PastedCode, Request};
pub use response::{ItemAnswer, Response};
pub use selection::{FirstFound, PastFound, Selection, SelectionCandidate, SelectionError};
pub use status::{Alarm, BacklogProgress, Cause, LeaderState, MailState, MailStatus, PlatformState, Status, StoreAway};
pub use unanswered::Unanswered;

/// What is pushed to every client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Notification {
    Committed(Committed),
    Status(Box<Status>),
    /// Commits were missed: read the states and the events anew.
    Lagged,
    /// The owner of the store that we are attached to does otherwise than before.
    Owner(OwnerState),
    /// The store is closed: nothing more comes.
    Ended,
}

/// How an attached client knows the owner of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwnerState {
    Answers,
    /// It was asked whether it is there, and has not answered.
    Silent,
    /// It has ended: nothing more comes.
    Gone,
}

/// What does not change while an engine runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EngineInfo {
    /// The numbers of the process.
    pub policy: Policy,
    /// Every request that would record something is refused.
    pub read_only: bool,
    /// Where codes come from; `None`: by paste.
    pub code_origin: Option<CodeOrigin>,
    /// Where letters go, for people; `None`: nobody sends any.
    pub mail_name: Option<String>,
    /// Letters are mailed; else they become files, or nothing.
    pub mails: bool,
    /// Whose dealerships they are; `None`: nothing of it is outside this machine.
    pub environment: Option<Environment>,
    /// What happened when the store was opened that people should know, in words.
    pub notices: Vec<String>,
    /// Which other process owns the store; `None`: this one.
    pub owner: Option<Holder>,
}

impl EngineInfo {
    pub fn sends_letters(&self) -> bool {
        self.mail_name.is_some()
    }
}
