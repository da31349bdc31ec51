//! What the actions of the event tail do.

use super::table;
use crate::tui::dialog::Dialog;
use crate::tui::list_cursor::Motion;
use crate::tui::state::ScreenState;
use crate::tui::theme::Tone;

pub(super) fn go(state: &mut ScreenState, motion: Motion) {
    if motion == Motion::Bottom && state.tail.follows() {
        state.tell_of_key("the newest events are followed already");
    }
    let height = state.plan().tail_rows().max(1);
    state.tail.go(motion, height, state.cursor.id);
}

pub(in crate::tui) fn pause(state: &mut ScreenState) {
    if state.tail.follows() {
        state.tail.hold(state.cursor.id);
    } else {
        state.tail.follow();
    }
}

pub(in crate::tui) fn kinds(state: &mut ScreenState) {
    let dialog = Dialog::kinds(state);
    state.show_dialog(dialog);
}

pub(in crate::tui) fn any(state: &ScreenState) -> Result<(), String> {
    state.tail.chosen(state.cursor.id).map(drop).ok_or_else(|| "there is no event".to_owned())
}

/// Goes to the dealership of the event.
pub(in crate::tui) fn jump(state: &mut ScreenState) {
    match state.tail.chosen(state.cursor.id).map(|event| event.dealership) {
        Some(Some(id)) => table::jump(state, id),
        Some(None) => state.toast(Tone::Faint, "this event is of no single dealership".to_owned()),
        None => {}
    }
}
