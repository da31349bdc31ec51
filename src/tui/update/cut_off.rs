//! What was begun for many in an earlier run and cut off: told once the desk is there, resumed or put away.

use std::collections::HashSet;

use crate::domain::DealershipId;
use crate::domain::bulk::BulkKind;
use crate::protocol::{BulkId, CutOff, Request};
use crate::tui::actions::{invite, letters, reissue};
use crate::tui::bulk_job::JobItem;
use crate::tui::dialog::{Dialog, DialogKind, RecordingAction, Target};
use crate::tui::msg::Effect;
use crate::tui::state::{Mode, ScreenState};
use crate::tui::theme::Tone;

const fn action(what: BulkKind) -> &'static RecordingAction {
    match what {
        BulkKind::Invite => &invite::ACTION,
        BulkKind::Reissue => &reissue::ACTION,
        BulkKind::Resend => &letters::RESEND,
    }
}

/// What is left of one by now: some of it may have been done one by one.
fn left(state: &ScreenState, one: &CutOff) -> Vec<DealershipId> {
    one.bulk.left(state.now.at, |id| state.rows.get(id).map(|row| row.state.as_ref()))
}

pub(in crate::tui) fn any(state: &ScreenState) -> Result<(), String> {
    if state.cut_off.is_empty() { Err("nothing was cut off".to_owned()) } else { Ok(()) }
}

/// Shows the oldest one, unless somebody does something else.
pub(in crate::tui) fn show(state: &mut ScreenState) {
    if !state.loaded || state.setup.read_only || !matches!(state.mode, Mode::Desk) {
        return;
    }
    let Some(left) = state.cut_off.first().map(|oldest| left(state, oldest)) else { return };
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
    let left = left(state, &one);
    if left.is_empty() {
        state.cut_off.retain(|other| other.id != one.id);
        state.toast(Tone::Good, "the rest was done meanwhile");
        return vec![state.ask(Request::PutAway(one.id))];
    }
    let targets: Vec<Target> = left.into_iter().map(Target::from).collect();
    super::act::ask(state, action(one.bulk.what), &targets)
}

/// Does not tell of it again.
pub(super) fn put_away(state: &mut ScreenState) -> Vec<Effect> {
    let Some(one) = shown(state) else { return Vec::new() };
    state.mode = Mode::Desk;
    state.cut_off.retain(|other| other.id != one.id);
    vec![state.ask(Request::PutAway(one.id))]
}

/// Whatever these dealerships are the rest of is under way again; the engine takes its note away.
pub(super) fn done_by(state: &mut ScreenState, by: &RecordingAction, items: &[JobItem]) {
    let all: HashSet<DealershipId> = items.iter().map(|item| item.id).collect();
    let is_rest = |one: &CutOff| *action(one.bulk.what) == *by && left(state, one).iter().all(|id| all.contains(id));
    let done: Vec<BulkId> = state.cut_off.iter().filter(|one| is_rest(one)).map(|one| one.id).collect();
    state.cut_off.retain(|one| !done.contains(&one.id));
}
