//! The rows as of another moment. Every slot stays; that of a dealership that was not there yet is empty.

use std::cmp::Reverse;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use super::replace::ChangedTexts;
use super::tab::is_there;
use super::{DealershipRow, DealershipRows, MANY};
use crate::domain::past::PastChange;
use crate::domain::threads::in_threads;
use crate::domain::{Onboarding, Timestamp};

/// A state in the place of another; `None`: nobody was, or is there.
type Replaced = (Option<Arc<Onboarding>>, Option<Arc<Onboarding>>);

impl DealershipRows {
    /// Shows some dealerships as they stood at another moment, and all as of then.
    pub fn travel(&mut self, changes: &[PastChange], now: Timestamp) {
        let passed = if now < self.derived_at { self.passed_since(now) } else { self.take_due(now) };
        let many = changes.len() + passed.len() > MANY;
        let mut changed = Vec::with_capacity(changes.len() + passed.len());
        let replaced = self.replace_all(changes, many, now, &mut changed);
        for slot in passed {
            let is_there = self.tabs.get(slot as usize).is_some_and(|tabs| is_there(*tabs));
            if is_there {
                if !many {
                    self.leave(slot);
                }
                changed.push(slot);
            }
        }
        self.derived_at = now;
        let mut twins = std::mem::take(&mut self.twins);
        // What asks for twins is asked again in the end.
        self.twins = thread::scope(|scope| {
            let settled = scope.spawn(move || {
                for (former, state) in replaced {
                    twins.replace(former.as_deref(), state.as_deref());
                }
                twins.settle();
                twins
            });
            self.derive(&changed, now);
            self.keys.rank();
            settled.join().unwrap_or_else(|panic| resume_unwind(panic))
        });
        self.arrange(&changed, many);
        if !self.query.is_empty() {
            self.ask_again(now);
        }
    }

    /// Puts the states of another moment into their slots, which are told.
    fn replace_all(
        &mut self,
        changes: &[PastChange],
        many: bool,
        now: Timestamp,
        changed: &mut Vec<u32>,
    ) -> Vec<Replaced> {
        let others = in_threads(changes, |changes| {
            let other = |(id, state): &PastChange| {
                let slot = *self.by_id.get(id)?;
                Some((slot, state.clone().map(|state| (self.changed_texts(slot, &state, now), state))))
            };
            changes.iter().filter_map(other).collect()
        });
        let replace = |(slot, state): (u32, Option<(ChangedTexts, Arc<Onboarding>)>)| {
            if !many {
                self.leave(slot);
            }
            let was_there = self.tabs.get(slot as usize).is_some_and(|tabs| is_there(*tabs));
            match state {
                Some((others, state)) => {
                    changed.push(slot);
                    self.empty -= usize::from(!was_there);
                    let former = self.replace(slot, &state, others, now).filter(|_| was_there);
                    (former, Some(state))
                }
                None => (self.empty(slot).filter(|_| was_there), None),
            }
        };
        others.into_iter().map(replace).collect()
    }

    /// Shows nobody in a slot. The answer is the state that it keeps.
    fn empty(&mut self, slot: u32) -> Option<Arc<Onboarding>> {
        let (row, tabs) = self.slots.get_mut(slot as usize).zip(self.tabs.get_mut(slot as usize))?;
        self.empty += usize::from(is_there(*tabs));
        (row.last, row.next, *tabs) = (None, None, 0);
        Some(Arc::clone(&row.state))
    }

    /// The rows that are otherwise at an earlier moment than the last one.
    pub(super) fn passed_since(&self, now: Timestamp) -> Vec<u32> {
        let is_otherwise = |row: &DealershipRow| row.last.is_some_and(|at| at > now);
        (0..).zip(&self.slots).filter(|(_, row)| is_otherwise(row)).map(|(slot, _)| slot).collect()
    }

    /// The rows that the passing of time has changed.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Vec<u32> {
        let mut due = Vec::new();
        while let Some(Reverse((at, slot))) = self.due.peek().copied().filter(|Reverse((at, _))| *at <= now) {
            self.due.pop();
            // A row that changed meanwhile has a newer entry.
            if self.slots.get(slot as usize).is_some_and(|row| row.next == Some(at)) {
                due.push(slot);
            }
        }
        due
    }
}
