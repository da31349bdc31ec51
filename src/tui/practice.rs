//! The practice of a demo: ten small tasks on its invented dealerships, each checked by what was recorded since it began.

mod tasks;

use std::sync::Arc;

pub use tasks::{TASKS, Task, TaskAttempt, WayStep};

use super::keymap::Keymap;
use super::state::ScreenState;
use crate::domain::{Actor, DealershipId, Event, Onboarding};

/// What became of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TaskResult {
    #[default]
    Open,
    /// In so many keys, where so many are enough.
    Done {
        keys: usize,
        shortest: usize,
    },
    Skipped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PracticePhase {
    /// It is offered to whoever is new.
    #[default]
    Offered,
    Running,
    /// Put away: it goes on where it was.
    Away,
}

/// The practice, from its offer on.
#[derive(Debug, Default)]
pub struct Practice {
    pub phase: PracticePhase,
    /// Which task it is at; behind the last one is the summary. `None`: none was begun.
    pub place: Option<usize>,
    pub results: [TaskResult; TASKS.len()],
    /// The present task in words.
    pub about: String,
    /// The keys of the shortest way, as they are written in the keymap.
    pub way: String,
    /// How many keys were pressed for it.
    pub keys: usize,
    shortest: usize,
    target: Option<DealershipId>,
    /// What the person recorded since it began.
    events: Vec<Arc<Event>>,
    /// The code of the dealership was shown.
    revealed: bool,
}

impl Practice {
    pub fn is_running(&self) -> bool {
        self.phase == PracticePhase::Running
    }

    pub fn task(&self) -> Option<&'static Task> {
        TASKS.get(self.place?)
    }

    /// What became of the present task.
    pub fn result(&self) -> TaskResult {
        self.place.and_then(|place| self.results.get(place)).copied().unwrap_or_default()
    }

    /// The dealership that the present task is about; `None`: none fits.
    pub fn target(&self) -> Option<DealershipId> {
        self.target
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
        let steps = target.map(|target| task.steps(target, state)).unwrap_or_default();
        (self.way, self.shortest) = written(&steps, &state.setup.keymap);
    }

    pub fn end(&mut self, result: TaskResult) {
        if let Some(there) = self.place.and_then(|place| self.results.get_mut(place)) {
            *there = result;
        }
    }

    /// Takes in what was recorded.
    pub fn record<'a>(&mut self, events: impl IntoIterator<Item = &'a Arc<Event>>, me: &str) {
        if self.is_running() && self.result() == TaskResult::Open {
            let me = Actor::person(me);
            self.events.extend(events.into_iter().filter(|event| event.actor == me).cloned());
        }
    }

    /// What came of the present task, when by what is on the desk now it is done.
    pub fn outcome(&self, state: &ScreenState) -> Option<TaskResult> {
        let (task, target) = (self.task()?, self.target?);
        let attempt = TaskAttempt { target, events: &self.events, revealed: self.revealed, state };
        (task.check)(&attempt).then_some(TaskResult::Done { keys: self.keys, shortest: self.shortest })
    }

    /// Whether the dealership does not fit any more although nothing was done: it went on without us.
    pub fn needs_another(&self, state: &ScreenState) -> bool {
        let Some((task, target)) = self.task().zip(self.target) else { return false };
        self.events.is_empty() && !state.rows.get(target).is_some_and(|row| (task.fits)(&row.state, state))
    }

    pub fn see_code(&mut self, shown: Option<DealershipId>) {
        self.revealed |= shown.is_some() && shown == self.target;
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

/// The keys of a way, and how many there are.
fn written(steps: &[WayStep], keymap: &Keymap) -> (String, usize) {
    let mut count = 0;
    let mut words = Vec::new();
    for step in steps {
        match step {
            WayStep::Press(action, times) => {
                let key = keymap.first_key(*action).unwrap_or_else(|| format!("({})", action.info().title));
                count += key.split_whitespace().count() * times;
                words.push(if *times > 1 { format!("{key} ×{times}") } else { key });
            }
            WayStep::Write(text) => {
                count += text.chars().count();
                words.push(text.clone());
            }
        }
    }
    (words.join(" "), count)
}
