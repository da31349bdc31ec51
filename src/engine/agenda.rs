//! Who is to be looked at next: a due queue with priorities.

use std::collections::{HashMap, HashSet};

use super::timers::Timers;
use crate::domain::{DealershipId, Timestamp};

/// Every so many-th look goes to whoever waits longest, so that nearer deadlines starve nobody.
const FAIR_SHARE: u32 = 4;

/// Dealerships that wait for their moment, and those whose moment has come.
#[derive(Debug, Default)]
pub struct DueQueue {
    waiting: Timers,
    /// The ready ones by the deadline that presses; those without one come last, by when they became due.
    pressing: Timers,
    /// The same ones by when they became due.
    ready: Timers,
    deadlines: HashMap<DealershipId, Timestamp>,
    turn: u32,
    sweep: Option<Swept>,
}

/// While a sweep lasts: who was taken in it, and who is ready for the first time. Whoever is due again meanwhile does not
/// make it longer.
#[derive(Debug, Default)]
struct Swept {
    taken: HashSet<DealershipId>,
    fresh: HashSet<DealershipId>,
}

impl DueQueue {
    /// Sets when a dealership is due, and which deadline presses; `None`: never.
    pub fn set(&mut self, id: DealershipId, due: Option<Timestamp>, deadline: Option<Timestamp>) {
        self.pressing.set(id, None);
        self.ready.set(id, None);
        self.waiting.set(id, due);
        if let Some(sweep) = &mut self.sweep {
            sweep.fresh.remove(&id);
        }
        match deadline.filter(|_| due.is_some()) {
            Some(deadline) => self.deadlines.insert(id, deadline),
            None => self.deadlines.remove(&id),
        };
    }

    /// Takes the next one whose moment has come.
    pub fn take(&mut self, now: Timestamp) -> Option<DealershipId> {
        self.wake(now);
        self.turn = self.turn.wrapping_add(1);
        let fair = self.turn.is_multiple_of(FAIR_SHARE);
        let (_, id) = if fair { self.ready.take_first() } else { self.pressing.take_first() }?;
        self.set(id, None, None);
        if let Some(sweep) = &mut self.sweep {
            sweep.taken.insert(id);
        }
        Some(id)
    }

    /// Begins to count a sweep over everybody who is ready or becomes so before it ends.
    pub fn begin_sweep(&mut self) {
        let fresh = self.ready.iter().collect();
        self.sweep = Some(Swept { fresh, ..Swept::default() });
    }

    pub fn end_sweep(&mut self) {
        self.sweep = None;
    }

    /// How many were taken in this sweep, and how many are still to be taken for the first time.
    pub fn swept(&self) -> (usize, usize) {
        self.sweep.as_ref().map_or((0, self.ready.len()), |sweep| (sweep.taken.len(), sweep.fresh.len()))
    }

    /// Takes the next one, due or not: for the trial of a breaker, which should not wait for tomorrow.
    pub fn take_any(&mut self, now: Timestamp) -> Option<DealershipId> {
        let id = self.take(now).or_else(|| self.waiting.take_first().map(|(_, id)| id))?;
        self.set(id, None, None);
        Some(id)
    }

    /// When somebody is due next; a moment that is past when somebody is due already.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.ready.next().or_else(|| self.waiting.next())
    }

    /// How long the one that waits longest has been due.
    pub fn longest_wait(&mut self, now: Timestamp) -> Option<chrono::TimeDelta> {
        self.wake(now);
        self.ready.next().map(|due| now - due)
    }

    pub fn due(&mut self, now: Timestamp) -> usize {
        self.wake(now);
        self.ready.len()
    }

    fn wake(&mut self, now: Timestamp) {
        while let Some((due, id)) = self.waiting.take_due(now) {
            let deadline = self.deadlines.get(&id).copied();
            // Whoever has no deadline is as urgent as one a day from now, however long nobody was there to look.
            let rank = deadline.or_else(|| now.checked_add_signed(chrono::TimeDelta::days(1))).unwrap_or(now);
            self.pressing.set(id, Some(rank));
            self.ready.set(id, Some(due));
            if let Some(sweep) = self.sweep.as_mut().filter(|sweep| !sweep.taken.contains(&id)) {
                sweep.fresh.insert(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    fn id(number: u64) -> DealershipId {
        DealershipId::from_bits(number)
    }

    fn at(minutes: i64) -> Timestamp {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    #[test]
    fn nearest_deadline_first_and_every_fourth_to_the_longest_waiting() {
        let mut agenda = DueQueue::default();
        agenda.set(id(100), Some(at(0)), None);
        for number in 0..8 {
            agenda.set(id(number), Some(at(1)), Some(at(100 - i64::try_from(number).unwrap())));
        }
        assert_eq!(agenda.take(at(-1)), None, "nobody is due");
        assert_eq!(agenda.due(at(1)), 9);
        // That nobody was due counted as a turn; the fourth turn is the third of these.
        let order: Vec<_> = std::iter::from_fn(|| agenda.take(at(1))).collect();
        assert_eq!(order, [7, 6, 100, 5, 4, 3, 0, 2, 1].map(id));
        assert_eq!((agenda.due(at(1)), agenda.next_due()), (0, None));
    }

    #[test]
    fn a_new_moment_replaces_the_old_one_also_when_it_was_due() {
        let mut agenda = DueQueue::default();
        agenda.set(id(1), Some(at(1)), None);
        assert_eq!(agenda.due(at(1)), 1);
        agenda.set(id(1), Some(at(9)), None);
        assert_eq!((agenda.due(at(1)), agenda.next_due()), (0, Some(at(9))));
        agenda.set(id(1), None, Some(at(3)));
        assert_eq!((agenda.take_any(at(99)), agenda.next_due()), (None, None));
    }

    #[test]
    fn a_trial_may_take_one_that_is_not_due() {
        let mut agenda = DueQueue::default();
        agenda.set(id(1), Some(at(60)), None);
        agenda.set(id(2), Some(at(50)), None);
        assert_eq!(agenda.take_any(at(0)), Some(id(2)));
        assert_eq!(agenda.next_due(), Some(at(60)));
    }
}
