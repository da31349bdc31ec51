//! What a filter asks of letters.

use crate::domain::{LetterState, Onboarding};

/// What can be asked of a dealership's letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MailIs {
    /// The letter that tells how things stand is in this state.
    At(LetterState),
    Refused,
    /// It never had a letter.
    None,
}

impl MailIs {
    pub(super) const WORDS: &'static [(&'static str, Self)] = &[
        ("failed", Self::At(LetterState::Failed)),
        ("uncertain", Self::At(LetterState::Uncertain)),
        ("sent", Self::At(LetterState::Sent)),
        ("written", Self::At(LetterState::Written)),
        ("queued", Self::At(LetterState::Queued)),
        ("sending", Self::At(LetterState::Sending)),
        ("suppressed", Self::At(LetterState::Suppressed)),
        ("bounced", Self::At(LetterState::Bounced)),
        ("refused", Self::Refused),
        ("none", Self::None),
    ];

    pub(super) fn holds(self, state: &Onboarding) -> bool {
        match self {
            Self::At(wanted) => state.telling_letter().is_some_and(|letter| letter.state == wanted),
            Self::Refused => state.address_refused().is_some(),
            Self::None => state.letters().is_empty(),
        }
    }
}
