//! Going to a dealership from elsewhere: its letter, its event, a call with it.

use super::{queue, views};
use crate::domain::DealershipId;
use crate::tui::rows::Tab;
use crate::tui::state::{Focus, ScreenState};
use crate::tui::theme::Tone;

/// Moves the cursor to a dealership, leaving the tab and the filter if they hide it.
pub(super) fn to(state: &mut ScreenState, id: DealershipId) {
    if state.rows.get(id).is_none() {
        return;
    }
    if !state.rows.is_shown(id) {
        state.rows.set_tab(Tab::All);
    }
    if !state.rows.is_shown(id) && !state.rows.query().is_empty() {
        views::clear(state);
        state.toast(Tone::Faint, "the filter hid that dealership: cleared");
    }
    if !state.rows.is_shown(id) {
        state.rows.set_tab(Tab::Aside);
    }
    state.cursor.id = Some(id);
    state.cursor.moved_by_hand();
    state.settle();
    state.focus = Focus::Table;
    state.panes.zoom = false;
    state.settle();
}

/// Goes to the dealership of the letter.
pub(in crate::tui) fn to_letter(state: &mut ScreenState) {
    if let Some(here) = queue::cursor(state) {
        queue::close(state);
        to(state, here.dealership);
    }
}

/// Goes to the dealership of the event.
pub(in crate::tui) fn to_event(state: &mut ScreenState) {
    match state.tail.chosen(state.tail_scope()).map(|line| line.newest.dealership) {
        Some(Some(id)) => to(state, id),
        Some(None) => state.toast(Tone::Faint, "this event is of no single dealership".to_owned()),
        None => {}
    }
}
