//! One dealership on its way: the probe, what is recorded of it, then perhaps its slots, and who waits for the answer.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::domain::{DateRange, DealershipId, Event, ProbeResult, Slot, SlotCounts, SlotWindow};
use crate::protocol::{Checked, RequestError};

type Answer = Result<Checked, RequestError>;

/// A probe that comes before those that are due: a person asked, or a quorum needs it.
pub struct PriorityProbe {
    pub id: DealershipId,
    waiters: Vec<oneshot::Sender<Answer>>,
    /// The quorum is there: this probe decides.
    pub decides: bool,
}

impl PriorityProbe {
    /// One that no person asked for.
    pub fn unasked(id: DealershipId) -> Self {
        Self { id, waiters: vec![], decides: false }
    }

    /// One that a person asked for, who waits for the answer.
    pub fn asked(id: DealershipId, waiter: oneshot::Sender<Answer>) -> Self {
        Self { id, waiters: vec![waiter], decides: false }
    }

    /// Whoever waits for another one of the same dealership waits for this one.
    pub fn join(&mut self, other: Self) {
        self.waiters.extend(other.waiters);
    }

    pub fn has_waiters(&self) -> bool {
        !self.waiters.is_empty()
    }

    pub fn fail(self, error: &RequestError) {
        answer(self.waiters, &Err(error.clone()));
    }
}

pub struct ProbeJob {
    pub probe: PriorityProbe,
    /// As it was when the probe began; another one by now makes the answer worthless.
    pub dealer_code: String,
    /// It is the trial of an open breaker.
    pub trial: bool,
    pub result: Option<ProbeResult>,
    pub events: Vec<Arc<Event>>,
    /// Where slots are looked for, the parts of it that are still to be asked for, and what the others had.
    window: Option<SlotWindow>,
    ranges: VecDeque<DateRange>,
    found: Vec<Slot>,
    slots: Option<Result<SlotCounts, String>>,
}

impl ProbeJob {
    pub fn new(probe: PriorityProbe, dealer_code: String, trial: bool) -> Self {
        Self {
            probe,
            dealer_code,
            trial,
            result: None,
            events: Vec::new(),
            window: None,
            ranges: VecDeque::new(),
            found: Vec::new(),
            slots: None,
        }
    }

    pub fn id(&self) -> DealershipId {
        self.probe.id
    }

    pub fn has_waiters(&self) -> bool {
        self.probe.has_waiters()
    }

    /// Its slots are counted next, in requests of so many days at most.
    pub fn count_slots(&mut self, window: SlotWindow, most_days: u8) {
        self.ranges = window.ranges(most_days).into();
        self.window = Some(window);
    }

    /// The part of the window that is to be asked for next.
    pub fn next_range(&self) -> Option<DateRange> {
        self.ranges.front().copied()
    }

    /// Takes in the slots of a part. `Some`: it was the last one, and so many there are.
    pub fn take_slots(&mut self, slots: Vec<Slot>) -> Option<SlotCounts> {
        self.ranges.pop_front();
        self.found.extend(slots);
        let window = self.window.filter(|_| self.ranges.is_empty())?;
        let found = window.merged([std::mem::take(&mut self.found)]);
        let counts = SlotCounts::of(found.iter().map(|slot| slot.local));
        self.slots = Some(Ok(counts.clone()));
        Some(counts)
    }

    /// The platform could not tell: what was known of its slots stays.
    pub fn slots_unknown(&mut self, why: String) {
        self.slots = Some(Err(why));
    }

    /// Whoever asked gets the answer.
    pub fn finish(self) {
        let Self { probe, result, slots, events, .. } = self;
        if let Some(result) = result {
            answer(probe.waiters, &Ok(Checked { result, slots, events }));
        }
    }

    /// Whoever asked is told why there is no answer.
    pub fn fail(self, error: &RequestError) {
        self.probe.fail(error);
    }
}

/// Whoever waits may be gone by now.
fn answer(waiters: Vec<oneshot::Sender<Answer>>, answer: &Answer) {
    for waiter in waiters {
        waiter.send(answer.clone()).ok();
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::domain::{Outcome, Timestamp};

    fn job() -> (ProbeJob, oneshot::Receiver<Answer>, oneshot::Receiver<Answer>) {
        let (waiter, one) = oneshot::channel();
        let mut probe = PriorityProbe::asked(DealershipId::from_bits(1), waiter);
        let (waiter, other) = oneshot::channel();
        probe.join(PriorityProbe::asked(DealershipId::from_bits(1), waiter));
        (ProbeJob::new(probe, "xts00001".to_owned(), false), one, other)
    }

    fn probe_result() -> ProbeResult {
        ProbeResult {
            began_at: Timestamp::UNIX_EPOCH,
            ended_at: Timestamp::UNIX_EPOCH,
            outcome: Outcome::Connected,
            reason: "success".to_owned(),
            unrecognised: false,
            answer: None,
            services: None,
        }
    }

    #[test]
    fn slots_are_counted_when_the_last_part_has_come_and_each_once() {
        let (mut job, mut one, mut other) = job();
        let first = NaiveDate::from_ymd_opt(2024, 3, 4).unwrap();
        let slot = Slot { local: first.and_hms_opt(9, 0, 0).unwrap(), minutes: 60 };
        job.result = Some(probe_result());
        job.count_slots(SlotWindow { first, days: 7 }, 6);
        assert_eq!(job.next_range().map(|range| (range.start, range.days)), Some((first, 6)));
        assert_eq!(job.take_slots(vec![slot]), None);
        assert_eq!(job.take_slots(vec![slot]).map(|counts| counts.count), Some(1));
        assert_eq!(job.next_range(), None);
        job.finish();
        for answer in [&mut one, &mut other] {
            let checked = answer.try_recv().unwrap().unwrap();
            assert_eq!(checked.slots.map(|slots| slots.map(|slots| slots.count)), Some(Ok(1)));
        }
    }

    #[test]
    fn whoever_waits_is_told_of_a_failure_and_may_be_gone() {
        let (job, one, mut other) = job();
        drop(one);
        job.fail(&RequestError::Ending);
        assert!(matches!(other.try_recv(), Ok(Err(RequestError::Ending))));
    }

    #[test]
    fn what_was_not_known_of_slots_is_said() {
        let (mut job, mut one, _other) = job();
        job.result = Some(probe_result());
        job.slots_unknown("status 500".to_owned());
        job.finish();
        assert_eq!(one.try_recv().unwrap().unwrap().slots, Some(Err("status 500".to_owned())));
    }
}
