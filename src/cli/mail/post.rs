//! Handing letters over while a command waits, and telling what became of each.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::{EngineClient, ask};
use crate::domain::text::clean;
use crate::domain::{DealershipId, Event, LetterId, LetterState};
use crate::present::json::LetterDocument;
use crate::protocol::{Request, SendResult};

use super::super::app::App;
use super::super::error::CliError;

/// What became of the letters of a command.
#[derive(Default)]
pub(in crate::cli) struct SentLetters(HashMap<LetterId, SendResult>);

/// What became of one letter.
#[derive(Debug)]
pub(in crate::cli) struct LetterResult {
    pub(in crate::cli) words: String,
    /// Whether it went where letters go.
    pub(in crate::cli) well: bool,
    pub(in crate::cli) document: Value,
}

impl LetterResult {
    /// That there is no letter, and why.
    pub(in crate::cli) fn none(why: &str) -> Self {
        Self { words: format!("no letter: {why}"), well: true, document: json!({ "state": null, "reason": why }) }
    }
}

impl SentLetters {
    pub(in crate::cli) async fn now(
        app: &App,
        client: &dyn EngineClient,
        letters: Vec<(DealershipId, LetterId)>,
    ) -> Result<Self, CliError> {
        if !client.info().sends_letters() || letters.is_empty() {
            return Ok(Self::default());
        }
        let posted: Vec<SendResult> = ask(client, Request::SendLetters(letters), &app.actor()).await?;
        Ok(Self(posted.into_iter().map(|one| (one.letter.id, one)).collect()))
    }

    /// What became of a letter; `None`: it was not handed over.
    pub(in crate::cli) fn of(&self, letter: Option<LetterId>) -> Option<LetterResult> {
        let posted = self.0.get(&letter?)?;
        let (words, well) = words(posted);
        let document = LetterDocument::of(&posted.letter).with_wait(posted.why.as_deref());
        Some(LetterResult { words, well, document: json!(document) })
    }
}

/// The letter that events queued, or made due again.
pub(in crate::cli) fn queued_by(events: &[Arc<Event>]) -> Option<LetterId> {
    events.iter().find_map(|event| event.fact.queues())
}

fn words(posted: &SendResult) -> (String, bool) {
    let letter = &posted.letter;
    let (to, why) = (letter.to.plain(), letter.words.as_deref().map(clean).unwrap_or_default());
    match letter.state {
        LetterState::Sent => (format!("letter sent to {to}"), true),
        LetterState::Written => {
            (format!("letter to {to} {why}, not mailed: set transport under [mail] to mail it"), true)
        }
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
