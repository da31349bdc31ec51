//! The filter of the table, as it is typed and as it is set.

use crate::domain::Query;
use crate::tui::state::{Mode, ScreenState};

/// Filters by a text that is right; one that is not changes nothing.
pub(super) fn set(state: &mut ScreenState, text: &str) {
    if let Ok(query) = Query::parse(text) {
        state.filtered_at = state.now.at;
        state.rows.set_query(query, state.now.at);
        state.settle();
    }
}

/// What is written was typed.
pub(super) fn retyped(state: &mut ScreenState) {
    if let Mode::Filter(input) = &mut state.mode {
        input.retyped(&state.rows);
    }
    apply(state);
}

/// Filters live; while there is a mistake the last good filter stays.
pub(super) fn apply(state: &mut ScreenState) {
    let Mode::Filter(input) = &mut state.mode else { return };
    match Query::parse(input.edit.text()) {
        Ok(query) => {
            input.mistake = None;
            state.filtered_at = state.now.at;
            state.rows.set_query(query, state.now.at);
        }
        Err(mistake) => input.mistake = Some(mistake),
    }
    state.settle();
}
