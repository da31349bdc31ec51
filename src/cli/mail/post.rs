//! Handing letters over while a command waits, and telling what became of each.

use std::collections::HashMap;

use crate::domain::text::clean;
use crate::domain::{DealershipId, LetterState, in_words};
use crate::engine::{self, Engine};

use super::super::app::App;
use super::super::error::CliError;

/// What became of the letters of a command, by dealership.
#[derive(Default)]
pub(in crate::cli) struct Posted(HashMap<DealershipId, engine::Posted>);

impl Posted {
    /// Hands over what waits for these dealerships.
    ///
    /// # Errors
    /// When what became of it could not be recorded.
    pub(in crate::cli) async fn now(
        app: &App,
        engine: &Engine,
        dealerships: &[DealershipId],
    ) -> Result<Self, CliError> {
        if !engine.sends_letters() || dealerships.is_empty() {
            return Ok(Self::default());
        }
        let (apart, now) = (engine.policy().mail.per_dealership, app.clock.now());
        let waits = dealerships.iter().filter_map(|id| {
            let state = engine.book().get(*id)?;
            state.letters().iter().any(|letter| letter.due_at.is_some()).then(|| state.letter_pause(apart, now))?
        });
        if let Some(longest) = waits.max() {
            app.out.note(format!("a dealership had a letter a moment ago; the next one goes in {}", in_words(longest)));
        }
        let posted = engine.post_now(dealerships).await?;
        Ok(Self(posted.into_iter().map(|one| (one.dealership, one)).collect()))
    }

    /// What became of the letter to a dealership, in words, and whether it went out; `None`: there was none.
    pub(in crate::cli) fn of(&self, id: DealershipId) -> Option<(String, bool)> {
        self.0.get(&id).map(words)
    }
}

fn words(posted: &engine::Posted) -> (String, bool) {
    let letter = &posted.letter;
    let (to, why) = (letter.to.plain(), letter.words.as_deref().map(clean).unwrap_or_default());
    match letter.state {
        LetterState::Sent => (format!("letter sent to {to}"), true),
        LetterState::Queued => {
            let waits = posted.why.as_deref().map(|why| format!(": {}", clean(why))).unwrap_or_default();
            (format!("letter to {to} waits{waits} (it goes with the desk, `watch`, or `mail retry`)"), false)
        }
        LetterState::Sending => (format!("letter to {to} is being handed over"), false),
        LetterState::Failed if letter.due_at.is_some() => (format!("letter to {to} not sent yet: {why}"), false),
        LetterState::Failed => (format!("letter to {to} not sent: {why}"), false),
        LetterState::Uncertain => (format!("letter to {to}: nobody knows whether it arrived ({why})"), false),
        LetterState::Suppressed => (format!("no letter: {why}"), false),
        LetterState::Bounced => (format!("letter to {to} came back: {why}"), false),
    }
}
