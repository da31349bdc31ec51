//! What a frontend asks of the engine and is told by it: plain data, the same within a process and over a socket.

mod answers;
mod error;
mod events;
mod read_model;
mod request;
mod response;
mod status;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::domain::{CodeOrigin, Policy};

pub use answers::{
    Booked, Checked, CutOff, Holder, Imported, LetterText, PlannedBooking, ReadBack, RequestPreview, Returns,
    RuleDraft, SendResult, TakenReport,
};
pub use error::RequestError;
pub use events::{Committed, EventQuery};
pub use read_model::ReadModel;
pub use request::{BulkId, CodeRequest, Incoming, PastedCode, Request};
pub use response::{ItemAnswer, Response};
pub use status::{
    Alarm, BacklogProgress, Cause, Leads, MailState, MailStatus, PlatformState, ProbeStatus, Status, StoreAway,
};

/// What is pushed to every client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Notification {
    Committed(Committed),
    Status(Box<Status>),
    /// Commits were missed: read the states and the events anew.
    Lagged,
    /// The store is closed: nothing more comes.
    Ended,
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
    /// What happened when the store was opened that people should know, in words.
    pub notices: Vec<String>,
}

impl EngineInfo {
    pub fn sends_letters(&self) -> bool {
        self.mail_name.is_some()
    }
}
