//! Who is due when, and in which order: a queue with priorities that says how far the desk is through a backlog.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::{DealershipId, Timestamp};
use crate::engine::circuit_breaker::ClockReading;
use crate::engine::timers::Timers;
use crate::protocol::BacklogProgress;

/// Every so many-th probe goes to whoever waits longest, so that nearer deadlines starve nobody.
const FAIR_SHARE: u32 = 4;

/// A backlog that takes longer than this is told of.
const WORTH_TELLING: Duration = Duration::from_secs(5);

/// From so many probes on their pace is a measure.
const MEASURED: usize = 20;

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
    backlog: Option<Backlog>,
}

/// While more are due than the budget allows at once: who was taken, and who is ready for the first time. Whoever is due
/// again meanwhile does not make it longer.
#[derive(Debug)]
struct Backlog {
    began: Duration,
    taken: HashSet<DealershipId>,
    fresh: HashSet<DealershipId>,
}

impl DueQueue {
    /// Sets when a dealership is due, and which deadline presses; `None`: never.
    pub fn set(&mut self, id: DealershipId, due: Option<Timestamp>, deadline: Option<Timestamp>) {
        self.pressing.set(id, None);
        self.ready.set(id, None);
        self.waiting.set(id, due);
        if let Some(backlog) = &mut self.backlog {
            backlog.fresh.remove(&id);
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
        if let Some(backlog) = &mut self.backlog {
            backlog.taken.insert(id);
        }
        Some(id)
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
    pub fn longest_wait(&mut self, now: Timestamp) -> Option<TimeDelta> {
        self.wake(now);
        self.ready.next().map(|due| now - due)
    }

    pub fn due(&mut self, now: Timestamp) -> usize {
        self.wake(now);
        self.ready.len()
    }

    /// How far the desk is through the backlog, within a budget of so many requests a second. It begins when it is long, and
    /// ends when everybody in it was probed once.
    pub fn backlog_progress(&mut self, now: ClockReading, rate: u32) -> Option<BacklogProgress> {
        if self.backlog.is_none() && self.ready.len() as u64 > WORTH_TELLING.as_secs() * u64::from(rate) {
            let fresh = self.ready.iter().collect();
            self.backlog = Some(Backlog { began: now.elapsed, taken: HashSet::new(), fresh });
        }
        self.backlog = self.backlog.take().filter(|backlog| !backlog.fresh.is_empty());
        self.backlog.as_ref().map(|backlog| backlog.progress(now))
    }

    fn wake(&mut self, now: Timestamp) {
        while let Some((due, id)) = self.waiting.take_due(now) {
            let deadline = self.deadlines.get(&id).copied();
            // Whoever has no deadline is as urgent as one a day from now, however long nobody was there to probe.
            let rank = deadline.or_else(|| now.checked_add_signed(TimeDelta::days(1))).unwrap_or(now);
            self.pressing.set(id, Some(rank));
            self.ready.set(id, Some(due));
            if let Some(backlog) = self.backlog.as_mut().filter(|backlog| !backlog.taken.contains(&id)) {
                backlog.fresh.insert(id);
            }
        }
    }
}

impl Backlog {
    fn progress(&self, now: ClockReading) -> BacklogProgress {
        let (done, left) = (self.taken.len(), self.fresh.len());
        let expected_end = (done >= MEASURED).then(|| {
            let each = now.elapsed.saturating_sub(self.began) / u32::try_from(done).unwrap_or(u32::MAX);
            let rest = each.saturating_mul(u32::try_from(left).unwrap_or(u32::MAX));
            // Whole seconds: what differs in less is shown as the same.
            let rest = TimeDelta::seconds(i64::try_from(rest.as_secs()).unwrap_or(i64::MAX / 1_000));
            let whole = now.at - TimeDelta::nanoseconds(i64::from(now.at.timestamp_subsec_nanos()));
            whole.checked_add_signed(rest)
        });
        BacklogProgress { done, total: done + left, expected_end: expected_end.flatten() }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn id(number: u64) -> DealershipId {
        DealershipId::from_bits(number)
    }

    fn at(minutes: i64) -> Timestamp {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    #[test]
    fn nearest_deadline_first_and_every_fourth_to_the_longest_waiting() {
        let mut queue = DueQueue::default();
        queue.set(id(100), Some(at(0)), None);
        for number in 0..8 {
            queue.set(id(number), Some(at(1)), Some(at(100 - i64::try_from(number).unwrap())));
        }
        assert_eq!(queue.take(at(-1)), None, "nobody is due");
        assert_eq!(queue.due(at(1)), 9);
        // That nobody was due counted as a turn; the fourth turn is the third of these.
        let order: Vec<_> = std::iter::from_fn(|| queue.take(at(1))).collect();
        assert_eq!(order, [7, 6, 100, 5, 4, 3, 0, 2, 1].map(id));
        assert_eq!((queue.due(at(1)), queue.next_due()), (0, None));
    }

    #[test]
    fn a_new_moment_replaces_the_old_one_also_when_it_was_due() {
        let mut queue = DueQueue::default();
        queue.set(id(1), Some(at(1)), None);
        assert_eq!(queue.due(at(1)), 1);
        queue.set(id(1), Some(at(9)), None);
        assert_eq!((queue.due(at(1)), queue.next_due()), (0, Some(at(9))));
        queue.set(id(1), None, Some(at(3)));
        assert_eq!((queue.take_any(at(99)), queue.next_due()), (None, None));
    }

    #[test]
    fn a_trial_may_take_one_that_is_not_due() {
        let mut queue = DueQueue::default();
        queue.set(id(1), Some(at(60)), None);
        queue.set(id(2), Some(at(50)), None);
        assert_eq!(queue.take_any(at(0)), Some(id(2)));
        assert_eq!(queue.next_due(), Some(at(60)));
    }

    fn moment(seconds: u64) -> ClockReading {
        let elapsed = Duration::from_secs(seconds);
        ClockReading { at: DateTime::UNIX_EPOCH + elapsed, elapsed }
    }

    fn backlog(count: u64) -> DueQueue {
        let mut queue = DueQueue::default();
        for number in 0..count {
            queue.set(id(number), Some(at(0)), None);
        }
        assert_eq!(queue.due(at(0)), count as usize);
        queue
    }

    #[test]
    fn a_long_backlog_is_told_of_until_everybody_in_it_was_probed_once() {
        assert_eq!(backlog(50).backlog_progress(moment(0), 10), None, "five seconds are not worth telling");
        let mut queue = backlog(1_000);
        let progress = queue.backlog_progress(moment(0), 10).unwrap();
        assert_eq!((progress.done, progress.total, progress.expected_end), (0, 1_000, None));
        for _ in 0..100 {
            // Whoever was probed is due again, and makes the backlog no longer.
            let id = queue.take(moment(1).at).unwrap();
            queue.set(id, Some(moment(2).at), None);
        }
        queue.due(moment(20).at);
        let progress = queue.backlog_progress(moment(20), 10).unwrap();
        assert_eq!((progress.done, progress.total), (100, 1_000));
        assert_eq!(progress.expected_end, Some(moment(20 + 900 / 5).at), "at the pace so far");
        while queue.backlog_progress(moment(30), 10).is_some_and(|progress| progress.done < progress.total) {
            queue.take(moment(30).at);
        }
        while queue.due(moment(200).at) > 50 {
            queue.take(moment(200).at);
        }
        assert_eq!(queue.backlog_progress(moment(200), 10), None, "the next one begins when it is worth it");
    }
}
