//! Handing letters over while a command waits, and telling what became of each.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::{EngineClient, ask};
use crate::domain::text::clean;
use crate::domain::{DealershipId, Event, Letter, LetterId, LetterState};
use crate::present::json::LetterDocument;
use crate::protocol::{Request, SendResult};

use super::super::app::App;
use super::super::error::CliError;

/// What became of the letters of a command.
#[derive(Default)]
pub(in crate::cli) struct SentLetters(HashMap<LetterId, LetterResult>);

/// What became of one letter.
#[derive(Debug, Clone)]
pub(in crate::cli) struct LetterResult {
    pub(in crate::cli) words: String,
    /// Whether it went where letters go.
    pub(in crate::cli) well: bool,
    pub(in crate::cli) document: Value,
}

impl LetterResult {
    fn of(sent: &SendResult) -> Self {
        let (words, well) = words(sent);
        let document = LetterDocument::of(&sent.letter).with_wait(sent.why.as_deref());
        Self { words, well, document: json!(document) }
    }

    /// What became of it was not answered.
    fn unknown(letter: &Letter, why: &str) -> Self {
        let words = format!("letter to {}: {why}", letter.to.plain());
        Self { words, well: false, document: json!(LetterDocument::of(letter).with_wait(Some(why))) }
    }

    /// That there is no letter, and why.
    pub(in crate::cli) fn none(why: &str) -> Self {
        Self { words: format!("no letter: {why}"), well: true, document: json!({ "state": null, "reason": why }) }
    }
}

impl SentLetters {
    /// Hands these letters over. What is not answered is told of each: what it is about is recorded.
    pub(in crate::cli) async fn now(
        app: &App,
        client: &dyn EngineClient,
        letters: Vec<(DealershipId, LetterId)>,
    ) -> Self {
        if !client.info().sends_letters() || letters.is_empty() {
            return Self::default();
        }
        let request = Request::SendLetters(letters.clone());
        Self(match ask::<Vec<SendResult>>(client, request, &app.actor()).await {
            Ok(sent) => sent.iter().map(|one| (one.letter.id, LetterResult::of(one))).collect(),
            Err(error) => {
                let why = CliError::from(error).to_string();
                let known = letters.into_iter().filter_map(|(id, letter)| {
                    Some((letter, LetterResult::unknown(client.read_model().get(id)?.letter(letter)?, &why)))
                });
                known.collect()
            }
        })
    }

    /// What became of a letter; `None`: it was not handed over.
    pub(in crate::cli) fn of(&self, letter: Option<LetterId>) -> Option<LetterResult> {
        self.0.get(&letter?).cloned()
    }
}

/// The letter that events queued, or made due again.
pub(in crate::cli) fn queued_by(events: &[Arc<Event>]) -> Option<LetterId> {
    events.iter().find_map(|event| event.fact.queues())
}

fn words(posted: &SendResult) -> (String, bool) {
    let letter = &posted.letter;
    let (to, why) = (letter.to.plain(), letter.words.as_deref().map(clean).unwrap_or_default());
    let waits = |before| posted.why.as_deref().map(|why| format!("{before}{}", clean(why))).unwrap_or_default();
    match letter.state {
        LetterState::Sent => (format!("letter sent to {to}"), true),
        LetterState::Written => {
            (format!("letter to {to} {why}, not mailed: set transport under [mail] to mail it"), true)
        }
        LetterState::Queued => {
            let waits = waits(": ");
            (format!("letter to {to} waits{waits} (it goes with the desk, `watch`, or `mail retry`)"), false)
        }
        LetterState::Sending => (format!("letter to {to} is being handed over"), false),
        LetterState::Failed if letter.is_open() => {
            (format!("letter to {to} not sent yet: {why}{}", waits("; now it waits: ")), false)
        }
        LetterState::Failed => (format!("letter to {to} not sent: {why}"), false),
        LetterState::Uncertain => {
            (format!("letter to {to}: nobody knows whether it arrived ({why}){}", waits("; now it waits: ")), false)
        }
        LetterState::Suppressed => (format!("no letter: {why}"), false),
        LetterState::Bounced => (format!("letter to {to} came back: {why}"), false),
    }
}
