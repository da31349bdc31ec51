//! What letters are for.

use serde::{Deserialize, Serialize};

/// What a letter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterKind {
    /// The first code, and how to enter it.
    Invitation,
    /// A new code; the earlier one no longer counts.
    Reissue,
    Reminder,
    /// We have the dealer's word; Xtime may take up to 24 hours to show it.
    WordReceived,
    /// The steps to an opcode that is visible to us.
    OpcodeGuide,
    Live,
}

impl LetterKind {
    /// Every kind, in the order of the process.
    pub const ALL: [Self; 6] =
        [Self::Invitation, Self::Reissue, Self::Reminder, Self::WordReceived, Self::OpcodeGuide, Self::Live];

    /// The letter with a code of this number.
    pub const fn of_code(generation: u32) -> Self {
        if generation > 1 { Self::Reissue } else { Self::Invitation }
    }

    /// The word for commands, JSON and the names of template files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reissue => "reissue",
            Self::Reminder => "reminder",
            Self::WordReceived => "word-received",
            Self::OpcodeGuide => "opcode-guide",
            Self::Live => "live",
        }
    }

    /// Whether it carries a code: such a letter goes out only while that code lives.
    pub const fn carries_code(self) -> bool {
        matches!(self, Self::Invitation | Self::Reissue | Self::Reminder)
    }
}

impl std::fmt::Display for LetterKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for LetterKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}
