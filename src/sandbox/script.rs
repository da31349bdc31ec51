//! What a simulated dealership does after an invitation: timed actions, a pure function of seed, dealer, generation, time.

use chrono::{DateTime, Utc};

use super::chance::Chance;
use super::profile::{NEW_OPCODE, OTHER_EXISTING, Service, TELL_US_MORE};

/// What a dealership will do about the service operations code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OpcodePlan {
    Existing,
    OtherExisting,
    NearMiss,
    NewAtOnce,
    NewLater,
    NewNever,
}

impl OpcodePlan {
    pub(super) fn draw(chance: &mut Chance) -> Self {
        let table = [
            (60, Self::Existing),
            (6, Self::OtherExisting),
            (8, Self::NearMiss),
            (14, Self::NewAtOnce),
            (7, Self::NewLater),
            (5, Self::NewNever),
        ];
        chance.weighted(&table, Self::Existing)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Existing => "existing",
            Self::OtherExisting => "other-existing",
            Self::NearMiss => "near-miss",
            Self::NewAtOnce => "new-at-once",
            Self::NewLater => "new-later",
            Self::NewNever => "new-never",
        }
    }

    /// The opcode it will name, and whether that is an "existing" or a "new" one.
    pub(super) fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Existing | Self::NearMiss => (TELL_US_MORE, "existing"),
            Self::OtherExisting => (OTHER_EXISTING, "existing"),
            Self::NewAtOnce | Self::NewLater | Self::NewNever => (NEW_OPCODE, "new"),
        }
    }
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
    pub(super) fn draw(chance: &mut Chance, generation: u32) -> Self {
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
        chance.weighted(&table, Self::Early)
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
pub(super) enum Kind {
    Done,
    CodeRefused,
    NeedsCode,
    Opcode,
    Question,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::CodeRefused => "code-refused",
            Self::NeedsCode => "needs-code",
            Self::Opcode => "opcode",
            Self::Question => "question",
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
    /// Xtime shows the connection.
    Connected,
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// The code is typed in: `finish` says whether it is confirmed for the right rooftop in the end.
    Enter {
        right: bool,
        finish: bool,
    },
    Connect,
    Disconnect,
    Publish(Service),
    Unpublish(String),
    Rename {
        from: String,
        to: String,
    },
    Capacity(bool),
    Say {
        kind: Kind,
        text: String,
        opcode: Option<(String, &'static str)>,
    },
}

/// An action, its moment, and its condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Timed {
    pub(super) at: DateTime<Utc>,
    /// The invitation it belongs to, by generation; 0 for those of the control interface.
    pub(super) generation: u32,
    pub(super) when: When,
    pub(super) act: Act,
}
