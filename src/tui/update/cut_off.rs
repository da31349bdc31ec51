//! What was begun for many in an earlier run and cut off: told once the desk is there, resumed or put away.

use super::ask;
use crate::protocol::{CutOff, Request};
use crate::tui::actions::of_bulk;
use crate::tui::dialog::{Dialog, DialogKind, Target};
use crate::tui::msg::Effect;
use crate::tui::state::{Mode, ScreenState};
use crate::tui::theme::Tone;

pub(in crate::tui) fn any(state: &ScreenState) -> Result<(), String> {
    if state.cut_off.is_empty() { Err("nothing was cut off".to_owned()) } else { Ok(()) }
}

/// Shows the oldest one, unless somebody does something else.
pub(in crate::tui) fn show(state: &mut ScreenState) {
    if !state.loaded || state.setup.read_only || !matches!(state.mode, Mode::Desk) {
        return;
    }
    let Some(left) = state.cut_off.first().map(|oldest| state.left_of(oldest)) else { return };
    let Some(oldest) = state.cut_off.first_mut() else { return };
    oldest.left = left;
    let dialog = Dialog::cut_off(oldest.id);
    state.show_dialog(dialog);
    state.dirty = true;
}

/// The one that the open dialog shows.
fn shown(state: &ScreenState) -> Option<CutOff> {
    let Mode::Dialog(dialog) = &state.mode else { return None };
    let DialogKind::CutOff(id) = dialog.kind else { return None };
    state.cut_off.iter().find(|one| one.id == id).cloned()
}

/// Opens the dialog of the rest, as it is by now. It counts as resumed when that is accepted.
pub(super) fn resume(state: &mut ScreenState) -> Vec<Effect> {
    let Some(one) = shown(state) else { return Vec::new() };
    state.mode = Mode::Desk;
    let left = state.left_of(&one);
    if left.is_empty() {
        state.cut_off.retain(|other| other.id != one.id);
        state.toast(Tone::Good, "the rest was done meanwhile");
        return vec![state.ask(Request::PutAway(one.id))];
    }
    let targets: Vec<Target> = left.into_iter().map(Target::from).collect();
    ask::ask(state, of_bulk(one.bulk.what), &targets)
}

/// Does not tell of it again.
pub(super) fn put_away(state: &mut ScreenState) -> Vec<Effect> {
    let Some(one) = shown(state) else { return Vec::new() };
    state.mode = Mode::Desk;
    state.cut_off.retain(|other| other.id != one.id);
    vec![state.ask(Request::PutAway(one.id))]
}
