//! What is sent next: people's requests, then the probes that are due, nearest deadline first; and who is left alone until
//! when.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use chrono::TimeDelta;
use rand::rngs::StdRng;

use super::due_queue::DueQueue;
use super::job::{PriorityProbe, ProbeJob};
use super::{LONGEST_REST, REQUESTS_WAITING};
use crate::domain::{DealershipId, Timestamp};
use crate::engine::backoff::Backoff;
use crate::engine::circuit_breaker::CircuitState;
use crate::engine::inner::Call;

/// So many probes that were asked for, then one that was due, when there is one.
const PRIORITY_IN_A_ROW: u32 = 9;

/// So many dealerships may wait for their slots while others are due that were not probed at all.
const SLOTS_WAITING: usize = 64;

/// The one retry layer: a probe that told nothing is due again after this.
const RETRY: Backoff = Backoff::seconds(30, 900);

/// A dealership that is not probed before a moment, whatever its cadence says.
struct Deferral {
    until: Timestamp,
    /// Probes in a row that told nothing.
    attempt: u32,
    /// Because of a mass disconnect: it ends with it.
    mass: bool,
}

/// What is to be sent now.
pub enum NextRequest {
    Call(Call),
    Probe { probe: PriorityProbe, trial: bool },
    Slots(Box<ProbeJob>),
    Nothing(Duration),
}

#[derive(Default)]
pub struct ProbeQueue {
    pub due: DueQueue,
    calls: VecDeque<Call>,
    priority: VecDeque<PriorityProbe>,
    priority_in_a_row: u32,
    /// Those that wait for their slots.
    slots: VecDeque<ProbeJob>,
    /// Whoever is on its way is planned at its end.
    in_flight: HashSet<DealershipId>,
    deferrals: HashMap<DealershipId, Deferral>,
}

impl ProbeQueue {
    /// How many are due and wait for their turn.
    pub fn waiting(&mut self, now: Timestamp) -> usize {
        self.due.due(now) + self.priority.len() + self.slots.len()
    }

    /// Whether it takes more of what people ask.
    pub fn has_room(&self) -> bool {
        self.priority.len().max(self.calls.len()) < REQUESTS_WAITING
    }

    pub fn add_call(&mut self, call: Call) {
        self.calls.push_back(call);
    }

    pub fn add_probe(&mut self, asked: PriorityProbe) {
        match self.priority.iter_mut().find(|probe| probe.id == asked.id) {
            Some(probe) => probe.join(asked),
            None => self.priority.push_back(asked),
        }
    }

    /// Has somebody probed before those that are due, for no person.
    pub fn prioritize(&mut self, id: DealershipId) {
        if !self.in_flight.contains(&id) && self.priority.iter().all(|probe| probe.id != id) {
            self.priority.push_back(PriorityProbe::unasked(id));
        }
    }

    /// Has somebody probed once more, before everybody else.
    pub fn probe_again(&mut self, probe: PriorityProbe) {
        self.in_flight.remove(&probe.id);
        self.priority.push_front(probe);
    }

    pub fn add_slots(&mut self, job: ProbeJob) {
        self.slots.push_back(job);
    }

    /// Takes those out that wait for their slots and were asked for by nobody.
    pub fn drop_unasked_slots(&mut self) -> VecDeque<ProbeJob> {
        let (keep, dropped) = self.slots.drain(..).partition(ProbeJob::has_waiters);
        self.slots = keep;
        dropped
    }

    /// Takes out the probes that people wait for.
    pub fn drop_asked(&mut self) -> VecDeque<PriorityProbe> {
        let (dropped, keep) = self.priority.drain(..).partition(PriorityProbe::has_waiters);
        self.priority = keep;
        dropped
    }

    /// What is to be sent. `persons`: whether what a person asked for may go, which passes a breaker that is open.
    pub fn next(&mut self, now: Timestamp, circuit: CircuitState, persons: bool) -> NextRequest {
        if let Some(call) = self.calls.pop_front() {
            return NextRequest::Call(call);
        }
        let asked = self.slots.iter().position(ProbeJob::has_waiters).filter(|_| persons);
        if let Some(job) = asked.and_then(|place| self.slots.remove(place)) {
            return NextRequest::Slots(Box::new(job));
        }
        let closed = circuit == CircuitState::Closed;
        let others_turn = closed && self.priority_in_a_row >= PRIORITY_IN_A_ROW && self.due.due(now) > 0;
        if !others_turn && let Some(probe) = self.take_priority(closed, persons) {
            self.priority_in_a_row += 1;
            self.due.set(probe.id, None, None);
            return NextRequest::Probe { probe, trial: false };
        }
        self.priority_in_a_row = 0;
        match circuit {
            CircuitState::Closed => {
                let probes_first = self.slots.len() < SLOTS_WAITING;
                if let Some(id) = probes_first.then(|| self.due.take(now)).flatten() {
                    NextRequest::Probe { probe: PriorityProbe::unasked(id), trial: false }
                } else if let Some(job) = self.slots.pop_front() {
                    NextRequest::Slots(Box::new(job))
                } else {
                    let next = self.due.next_due().map(|due| (due - now).to_std().unwrap_or_default());
                    NextRequest::Nothing(next.unwrap_or(LONGEST_REST))
                }
            }
            CircuitState::HalfOpen => match self.due.take_any(now) {
                Some(id) => NextRequest::Probe { probe: PriorityProbe::unasked(id), trial: true },
                None => NextRequest::Nothing(LONGEST_REST),
            },
            CircuitState::Open(rest) => NextRequest::Nothing(rest.unwrap_or(LONGEST_REST)),
        }
    }

    fn take_priority(&mut self, closed: bool, persons: bool) -> Option<PriorityProbe> {
        let may = |probe: &PriorityProbe| closed || (persons && probe.has_waiters());
        let place = self.priority.iter().position(|probe| may(probe) && !self.in_flight.contains(&probe.id))?;
        self.priority.remove(place)
    }

    pub fn begin(&mut self, id: DealershipId) {
        self.in_flight.insert(id);
    }

    pub fn end(&mut self, id: DealershipId) {
        self.in_flight.remove(&id);
    }

    pub fn is_in_flight(&self, id: DealershipId) -> bool {
        self.in_flight.contains(&id)
    }

    /// The next probe of a dealership comes later than its cadence says, later with every probe that told nothing.
    pub fn defer(&mut self, id: DealershipId, now: Timestamp, rng: &mut StdRng) {
        let attempt = self.deferrals.get(&id).filter(|it| !it.mass).map_or(0, |it| it.attempt + 1);
        let wait = TimeDelta::from_std(RETRY.wait(rng, attempt, None)).unwrap_or(TimeDelta::minutes(15));
        self.deferrals.insert(id, Deferral { until: now + wait, attempt, mass: false });
    }

    /// The next probe comes at a moment. `mass`: because of a mass disconnect, and as long as it lasts.
    pub fn defer_until(&mut self, id: DealershipId, until: Timestamp, mass: bool) {
        self.deferrals.insert(id, Deferral { until, attempt: 0, mass });
    }

    pub fn end_deferral(&mut self, id: DealershipId) {
        self.deferrals.remove(&id);
    }

    /// A mass disconnect is over. The answer is whoever was deferred because of it.
    pub fn end_mass_deferrals(&mut self) -> Vec<DealershipId> {
        self.deferrals.extract_if(|_, deferral| deferral.mass).map(|(id, _)| id).collect()
    }

    /// When somebody is probed who is due at a moment, unless it was deferred.
    pub fn deferred(&mut self, id: DealershipId, due: Option<Timestamp>) -> Option<Timestamp> {
        if due.is_none() {
            self.deferrals.remove(&id);
        }
        due.map(|due| self.deferrals.get(&id).map_or(due, |deferral| deferral.until))
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use rand::SeedableRng;
    use tokio::sync::oneshot;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn id(number: u64) -> DealershipId {
        DealershipId::from_bits(number)
    }

    fn asked(number: u64) -> PriorityProbe {
        PriorityProbe::asked(id(number), oneshot::channel().0)
    }

    /// What is sent next, for people: `call`, `7` (a probe), `7 trial`, `7 slots`, or nothing.
    fn next(queue: &mut ProbeQueue, circuit: CircuitState, persons: bool) -> String {
        match queue.next(NOW, circuit, persons) {
            NextRequest::Call(_) => "call".to_owned(),
            NextRequest::Probe { probe, trial: false } => probe.id.bits().to_string(),
            NextRequest::Probe { probe, trial: true } => format!("{} trial", probe.id.bits()),
            NextRequest::Slots(job) => format!("{} slots", job.id().bits()),
            NextRequest::Nothing(_) => String::new(),
        }
    }

    fn slots(number: u64) -> ProbeJob {
        ProbeJob::new(PriorityProbe::unasked(id(number)), String::new(), false)
    }

    #[test]
    fn people_first_then_a_quorum_then_who_is_due_then_slots() {
        let mut queue = ProbeQueue::default();
        queue.due.set(id(4), Some(NOW), None);
        queue.add_slots(slots(5));
        queue.add_slots(ProbeJob::new(asked(1), String::new(), false));
        queue.prioritize(id(3));
        queue.prioritize(id(3));
        queue.add_probe(asked(2));
        queue.add_call(futures::future::ready(()).boxed());
        assert_eq!(queue.waiting(NOW), 5);
        let order: Vec<_> = (0..7).map(|_| next(&mut queue, CircuitState::Closed, true)).collect();
        assert_eq!(order, ["call", "1 slots", "3", "2", "4", "5 slots", ""]);
    }

    #[test]
    fn nine_that_were_asked_for_then_one_that_was_due() {
        let mut queue = ProbeQueue::default();
        (0..20).for_each(|number| queue.add_probe(asked(number)));
        queue.due.set(id(100), Some(NOW), None);
        let order: Vec<_> = (0..11).map(|_| next(&mut queue, CircuitState::Closed, true)).collect();
        assert_eq!(order, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "100", "9"]);
    }

    #[test]
    fn an_open_breaker_lets_people_through_and_one_trial() {
        let mut queue = ProbeQueue::default();
        queue.prioritize(id(1));
        queue.add_probe(asked(2));
        queue.due.set(id(3), NOW.checked_add_days(chrono::Days::new(1)), None);
        assert_eq!(next(&mut queue, CircuitState::Open(None), false), "");
        assert_eq!(next(&mut queue, CircuitState::Open(None), true), "2");
        assert_eq!(next(&mut queue, CircuitState::HalfOpen, false), "3 trial", "due or not");
        assert_eq!(next(&mut queue, CircuitState::HalfOpen, false), "");
        assert_eq!(next(&mut queue, CircuitState::Closed, false), "1");
    }

    #[test]
    fn who_is_on_its_way_is_not_probed_twice() {
        let mut queue = ProbeQueue::default();
        queue.begin(id(1));
        queue.prioritize(id(1));
        queue.add_probe(asked(1));
        assert_eq!(next(&mut queue, CircuitState::Closed, true), "");
        queue.end(id(1));
        assert_eq!(next(&mut queue, CircuitState::Closed, true), "1");
    }

    #[test]
    fn deferrals_grow_and_those_of_a_mass_disconnect_end_with_it() {
        let (mut queue, mut rng) = (ProbeQueue::default(), StdRng::seed_from_u64(1));
        let later = NOW + TimeDelta::hours(1);
        queue.defer_until(id(1), later, true);
        let mut longest = TimeDelta::zero();
        for _ in 0..20 {
            queue.defer(id(2), NOW, &mut rng);
            longest = longest.max(queue.deferred(id(2), Some(NOW)).unwrap() - NOW);
        }
        assert!(longest > TimeDelta::minutes(2) && longest <= TimeDelta::minutes(15), "{longest}");
        assert_eq!(queue.deferred(id(1), Some(NOW)), Some(later));
        assert_eq!(queue.end_mass_deferrals(), [id(1)]);
        assert_eq!(queue.deferred(id(1), Some(NOW)), Some(NOW));
        assert_eq!(
            (queue.deferred(id(2), None), queue.deferred(id(2), Some(NOW))),
            (None, Some(NOW)),
            "it is forgotten"
        );
    }
}
