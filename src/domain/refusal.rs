//! Why a command is refused.

use std::borrow::Cow;

use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::when::humanize;
use super::{DealershipId, LetterId, LetterKind, LetterState, Obstacle, ProfileProblem, Stage};

/// A rule said no. The words say what, and what to do; exit code 4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    #[error("no such dealership")]
    Unknown,
    #[error("this dealership exists already")]
    Exists,
    /// Another dealership has the `dealerCode`.
    #[error("dealerCode is taken by another dealership ({0}); each rooftop has its own")]
    DealerCodeTaken(DealershipId),
    /// A correction that cannot be taken.
    #[error(transparent)]
    Profile(#[from] ProfileProblem),
    #[error("the dealership is archived; take it back first")]
    Archived,
    /// It has a code or had one.
    #[error("already invited (code {0}); reissue instead")]
    AlreadyInvited(u32),
    /// It never had a code.
    #[error("never invited; invite it first")]
    NeverInvited,
    #[error("already reissued by {by} {} ago: code {generation} is the newest", humanize(*.ago))]
    AlreadyReissued { by: String, ago: TimeDelta, generation: u32 },
    /// A code is on its way.
    #[error("{by} asked for a code {} ago and it has not arrived yet", humanize(*.ago))]
    InFlight { by: String, ago: TimeDelta },
    /// The dealership is connected; it needs no code.
    #[error("already connected; it needs no code")]
    Connected,
    /// The second clock is running.
    #[error("the dealer says the code was entered; a new code would make them start again")]
    WordGiven,
    /// The code was used before.
    #[error("this code was used before{}; take a fresh one from the partner's screen", if *.here { " for this dealership" } else { " for another dealership" })]
    CodeUsedBefore { here: bool },
    /// It is the `dealerCode` of a dealership: the wrong column was copied.
    #[error("this is a dealerCode, not an invitation code; copy the code from the partner's screen")]
    CodeIsDealerCode,
    /// Its time is already over.
    #[error("this code died {} ago; generate a new one", humanize(*.0))]
    CodeDead(TimeDelta),
    /// Its generation lies in the future.
    #[error("the code was generated in the future (in {}); check the date, the zone and the clock", humanize(*.0))]
    GeneratedInFuture(TimeDelta),
    /// The intent is not the open one.
    #[error("this code belongs to a request that is no longer open")]
    IntentClosed,
    /// There is no living code.
    #[error("there is no living code (stage {0})")]
    NoLiveCode(Stage),
    /// The dealer's word is recorded.
    #[error("the dealer's word is recorded already; Xtime has until the second clock ends")]
    WordRecorded,
    /// The dealer's word lies in the future.
    #[error("the dealer cannot have finished in the future (in {})", humanize(*.0))]
    WordInFuture(TimeDelta),
    /// The dealer's word is older than the code it is about.
    #[error("the code was generated {} after that moment; the dealer cannot have entered it", humanize(*.0))]
    WordBeforeCode(TimeDelta),
    /// The dealer's word is younger than the code's end.
    #[error("the code died {} before that moment; say when the dealer entered it, or reissue", humanize(*.0))]
    WordAfterCode(TimeDelta),
    #[error("that moment is past")]
    Past,
    #[error("the code was generated {} after that moment; it cannot have been read out", humanize(*.0))]
    ToldBeforeCode(TimeDelta),
    #[error("the call cannot have been in the future (in {})", humanize(*.0))]
    CallInFuture(TimeDelta),
    #[error("no letter: mail is off ([mail] transport = \"none\")")]
    NoMail,
    #[error("no such letter ({0})")]
    NoLetter(LetterId),
    /// The letter is on its way already.
    #[error("the {0} letter is on its way already: it is not sent twice")]
    LetterOpen(LetterKind),
    #[error("no letter: {0}")]
    Letter(Obstacle),
    /// The letter has ended or is being handed over.
    #[error("the letter is {0}: too late for that")]
    LetterState(LetterState),
    #[error("a later letter with the same was sent: this one is not sent besides")]
    LetterMadeGood,
    /// A reminder comes by itself.
    #[error("reminders come by themselves")]
    ReminderByHand,
    /// The dealership had a letter a moment ago.
    #[error("this dealership had a letter a moment ago; the next one may go in {}", humanize(*.0))]
    TooSoon(TimeDelta),
    /// The letter is not due yet.
    #[error("the letter is not due yet (in {})", humanize(*.0))]
    NotDue(TimeDelta),
    #[error("the note is empty")]
    EmptyNote,
    /// An opcode must be something.
    #[error("the opcode is empty")]
    EmptyOpcode,
    /// Nobody could spell it to the dealer.
    #[error("the opcode has invisible characters or more than 100: have the dealer publish a plain one")]
    OddOpcode,
    #[error("the dealership is not archived")]
    NotArchived,
    #[error("you recorded nothing here that could be undone")]
    NothingToUndo,
    #[error("{by} acted since: {what}")]
    ActedSince { by: String, what: String },
    #[error("too late to undo: it was changed again since")]
    ChangedSince,
    #[error("cannot be undone: {0}")]
    NoUndo(String),
    #[error("cannot be undone: no opcode was chosen before; choose another one")]
    FirstOpcode,
    #[error("nothing to put back: it is so already")]
    PutBackAlready,
    #[error("something was recorded meanwhile: look again")]
    RecordedMeanwhile,
    /// A consumer could not book there: nor can we.
    #[error("not connected (stage {0}): nothing can be booked")]
    NotConnected(Stage),
    /// The appointment must carry the dealership's opcode.
    #[error("the opcode of this dealership is another one by now; look again")]
    OtherOpcode,
    /// The opcode that the appointment must carry is not visible to us.
    #[error("the opcode is not visible to us ({0}): an appointment with it would be refused")]
    OpcodeNotVisible(Cow<'static, str>),
    /// An earlier booking may have been made.
    #[error(
        "a booking for {local} was sent {} ago by {by}, and nobody knows whether it was made: it is read back before any other",
        humanize(*.ago)
    )]
    BookingOpen {
        /// For when, by the dealership's wall clock.
        local: NaiveDateTime,
        by: String,
        ago: TimeDelta,
    },
    /// There is a test appointment already.
    #[error("test appointment {id} stands for {local}; it can be moved, there is no cancel")]
    AppointmentStands {
        /// The platform's name for it.
        id: String,
        /// For when, by the dealership's wall clock.
        local: NaiveDateTime,
    },
    /// There is no test appointment that could be moved.
    #[error("there is no test appointment to move; book one first")]
    NothingToMove,
    /// The booking is not the open one.
    #[error("there is no booking without an answer")]
    BookingClosed,
    /// Its absence may only mean that it has not arrived yet.
    #[error("not there, but it may still arrive; look again in {}", humanize(*.0))]
    BookingUnsettled(TimeDelta),
}

/// What can be done about a refusal. Each frontend says how: a key, a command, an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    Unarchive,
    Invite,
    Reissue,
    /// The same, although the dealer gave their word.
    DespiteWord,
    Resend,
    Reschedule,
}

impl Refusal {
    pub fn remedy(&self) -> Option<Remedy> {
        match self {
            Self::Archived => Some(Remedy::Unarchive),
            Self::NeverInvited => Some(Remedy::Invite),
            Self::AlreadyInvited(_) => Some(Remedy::Reissue),
            Self::WordGiven => Some(Remedy::DespiteWord),
            Self::ReminderByHand => Some(Remedy::Resend),
            Self::AppointmentStands { .. } => Some(Remedy::Reschedule),
            _ => None,
        }
    }
}
