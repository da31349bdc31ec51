//! How far somebody is in the practice.

use std::sync::Arc;

use crate::domain::{Actor, DealershipId, Event};
use crate::tui::action::Action;

/// How many tasks there are.
pub(super) const COUNT: usize = 10;

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

/// A step of the shortest way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayStep {
    /// A key, so many times.
    Press(Action, usize),
    Write(String),
}

/// The practice, from its offer on.
#[derive(Debug, Default)]
pub struct Practice {
    pub phase: PracticePhase,
    /// Which task it is at; behind the last one is the summary. `None`: none was begun.
    pub place: Option<usize>,
    pub results: [TaskResult; COUNT],
    /// The present task in words.
    pub about: String,
    /// The shortest way, step by step.
    pub way: Vec<WayStep>,
    /// How many keys were pressed for it.
    pub keys: usize,
    pub(super) target: Option<DealershipId>,
    /// What the person recorded since it began.
    pub(super) events: Vec<Arc<Event>>,
    /// The code of the dealership was shown.
    pub(super) revealed: bool,
}

impl Practice {
    pub fn is_running(&self) -> bool {
        self.phase == PracticePhase::Running
    }

    /// What became of the present task.
    pub fn result(&self) -> TaskResult {
        self.place.and_then(|place| self.results.get(place)).copied().unwrap_or_default()
    }

    /// The dealership that the present task is about; `None`: none fits.
    pub fn target(&self) -> Option<DealershipId> {
        self.target
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

    pub fn see_code(&mut self, shown: Option<DealershipId>) {
        self.revealed |= shown.is_some() && shown == self.target;
    }
}
