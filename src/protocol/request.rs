//! What may be asked.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::{BulkId, EventQuery, PlannedBooking, Presence, Selection};
use crate::domain::classification::ClassificationRule;
use crate::domain::report::ReportQuery;
use crate::domain::{
    Ask, Command, Contact, DealershipId, Fact, InvitationCode, LetterId, LetterKind, OpcodeChoice, Outcome, Profile,
    ProfilePatch, ResponseFacts, SlotWindow, TestBooking, Timestamp, Untrusted,
};

/// A code that the configured source is to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRequest {
    pub dealership: DealershipId,
    pub ask: Ask,
    /// Whether a letter takes it to the dealership.
    pub mail: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastedCode {
    pub dealership: DealershipId,
    /// In full: it is to be recorded.
    pub code: InvitationCode,
    pub generated_at: Timestamp,
    /// When it dies, if that is known better than by the rule.
    pub expires_at: Option<Timestamp>,
    pub ask: Ask,
    /// Whether a letter takes it to the dealership.
    pub mail: bool,
}

/// A dealership as a file or a form brings it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incoming {
    /// What is said of who it is.
    pub profile: ProfilePatch,
    /// More people of it, besides its contact.
    pub further_contacts: Vec<Contact>,
    /// Its opcode choice, taken when none is recorded; `None`: nothing is said of it.
    pub opcode: Option<OpcodeChoice>,
    /// On whose word the choice is.
    pub word: Option<Untrusted>,
}

impl From<Profile> for Incoming {
    fn from(profile: Profile) -> Self {
        Self { profile: profile.into(), further_contacts: Vec::new(), opcode: None, word: None }
    }
}

/// Everything that a frontend can ask. Many are answered one by one, as each ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Record a command for each.
    Execute(Vec<(DealershipId, Command)>),
    /// Obtain a code for each from the configured source.
    Obtain(Vec<CodeRequest>),
    Paste(Vec<PastedCode>),
    /// Ask the platform about each now.
    Probe(Vec<DealershipId>),
    /// Record new dealerships; a `dealerCode` that is known, or comes twice, is refused.
    Add(Vec<Incoming>),
    /// The same, but what is known is brought up to date.
    Import(Vec<Incoming>),
    /// Hand over these letters, one attempt each; for whoever waits for it.
    SendLetters(Vec<(DealershipId, LetterId)>),
    /// End what an earlier run was handing over when it ended.
    SettleLetters,
    /// Take in a delivery report.
    TakeReport(Vec<u8>),
    /// Which dealerships are meant, and their states.
    Select(Selection),
    /// The first of these in the order of the screen.
    SelectFirst(Selection, usize),
    /// Which dealerships were meant at a moment that is past, and what was known then.
    SelectPast {
        selection: Selection,
        at: Timestamp,
        /// With who might have been the same.
        alike: bool,
    },
    /// The last probe and the next one of each, answered at once.
    ProbeStatuses(Vec<DealershipId>),
    /// Who may be the same as each of these; the archived ones too, where that is said.
    Alike {
        dealerships: Vec<DealershipId>,
        archived: bool,
    },
    /// Read events; they are answered in portions.
    Events(EventQuery),
    /// What the log says of the work.
    Report(ReportQuery),
    /// How likely codes are used before they end, by what became of every one.
    Survival,
    /// The opcodes that Xtime shows, by a probe where nobody had one lately.
    Services(DealershipId),
    /// The times that are offered; `None`: in the window of the policy.
    Slots {
        dealership: DealershipId,
        window: Option<SlotWindow>,
    },
    /// Make the request for a test appointment. Nothing is sent.
    PlanBooking {
        dealership: DealershipId,
        local: NaiveDateTime,
        /// The appointment that stands is moved.
        moves: bool,
        plan: Box<TestBooking>,
    },
    /// Send a planned booking, once.
    Book {
        dealership: DealershipId,
        planned: Box<PlannedBooking>,
    },
    /// Read back the booking that has no answer.
    SettleBooking(DealershipId),
    /// End it on a person's word that it is not there; it is read back first.
    GiveUpBooking(DealershipId),
    /// Read back the appointment that stands.
    ReadBack(DealershipId),
    /// Write a letter again as it went out, or will.
    ReadLetter {
        dealership: DealershipId,
        letter: LetterId,
        /// With its code in full.
        reveal: bool,
    },
    /// Write a letter as it would go out if these facts were recorded.
    PreviewLetter {
        dealership: DealershipId,
        kind: LetterKind,
        as_if: Vec<Fact>,
        /// With its code in full.
        reveal: bool,
    },
    /// What was begun for many, is not done and not under way.
    CutOff,
    /// Do not tell of it again.
    PutAway(BulkId),
    /// Make the row of the classification that reads an answer as a person says.
    DraftRule {
        dealership: DealershipId,
        answer: ResponseFacts,
        means: Outcome,
    },
    /// Keep such a row, put it in effect, and probe its dealership.
    TeachRule {
        /// The event that holds the answer.
        event: u64,
        dealership: DealershipId,
        answer: ResponseFacts,
        rule: Box<ClassificationRule>,
    },
    /// Show the other desks what this one has in front of it now. `who` is whoever asks, whatever it says.
    Present(Presence),
}

impl Request {
    /// Whether it needs the platform, the code source or the mail server: in a team the leader does it, within one budget.
    pub fn needs_leader(&self) -> bool {
        match self {
            Self::Obtain(_)
            | Self::Probe(_)
            | Self::SendLetters(_)
            | Self::SettleLetters
            | Self::Services(_)
            | Self::Slots { .. }
            | Self::Book { .. }
            | Self::SettleBooking(_)
            | Self::GiveUpBooking(_)
            | Self::ReadBack(_) => true,
            Self::Execute(items) => items.iter().any(|(_, command)| matches!(command, Command::RetryLetter { .. })),
            _ => false,
        }
    }

    /// The dealership that it may change, where it is about one and answered as one.
    pub fn subject(&self) -> Option<DealershipId> {
        match self {
            Self::Services(id) | Self::SettleBooking(id) | Self::GiveUpBooking(id) | Self::ReadBack(id) => Some(*id),
            Self::Book { dealership, .. } => Some(*dealership),
            _ => None,
        }
    }

    /// Whether an engine that is read-only refuses it.
    pub fn records(&self) -> bool {
        match self {
            Self::Execute(_)
            | Self::Obtain(_)
            | Self::Paste(_)
            | Self::Probe(_)
            | Self::Add(_)
            | Self::Import(_)
            | Self::SendLetters(_)
            | Self::TakeReport(_)
            | Self::Services(_)
            | Self::Book { .. }
            | Self::SettleBooking(_)
            | Self::GiveUpBooking(_)
            | Self::ReadBack(_)
            | Self::PutAway(_)
            | Self::TeachRule { .. } => true,
            Self::SettleLetters
            | Self::Select(_)
            | Self::SelectFirst(..)
            | Self::SelectPast { .. }
            | Self::ProbeStatuses(_)
            | Self::Alike { .. }
            | Self::Events(_)
            | Self::Report(_)
            | Self::Survival
            | Self::Slots { .. }
            | Self::PlanBooking { .. }
            | Self::ReadLetter { .. }
            | Self::PreviewLetter { .. }
            | Self::CutOff
            | Self::DraftRule { .. }
            | Self::Present(_) => false,
        }
    }
}
