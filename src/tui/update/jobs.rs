//! What is asked of the engine for dealerships and letters: begun, ended one by one, stopped, and shown again.

use std::collections::HashSet;

use super::{cursor, queue};
use crate::domain::DealershipId;
use crate::protocol::{BulkId, CutOff};
use crate::tui::action::Action;
use crate::tui::actions::of_bulk;
use crate::tui::bulk_job::{BulkJob, JobItem, JobPhase};
use crate::tui::dialog::{Dialog, DialogFocus, DialogKind, RecordingAction};
use crate::tui::msg::{Effect, Outcome, WorkId};
use crate::tui::rows::DealershipRows;
use crate::tui::state::{Mode, ScreenState};
use crate::tui::theme::Tone;

/// Of so many that are over the results can be shown again.
const KEPT: usize = 5;

/// Does what a dialog asks for.
pub(super) fn begin(state: &mut ScreenState, dialog: &Dialog) -> Vec<Effect> {
    let (DialogKind::Ask(action), Some(request)) = (dialog.kind, dialog.request()) else { return Vec::new() };
    let work = state.new_work();
    queue::accepted(state, dialog);
    let items: Vec<JobItem> = dialog.items.iter().map(|item| JobItem::of(action, item, dialog, &state.rows)).collect();
    resumed(state, action, &items);
    let begun = BulkJob::new(work, action, items);
    if begun.is_bulk() {
        state.show_dialog(Dialog::results(work));
    }
    cursor::acts_on(state, begun.items.iter().map(|item| item.id));
    state.jobs.push(begun);
    vec![Effect::Ask(work, request.clone())]
}

/// What was cut off and of which these are the rest is under way again; the engine takes its note away.
fn resumed(state: &mut ScreenState, by: &RecordingAction, items: &[JobItem]) {
    let all: HashSet<DealershipId> = items.iter().map(|item| item.id).collect();
    let is_rest = |one: &CutOff| *of_bulk(one.bulk.what) == *by && state.left_of(one).iter().all(|id| all.contains(id));
    let done: Vec<BulkId> = state.cut_off.iter().filter(|one| is_rest(one)).map(|one| one.id).collect();
    state.cut_off.retain(|one| !done.contains(&one.id));
}

/// One item of a piece of work has ended.
pub(in crate::tui) fn ended(state: &mut ScreenState, id: WorkId, dealership: DealershipId, outcome: Outcome) {
    state.dirty = true;
    let Some(work) = state.jobs.iter_mut().find(|work| work.id == id) else { return };
    let well = outcome.is_ok();
    work.end(dealership, outcome);
    let over = work.is_over();
    if well && work.is_bulk() && work.action.is_about_dealerships() {
        // What failed stays marked, so that it can be tried again.
        state.marks.remove(dealership);
    }
    if over {
        tell(state, id);
    }
    cursor::has_acted_on(state, dealership, well);
}

/// Nothing more of a piece of work will end.
pub(in crate::tui) fn over(state: &mut ScreenState, id: WorkId) {
    let Some(work) = state.jobs.iter_mut().find(|work| work.id == id && !work.is_over()) else { return };
    work.phase = JobPhase::Over;
    state.dirty = true;
    tell(state, id);
    if let Some(acted) = state.cursor.acted {
        cursor::has_acted_on(state, acted.id, false);
    }
}

/// Tells what came of one, unless that is being watched.
fn tell(state: &mut ScreenState, id: WorkId) {
    match &mut state.mode {
        // The keyboard does not stay where another button comes.
        Mode::Dialog(dialog) if dialog.kind == DialogKind::Results(id) => dialog.focus = DialogFocus::Button(0),
        _ => {
            let key = state.setup.keymap.first_key(Action::Results);
            if let Some((tone, text)) = state.job(id).map(|work| summary(work, &state.rows, key)) {
                state.toast(tone, text);
            }
        }
    }
    let too_many = state.jobs.iter().filter(|work| work.is_bulk() && work.is_over()).count().saturating_sub(KEPT);
    let mut place = 0;
    state.jobs.retain(|work| {
        let kept = work.is_bulk() && place >= too_many;
        place += usize::from(work.is_bulk() && work.is_over());
        kept || !work.is_over()
    });
}

/// What came of a piece of work, in a line; and the key that shows the results one by one.
fn summary(work: &BulkJob, rows: &DealershipRows, key: Option<String>) -> (Tone, String) {
    let title = work.action.title;
    if let [item] = work.items.as_slice() {
        let (words, tone) = item.told(rows).unwrap_or_else(|| ("not begun".to_owned(), Tone::Warn));
        return (tone, format!("{}: {words}", item.name));
    }
    let ((open, well, failed), unsent) = (work.counts(), work.unsent(rows));
    let tone = match (open, failed) {
        (0, 0) if unsent > 0 => Tone::Bad,
        (0, 0) => Tone::from(work.worst()),
        (_, 0) => Tone::Warn,
        _ => Tone::Bad,
    };
    let mut text = format!("{title}: {} done", well - unsent);
    for (count, what) in [(unsent, "done but for the letter"), (failed, "failed"), (open, "not begun")] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    if open + failed > 0 && work.action.is_about_dealerships() {
        text.push_str(" and still marked");
    }
    text.push_str(&work.letters(rows));
    if let Some(key) = key {
        text.push_str(&format!("; {key} shows each"));
    }
    (tone, text)
}

/// Which the open dialog shows.
fn shown(state: &ScreenState) -> Option<WorkId> {
    let Mode::Dialog(dialog) = &state.mode else { return None };
    let DialogKind::Results(id) = dialog.kind else { return None };
    Some(id)
}

pub(in crate::tui) fn any(state: &ScreenState) -> Result<(), String> {
    if state.jobs.iter().any(BulkJob::is_bulk) { Ok(()) } else { Err("nothing was asked for many yet".to_owned()) }
}

/// Shows the newest for many.
pub(in crate::tui) fn show(state: &mut ScreenState) {
    if let Some(work) = state.jobs.iter().rev().find(|work| work.is_bulk()) {
        let results = Dialog::results(work.id);
        state.show_dialog(results);
    }
}

pub(super) fn show_earlier(state: &mut ScreenState) {
    let Some(id) = shown(state) else { return };
    if let Some(work) = state.jobs.iter().rev().find(|work| work.is_bulk() && work.id < id) {
        let results = Dialog::results(work.id);
        state.show_dialog(results);
    }
}

/// Has no more of them begun.
pub(super) fn stop(state: &mut ScreenState) -> Vec<Effect> {
    let Some(id) = shown(state) else { return Vec::new() };
    if let Some(work) = state.jobs.iter_mut().find(|work| work.id == id) {
        work.phase = JobPhase::Stopping;
    }
    if let Mode::Dialog(dialog) = &mut state.mode {
        dialog.focus = DialogFocus::Button(0);
    }
    vec![Effect::Stop(id)]
}

/// The results were closed: what is under way goes on.
pub(super) fn closed(state: &mut ScreenState, id: WorkId) {
    let Some(work) = state.job(id).filter(|work| !work.is_over()) else { return };
    let (title, (open, ..)) = (work.action.title, work.counts());
    let (mut text, key_does) = match work.phase {
        JobPhase::Stopping => (format!("{title} stops, {open} not done"), "shows each"),
        JobPhase::UnderWay | JobPhase::Over => (format!("{title} goes on, {open} to do"), "shows it and stops it"),
    };
    if let Some(key) = state.setup.keymap.first_key(Action::Results) {
        text.push_str(&format!("; {key} {key_does}"));
    }
    state.toast(Tone::Plain, text);
}
