//! What the actions of the table do: moving, marking, sorting.

use crate::domain::{DealershipId, newest_code};
use crate::tui::actions::refusal_message;
use crate::tui::list_cursor::Motion;
use crate::tui::rows::{Sort, Tab, TableColumn};
use crate::tui::state::{Focus, ScreenState};
use crate::tui::theme::Tone;

pub(super) fn go(state: &mut ScreenState, motion: Motion) {
    let page = state.plan().table_rows().saturating_sub(1).max(1);
    let cursor = &mut state.cursor;
    cursor.list.go(motion, page, state.rows.shown());
    cursor.acted = None;
    cursor.id = state.rows.at(cursor.list.place).map(|row| row.state.id);
    state.settle();
}

pub(in crate::tui) fn any(state: &ScreenState) -> Result<(), String> {
    state.shown_row().map(drop).ok_or_else(|| "there is no dealership here".to_owned())
}

pub(in crate::tui) fn can_open(state: &ScreenState) -> Result<(), String> {
    if state.focus == Focus::Detail { Err("it is open".to_owned()) } else { any(state) }
}

/// Goes to the detail of the dealership under the cursor.
pub(in crate::tui) fn open(state: &mut ScreenState) {
    state.panes.detail = Some(true);
    state.focus = Focus::Detail;
    state.settle();
}

pub(in crate::tui) fn has_code(state: &ScreenState) -> Result<(), String> {
    let row = state.shown_row().ok_or("there is no dealership here")?;
    newest_code(&row.state).map(drop).map_err(|refusal| refusal_message(&refusal, &state.setup.keymap))
}

pub(in crate::tui) fn mark(state: &mut ScreenState) {
    if let Some(id) = state.cursor.id {
        state.marks.toggle(id);
        go(state, Motion::Down);
    }
}

pub(in crate::tui) fn mark_all(state: &mut ScreenState) {
    state.marks.extend(state.rows.ids_shown(), state.rows.shown());
}

pub(in crate::tui) fn invert_marks(state: &mut ScreenState) {
    state.marks.invert(state.rows.ids_shown(), state.rows.shown());
}

pub(in crate::tui) fn any_marked(state: &ScreenState) -> Result<(), String> {
    if state.marks.is_empty() { Err("nothing is marked".to_owned()) } else { Ok(()) }
}

pub(in crate::tui) fn sort_step(state: &mut ScreenState, by: isize) {
    sort(state, Sort { column: state.rows.sort().column.step(by), descending: false });
}

pub(in crate::tui) fn sort_reverse(state: &mut ScreenState) {
    let present = state.rows.sort();
    sort(state, Sort { descending: !present.descending, ..present });
}

pub(in crate::tui) fn sort_attention(state: &mut ScreenState) {
    sort(state, Sort { column: TableColumn::Attention, descending: false });
}

/// Orders by something else; the cursor stays on its dealership.
fn sort(state: &mut ScreenState, sort: Sort) {
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
        super::input::set_filter(state, "");
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
