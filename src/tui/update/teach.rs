//! Answers that no row of the meanings knew: told once, and found for whoever teaches what they mean.

use std::sync::Arc;

use crate::domain::{Event, Fact, Outcome, ResponseFacts};
use crate::tui::action::Action;
use crate::tui::state::ScreenState;
use crate::tui::theme::Tone;
use crate::tui::unrecognised::Unrecognised;

/// By what an answer is told from others. What it says of its own dealership does not make it another one.
fn said(answer: &ResponseFacts, words: &str, dealer_code: &str) -> (u16, Box<str>) {
    let said = match (&answer.code, &answer.message) {
        (Some(code), _) => code.clone(),
        (None, Some(message)) if dealer_code.len() > 1 => message.replace(dealer_code, "").into(),
        (None, Some(message)) => message.clone(),
        (None, None) => words.into(),
    };
    (answer.status, said)
}

/// Tells of answers that no row knew: once each, for whomever they were given.
pub(super) fn notice(state: &mut ScreenState, events: &[Arc<Event>]) {
    for event in events {
        let (Some(about), Some(words)) = (Unrecognised::of(event), event.fact.humanize_unrecognised()) else {
            continue;
        };
        let dealer_code = state.rows.get(about.dealership).map(|row| row.state.profile.dealer_code.clone());
        let said = said(&about.answer, &words, dealer_code.as_ref().map_or("", |code| code.raw()));
        if !state.told.insert(said) {
            continue;
        }
        let taught = about.answer.has_words() && !state.setup.read_only;
        let key = state.setup.keymap.first_key(Action::TeachMeaning).filter(|_| taught);
        let teaches = key.map_or_else(String::new, |key| format!(" ({key} in the tail teaches it)"));
        state.toast(Tone::Warn, format!("Xtime gave an answer that no row knows{teaches}: {words}"));
    }
}

fn is_open(state: &ScreenState) -> Result<(), String> {
    if state.opening { Err("the store is not open yet".to_owned()) } else { Ok(()) }
}

/// The answer of the event under the tail's cursor.
pub(in crate::tui) fn tail_answer(state: &ScreenState) -> Result<Unrecognised, String> {
    is_open(state)?;
    let line = state.tail.chosen(state.tail_scope()).ok_or("there is no event")?;
    Unrecognised::of(line.newest).ok_or_else(|| "this event holds no unrecognised answer".to_owned())
}

/// What Xtime answered last about the dealership under the table's cursor.
pub(in crate::tui) fn newest_answer(state: &ScreenState) -> Result<Unrecognised, String> {
    is_open(state)?;
    let row = state.selected().ok_or("there is no dealership here")?;
    let id = row.state.id;
    let probe = |event: &&Arc<Event>| matches!(event.fact, Fact::ProbeChanged { .. });
    let newest = match state.tail.history(id) {
        Some(events) => events.rev().find(probe),
        None => state.tail.newest_first().filter(|event| event.dealership == Some(id)).find(probe),
    };
    let is_unknown = row.state.probe.as_ref().is_some_and(|probe| probe.outcome == Outcome::Unknown);
    if newest.is_none() && state.tail.history(id).is_none() && is_unknown {
        let key = state.setup.keymap.first_key(Action::Open);
        let open = key.map_or_else(String::new, |key| format!(": {key} shows them"));
        return Err(format!("its events are not read yet{open}"));
    }
    let newest = newest.and_then(|event| Unrecognised::of(event));
    newest.ok_or_else(|| "its newest answer is no unrecognised one".to_owned())
}
