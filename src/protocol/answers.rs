//! The parts of answers.

use std::sync::Arc;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::domain::bulk::Bulk;
use crate::domain::classification::ClassificationRule;
use crate::domain::{
    AppointmentId, Booking, DealershipId, Event, IntentId, Letter, LetterId, ProbeResult, Returned, Slot, SlotCounts,
    Timestamp, Untrusted,
};

/// The number of a noted bulk.
pub type BulkId = u64;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    pub host: String,
    pub since: Timestamp,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {} on {}", self.pid, self.host)
    }
}

/// What a probe that was asked for found out, and what was recorded of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    pub result: ProbeResult,
    /// Slots in the window of the policy, when connected and the opcode is visible; or why they are not known.
    pub slots: Option<Result<SlotCounts, String>>,
    pub events: Vec<Arc<Event>>,
}

/// A booking as it would be sent, with every secret masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestPreview {
    pub method: String,
    pub url: String,
    /// The headers that we set, by name; what the transport adds (`host`, `content-length`) is not among them.
    pub headers: Vec<(String, String)>,
    pub body: serde_json::Value,
}

/// A booking as it would be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedBooking {
    pub intent: IntentId,
    pub booking: Booking,
    /// The request itself, secrets masked.
    pub preview: RequestPreview,
}

/// Whether an appointment was seen when it was read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadBack {
    Seen,
    /// The platform does not show it (yet).
    NotThere,
    /// Why it could not be told.
    CouldNotTell(String),
}

/// What became of a booking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Booked {
    Stands {
        /// The platform's name for it.
        id: AppointmentId,
        /// For when, by the dealership's wall clock.
        local: NaiveDateTime,
        /// It is the one that an earlier attempt made without an answer; nothing was sent now.
        earlier: bool,
        /// Whether it was seen again.
        read_back: ReadBack,
    },
    /// Somebody else took the slot: nothing was booked.
    SlotTaken {
        /// What is offered now; or why that is not known.
        slots: Result<Vec<Slot>, String>,
    },
    Not {
        reason: String,
    },
    /// Nobody knows. It is read back before any second try.
    Unknown {
        reason: String,
    },
}

/// What became of one profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Imported {
    Added(DealershipId),
    /// Its `dealerCode` was known, and something else in it had changed.
    Updated(DealershipId),
    /// It was known, exactly so. Nothing is recorded.
    Unchanged(DealershipId),
}

/// A letter as a person at the desk reads it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterText {
    pub from: String,
    pub to: String,
    pub reply_to: Option<String>,
    pub subject: String,
    /// The code in it is masked as [`crate::domain::InvitationCode::masked`] writes it, unless it was asked for in full.
    pub text: String,
    pub html: String,
}

/// What a report says of one address, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returns {
    pub returned: Returned,
    /// Our letter that it is about.
    pub letter: Option<LetterId>,
    /// The one of its addresses that counts; empty where it has none.
    pub address: Untrusted,
    /// It is about the copy that `[mail] bcc` gets, and says nothing of the letter.
    pub of_copy: bool,
    /// The dealerships whose letter or address it is; none: it is about nobody that we know.
    pub dealerships: Vec<DealershipId>,
    /// Those of them for which it was news.
    pub recorded: Vec<DealershipId>,
}

/// A report that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenReport {
    /// What it says of each address.
    pub returns: Vec<Returns>,
    /// Whether it is about one of our letters; else whoever reads the mailbox finds it there.
    pub is_for_us: bool,
}

/// What became of one letter that was sent while somebody waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendResult {
    pub dealership: DealershipId,
    /// The letter as it is now.
    pub letter: Letter,
    /// Why it waits, if it does: in words.
    pub why: Option<String>,
}

/// A bulk that was cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOff {
    pub id: BulkId,
    pub bulk: Bulk,
    /// Those for which it was not done.
    pub left: Vec<DealershipId>,
}

impl std::fmt::Debug for LetterText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A code may stand in its text.
        f.debug_struct("LetterText").field("to", &self.to).field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A row of the classification that would be kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleDraft {
    pub rule: ClassificationRule,
    /// As it will stand in the settings.
    pub text: String,
    /// Where it will be kept, in words.
    pub place: String,
}
