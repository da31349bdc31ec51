//! The practice of a demo: it is begun, put away, gone on with, and its task checked after every message.

use std::sync::Arc;

use super::{jump, queue, table, views};
use crate::domain::Event;
use crate::tui::dialog::DialogKind;
use crate::tui::list_cursor::Motion;
use crate::tui::practice::{Practice, PracticePhase, TASKS, TaskResult};
use crate::tui::rows::Tab;
use crate::tui::state::{Focus, Mode, ScreenState};

pub(in crate::tui) fn can(state: &ScreenState) -> Result<(), String> {
    if state.practice.is_none() {
        return Err("only a demo has tasks to practise: `cloverwatch demo --practice`".to_owned());
    }
    if state.past.is_some() {
        return Err("the tasks are about the present".to_owned());
    }
    if state.loaded { Ok(()) } else { Err("the dealerships are still being read".to_owned()) }
}

pub(in crate::tui) fn can_go_on(state: &ScreenState) -> Result<(), String> {
    can(state)?;
    let shown = state.practice.as_ref().is_some_and(|practice| practice.phase != PracticePhase::Away);
    if shown { Ok(()) } else { Err("no task is shown: begin the practice first".to_owned()) }
}

/// What was typed into a dialog is not lost by a key that means something else.
fn no_dialog(state: &ScreenState) -> Result<(), String> {
    match &state.mode {
        Mode::Dialog(dialog) if matches!(dialog.kind, DialogKind::Ask(_)) => Err("leave the dialog first".to_owned()),
        _ => Ok(()),
    }
}

/// Begins the practice, puts it away, or goes on with it.
pub(in crate::tui) fn toggle(state: &mut ScreenState) {
    let Some(practice) = &mut state.practice else { return };
    match (practice.place, practice.phase) {
        (None, _) => begin(state, 0),
        (Some(_), PracticePhase::Running) => {
            practice.phase = PracticePhase::Away;
            practice.keys = practice.keys.saturating_sub(1);
        }
        (Some(_), _) => practice.phase = PracticePhase::Running,
    }
    state.settle();
}

/// Goes on to the next task; one that is not done is skipped. The offer is put away, and after the summary all begins anew.
pub(in crate::tui) fn next(state: &mut ScreenState) {
    if let Err(why) = can_go_on(state).and_then(|()| no_dialog(state)) {
        state.tell_of_key(why);
        return;
    }
    let Some(practice) = &mut state.practice else { return };
    match practice.place {
        None => practice.phase = PracticePhase::Away,
        Some(place) if place < TASKS.len() => {
            if practice.result() == TaskResult::Open {
                practice.end(TaskResult::Skipped);
            }
            begin(state, place + 1);
        }
        Some(_) => {
            state.practice = Some(Practice::default());
            begin(state, 0);
        }
    }
    state.settle();
}

fn begin(state: &mut ScreenState, place: usize) {
    if let Some(practice) = &mut state.practice {
        (practice.phase, practice.keys) = (PracticePhase::Running, 0);
    }
    tidy(state);
    set(state, place);
}

/// The desk as it is at the beginning of a task: the table of all dealerships, and nothing over it.
fn tidy(state: &mut ScreenState) {
    state.reading = None;
    state.mode = Mode::Desk;
    queue::close(state);
    views::clear(state);
    state.marks.clear();
    state.set_tab(Tab::All);
    (state.focus, state.panes.zoom) = (Focus::Table, false);
    table::go(state, Motion::Top);
}

fn set(state: &mut ScreenState, place: usize) {
    let Some(mut practice) = state.practice.take() else { return };
    practice.begin(place, state);
    let given = practice.target().filter(|_| practice.task().is_some_and(|task| task.is_given));
    state.practice = Some(practice);
    if let Some(id) = given {
        jump::to(state, id);
    }
}

/// Counts keys that were pressed.
pub(in crate::tui) fn count(state: &mut ScreenState, keys: usize) {
    if state.past.is_none()
        && let Some(practice) = &mut state.practice
        && practice.is_running()
        && practice.result() == TaskResult::Open
    {
        practice.keys += keys;
    }
}

pub(super) fn committed(state: &mut ScreenState, events: &[Arc<Event>]) {
    if let Some(practice) = &mut state.practice {
        practice.record(events, &state.setup.me);
    }
}

/// After every message: whether the task is done, or is about somebody else now.
pub(in crate::tui) fn follow(state: &mut ScreenState) {
    if state.past.is_some() {
        return;
    }
    let shown = state.reveal.map(|reveal| reveal.id);
    let Some(practice) = state.practice.as_mut().filter(|practice| practice.is_running()) else { return };
    if practice.result() != TaskResult::Open {
        return;
    }
    practice.see_code(shown);
    let Some(practice) = &state.practice else { return };
    if let Some(result) = practice.outcome(state) {
        if let Some(practice) = &mut state.practice {
            practice.end(result);
        }
        state.dirty = true;
    // Whoever is in the middle of something is not taken out of it.
    } else if matches!(state.mode, Mode::Desk) && practice.needs_another(state) {
        let place = practice.place.unwrap_or_default();
        set(state, place);
        state.dirty = true;
    }
}
