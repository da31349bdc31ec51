//! What the actions of the past do: opening it, going by an event, an hour, a day or to a moment, and returning.

use chrono::TimeDelta;

use super::past_board;
use crate::domain::Timestamp;
use crate::tui::dialog::Dialog;
use crate::tui::msg::{Effect, Msg, WorkId};
use crate::tui::past::{PastDesk, PastMoment, PastNews, PastReading, PastRows};
use crate::tui::state::{Mode, ScreenState};
use crate::tui::theme::Tone;

/// So many dealerships at most are taken from one moment to another at once; more are folded beside.
const AT_ONCE: usize = 512;

/// What is asked for when it is opened.
pub(in crate::tui) fn can_open(state: &ScreenState) -> Result<(), String> {
    if state.loaded { Ok(()) } else { Err("the dealerships are not read yet".to_owned()) }
}

pub(in crate::tui) fn is_open(state: &ScreenState) -> Result<(), String> {
    state.past.as_ref().map(drop).ok_or_else(|| "the past is not shown".to_owned())
}

/// Reads the log and shows the past; returns from it, or gives up reading.
pub(in crate::tui) fn toggle(state: &mut ScreenState) -> Vec<Effect> {
    if state.past.is_some() {
        past_board::leave(state);
        return Vec::new();
    }
    if let Some(reading) = state.past_reading.take() {
        return vec![Effect::Stop(reading.work)];
    }
    let work = state.new_work();
    state.past_reading = Some(PastReading::new(work));
    vec![Effect::ReadPast(work)]
}

/// What is told of it.
pub(in crate::tui) fn news(state: &mut ScreenState, work: WorkId, news: PastNews) -> Vec<Effect> {
    if let PastNews::Folded(rows) = news {
        return folded(state, work, *rows);
    }
    let Some(reading) = state.past_reading.as_mut().filter(|reading| reading.work == work) else { return Vec::new() };
    state.dirty = true;
    match news {
        PastNews::Read { read, of } => (reading.read, reading.of) = (read, of),
        PastNews::Ready(board) => reading.ready = Some(board),
        PastNews::Failed(why) => {
            state.past_reading = None;
            state.toast(Tone::Warn, format!("the past cannot be read: {why}"));
        }
        PastNews::Folded(_) => {}
    }
    Vec::new()
}

/// Shows it once nobody is in the middle of something.
pub(in crate::tui) fn enter_when_quiet(state: &mut ScreenState) {
    let is_quiet = matches!(state.mode, Mode::Desk)
        && state.reading.is_none()
        && state.queue.is_none()
        && state.chord.is_empty()
        && state.tail.seek.is_none()
        && state.past.is_none();
    let ready = state.past_reading.as_mut().filter(|_| is_quiet).and_then(|reading| reading.ready.take());
    if let Some(board) = ready {
        state.past_reading = None;
        past_board::enter(state, *board);
        state.dirty = true;
    }
}

/// Whether a message is about the present, whatever is shown.
pub(in crate::tui) fn is_of_present(msg: &Msg) -> bool {
    matches!(
        msg,
        Msg::FirstPage(_)
            | Msg::Loaded(_)
            | Msg::Committed(_)
            | Msg::Tail(_)
            | Msg::Timeline(..)
            | Msg::Probe(..)
            | Msg::Outcome(..)
            | Msg::Over(_)
            | Msg::Mailbox(..)
            | Msg::CutOff(_)
    )
}

pub(in crate::tui) fn step_event(state: &mut ScreenState, forward: bool) -> Vec<Effect> {
    let Some(PastDesk { log, wanted, .. }) = state.past.as_deref() else { return Vec::new() };
    let PastMoment { position, at } = *wanted;
    // Behind an event it goes back to that first.
    let position = match (forward, log.moment(position)) {
        (true, _) => position + 1,
        (false, Some(moment)) if moment < at && position > 0 => position,
        (false, _) => match position.checked_sub(1) {
            Some(before) => before,
            None => return nothing_there(state, forward),
        },
    };
    match log.moment(position) {
        Some(at) => go(state, PastMoment { position, at }, if forward { "+1" } else { "-1" }.to_owned()),
        None => nothing_there(state, forward),
    }
}

pub(in crate::tui) fn step_time(state: &mut ScreenState, length: TimeDelta) -> Vec<Effect> {
    let Some(PastDesk { wanted, .. }) = state.past.as_deref() else { return Vec::new() };
    let from = wanted.at;
    let Some(at) = from.checked_add_signed(length) else { return Vec::new() };
    let sign = if length < TimeDelta::zero() { "-" } else { "+" };
    let unit = if length.abs() >= TimeDelta::days(1) { "1 d" } else { "1 h" };
    go_to(state, at, &format!("{sign}{unit}"))
}

pub(in crate::tui) fn ask(state: &mut ScreenState) {
    let dialog = Dialog::to_moment(&state.context());
    state.show_dialog(dialog);
}

pub(super) fn asked(state: &mut ScreenState, dialog: &Dialog) -> Vec<Effect> {
    let at = dialog.moment(&state.context());
    at.map_or_else(|_| Vec::new(), |at| go_to(state, at, ""))
}

fn go_to(state: &mut ScreenState, at: Timestamp, step: &str) -> Vec<Effect> {
    let Some(PastDesk { log, wanted, end, .. }) = state.past.as_deref() else { return Vec::new() };
    let at = at.clamp(log.moment(0).unwrap_or(*end).min(*end), *end);
    if at == wanted.at {
        return nothing_there(state, at == *end);
    }
    let (from, position) = (wanted.position, log.position(at));
    let events = match (step, from.abs_diff(position)) {
        ("", _) => String::new(),
        (_, 1) => format!("{step}, 1 event"),
        (_, count) => format!("{step}, {count} events"),
    };
    go(state, PastMoment { position, at }, events)
}

fn nothing_there(state: &mut ScreenState, forward: bool) -> Vec<Effect> {
    let words = if forward { "what came later was not read with the log" } else { "nothing was recorded before" };
    state.tell_of_key(words);
    Vec::new()
}

/// Takes what is shown to another moment; where that changes much, the board of it is folded beside.
fn go(state: &mut ScreenState, to: PastMoment, step: String) -> Vec<Effect> {
    let Some(past) = &mut state.past else { return Vec::new() };
    (past.wanted, past.step) = (to, step);
    if past.folding.is_some() {
        // It is begun with when that is there.
        return Vec::new();
    }
    let from = past.shown.position;
    if past.log.touches_more_than(AT_ONCE, from, to.position) {
        let work = state.new_work();
        if let Some(past) = &mut state.past {
            past.folding = Some(work);
        }
        return vec![Effect::FoldPast(work, to)];
    }
    let changes = past.log.changes(from, to.position);
    state.rows.travel(&changes, to.at);
    past_board::arrive(state, to);
    Vec::new()
}

fn folded(state: &mut ScreenState, work: WorkId, rows: PastRows) -> Vec<Effect> {
    if state.past.as_ref().is_none_or(|past| past.folding != Some(work)) {
        return Vec::new();
    }
    past_board::show(state, rows);
    let Some(PastDesk { shown, wanted, step, .. }) = state.past.as_deref() else { return Vec::new() };
    let (wanted, step) = (*wanted, step.clone());
    if wanted == *shown { Vec::new() } else { go(state, wanted, step) }
}
