//! What the actions of the columns page do.

use super::table;
use crate::tui::columns_page::ColumnsPage;
use crate::tui::line_edit::LineEdit;
use crate::tui::list_cursor::Motion;
use crate::tui::rows::{Sort, TableColumn};
use crate::tui::state::{Mode, ScreenState};
use crate::tui::table_columns::TableColumns;

pub(in crate::tui) fn open(state: &mut ScreenState) {
    state.mode = Mode::Columns(ColumnsPage::of(state.rows.sort(), false));
}

/// Asks by which columns the table is ordered.
pub(in crate::tui) fn sort_by(state: &mut ScreenState) {
    match &mut state.mode {
        Mode::Columns(page) => {
            (page.types, page.order) = (true, LineEdit::default());
            page.retyped();
        }
        _ => state.mode = Mode::Columns(ColumnsPage::of(state.rows.sort(), true)),
    }
}

/// Orders the table by what is typed, or says what is wrong with it.
pub(super) fn accept(state: &mut ScreenState) {
    let Mode::Columns(page) = &mut state.mode else { return };
    if page.is_unfinished() {
        page.complete();
    }
    match page.order.text().parse::<Sort>() {
        Err(mistake) => page.mistake = Some(mistake.to_string()),
        Ok(sort) => {
            let is_done = page.is_for_order;
            (page.types, page.order) = (false, LineEdit::with(&sort.to_string()));
            page.retyped();
            if is_done {
                state.mode = Mode::Desk;
            }
            table::sort(state, sort);
        }
    }
}

/// Leaves the order as it is.
pub(super) fn cancel(state: &mut ScreenState) {
    let Mode::Columns(page) = &mut state.mode else { return };
    if page.is_for_order {
        state.mode = Mode::Desk;
        return;
    }
    (page.types, page.order) = (false, LineEdit::with(&state.rows.sort().to_string()));
    page.retyped();
}

pub(super) fn go(state: &mut ScreenState, motion: Motion) {
    let Mode::Columns(page) = &mut state.mode else { return };
    let count = if page.types { page.suggested().len() } else { state.columns.choices().len() };
    page.cursor.go(motion, count, count);
}

pub(in crate::tui) fn switch(state: &mut ScreenState) {
    change(state, |columns, place, _| {
        columns.switch(place);
        place
    });
}

pub(in crate::tui) fn shift(state: &mut ScreenState, forward: bool) {
    change(state, |columns, place, _| columns.shift(place, forward));
}

pub(in crate::tui) fn widen(state: &mut ScreenState, by: i16) {
    change(state, |columns, place, room| {
        columns.widen(place, by, room);
        place
    });
}

/// The columns as they were at first.
pub(in crate::tui) fn reset(state: &mut ScreenState) {
    change(state, |columns, place, _| {
        *columns = TableColumns::default();
        place
    });
}

/// Changes the column under the cursor, which goes where that goes.
fn change(state: &mut ScreenState, change: impl FnOnce(&mut TableColumns, usize, u16) -> usize) {
    let room = state.plan().table.map_or(state.size.0, |table| table.width);
    let Mode::Columns(page) = &mut state.mode else { return };
    page.cursor.place = change(&mut state.columns, page.cursor.place, room);
}

/// The column under the cursor of the page.
pub(in crate::tui) fn chosen(state: &ScreenState) -> Option<TableColumn> {
    let Mode::Columns(page) = &state.mode else { return None };
    state.columns.choices().get(page.cursor.place).map(|choice| choice.column)
}

pub(in crate::tui) fn switch_title(state: &ScreenState) -> Option<&'static str> {
    let column = chosen(state)?;
    let choice = state.columns.choices().iter().find(|choice| choice.column == column)?;
    Some(if choice.is_shown { "hide" } else { "show" })
}
