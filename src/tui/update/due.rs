//! What becomes due by itself.

use crate::tui::msg::ArrivalTime;
use crate::tui::state::{FILTER_AGAIN, ScreenState};

/// Whatever has become due: deadlines, toasts, a revealed code, clocks in the filter.
pub(in crate::tui) fn pass_time(state: &mut ScreenState) {
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
