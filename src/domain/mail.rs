//! Letters to a dealership: what they are for, when one is due, what forbids one, and what became of them.
//!
//! A letter is a saga of facts: `email.queued`, then `email.begun` (durable before the first byte of it leaves), then
//! `email.sent`, `email.written`, `email.failed` or `email.uncertain`; or `email.suppressed`, when nobody needs it any more.

mod due;
mod fold;
mod kind;
mod letters;
mod obstacle;
mod policy;
mod refusal;
mod report;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Actor, LetterId, Timestamp, Untrusted, moment};

pub use due::{DueLetter, due_letter, next_letter_at, reminder_moments};
pub(super) use fold::{apply, keep_to_generation};
pub use kind::LetterKind;
pub use obstacle::Obstacle;
pub use policy::{MailPolicy, QuietHours};
pub use refusal::{enhanced_status, is_server_trouble, is_too_large, quoted_reply, refused_address, refuses_address};
pub use report::{
    Concerned, LONGEST_REPORT, LetterCopy, ReportAction, ReportError, ReportedAddress, Returned, ReturnedMail,
    concerned,
};

/// What became of a letter so far (`mail.state` in JSON).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterState {
    /// It waits for its turn.
    Queued,
    /// It is being handed over.
    Sending,
    /// The mail server took it.
    Sent,
    Failed,
    /// Nobody knows whether it was taken.
    Uncertain,
    /// It does not go out, on purpose.
    Suppressed,
    Bounced,
    /// It became a file: nobody mailed it.
    Written,
}

impl LetterState {
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Written,
        Self::Failed,
        Self::Uncertain,
        Self::Suppressed,
        Self::Bounced,
    ];

    /// The word that JSON and the filter language use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Uncertain => "uncertain",
            Self::Suppressed => "suppressed",
            Self::Bounced => "bounced",
            Self::Written => "written",
        }
    }
}

impl std::fmt::Display for LetterState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for LetterState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// One letter, folded from its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Which one it is; its Message-ID follows from it.
    pub id: LetterId,
    pub kind: LetterKind,
    /// The code that it carries or is about; 0: none.
    pub generation: u32,
    /// A reminder: so many seconds before the end.
    pub before: Option<u32>,
    /// The same letter as one before.
    pub again: bool,
    /// Where it goes, or went.
    pub to: Untrusted,
    /// When it was queued: its date.
    #[serde(with = "moment")]
    pub queued_at: Timestamp,
    pub by: Box<str>,
    pub state: LetterState,
    #[serde(with = "moment")]
    pub at: Timestamp,
    /// When it is (next) to be tried; `None`: it is not.
    #[serde(with = "moment")]
    pub due_at: Option<Timestamp>,
    /// How often it was refused for the time being.
    pub refused: u16,
    /// How often the server took nothing at the moment: that costs no try.
    pub deferred: u16,
    /// How often handing it to a mail server began and was not refused: more than one may mean a second copy.
    pub handed: u16,
    /// The server's answer, or why not, in words.
    pub words: Option<Box<str>>,
    /// A report said that it is held up on its way.
    #[serde(with = "moment")]
    pub delayed_at: Option<Timestamp>,
    /// It had ended badly when somebody had it tried again, and no server has taken it since.
    pub went_wrong: bool,
    /// When somebody last had it tried again.
    #[serde(with = "moment")]
    pub retried_at: Option<Timestamp>,
    /// How often it had been handed over then: what is reported of those copies says nothing of the later ones.
    pub settled: u16,
}

impl Letter {
    /// Whether it is still to go out, or on its way.
    pub fn is_open(&self) -> bool {
        self.due_at.is_some() || self.state == LetterState::Sending
    }

    /// Whether a copy of it was handed over since somebody last had it tried again. A file that somebody may have passed on counts.
    pub fn is_out(&self) -> bool {
        self.handed > self.settled || self.state == LetterState::Written
    }

    /// Whether a server took it, and a report says that it is held up on its way.
    pub fn is_held_up(&self) -> bool {
        self.state == LetterState::Sent && self.delayed_at.is_some()
    }

    /// Whether no person sent it: it says so itself, so that no vacation program answers (RFC 3834).
    pub fn is_automatic(&self) -> bool {
        self.kind.is_automatic() || self.by.starts_with(Actor::SYSTEM)
    }

    /// Whether its moment has come. One that was set in what is the future by now (the clock was set back) waits for nothing.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.due_at.is_some_and(|due| due <= now || self.at > now)
    }

    /// Whether a copy of it has left us, as far as anybody knows. A file counts: it is there for somebody to pass on, and the
    /// letters that follow it (reminders, the acknowledgement) are files too.
    pub fn has_left(&self) -> bool {
        self.state == LetterState::Written || (self.handed > 0 && self.state != LetterState::Bounced)
    }

    /// Whether a mail server may have it since somebody last had it tried again: another try may be a second copy.
    pub fn may_have_arrived(&self) -> bool {
        self.handed > self.settled && self.state != LetterState::Bounced
    }

    /// Whether it ended in a way that somebody must know of. A code that is held up on its way may die before it arrives. A letter
    /// that went wrong and then became a file was still mailed by nobody.
    pub fn is_trouble(&self) -> bool {
        match self.state {
            LetterState::Failed | LetterState::Uncertain => self.due_at.is_none(),
            LetterState::Bounced => true,
            LetterState::Sent => self.is_held_up() && self.kind.carries_code(),
            LetterState::Written => self.went_wrong,
            LetterState::Queued | LetterState::Sending | LetterState::Suppressed => false,
        }
    }
}

/// Before the file's path, in the words of a letter that became one.
const WRITTEN_TO: &str = "written to ";

/// The file of a letter that was recorded as sent before `email.written` was a fact. A mail server's reply begins with its
/// three digits, so what begins so came from the directory, for certain.
pub(super) fn file_of_reply(reply: &str) -> Option<&str> {
    reply.strip_prefix(WRITTEN_TO)
}

/// An address that a mail server refused for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressRefused {
    pub address: Untrusted,
    /// The status (RFC 3463), such as `5.1.1`.
    pub status: Box<str>,
    #[serde(with = "moment")]
    pub at: Timestamp,
}

/// The letters of one dealership.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Those about the present code, and the latest of those before; oldest first.
    pub letters: Vec<Letter>,
    /// Its address does not work. Forgotten when it gets another one.
    pub refused: Option<AddressRefused>,
    /// It is not to be reminded.
    pub reminders_off: bool,
    /// When handing over a letter last began.
    #[serde(with = "moment")]
    pub begun_at: Option<Timestamp>,
}

impl Mail {
    pub fn letter(&self, id: LetterId) -> Option<&Letter> {
        self.letters.iter().find(|letter| letter.id == id)
    }

    /// The letters that are still to go out.
    pub fn open(&self) -> impl Iterator<Item = &Letter> {
        self.letters.iter().filter(|letter| letter.is_open())
    }
}

/// How long to rest before a letter is tried again: the configured step, 10 % more or less.
///
/// `jitter` is in thousandths, 0 to 1,000.
pub(super) fn rest(step: TimeDelta, jitter: u16) -> TimeDelta {
    let share = 900 + i64::from(jitter.min(1_000)) / 5;
    TimeDelta::milliseconds(step.num_milliseconds().saturating_mul(share) / 1_000)
}
