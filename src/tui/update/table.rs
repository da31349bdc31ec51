//! What the actions of the table do: moving, marking, sorting.

use crate::domain::{DealershipId, newest_code};
use crate::tui::dialog::refusal_message;
use crate::tui::list_cursor::Motion;
use crate::tui::rows::{Sort, TableColumn, TableLine, step_round};
use crate::tui::state::{Focus, ScreenState};

pub(super) fn go(state: &mut ScreenState, motion: Motion) {
    let page = state.plan().table_rows().saturating_sub(1).max(1);
    let (rows, cursor) = (&state.rows, &mut state.cursor);
    let place = match motion {
        Motion::PageDown | Motion::PageUp => {
            let line = motion.from(rows.line_of(cursor.list.place), page).min(rows.lines().saturating_sub(1));
            match rows.line(line) {
                Some(TableLine::Rule(section)) if motion.is_forward() => section.first,
                Some(TableLine::Rule(section)) => section.first.saturating_sub(1),
                Some(TableLine::Row(place)) => place,
                None => 0,
            }
        }
        Motion::Down | Motion::Up | Motion::Top | Motion::Bottom => motion.from(cursor.list.place, page),
    };
    cursor.list.stand_at(place, rows.shown());
    cursor.line = rows.line_of(cursor.list.place);
    cursor.moved_by_hand();
    cursor.id = rows.at(cursor.list.place).map(|row| row.state.id);
    state.settle();
}

/// Moves the cursor to a row that is shown.
pub(in crate::tui) fn stand_at(state: &mut ScreenState, id: DealershipId) {
    state.focus = Focus::Table;
    if state.rows.is_shown(id) {
        state.cursor.id = Some(id);
        state.cursor.moved_by_hand();
        if let Some(place) = state.rows.place(id) {
            state.cursor.list.place = place;
            state.cursor.line = state.rows.line_of(place);
        }
    }
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

/// Goes round through the columns that the table has.
pub(in crate::tui) fn sort_step(state: &mut ScreenState, by: isize) {
    let orders = state.columns.orders();
    let present = state.rows.sort().column.ordered_as();
    let place = orders.iter().position(|column| column.ordered_as() == present).unwrap_or(0);
    let next = orders.get(step_round(place, by, orders.len())).copied().unwrap_or(TableColumn::Attention);
    sort(state, Sort::by(next, false));
}

pub(in crate::tui) fn sort_reverse(state: &mut ScreenState) {
    let present = state.rows.sort();
    sort(state, Sort { descending: !present.descending, ..present });
}

pub(in crate::tui) fn sort_attention(state: &mut ScreenState) {
    sort(state, Sort::default());
}

/// Orders by something else; the cursor stays on its dealership.
pub(in crate::tui) fn sort(state: &mut ScreenState, sort: Sort) {
    state.rows.set_sort(sort);
    state.settle();
}
