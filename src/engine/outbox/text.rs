//! Letters for whoever reads them here instead of at the dealership: the very text, with the code masked.

use super::attempt::render_context;
use crate::domain::{Actor, DealershipId, Fact, LetterId, LetterKind, Refusal, evolve_all};
use crate::engine::Engine;
use crate::mail::{self, RenderContext};
use crate::protocol::{LetterText, RequestError};

impl Engine {
    /// Where letters go, for people; `None`: nowhere.
    pub fn mail_name(&self) -> Option<String> {
        self.inner.parts.outbox.as_ref().map(|outbox| outbox.transport.name())
    }

    /// Whether letters are mailed; else they become files, or nothing.
    pub fn mails(&self) -> bool {
        self.inner.parts.outbox.as_ref().is_some_and(|outbox| outbox.transport.mails())
    }

    /// A letter as it would go out once `as_if` were recorded, such as a code that was typed.
    pub fn preview(
        &self,
        id: DealershipId,
        kind: LetterKind,
        as_if: &[Fact],
    ) -> Result<mail::RenderedLetter, RequestError> {
        let inner = &self.inner;
        let outbox = inner.parts.outbox.as_ref().ok_or(Refusal::NoMail)?;
        let now = inner.now();
        let state = inner.known(id)?.as_ref().clone();
        let state = evolve_all(Some(state), id, as_if, &Actor::system("preview"), now).ok_or(Refusal::Unknown)?;
        if let Some(obstacle) = state.obstacle(kind, state.generation(), now) {
            return Err(Refusal::Letter(obstacle).into());
        }
        let context =
            RenderContext { letter: LetterId::from_bits(0), kind, written_at: now, automatic: false, settled: 0 };
        written(outbox.renderer.write(&state, &context, &inner.parts.policy))
    }

    /// The letter as it went out, or will: written from the state as it is now.
    pub fn letter_text(&self, id: DealershipId, letter: LetterId) -> Result<mail::RenderedLetter, RequestError> {
        let outbox = self.inner.parts.outbox.as_ref().ok_or(Refusal::NoMail)?;
        let state = self.inner.known(id)?;
        let letter = state.letter(letter).ok_or(Refusal::NoLetter(letter))?;
        if let Some(superseded) = state.superseded(letter.kind, letter.generation) {
            return Err(Refusal::Letter(superseded).into());
        }
        written(outbox.renderer.write(&state, &render_context(letter), &self.inner.parts.policy))
    }
}

fn written(letter: Result<mail::RenderedLetter, mail::LetterError>) -> Result<mail::RenderedLetter, RequestError> {
    letter.map_err(|why| RequestError::Letter(why.to_string()))
}

/// What is read of a letter, with its code in full only where that was asked for.
pub fn letter_text(letter: &mail::RenderedLetter, reveal: bool) -> LetterText {
    let pages = if reveal { letter.revealed() } else { letter.masked() };
    LetterText {
        from: letter.from.to_string(),
        to: letter.to.to_string(),
        reply_to: letter.reply_to.as_ref().map(ToString::to_string),
        subject: letter.subject.clone(),
        text: pages.text,
        html: pages.html,
    }
}
