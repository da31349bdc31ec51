//! The board of a moment that is past in the place of the present one, which goes on underneath.

use std::sync::Arc;
use std::thread;

use crate::domain::ProbeStatus;
use crate::tui::estimate::CodeEstimate;
use crate::tui::marks::MarkedSet;
use crate::tui::panes::Detail;
use crate::tui::past::{PastBoard, PastDesk, PastMoment, PastRows, PresentDesk};
use crate::tui::state::{Mode, ScreenState};
use crate::tui::tail::EventTail;

/// How many events the tail has.
const TAIL: usize = 1_000;

/// Shows the past as it is when it was read.
pub(super) fn enter(state: &mut ScreenState, board: PastBoard) {
    let PastBoard { log, shown: PastRows { mut rows, there: shown }, spare } = board;
    let (at, spare) = (shown.at, Some(spare));
    rows.arrange_as(&state.rows, at);
    let present = PresentDesk {
        at,
        filtered_at: at,
        rows,
        columns: state.columns.clone(),
        estimate: CodeEstimate::default(),
        view: state.view.clone(),
        focus: state.focus,
        cursor: state.cursor,
        marks: MarkedSet::default(),
        panes: state.panes,
        mode: Mode::Desk,
        queue: None,
        reading: None,
        tail: EventTail::default(),
        detail: Detail::default(),
    };
    let step = String::new();
    let (now, folding, pace) = (state.now.at, None, None);
    let mut past = Box::new(PastDesk { log, shown, wanted: shown, folding, spare, end: at, step, pace, now, present });
    exchange(state, &mut past.present);
    state.past = Some(past);
    state.reveal = None;
    state.settle();
    refresh(state);
}

/// Shows the present again, as it was left. What the past took of memory is freed beside: it is as much as the store.
pub fn leave(state: &mut ScreenState) {
    let Some(mut past) = state.past.take() else { return };
    exchange(state, &mut past.present);
    // What was missed meanwhile was read again for whoever the past showed.
    state.detail.asked = None;
    let back = past.now < state.now.at;
    state.now.at = past.now;
    if back {
        state.rows.derive_again(past.now);
    }
    state.settle();
    thread::spawn(move || drop(past));
}

/// Does something with the present while the past is shown.
pub(in crate::tui) fn underneath<T>(state: &mut ScreenState, act: impl FnOnce(&mut ScreenState) -> T) -> T {
    let Some(mut past) = state.past.take() else { return act(state) };
    exchange(state, &mut past.present);
    let done = act(state);
    exchange(state, &mut past.present);
    state.past = Some(past);
    done
}

fn exchange(state: &mut ScreenState, other: &mut PresentDesk) {
    use std::mem::swap;
    swap(&mut state.now.at, &mut other.at);
    swap(&mut state.filtered_at, &mut other.filtered_at);
    swap(&mut state.rows, &mut other.rows);
    swap(&mut state.columns, &mut other.columns);
    swap(&mut state.estimate, &mut other.estimate);
    swap(&mut state.view, &mut other.view);
    swap(&mut state.focus, &mut other.focus);
    swap(&mut state.cursor, &mut other.cursor);
    swap(&mut state.marks, &mut other.marks);
    swap(&mut state.panes, &mut other.panes);
    swap(&mut state.mode, &mut other.mode);
    swap(&mut state.queue, &mut other.queue);
    swap(&mut state.reading, &mut other.reading);
    swap(&mut state.tail, &mut other.tail);
    swap(&mut state.detail, &mut other.detail);
}

/// Shows a board that was folded.
pub(super) fn show(state: &mut ScreenState, PastRows { mut rows, there }: PastRows) {
    rows.arrange_as(&state.rows, there.at);
    let rows = std::mem::replace(&mut state.rows, rows);
    if let Some(past) = &mut state.past {
        past.spare = Some(PastRows { rows, there: past.shown });
    }
    arrive(state, there);
}

/// The rows are of a moment of the past: so is everything beside them.
pub(super) fn arrive(state: &mut ScreenState, there: PastMoment) {
    if let Some(past) = &mut state.past {
        past.shown = there;
    }
    (state.now.at, state.filtered_at, state.dirty) = (there.at, there.at, true);
    state.settle();
    refresh(state);
}

fn refresh(state: &mut ScreenState) {
    if let Some(past) = &state.past {
        let position = past.shown.position;
        let events: Vec<_> = past.log.events_before(position, TAIL).cloned().map(Arc::new).collect();
        state.tail = state.tail.as_of(past.log.seq(position) + 1, &events);
    }
    tell_detail(state);
}

/// What had happened to the dealership of the detail, and what was last seen of it.
pub(super) fn tell_detail(state: &mut ScreenState) {
    let Some((past, id)) = state.past.as_ref().zip(state.detail.asked) else { return };
    let events = past.log.timeline(id, past.shown.position).iter().cloned().map(Arc::new);
    state.tail.set_history(id, events.collect());
    let (at, policy) = (past.shown.at, &state.setup.policy);
    let probe = state.rows.get(id).map(|row| (id, ProbeStatus::of(&row.state, None, at, policy, None)));
    state.detail.probe = probe;
}
