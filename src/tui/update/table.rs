//! Moving in the table.

use crate::domain::DealershipId;
use crate::tui::rows::{Sort, Tab};
use crate::tui::state::{Focus, ScreenState};
use crate::tui::theme::Tone;

/// Moves the cursor by lines.
pub(super) fn step(state: &mut ScreenState, by: isize) {
    go(state, state.cursor.place.saturating_add_signed(by));
}

/// Moves the cursor to a place, or to the last one.
pub(super) fn go(state: &mut ScreenState, place: usize) {
    let place = place.min(state.rows.shown().saturating_sub(1));
    (state.cursor.place, state.cursor.acted) = (place, None);
    state.cursor.id = state.rows.at(place).map(|row| row.state.id);
    state.settle();
}

/// Orders by something else; the cursor stays on its dealership.
pub(super) fn sort(state: &mut ScreenState, sort: Sort) {
    state.rows.set_sort(sort);
    state.settle();
}

/// Moves the cursor to a dealership, leaving the tab and the filter if they hide it.
pub(super) fn jump(state: &mut ScreenState, id: DealershipId) {
    if state.rows.get(id).is_none() {
        return;
    }
    if !state.rows.is_shown(id) {
        state.rows.set_tab(Tab::All);
    }
    if !state.rows.is_shown(id) && !state.rows.query().is_empty() {
        super::input::filter(state, "");
        state.toast(Tone::Faint, "the filter hid that dealership: cleared");
    }
    if !state.rows.is_shown(id) {
        state.rows.set_tab(Tab::Aside);
    }
    (state.cursor.id, state.cursor.acted) = (Some(id), None);
    state.settle();
    state.focus = Focus::Table;
    state.panes.zoom = false;
    state.settle();
}
