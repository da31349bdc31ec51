//! What the actions of the past do: opening it, going by an event, an hour, a day or to a moment, and returning.

use chrono::TimeDelta;

use super::past_board;
use crate::domain::Timestamp;
use crate::tui::dialog::Dialog;
use crate::tui::msg::{Effect, Msg, WorkId};
use crate::tui::past::{PastDesk, PastFolding, PastMoment, PastNews, PastReading, PastRows};
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
        Some(at) => go(state, PastMoment { position, at }, if forward { "+1" } else { "-1" }.to_owned(), None),
        None => nothing_there(state, forward),
    }
}

pub(in crate::tui) fn step_time(state: &mut ScreenState, length: TimeDelta) -> Vec<Effect> {
    let Some(PastDesk { wanted, .. }) = state.past.as_deref() else { return Vec::new() };
    let from = wanted.at;
    let Some(at) = from.checked_add_signed(length) else { return Vec::new() };
    go_to(state, at, Some(length))
}

pub(in crate::tui) fn ask(state: &mut ScreenState) {
    let dialog = Dialog::to_moment(&state.context());
    state.show_dialog(dialog);
}

pub(super) fn asked(state: &mut ScreenState, dialog: &Dialog) -> Vec<Effect> {
    let at = dialog.moment(&state.context());
    at.map_or_else(|_| Vec::new(), |at| go_to(state, at, None))
}

fn go_to(state: &mut ScreenState, at: Timestamp, pace: Option<TimeDelta>) -> Vec<Effect> {
    let Some(past) = state.past.as_deref() else { return Vec::new() };
    let (from, to) = (past.wanted, past.moment_at(at));
    if to.at == from.at {
        return nothing_there(state, to.at == past.end);
    }
    let events = match (pace.map(step_words), from.position.abs_diff(to.position)) {
        (None, _) => String::new(),
        (Some(step), 1) => format!("{step}, 1 event"),
        (Some(step), count) => format!("{step}, {count} events"),
    };
    go(state, to, events, pace)
}

fn step_words(length: TimeDelta) -> String {
    let sign = if length < TimeDelta::zero() { "-" } else { "+" };
    let unit = if length.abs() >= TimeDelta::days(1) { "1 d" } else { "1 h" };
    format!("{sign}{unit}")
}

fn nothing_there(state: &mut ScreenState, forward: bool) -> Vec<Effect> {
    let words = if forward { "what came later was not read with the log" } else { "nothing was recorded before" };
    state.tell_of_key(words);
    Vec::new()
}

/// Takes what is shown to another moment; where that changes much, the board of it is folded beside.
fn go(state: &mut ScreenState, to: PastMoment, step: String, pace: Option<TimeDelta>) -> Vec<Effect> {
    let Some(past) = &mut state.past else { return Vec::new() };
    (past.wanted, past.step, past.pace) = (to, step, pace);
    let from = past.shown.position;
    let is_far = past.log.touches_more_than(AT_ONCE, from, to.position);
    if past.folding.is_some_and(|folding| is_far || !folding.ahead) {
        // It is begun with when that is there.
        return Vec::new();
    }
    if let Some(rows) = past.spare.take_if(|rows| rows.there == to) {
        past_board::show(state, rows);
        return fold_ahead(state);
    }
    if is_far {
        return fold_beside(state, to, false);
    }
    let changes = past.log.changes(from, to.position, |id| state.rows.get(id).map(|row| &row.state));
    state.rows.travel(&changes, to.at);
    past_board::arrive(state, to);
    fold_ahead(state)
}

fn fold_beside(state: &mut ScreenState, to: PastMoment, ahead: bool) -> Vec<Effect> {
    let work = state.new_work();
    let Some(past) = &mut state.past else { return Vec::new() };
    past.folding = Some(PastFolding { work, ahead });
    vec![Effect::FoldPast(work, to)]
}

/// Folds the board of the next step before it is asked for: whoever goes by hours or days goes on so.
fn fold_ahead(state: &mut ScreenState) -> Vec<Effect> {
    let Some((past, to)) = state.past.as_ref().and_then(|past| Some((past, past.next_step()?))) else {
        return Vec::new();
    };
    let is_there = past.spare.as_ref().is_none_or(|rows| rows.there == to);
    // Without a spare board one is being folded.
    if is_there || !past.log.touches_more_than(AT_ONCE, past.shown.position, to.position) {
        return Vec::new();
    }
    fold_beside(state, to, true)
}

fn folded(state: &mut ScreenState, work: WorkId, rows: PastRows) -> Vec<Effect> {
    let Some(past) = &mut state.past else { return Vec::new() };
    let Some(folding) = past.folding.take_if(|folding| folding.work == work) else { return Vec::new() };
    if past.is_on_the_way() && (!folding.ahead || rows.there == past.wanted) {
        past_board::show(state, rows);
    } else {
        past.spare = Some(rows);
    }
    let Some(past) = state.past.as_deref().filter(|past| past.is_on_the_way()) else { return fold_ahead(state) };
    let (wanted, step, pace) = (past.wanted, past.step.clone(), past.pace);
    go(state, wanted, step, pace)
}
