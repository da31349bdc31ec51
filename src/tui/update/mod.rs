//! How a message changes the screen, and what it asks for. Pure: no I/O, no clock, no channel.

mod act;
mod burst;
pub(super) mod call;
pub(super) mod columns;
pub(super) mod copy;
pub(super) mod cut_off;
pub(super) mod desk;
pub(super) mod dialog;
pub(super) mod input;
pub(super) mod insight;
pub(super) mod jobs;
mod keys;
pub(super) mod motion;
mod mouse;
mod own_files;
pub(super) mod page;
pub(super) mod past;
pub(super) mod practice;
pub(super) mod queue;
pub(super) mod reading;
mod rule;
mod suggestions;
pub(super) mod table;
pub(super) mod tail;
pub(super) mod views;

use std::sync::Arc;

use super::dialog::{DialogKind, ValidationContext};
use super::expired;
use super::msg::{ArrivalTime, Effect, Msg, WorkId};
use super::rows::DealershipRows;
use super::state::{FILTER_AGAIN, Mode, ScreenState};
use super::teach;
use super::theme::Tone;
use crate::domain::{Event, Onboarding};
use crate::protocol::{Committed, Request, RequestError, Response};

pub use act::perform;

/// Takes in a message. What is to be done comes back as data; whether a frame is needed is in [`ScreenState::dirty`].
pub fn update(state: &mut ScreenState, msg: Msg, now: ArrivalTime) -> Vec<Effect> {
    let Some(past) = &mut state.past else { return take(state, msg, now) };
    past.now = now.at;
    let shown = ArrivalTime { at: past.shown.at, ..now };
    match &msg {
        of_present if past::is_of_present(of_present) => state.underneath(|state| take(state, msg, now)),
        Msg::EventPage(query, _) if !state.tail.awaits(query) => state.underneath(|state| take(state, msg, now)),
        Msg::Answer(work, _) if !state.asks_of_past(*work) => state.underneath(|state| take(state, msg, now)),
        _ => take(state, msg, shown),
    }
}

fn take(state: &mut ScreenState, msg: Msg, now: ArrivalTime) -> Vec<Effect> {
    let back = now.at < state.now.at;
    state.now = now;
    if matches!(msg, Msg::Key(_) | Msg::Burst(_) | Msg::Paste(_) | Msg::Click(_) | Msg::Wheel(..)) {
        state.presence.touched_at = now.face;
        state.dirty = true;
    }
    if back {
        // The wall clock was set back: what counted as past may lie ahead again.
        state.rows.derive_again(now.at);
        state.filtered_at = now.at;
        state.dirty = true;
    }
    practice::count(state, pressed(&msg));
    let mut effects = Vec::new();
    match msg {
        Msg::Key(key) => {
            state.cursor.touched = true;
            if !burst::takes(state, key) {
                effects = keys::key(state, key);
            }
        }
        Msg::Burst(keys) => {
            state.cursor.touched = true;
            effects = burst::burst(state, &keys);
        }
        Msg::Paste(text) => {
            if !state.plan().too_small && !input::paste(state, &text) {
                burst::tell(state);
            }
        }
        Msg::Click(target) => {
            state.cursor.touched = true;
            effects = mouse::click(state, target);
        }
        Msg::Wheel(target, forward) => {
            state.cursor.touched = true;
            mouse::wheel(state, target, forward);
        }
        Msg::Resize(columns, rows) => {
            state.dirty = true;
            state.size = (columns, rows);
            state.settle();
        }
        Msg::Focus(has_focus) => state.has_focus(has_focus),
        Msg::Loaded(rows) => loaded(state, *rows),
        Msg::Committed(committed) => self::committed(state, &committed),
        Msg::Tail(events) => {
            state.dirty = true;
            state.tail.take_newest(&events);
        }
        Msg::EventPage(query, events) => effects = tail::page(state, &query, events),
        Msg::SeekOn => effects = tail::seek_on(state),
        Msg::Saved(saved) => {
            state.dirty = true;
            match saved {
                Ok(words) => state.toast(Tone::Good, words),
                Err(why) => state.toast(Tone::Bad, why),
            }
        }
        Msg::Timeline(id, events) if state.detail.asked == Some(id) => {
            state.dirty = true;
            state.tail.set_history(id, events);
            // It may have waited for them.
            dialog::revalidate(state, |_| ());
        }
        Msg::Timeline(..) => {}
        Msg::Probe(id, probe) => {
            let probe = Some((id, probe));
            if state.detail.asked == Some(id) && state.detail.probe != probe {
                state.dirty = true;
                state.detail.probe = probe;
            }
        }
        Msg::Status(status) => {
            state.dirty |= state.status != *status;
            state.status = *status;
        }
        Msg::Answer(work, response) => effects = answered(state, work, response),
        Msg::Outcome(work, id, outcome) => jobs::ended(state, work, id, outcome),
        Msg::Over(work) => jobs::over(state, work),
        Msg::Mailbox(ticket, letters) => reading::mailbox(state, ticket, letters),
        Msg::CutOff(list) => {
            state.cut_off = list;
            cut_off::show(state);
        }
        Msg::Owner(owner) => {
            state.dirty |= state.owner != owner;
            state.owner = owner;
        }
        Msg::Past(work, news) => effects = past::news(state, work, news),
        Msg::OwnFiles(files) => own_files::read(state, *files),
        Msg::Notice(text) => {
            state.dirty = true;
            state.toast(Tone::Warn, text);
        }
        Msg::Tick => {}
    }
    past::enter_when_quiet(state);
    pass_time(state);
    practice::follow(state);
    effects.extend(state.follow_cursor());
    effects.extend(state.follow_tail());
    effects.extend(suggestions::follow_time(state));
    effects.extend(rule::follow_meaning(state));
    effects.extend(state.tell_presence());
    effects.extend(state.ask_estimate());
    effects.extend(state.notify());
    effects
}

/// How many keys a message is.
fn pressed(msg: &Msg) -> usize {
    match msg {
        Msg::Key(_) | Msg::Paste(_) | Msg::Click(_) => 1,
        Msg::Burst(keys) => keys.len(),
        _ => 0,
    }
}

/// Takes in the answer to what was asked for.
fn answered(state: &mut ScreenState, work: WorkId, response: Response) -> Vec<Effect> {
    match state.answered(work) {
        Some(Request::Services(id)) => suggestions::services(state, id, told(response)),
        Some(Request::Slots { dealership, .. }) => suggestions::slots(state, dealership, told(response)),
        Some(Request::PlanBooking { dealership, local, .. }) => {
            suggestions::planned(state, dealership, local, told(response));
        }
        Some(Request::Book { dealership: id, .. } | Request::SettleBooking(id)) => {
            return suggestions::booked(state, id, &told(response));
        }
        Some(Request::ReadLetter { .. } | Request::PreviewLetter { .. }) => {
            reading::letter(state, work, told(response));
        }
        Some(Request::Survival(_)) => state.estimated(told(response)),
        Some(Request::Report(_)) => insight::reported(state, work, told(response)),
        Some(Request::DraftRule { dealership, means, .. }) => rule::drafted(state, dealership, means, told(response)),
        // Nobody waits for it.
        Some(Request::Present(_)) => {}
        Some(_) | None => {
            if let Response::Failed(why) = response {
                state.dirty = true;
                state.toast(Tone::Warn, why.to_string());
            }
        }
    }
    Vec::new()
}

/// What was answered; or why not, in words.
fn told<T: TryFrom<Response, Error = RequestError>>(response: Response) -> Result<T, String> {
    response.try_into().map_err(|why: RequestError| why.to_string())
}

/// Whatever has become due: deadlines, toasts, a revealed code, clocks in the filter.
fn pass_time(state: &mut ScreenState) {
    let ArrivalTime { at, face } = state.now;
    if state.rows.next_change().is_some_and(|next| next <= at) {
        state.rows.pass_time(at);
        state.notifier.rows_changed();
        state.settle();
        state.dirty = true;
    }
    if state.toasts.next_change().is_some_and(|next| next <= face) {
        state.toasts.pass(face);
        state.dirty = true;
    }
    if state.reveal.is_some_and(|reveal| reveal.until <= face) {
        state.reveal = None;
        state.dirty = true;
    }
    if at - state.filtered_at >= FILTER_AGAIN {
        state.filtered_at = at;
        if !state.rows.query().is_empty() {
            state.rows.ask_again(at);
            state.settle();
            state.dirty = true;
        }
    }
}

fn loaded(state: &mut ScreenState, mut rows: DealershipRows) {
    let older = std::mem::take(&mut state.rows);
    rows.adopt(older, state.now.at);
    state.rows = rows;
    let first = !std::mem::replace(&mut state.loaded, true);
    state.dirty = true;
    state.notifier.rows_changed();
    state.settle();
    queue::loaded(state);
    if first {
        views::begin(state);
        cut_off::show(state);
    }
    if let Mode::Dialog(dialog) = &state.mode {
        let rows = dialog.items.iter().filter_map(|item| state.rows.get(item.id));
        let known: Vec<_> = rows.map(|row| Arc::clone(&row.state)).collect();
        compare_dialog(state, &known, &[]);
    }
}

fn committed(state: &mut ScreenState, committed: &Committed) {
    state.dirty = true;
    state.rows.put(&committed.states, state.now.at);
    state.notifier.rows_changed();
    state.settle_after(&committed.states);
    state.tail.extend(committed.events.iter());
    queue::committed(state, &committed.states);
    expired::notice(state, &committed.events);
    teach::notice(state, &committed.events);
    compare_dialog(state, &committed.states, &committed.events);
    call::committed(state, &committed.events);
    practice::committed(state, &committed.events);
}

/// Tells an open dialog what happened to its dealerships.
fn compare_dialog(state: &mut ScreenState, states: &[Arc<Onboarding>], events: &[Arc<Event>]) {
    let Some(mut dialog) = state.take_dialog() else { return };
    // What is under way changes its dealership itself.
    let decided = dialog.appointment.as_ref().is_some_and(|appointment| !appointment.is_open());
    if let (DialogKind::Ask(action), false) = (dialog.kind, decided) {
        let mut touched = false;
        for item in &mut dialog.items {
            if let Some(newer) = states.iter().find(|newer| newer.id == item.id) {
                let last = events.iter().rev().find(|event| event.dealership == Some(item.id));
                item.compare(action.watches, newer, last.map(AsRef::as_ref));
                touched = true;
            }
        }
        if touched {
            dialog.validate(&ValidationContext::of(state));
        }
    }
    state.mode = Mode::Dialog(dialog);
}
