//! How letters look: glyph, word and tone of what became of them, and what the table says of a dealership's mail.

use super::Tone;
use crate::domain::{Letter, LetterState, Onboarding, Timestamp};

/// What nobody who sends no letters can do.
pub const NO_MAIL: &str = "no letters are sent: set transport under [mail]";

/// What it means that letters become files, and what to do about it.
pub const ONLY_FILES: &str =
    "Letters are only written to files, nobody mails them: set transport under [mail] in config.toml.";

/// What became of a letter, as it is shown. The most urgent is the smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A mail server refused the address for good.
    Refused,
    Bounced,
    /// It was not taken, and is not tried again.
    Failed,
    /// It went wrong, and became a file when it was tried again: still nobody mailed it.
    Unmailed,
    /// Nobody knows whether it was taken, and it is not tried again.
    Uncertain,
    /// A server took it, and it is held up on its way.
    Delayed,
    /// Nobody knows whether it was taken, and it is tried once more.
    UncertainAgain,
    /// It was not taken, and is tried again.
    FailedAgain,
    /// It is being handed over.
    Sending,
    /// It waits for its turn.
    Queued,
    /// It became a file: nobody mailed it.
    Written,
    /// It does not go out, on purpose.
    Suppressed,
    /// The mail server took it.
    Sent,
}

impl Fate {
    /// What became of a letter.
    pub fn of(letter: &Letter) -> Self {
        match (letter.state, letter.due_at) {
            (LetterState::Queued, _) => Self::Queued,
            (LetterState::Sending, _) => Self::Sending,
            (LetterState::Sent, _) if letter.is_held_up() => Self::Delayed,
            (LetterState::Sent, _) => Self::Sent,
            (LetterState::Written, _) if letter.went_wrong => Self::Unmailed,
            (LetterState::Written, _) => Self::Written,
            (LetterState::Failed, None) => Self::Failed,
            (LetterState::Failed, Some(_)) => Self::FailedAgain,
            (LetterState::Uncertain, None) => Self::Uncertain,
            (LetterState::Uncertain, Some(_)) => Self::UncertainAgain,
            (LetterState::Suppressed, _) => Self::Suppressed,
            (LetterState::Bounced, _) => Self::Bounced,
        }
    }

    pub const fn label(self) -> (&'static str, &'static str, Tone) {
        match self {
            Self::Refused => ("←", "refused", Tone::Bad),
            Self::Bounced => ("←", "bounced", Tone::Bad),
            Self::Failed => ("✗", "failed", Tone::Bad),
            Self::Unmailed => ("✎", "not mailed", Tone::Bad),
            Self::Uncertain | Self::UncertainAgain => ("?", "uncertain", Tone::Warn),
            Self::Delayed => ("?", "held up", Tone::Warn),
            Self::FailedAgain => ("↻", "failed", Tone::Warn),
            Self::Sending => ("→", "sending", Tone::Busy),
            Self::Queued => ("◌", "queued", Tone::Busy),
            Self::Written => ("✎", "written", Tone::Plain),
            Self::Suppressed => ("⊘", "suppressed", Tone::Faint),
            Self::Sent => ("✓", "sent", Tone::Good),
        }
    }

    /// Whether something went wrong with it, for good or for now.
    pub fn is_trouble(self) -> bool {
        self < Self::Sending
    }
}

/// What the table says of a dealership's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailSummary {
    /// What became of the letter that tells how things stand.
    pub fate: Fate,
    pub at: Timestamp,
    /// When it is tried again.
    pub again_at: Option<Timestamp>,
}

impl MailSummary {
    /// What the table says; `None`: there was no letter.
    pub fn of(state: &Onboarding) -> Option<Self> {
        if let Some(refused) = state.address_refused() {
            return Some(Self { fate: Fate::Refused, at: refused.at, again_at: None });
        }
        let letter = state.telling_letter()?;
        let fate = Fate::of(letter);
        Some(Self { fate, at: letter.at, again_at: letter.due_at.filter(|_| fate.is_trouble()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_letters_differs_by_glyph_or_word() {
        use Fate::{
            Bounced, Delayed, Failed, FailedAgain, Queued, Refused, Sending, Sent, Suppressed, Uncertain, Unmailed,
            Written,
        };
        let fates = [
            Refused,
            Bounced,
            Failed,
            Unmailed,
            Uncertain,
            Delayed,
            FailedAgain,
            Sending,
            Queued,
            Written,
            Suppressed,
            Sent,
        ];
        let mut labels: Vec<_> = fates.iter().map(|fate| (fate.label().0, fate.label().1)).collect();
        assert!(labels.iter().all(|(glyph, word)| crate::domain::text::width(glyph) == 1 && word.len() <= 10));
        labels.sort_unstable();
        labels.dedup();
        assert_eq!(labels.len(), fates.len());
        assert!(fates.is_sorted());
        // A file is no letter that somebody has: it must not look like one.
        assert!(Written.label().2 != Sent.label().2);
    }
}
