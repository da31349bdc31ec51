//! The rows as of another moment. Every slot stays; that of a dealership that was not there yet is empty.

use std::cmp::Reverse;
use std::sync::Arc;

use super::tab::is_there;
use super::{DealershipRow, DealershipRows, MANY};
use crate::domain::{DealershipId, Onboarding, Timestamp};

impl DealershipRows {
    /// Shows some dealerships as they stood at another moment (`None`: not there yet), and all as of then.
    pub fn travel(&mut self, changes: &[(DealershipId, Option<Arc<Onboarding>>)], now: Timestamp) {
        let passed = if now < self.derived_at { self.passed_since(now) } else { self.take_due(now) };
        let many = changes.len() + passed.len() > MANY;
        let mut changed = Vec::with_capacity(changes.len() + passed.len());
        for (id, state) in changes {
            let Some(slot) = self.by_id.get(id).copied() else { continue };
            if !many {
                self.leave(slot);
            }
            match state {
                Some(state) => {
                    self.fill(slot, state, now);
                    changed.push(slot);
                }
                None => self.empty(slot),
            }
        }
        self.twins.settle();
        self.derived_at = now;
        for slot in passed {
            let is_there = self.tabs.get(slot as usize).is_some_and(|tabs| is_there(*tabs));
            if is_there {
                if !many {
                    self.leave(slot);
                }
                changed.push(slot);
            }
        }
        changed.iter().for_each(|slot| self.derive(*slot, now));
        self.keys.rank();
        self.arrange(&changed, many);
        if !self.query.is_empty() {
            self.ask_again(now);
        }
    }

    /// The rows that are otherwise at an earlier moment than the last one.
    pub(super) fn passed_since(&self, now: Timestamp) -> Vec<u32> {
        let passed = |row: &DealershipRow| row.state.next_change(now, &self.policy);
        let rows = (0..).zip(&self.slots).zip(&self.tabs).filter(|(_, tabs)| is_there(**tabs));
        let otherwise = rows.filter(|((_, row), _)| passed(row).is_some_and(|at| at <= self.derived_at));
        otherwise.map(|((slot, _), _)| slot).collect()
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

    fn fill(&mut self, slot: u32, state: &Arc<Onboarding>, now: Timestamp) {
        let place = slot as usize;
        let (Some(row), Some(tabs)) = (self.slots.get_mut(place), self.tabs.get(place)) else { return };
        let was_there = is_there(*tabs);
        self.empty -= usize::from(!was_there);
        self.twins.replace(was_there.then_some(&*row.state), Some(state));
        let renamed = row.state.profile != state.profile;
        row.state = Arc::clone(state);
        if renamed {
            self.texts.set(place, state.id, &state.profile);
        }
        self.read_texts(slot, now, renamed);
    }

    fn empty(&mut self, slot: u32) {
        let (Some(row), Some(tabs)) = (self.slots.get_mut(slot as usize), self.tabs.get_mut(slot as usize)) else {
            return;
        };
        if is_there(*tabs) {
            self.empty += 1;
            self.twins.replace(Some(&row.state), None);
        }
        (row.next, *tabs) = (None, 0);
    }
}
