//! What reaches the screen, and what the screen asks for. Both are data, so that tests can play and read them.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::KeyEvent;

use super::hit_map::ClickTarget;
use super::own_files::OwnFiles;
use super::past::{PastMoment, PastNews};
pub use super::reading::MailboxLetter;
use super::rows::DealershipRows;
pub use super::work::{ItemResult, Outcome, WorkId};
use crate::domain::{DealershipId, Event, ProbeStatus, Timestamp};
use crate::protocol::{Committed, CutOff, EventQuery, OwnerState, Request, Response, Status};

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
    /// The left button, on what was drawn there.
    Click(ClickTarget),
    /// A notch of the wheel over what was drawn there, forward or back.
    Wheel(ClickTarget, bool),
    /// The terminal has another size.
    Resize(u16, u16),
    /// The terminal got the focus, or lost it.
    Focus(bool),
    /// Those dealerships that are seen first; the others are still being read.
    FirstPage(Box<DealershipRows>),
    /// All dealerships, counted and in order.
    Loaded(Box<DealershipRows>),
    Committed(Committed),
    /// The newest events of all dealerships, ascending: what the tail starts with.
    Tail(Vec<Arc<Event>>),
    /// Events that the tail asked for, ascending; or why they could not be read.
    EventPage(EventQuery, Result<Vec<Arc<Event>>, String>),
    /// The tail goes on with what it seeks.
    SeekOn,
    /// The events were saved, in words; or why not.
    Saved(Result<String, String>),
    /// All events of one dealership, ascending.
    Timeline(DealershipId, Vec<Arc<Event>>),
    /// The last look at one dealership, and when the next is due.
    Probe(DealershipId, ProbeStatus),
    /// The program is doing differently.
    Status(Box<Status>),
    /// One item of a piece of work has ended.
    Outcome(WorkId, DealershipId, Outcome),
    /// What was asked for is answered.
    Answer(WorkId, Response),
    /// Nothing more of a piece of work will end: what has not ended was not begun.
    Over(WorkId),
    /// What is in a simulated dealer's mailbox, the newest first; or why it cannot be read.
    Mailbox(WorkId, Result<Vec<MailboxLetter>, String>),
    /// What was begun for many in an earlier run and is not done.
    CutOff(Vec<CutOff>),
    /// The owner of the store that we work through does otherwise than before.
    Owner(OwnerState),
    /// The past is being read, or folded.
    Past(WorkId, PastNews),
    /// The operator's own files were changed.
    OwnFiles(Box<OwnFiles>),
    /// Something worth telling that belongs to nothing else.
    Notice(String),
    Tick,
}

/// Something that the screen wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Quit,
    /// Go to the shell until `fg`.
    Suspend,
    Redraw,
    /// Ask the engine for something.
    Ask(WorkId, Request),
    /// Begin no more of a piece of work.
    Stop(WorkId),
    /// Read events for the tail.
    LoadEvents(EventQuery),
    /// Go on with what is sought, after keys and frames had their turn.
    SeekOn,
    /// Write events into a new file.
    SaveEvents(PathBuf, EventQuery),
    /// Read the events of one dealership, and the last look at it.
    LoadTimeline(DealershipId),
    ReadPast(WorkId),
    /// Fold the board of a moment of the log that was read.
    FoldPast(WorkId, PastMoment),
    /// Tell somebody who looks elsewhere.
    Notify(String),
    /// Put text on the terminal's clipboard.
    Copy(Clip),
    /// Read the mailbox of an address in the demo.
    OpenMailbox(WorkId, String),
}

/// Text for the clipboard. It may be a code, so it does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Clip(pub String);

impl fmt::Debug for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clip({} characters)", self.0.chars().count())
    }
}
