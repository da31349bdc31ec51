//! The present task: whom it is about, and whether it is done.

use super::{Practice, TASKS, Task, TaskAttempt, TaskResult, WayStep};
use crate::domain::Onboarding;
use crate::tui::keymap::Keymap;
use crate::tui::state::ScreenState;

impl Practice {
    pub fn task(&self) -> Option<&'static Task> {
        TASKS.get(self.place?)
    }

    /// Begins the task of a place with what is on the desk now. The keys that were pressed for it so far count on.
    pub fn begin(&mut self, place: usize, state: &ScreenState) {
        self.place = Some(place);
        (self.target, self.revealed) = (None, false);
        self.events.clear();
        let Some(task) = TASKS.get(place) else { return };
        let target = choose(task, state);
        self.target = target.map(|target| target.id);
        self.about = target.map_or_else(String::new, |target| task.worded(target));
        self.way = target.map(|target| task.steps(target, state)).unwrap_or_default();
    }

    /// What came of the present task, when by what is on the desk now it is done.
    pub fn outcome(&self, state: &ScreenState) -> Option<TaskResult> {
        let (task, target) = (self.task()?, self.target?);
        let attempt = TaskAttempt { target, events: &self.events, revealed: self.revealed, state };
        (task.check)(&attempt).then(|| {
            let shortest = self.way.iter().map(|step| step.keys(&state.setup.keymap)).sum();
            TaskResult::Done { keys: self.keys, shortest }
        })
    }

    /// Whether the dealership does not fit any more although nothing was done: it went on without us.
    pub fn needs_another(&self, state: &ScreenState) -> bool {
        let Some((task, target)) = self.task().zip(self.target) else { return false };
        self.events.is_empty() && !state.rows.get(target).is_some_and(|row| (task.fits)(&row.state, state))
    }
}

impl WayStep {
    /// How many keys it takes.
    fn keys(&self, keymap: &Keymap) -> usize {
        match self {
            Self::Press(action, times) => {
                let chord = keymap.chords(*action).next();
                chord.map_or(1, <[_]>::len) * times
            }
            Self::Write(text) => text.chars().count(),
        }
    }
}

/// A dealership that a task can be about: of those whose code lives, the one with the longest time left.
fn choose<'s>(task: &Task, state: &'s ScreenState) -> Option<&'s Onboarding> {
    let fitting = || state.rows.iter().map(|row| &*row.state).filter(|row| (task.fits)(row, state));
    if fitting().count() < task.needs {
        return None;
    }
    fitting().max_by_key(|row| (row.invitation.as_ref().map(|code| code.expires_at), row.id))
}
