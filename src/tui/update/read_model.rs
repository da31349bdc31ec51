//! The states of the dealerships, as they were read and as they are recorded.

use std::sync::Arc;

use super::{call, cursor, expired, practice, queue, start, teach};
use crate::domain::{Event, Onboarding};
use crate::protocol::Committed;
use crate::tui::dialog::DialogKind;
use crate::tui::rows::DealershipRows;
use crate::tui::state::{Mode, ScreenState};

/// The page that is seen first. It is arranged as the table begins; whatever is asked of it waits for the others.
pub(in crate::tui) fn first_page(state: &mut ScreenState, rows: DealershipRows) {
    if state.loaded || state.has_first_page() || state.cursor.touched {
        return;
    }
    // Somebody may have recorded something meanwhile.
    let older = std::mem::replace(&mut state.rows, rows);
    state.rows.adopt(older, state.now.at);
    state.held = Some(Vec::new());
    state.dirty = true;
    start::begin(state);
    state.settle();
}

/// All of them. Whether they are there for the first time.
pub(in crate::tui) fn loaded(state: &mut ScreenState, mut rows: DealershipRows) -> bool {
    let older = std::mem::take(&mut state.rows);
    rows.adopt(older, state.now.at);
    state.rows = rows;
    let first = !std::mem::replace(&mut state.loaded, true);
    state.dirty = true;
    state.notifier.rows_changed();
    state.settle();
    queue::loaded(state);
    if first {
        start::begin(state);
    }
    if let Mode::Dialog(dialog) = &state.mode {
        let rows = dialog.items.iter().filter_map(|item| state.rows.get(item.id));
        let known: Vec<_> = rows.map(|row| Arc::clone(&row.state)).collect();
        compare_dialog(state, &known, &[]);
    }
    first
}

pub(in crate::tui) fn committed(state: &mut ScreenState, committed: &Committed) {
    state.dirty = true;
    state.rows.put(&committed.states, state.now.at);
    state.notifier.rows_changed();
    cursor::settle_after(state, &committed.states);
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
            dialog.validate(&state.context());
        }
    }
    state.mode = Mode::Dialog(dialog);
}
