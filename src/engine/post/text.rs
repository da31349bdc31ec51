//! Letters for whoever reads them here instead of at the dealership: the very text, with the code masked.

use super::Engine;
use crate::domain::{DealershipId, Fact, LetterId, LetterKind};
use crate::engine::EngineError;
use crate::mail;

/// A letter as a person at the desk reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterText {
    pub to: String,
    pub subject: String,
    /// Its plain text, the code masked as [`crate::domain::InvitationCode::masked`] writes it.
    pub text: String,
}

impl Engine {
    /// The text of a letter as it would go out now; see [`Engine::preview`].
    ///
    /// # Errors
    /// When something forbids the letter, or it cannot be written.
    pub fn preview_text(&self, id: DealershipId, kind: LetterKind, as_if: &[Fact]) -> Result<LetterText, EngineError> {
        Ok(shown(&self.preview(id, kind, as_if)?))
    }

    /// The text of a letter as it went out, or will; see [`Engine::letter_text`].
    ///
    /// # Errors
    /// When it cannot be written any more.
    pub fn read_letter(&self, id: DealershipId, letter: LetterId) -> Result<LetterText, EngineError> {
        Ok(shown(&self.letter_text(id, letter)?))
    }
}

/// The one place that knows what a letter is made of.
fn shown(letter: &mail::RenderedLetter) -> LetterText {
    LetterText { to: letter.to.to_string(), subject: letter.subject.clone(), text: letter.masked().text }
}
