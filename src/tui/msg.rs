//! What reaches the screen, and what the screen asks for. Both are data, so that tests can play and read them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDateTime;
use crossterm::event::KeyEvent;

use super::reading::MailboxLetter;
use super::rows::DealershipRows;
use super::teach::Lesson;
use crate::domain::{
    Ask, Command, DealershipId, Event, Fact, LetterId, LetterKind, Service, Severity, Slot, Timestamp,
};
use crate::protocol::{Booked, BulkId, Committed, CutOff, LetterText, PastedCode, PlannedBooking, ProbeStatus, Status};

/// When a message arrives, by two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArrivalTime {
    /// The desk's time: what deadlines are compared with. In a demo it runs faster.
    pub at: Timestamp,
    /// The time of the person in front of the screen: what toasts and reveals are measured in. Never runs faster.
    pub face: Duration,
}

#[derive(Debug)]
pub enum Msg {
    Key(KeyEvent),
    /// Keys of text that arrived at once: no person types like that.
    Burst(Vec<KeyEvent>),
    Paste(String),
    /// The terminal has another size.
    Resize(u16, u16),
    Loaded(Box<DealershipRows>),
    Committed(Committed),
    /// The newest events of all dealerships, ascending: what the tail starts with.
    Tail(Vec<Arc<Event>>),
    /// The newest events of one dealership, ascending.
    Timeline(DealershipId, Vec<Arc<Event>>),
    /// The last look at one dealership, and when the next is due.
    Probe(DealershipId, ProbeStatus),
    /// The program is doing differently.
    Status(Status),
    /// One item of a piece of work has ended.
    Outcome(WorkId, DealershipId, Outcome),
    /// The opcodes that Xtime shows of one dealership; or why that is not known.
    Services(DealershipId, Result<Arc<[Service]>, String>),
    /// The times that are offered at one dealership; or why that is not known.
    Slots(DealershipId, Result<Vec<Slot>, String>),
    /// The request for a test appointment at a time; or why there is none.
    Planned(DealershipId, NaiveDateTime, Result<PreparedBooking, String>),
    /// What became of a test appointment; `None`: the booking that was read back had made none. Or why nothing was sent.
    Booked(DealershipId, Result<Option<Booked>, String>),
    /// Nothing more of a piece of work will end: what has not ended was not begun.
    Over(WorkId),
    /// A letter that was asked for; or why it cannot be read.
    Letter(WorkId, Result<LetterText, String>),
    /// What is in a simulated dealer's mailbox, the newest first; or why it cannot be read.
    Mailbox(WorkId, Result<Vec<MailboxLetter>, String>),
    /// What was begun for many in an earlier run and is not done.
    CutOff(Vec<CutOff>),
    /// Something worth telling that belongs to nothing else.
    Notice(String),
    Tick,
}

/// How an item of work ended; or why it failed, in words for people.
pub type Outcome = Result<ItemResult, String>;

/// What came of an item of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemResult {
    /// How good what was found is; what was done is good.
    pub severity: Severity,
    pub words: String,
}

impl From<String> for ItemResult {
    fn from(words: String) -> Self {
        Self { severity: Severity::Good, words }
    }
}

/// A piece of work that was asked of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkId(pub u64);

/// Something that the screen wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Quit,
    /// Go to the shell until `fg`.
    Suspend,
    Redraw,
    /// Record a command for each.
    Execute(WorkId, Vec<(DealershipId, Command)>),
    /// Obtain a code for each from the configured source, and send a letter with it or not.
    Obtain(WorkId, Vec<(DealershipId, Ask, bool)>),
    Paste(WorkId, Vec<Pasted>),
    /// Look at the platform now for each.
    Check(WorkId, Vec<DealershipId>),
    /// Begin no more of a piece of work.
    Stop(WorkId),
    /// Read the newest events of one dealership, and the last look at it.
    LoadTimeline(DealershipId),
    /// Put text on the terminal's clipboard.
    Copy(Clip),
    /// Tell which opcodes Xtime shows of one dealership, by a look when nobody had one lately.
    ShowServices(DealershipId),
    /// Tell which times are offered at one dealership.
    ShowSlots(DealershipId),
    /// Make the request for a test appointment at a time (moving the one that stands, or a new one). Nothing is sent.
    Plan(DealershipId, NaiveDateTime, bool),
    Book(DealershipId, PreparedBooking),
    /// Read back the booking that has no answer.
    ReadBack(DealershipId),
    /// Write a letter again as it went out, or will, to be read.
    ReadLetter(WorkId, DealershipId, LetterId),
    /// Write a letter as it would go out if these facts were recorded, to be read.
    PreviewLetter(WorkId, DealershipId, LetterKind, Vec<Fact>),
    /// Do not tell any more of something that was cut off.
    PutAway(BulkId),
    /// Write a row of the meanings, put it in effect, and look at its dealership again.
    Teach(WorkId, Box<Lesson>),
    /// Read the mailbox of an address in the demo.
    OpenMailbox(WorkId, String),
}

/// A test appointment as it would be sent.
#[derive(Debug, Clone)]
pub struct PreparedBooking(pub Box<PlannedBooking>);

impl PartialEq for PreparedBooking {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&self.0, &other.0);
        (a.intent, &a.booking, &a.preview) == (b.intent, &b.booking, &b.preview)
    }
}

/// A pasted code with what the operator saw.
#[derive(Debug, Clone)]
pub struct Pasted(pub PastedCode);

impl PartialEq for Pasted {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&self.0, &other.0);
        (a.dealership, &a.code, a.generated_at, a.expires_at, a.ask, a.mail)
            == (b.dealership, &b.code, b.generated_at, b.expires_at, b.ask, b.mail)
    }
}

/// Text for the clipboard. It may be a code, so it does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Clip(pub String);

impl fmt::Debug for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clip({} characters)", self.0.chars().count())
    }
}
