//! What an action is about.

use crate::domain::{DealershipId, Letter, LetterId, Onboarding};
use crate::tui::queue::LetterRef;
use crate::tui::rows::DealershipRows;

/// A dealership that an action is about, or one letter of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub dealership: DealershipId,
    pub letter: Option<LetterId>,
}

impl From<DealershipId> for Target {
    fn from(dealership: DealershipId) -> Self {
        Self { dealership, letter: None }
    }
}

impl From<LetterRef> for Target {
    fn from(LetterRef { dealership, letter }: LetterRef) -> Self {
        Self { dealership, letter: Some(letter) }
    }
}

impl Target {
    /// Both as they are now.
    pub fn find(self, rows: &DealershipRows) -> Option<(&Onboarding, Option<&Letter>)> {
        let state = &*rows.get(self.dealership)?.state;
        match self.letter {
            None => Some((state, None)),
            Some(id) => Some((state, Some(state.letters().iter().find(|letter| letter.id == id)?))),
        }
    }
}
