//! What a simulated dealership does, and when: scheduled actions.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::catalog::{Edit, NEW_OPCODE, OTHER_EXISTING, TELL_US_MORE};
use super::schedule::{Adjust, Channel, Limit, USUAL_HORIZON};
use super::seeded_rng::SeededRng;

/// What a dealership does about the service operations code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OpcodePlan {
    Existing,
    OtherExisting,
    /// What it has looks like what it names.
    NearMiss,
    /// It shows nothing of its catalogue to partners.
    InternalOnly,
    NewAtOnce,
    NewLater,
    NewNever,
    /// Created, but only in the draft.
    NewUnpublished,
    /// Published, but not shown to all applications.
    NewNotAll,
    /// Published, but for some vehicles only.
    NewNotStandard,
}

impl OpcodePlan {
    pub(super) fn draw(rng: &mut SeededRng) -> Self {
        let table = [
            (50, Self::Existing),
            (5, Self::OtherExisting),
            (8, Self::NearMiss),
            (3, Self::InternalOnly),
            (10, Self::NewAtOnce),
            (3, Self::NewLater),
            (3, Self::NewNever),
            (7, Self::NewUnpublished),
            (6, Self::NewNotAll),
            (5, Self::NewNotStandard),
        ];
        rng.weighted(&table, Self::Existing)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Existing => "existing",
            Self::OtherExisting => "other-existing",
            Self::NearMiss => "near-miss",
            Self::InternalOnly => "own-house",
            Self::NewAtOnce => "new-at-once",
            Self::NewLater => "new-later",
            Self::NewNever => "new-never",
            Self::NewUnpublished => "new-unpublished",
            Self::NewNotAll => "new-not-all",
            Self::NewNotStandard => "new-not-standard",
        }
    }

    /// The opcode it will name, and whether that is an "existing" or a "new" one.
    pub(super) fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Existing | Self::NearMiss | Self::InternalOnly => (TELL_US_MORE, "existing"),
            Self::OtherExisting => (OTHER_EXISTING, "existing"),
            _ => (NEW_OPCODE, "new"),
        }
    }
}

/// Why a dealership offers customers of the web nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSlotsReason {
    NoWebCapacity,
    NotReservable,
    NoWorkingTimes,
    ShortHorizon,
    Closed,
}

impl NoSlotsReason {
    pub(super) fn draw(rng: &mut SeededRng) -> Self {
        let table = [
            (40, Self::NoWebCapacity),
            (25, Self::NotReservable),
            (15, Self::NoWorkingTimes),
            (10, Self::ShortHorizon),
            (10, Self::Closed),
        ];
        rng.weighted(&table, Self::NoWebCapacity)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NoWebCapacity => "no-web-capacity",
            Self::NotReservable => "not-reservable",
            Self::NoWorkingTimes => "no-working-times",
            Self::ShortHorizon => "short-horizon",
            Self::Closed => "closed",
        }
    }

    /// What brings it about, on a day of the dealership.
    pub(super) fn begun(self, today: NaiveDate) -> Adjust {
        match self {
            Self::NoWebCapacity => Adjust::Capacity(Channel::Web, Limit::PerDay(0)),
            Self::NotReservable => Adjust::Reservable(false),
            Self::NoWorkingTimes => Adjust::AtWork(false),
            // Who books must do so three days before, and may do so at most two days ahead.
            Self::ShortHorizon => Adjust::Horizon { days: Some(2), lead_minutes: Some(3 * 24 * 60) },
            Self::Closed => Adjust::Days { from: today, until: weeks_after(today), closed: Some(true) },
        }
    }

    /// What puts an end to it.
    pub(super) fn ended(self) -> Adjust {
        match self {
            Self::NoWebCapacity => Adjust::Capacity(Channel::Web, Limit::NoLimit),
            Self::NotReservable => Adjust::Reservable(true),
            Self::NoWorkingTimes => Adjust::AtWork(true),
            Self::ShortHorizon => Adjust::Horizon { days: Some(USUAL_HORIZON), lead_minutes: Some(60) },
            Self::Closed => Adjust::Open,
        }
    }

    /// What the dealership says when it has put an end to it.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::NoWebCapacity => "The capacity of type Web was 0. It is NL now.",
            Self::NotReservable => "None of our advisors was reservable. They are now.",
            Self::NoWorkingTimes => "Our advisors had no working times in Xtime. They have some now.",
            Self::ShortHorizon => "Our web horizon was two days only. It is sixty now.",
            Self::Closed => "The building works are over, we are open again.",
        }
    }
}

fn weeks_after(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(20)).unwrap_or(day)
}

/// How a dealership deals with one invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behaviour {
    Early,
    Midway,
    Late,
    TooLate,
    Never,
    WrongRooftop,
    Cancel,
    Mistyped,
    MistypedGivesUp,
}

impl Behaviour {
    pub(super) fn draw(rng: &mut SeededRng, generation: u32) -> Self {
        // Who has asked for a second code means it.
        let patience = u32::from(generation <= 1);
        let table = [
            (48, Self::Early),
            (12, Self::Midway),
            (8, Self::Late),
            (5 * patience, Self::TooLate),
            (12 * patience, Self::Never),
            (5, Self::WrongRooftop),
            (4, Self::Cancel),
            (4, Self::Mistyped),
            (2 * patience, Self::MistypedGivesUp),
        ];
        rng.weighted(&table, Self::Early)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::Midway => "midway",
            Self::Late => "late",
            Self::TooLate => "too-late",
            Self::Never => "never",
            Self::WrongRooftop => "wrong-rooftop",
            Self::Cancel => "cancel",
            Self::Mistyped => "mistyped",
            Self::MistypedGivesUp => "mistyped-gives-up",
        }
    }
}

/// What a dealership says to the partner's contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageKind {
    Done,
    CodeRefused,
    NeedsCode,
    Opcode,
    Question,
    /// Something that kept customers from booking is put right.
    Fixed,
}

impl MessageKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::CodeRefused => "code-refused",
            Self::NeedsCode => "needs-code",
            Self::Opcode => "opcode",
            Self::Question => "question",
            Self::Fixed => "fixed",
        }
    }
}

/// When an action counts, given what became of its invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Always,
    /// The dealership finished with this invitation.
    Accepted,
    /// The invitation is the newest and died unused.
    Dead,
    Connected,
    /// The letter with this number is the newest one with a code, and there is still something to connect.
    Reading(u32),
}

/// What the platform made of a code that was typed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CodeResult {
    Accepted,
    /// It was good, and the last step was not taken.
    Cancelled,
    /// It was good, and used up for another rooftop.
    Elsewhere,
    Unknown,
    OtherRooftop,
    Expired,
    Superseded,
    Used,
}

impl CodeResult {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Cancelled => "cancelled",
            Self::Elsewhere => "confirmed at another rooftop",
            Self::Unknown => "unknown code",
            Self::OtherRooftop => "of another rooftop",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
            Self::Used => "already used",
        }
    }

    pub(super) fn is_refusal(self) -> bool {
        !matches!(self, Self::Accepted | Self::Cancelled | Self::Elsewhere)
    }

    /// What people tell the contact when *Validate* said no.
    pub(super) fn message(self) -> Option<&'static str> {
        match self {
            Self::Accepted | Self::Cancelled | Self::Elsewhere => None,
            Self::Unknown => {
                Some("Xtime says that the invitation is not valid. We typed it as it stands in the e-mail.")
            }
            Self::OtherRooftop => Some("Xtime says that the invitation is not for this dealership."),
            Self::Expired => Some("Xtime says that the invitation has expired."),
            Self::Superseded => Some("Xtime refuses the code; we have seen a newer one, is this one void?"),
            Self::Used => Some("Xtime says that the invitation was used already."),
        }
    }
}

/// A code as somebody typed it; only its ends are ever shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Typed(String);

impl Typed {
    pub(super) fn new(code: &str) -> Self {
        Self(code.to_owned())
    }

    /// The first and the last character; separators stay, so that the form can be recognised.
    pub(super) fn masked(&self) -> String {
        let last = self.0.chars().count().saturating_sub(1);
        let shown = |(place, c): (usize, char)| if place == 0 || place == last || c == '-' { c } else { '*' };
        self.0.chars().enumerate().map(shown).collect()
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.masked())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DealerAction {
    /// The code is typed in: `finish` says whether it is confirmed for the right rooftop in the end.
    Enter {
        right: bool,
        finish: bool,
    },
    /// A code is typed in that is none of this dealership's: mistyped, or as it stood in a letter.
    Mistype {
        typed: Typed,
        why: CodeResult,
    },
    /// A letter with a code has come, the one with this number.
    Letter(u32),
    Connect,
    Disconnect,
    Catalog(Edit),
    Calendar(Adjust),
    Say {
        kind: MessageKind,
        text: String,
        opcode: Option<(String, &'static str)>,
    },
}

/// An action, its moment, and its condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScheduledAction {
    pub(super) at: DateTime<Utc>,
    /// The invitation it belongs to, by generation; 0 for those of the control interface.
    pub(super) generation: u32,
    pub(super) when: When,
    pub(super) action: DealerAction,
}
