//! Pieces of work that were asked of the engine, and how each of their items ended.

use crate::domain::DealershipId;

use super::action::Action;
use super::msg::{Outcome, WorkId};

/// A piece of work.
#[derive(Debug)]
pub struct Work {
    /// Which.
    pub id: WorkId,
    /// What was asked for.
    pub action: Action,
    /// Whose, and how each ended.
    pub items: Vec<WorkItem>,
}

/// One item of a piece of work.
#[derive(Debug)]
pub struct WorkItem {
    /// Whose.
    pub id: DealershipId,
    /// The dealership's name, fit for the screen.
    pub name: String,
    /// How it ended; `None`: it is under way.
    pub outcome: Option<Outcome>,
}

impl Work {
    /// Notes how an item ended.
    pub fn end(&mut self, id: DealershipId, outcome: Outcome) {
        // Several may be about one dealership, such as its letters.
        if let Some(item) = self.items.iter_mut().find(|item| item.id == id && item.outcome.is_none()) {
            item.outcome = Some(outcome);
        }
    }

    /// Whether every item has ended.
    pub fn is_over(&self) -> bool {
        self.items.iter().all(|item| item.outcome.is_some())
    }

    /// How many are under way, went well and failed.
    pub fn counts(&self) -> (usize, usize, usize) {
        self.items.iter().fold((0, 0, 0), |(open, well, failed), item| match item.outcome {
            None => (open + 1, well, failed),
            Some(Ok(_)) => (open, well + 1, failed),
            Some(Err(_)) => (open, well, failed + 1),
        })
    }

    /// Those that failed.
    pub fn failed(&self) -> impl Iterator<Item = DealershipId> + '_ {
        self.items.iter().filter(|item| matches!(item.outcome, Some(Err(_)))).map(|item| item.id)
    }
}
