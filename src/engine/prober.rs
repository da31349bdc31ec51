//! The probe task: looks at dealerships when they are due, within one budget, behind one breaker.
//!
//! One dealership at a time makes a trip: a look, what is recorded of it, then perhaps a look at its slots. What a
//! finished look means stands in `judge`.

use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;

use super::agenda::DueQueue;
use super::breaker::{Breaker, CircuitState, ClockReading};
use super::calls::Call;
use super::causes::Causes;
use super::judge::{AwaitingQuorum, MassDisconnect};
use super::outage::Outage;
use super::sweep::Progress;
use super::{CHECKS_WAITING, Check, Checked, EngineError, Inner};
use crate::domain::{Budget, DealershipId, Event, Look, ProbeSchedule, Refusal, SlotCounts, Timestamp, Together};
use crate::xtime::window::{DateRange, Window};
use crate::xtime::{AttemptReport, Platform, Slot};

/// Clocks are slewed by less; what is more is a step.
const SET_BACK: TimeDelta = TimeDelta::minutes(1);
/// The longest rest of the task, so that a stepped clock is noticed.
pub(super) const LONGEST_REST: Duration = Duration::from_secs(30);
/// So many looks that were asked for, then one that was due, when there is one.
const ERRANDS_IN_A_ROW: u32 = 9;

/// So many trips may wait for their look at the slots while others are due that were not looked at at all.
const SECOND_HALVES_WAITING: usize = 64;

/// One dealership on its way through the task.
pub(super) struct ProbeJob {
    pub id: DealershipId,
    /// As it was when the look began; another one by now makes the look worthless.
    pub dealer_code: String,
    /// Who asked for it; nobody when it was due.
    pub askers: Waiters,
    /// It is the trial of an open breaker.
    pub trial: bool,
    /// Others have been looked at because of this one: it is decided now.
    pub last_word: bool,
    pub look: Option<Look>,
    /// Where slots are looked for, the parts of it that are still to be asked for, and what the others had.
    pub window: Option<Window>,
    pub stretches: VecDeque<DateRange>,
    pub found: Vec<Slot>,
    pub slots: Option<Result<SlotCounts, String>>,
    pub events: Vec<Arc<Event>>,
}

/// What became of one step of a trip. `None` in place of an answer: the platform's code panicked.
pub(super) enum StepResult {
    Looked(ProbeJob, Option<AttemptReport<Look>>),
    Recorded(ProbeJob, Result<Vec<Arc<Event>>, EngineError>),
    SlotsSeen(ProbeJob, Option<AttemptReport<Result<Vec<Slot>, String>>>),
    SlotsRecorded(ProbeJob, Result<Vec<Arc<Event>>, EngineError>),
    /// Since when an outage is open in the log.
    Outage(Result<Option<Timestamp>, EngineError>),
    Called,
}

/// A look that comes before those that are due: a person asked, or a witness is needed.
pub(super) struct PriorityProbe {
    pub id: DealershipId,
    pub askers: Waiters,
    pub last_word: bool,
}

impl PriorityProbe {
    fn due(id: DealershipId) -> Self {
        Self { id, askers: vec![], last_word: false }
    }
}

pub(super) type Waiters = Vec<oneshot::Sender<Result<Checked, EngineError>>>;

/// A dealership that is not looked at before a moment, whatever its cadence says.
pub(super) struct Deferral {
    pub until: Timestamp,
    /// Looks in a row that told nothing.
    pub attempt: u32,
    /// Because of a mass disconnect: it ends with it.
    pub mass: bool,
}

pub(super) struct Prober {
    pub inner: Arc<Inner>,
    platform: Arc<dyn Platform>,
    pub rhythm: ProbeSchedule,
    pub agenda: DueQueue,
    pub errands: VecDeque<PriorityProbe>,
    errands_in_a_row: u32,
    /// Requests of a person that wait for the budget.
    calls: VecDeque<Call>,
    /// Trips that wait for their look at the slots.
    pub second_halves: VecDeque<ProbeJob>,
    pub under_way: HashSet<DealershipId>,
    pub jobs: FuturesUnordered<BoxFuture<'static, StepResult>>,
    pub requests: u32,
    pub budget: Budget,
    pub breaker: Breaker,
    pub outage: Outage,
    pub holds: HashMap<DealershipId, Deferral>,
    pub window: Together,
    pub causes: Causes,
    pub sweep: Progress,
    pub mass: Option<MassDisconnect>,
    pub parked: Vec<AwaitingQuorum>,
    pub rng: StdRng,
    pub clock_skew: Option<TimeDelta>,
    pub last_answer_at: Option<Timestamp>,
    pub pictured: Option<Duration>,
    /// When the task began: nobody has waited for it longer than since then.
    pub began: Duration,
}

pub(super) async fn run(inner: Arc<Inner>) {
    let Some(platform) = inner.parts.platform.clone() else { return };
    let mut checks = inner.checks_asked.lock().await;
    let mut calls = inner.calls_asked.lock().await;
    let mut follow = inner.works().then(|| inner.parts.store.follow());
    let mut prober = Prober::new(&inner, platform);
    prober.plan_all();
    let mut before = prober.moment();
    loop {
        let now = prober.moment();
        let passed = TimeDelta::from_std(now.elapsed.saturating_sub(before.elapsed)).unwrap_or_default();
        // Set back: whoever is planned by what the clock said would be silent until it says so again.
        if before.at + passed - now.at > SET_BACK {
            prober.plan_all();
        }
        before = now;
        let rest = prober.start();
        let rest = rest.min(prober.publish()).min(prober.record_outage());
        let room = prober.errands.len() < CHECKS_WAITING;
        let commit = async {
            match &mut follow {
                Some(follow) => follow.recv().await,
                None => futures::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = inner.cancel.cancelled() => return,
            Some(check) = checks.recv(), if room => prober.asked(check),
            Some(call) = calls.recv(), if prober.calls.len() < CHECKS_WAITING => prober.calls.push_back(call),
            Some(done) = prober.jobs.next(), if !prober.jobs.is_empty() => prober.done(done),
            commit = commit => match commit {
                Ok(commit) => commit.states.iter().for_each(|state| prober.plan(state.id)),
                Err(RecvError::Lagged(_)) => prober.plan_all(),
                Err(RecvError::Closed) => return,
            },
            () = inner.parts.clock.sleep(rest) => {}
        }
    }
}

impl Prober {
    fn new(inner: &Arc<Inner>, platform: Arc<dyn Platform>) -> Self {
        let parts = &inner.parts;
        Self {
            inner: Arc::clone(inner),
            platform,
            rhythm: parts.pace.rhythm(),
            agenda: DueQueue::default(),
            errands: VecDeque::new(),
            errands_in_a_row: 0,
            calls: VecDeque::new(),
            second_halves: VecDeque::new(),
            under_way: HashSet::new(),
            jobs: FuturesUnordered::new(),
            requests: 0,
            budget: Budget::per_second(parts.pace.requests_per_second, parts.clock.resolution()),
            breaker: Breaker::new(parts.pace.max_retry_after),
            outage: Outage::default(),
            holds: HashMap::new(),
            window: Together::default(),
            causes: Causes::default(),
            sweep: Progress::default(),
            mass: None,
            parked: Vec::new(),
            rng: StdRng::seed_from_u64(parts.seed ^ 0x706f_6265),
            clock_skew: None,
            last_answer_at: None,
            pictured: None,
            began: parts.clock.elapsed(),
        }
    }

    pub fn moment(&self) -> ClockReading {
        ClockReading { at: self.inner.now(), elapsed: self.inner.parts.clock.elapsed() }
    }

    /// How many looks are due and wait for their turn.
    pub fn waiting(&mut self, now: Timestamp) -> usize {
        self.agenda.due(now) + self.errands.len() + self.second_halves.len()
    }

    fn asked(&mut self, Check { id, answer }: Check) {
        match self.errands.iter_mut().find(|errand| errand.id == id) {
            Some(errand) => errand.askers.push(answer),
            None => self.errands.push_back(PriorityProbe { id, askers: vec![answer], last_word: false }),
        }
    }

    /// Has somebody looked at before those that are due, for no person.
    pub fn send_for(&mut self, id: DealershipId) {
        if !self.under_way.contains(&id) && self.errands.iter().all(|errand| errand.id != id) {
            self.errands.push_back(PriorityProbe::due(id));
        }
    }

    /// Has the dealership of a trip looked at once more, before everybody else.
    pub fn look_again(&mut self, trip: ProbeJob) {
        self.under_way.remove(&trip.id);
        self.errands.push_front(PriorityProbe { id: trip.id, askers: trip.askers, last_word: true });
    }

    /// Starts whatever may start now. The answer is how long nothing more can start by itself.
    fn start(&mut self) -> Duration {
        while self.requests < self.inner.parts.pace.max_in_flight.max(1) {
            let now = self.moment();
            let rest = self.budget.ready_in(now.elapsed);
            if !rest.is_zero() {
                return rest.min(LONGEST_REST);
            }
            if let Some(rest) = self.start_one(now) {
                return rest.min(LONGEST_REST);
            }
        }
        LONGEST_REST
    }

    /// Starts one request, or says how long there is none to start.
    fn start_one(&mut self, now: ClockReading) -> Option<Duration> {
        if let Some(call) = self.calls.pop_front() {
            self.count_request();
            self.jobs.push(Box::pin(call.map(|()| StepResult::Called)));
            return None;
        }
        let gate = self.breaker.gate(now.elapsed);
        let open = gate == CircuitState::Open;
        // A person's look passes a breaker that is open, one at a time.
        let persons = open || (self.requests == 0 && !self.breaker.holds(now.elapsed));
        if let Some(trip) = self.second_half(|trip| persons && !trip.askers.is_empty()) {
            self.begin_slots(trip);
            return None;
        }
        let desks_turn = open && self.errands_in_a_row >= ERRANDS_IN_A_ROW && self.agenda.due(now.at) > 0;
        if !desks_turn && let Some(errand) = self.errand(open, persons) {
            self.errands_in_a_row += 1;
            self.begin_look(errand, false);
            return None;
        }
        self.errands_in_a_row = 0;
        match gate {
            CircuitState::Open => {
                let looks_first = self.second_halves.len() < SECOND_HALVES_WAITING;
                if let Some(id) = looks_first.then(|| self.agenda.take(now.at)).flatten() {
                    self.begin_look(PriorityProbe::due(id), false);
                } else if let Some(trip) = self.second_half(|_| true) {
                    self.begin_slots(trip);
                } else {
                    let next = self.agenda.next_due().map(|due| (due - now.at).to_std().unwrap_or_default());
                    return Some(next.unwrap_or(LONGEST_REST));
                }
                None
            }
            CircuitState::Trial => {
                let Some(id) = self.agenda.take_any(now.at) else { return Some(LONGEST_REST) };
                self.breaker.try_one();
                self.begin_look(PriorityProbe::due(id), true);
                None
            }
            CircuitState::Shut(rest) => Some(rest.unwrap_or(LONGEST_REST)),
        }
    }

    fn second_half(&mut self, wanted: impl Fn(&ProbeJob) -> bool) -> Option<ProbeJob> {
        let place = self.second_halves.iter().position(wanted)?;
        self.second_halves.remove(place)
    }

    fn errand(&mut self, open: bool, persons: bool) -> Option<PriorityProbe> {
        let may = |errand: &PriorityProbe| open || (persons && !errand.askers.is_empty());
        let place = self.errands.iter().position(|errand| may(errand) && !self.under_way.contains(&errand.id))?;
        self.errands.remove(place)
    }

    fn begin_look(&mut self, PriorityProbe { id, askers, last_word }: PriorityProbe, trial: bool) {
        self.agenda.set(id, None, None);
        self.inner.next_probes.write().remove(&id);
        let Some(state) = self.inner.book().get(id) else {
            for asker in askers {
                asker.send(Err(Refusal::Unknown.into())).ok();
            }
            return;
        };
        let dealer_code = state.profile.dealer_code.raw().to_owned();
        let trip = ProbeJob {
            id,
            dealer_code: dealer_code.clone(),
            askers,
            trial,
            last_word,
            look: None,
            window: None,
            stretches: VecDeque::new(),
            found: Vec::new(),
            slots: None,
            events: Vec::new(),
        };
        self.under_way.insert(id);
        self.count_request();
        let platform = Arc::clone(&self.platform);
        self.jobs.push(Box::pin(async move {
            let look = AssertUnwindSafe(platform.probe(&dealer_code)).catch_unwind().await;
            StepResult::Looked(trip, look.ok())
        }));
    }

    /// Asks for the next part of the window in which slots are looked for.
    fn begin_slots(&mut self, trip: ProbeJob) {
        let Some(state) = self.inner.book().get(trip.id) else { return self.finish(trip) };
        let Some(DateRange { start, days }) = trip.stretches.front().copied() else { return self.finish(trip) };
        let opcode = state.opcode_code(&self.inner.parts.policy.default_opcode).to_owned();
        self.count_request();
        let platform = Arc::clone(&self.platform);
        self.jobs.push(Box::pin(async move {
            let asked = platform.slots(&trip.dealer_code, &opcode, start, days);
            let slots = AssertUnwindSafe(asked).catch_unwind().await;
            StepResult::SlotsSeen(trip, slots.ok())
        }));
    }

    fn count_request(&mut self) {
        self.requests += 1;
        self.budget.spend(self.inner.parts.clock.elapsed());
    }

    /// Ends a trip: whoever asked gets the answer, and the next look is planned.
    pub fn finish(&mut self, trip: ProbeJob) {
        let ProbeJob { id, askers, look, slots, events, .. } = trip;
        if let Some(look) = look {
            for asker in askers {
                asker.send(Ok(Checked { look: look.clone(), slots: slots.clone(), events: events.clone() })).ok();
            }
        }
        self.over(id);
    }

    /// Ends a trip that failed on our side.
    pub fn fail(&mut self, trip: ProbeJob, error: &EngineError) {
        for asker in trip.askers {
            asker.send(Err(error.clone())).ok();
        }
        self.over(trip.id);
    }

    fn over(&mut self, id: DealershipId) {
        self.under_way.remove(&id);
        self.plan(id);
    }
}
