//! What letters are for: a row for each kind.

use serde::{Deserialize, Serialize};

macro_rules! letter_kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal,)*) => {
        /// What a letter is for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum LetterKind {
            $($(#[$doc])* #[serde(rename = $word)] $kind,)*
        }

        impl LetterKind {
            /// Every kind, in the order of the process.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$kind),*];

            /// The word for commands, JSON, settings and the names of template files.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)*
                }
            }
        }
    };
}

letter_kinds! {
    /// The first code, and how to enter it.
    Invitation = "invitation",
    /// A new code; the earlier one no longer counts.
    Reissue = "reissue",
    Reminder = "reminder",
    /// We have the dealer's word; Xtime may take up to 24 hours to show it.
    WordReceived = "word-received",
    /// The steps to an opcode that is visible to us.
    OpcodeGuide = "opcode-guide",
    Live = "live",
}

impl LetterKind {
    /// Those that may go out by themselves when something is seen: all that the setting accepts, and its default.
    pub const AUTOMATIC: [Self; 2] = [Self::WordReceived, Self::Live];

    /// The letter with a code of this number.
    pub const fn of_code(generation: u32) -> Self {
        if generation > 1 { Self::Reissue } else { Self::Invitation }
    }

    /// Whether it carries a code: such a letter goes out only while that code lives.
    pub const fn carries_code(self) -> bool {
        matches!(self, Self::Invitation | Self::Reissue | Self::Reminder)
    }

    /// Whether it answers or reminds, whoever asked for it.
    pub(super) const fn is_automatic(self) -> bool {
        matches!(self, Self::Reminder | Self::WordReceived)
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
