//! The prober: the parts of probing, and what is sent for them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::LONGEST_REST;
use super::job::{PriorityProbe, ProbeJob};
use super::mass_events::MassEvents;
use super::outage::Outage;
use super::platform_health::PlatformHealth;
use super::queue::{NextRequest, ProbeQueue};
use super::quorum::AwaitingQuorum;
use super::requests::Requests;
use crate::domain::{
    Actor, DateRange, DealershipId, Event, Onboarding, ProbeResult, ProbeSchedule, ProbeState, Refusal, Slot,
    Timestamp, cadence, pressing,
};
use crate::engine::Inner;
use crate::engine::circuit_breaker::CircuitState;
use crate::protocol::{PlatformState, RequestError};
use crate::xtime::{AttemptReport, Platform};

/// The shortest time between two reports of the status.
const PUBLISH_EVERY: Duration = Duration::from_secs(1);

pub type Recorded = Result<Vec<Arc<Event>>, RequestError>;

/// What became of one step of a job. `None` in place of an answer: the platform's code panicked.
pub enum StepResult {
    Probed(ProbeJob, Option<AttemptReport<ProbeResult>>),
    Recorded(ProbeJob, Recorded),
    SlotsReceived(ProbeJob, Option<AttemptReport<Result<Vec<Slot>, String>>>),
    SlotsRecorded(ProbeJob, Recorded),
    /// Since when an outage is open in the log.
    Outage(Result<Option<Timestamp>, RequestError>),
    Called,
}

pub struct Prober {
    pub inner: Arc<Inner>,
    pub platform: Arc<dyn Platform>,
    pub schedule: ProbeSchedule,
    pub queue: ProbeQueue,
    pub requests: Requests<StepResult>,
    pub quorum: AwaitingQuorum,
    pub mass: MassEvents,
    pub health: PlatformHealth,
    pub outage: Outage,
    pub rng: StdRng,
    /// When the status was published last.
    published: Option<Duration>,
    /// When the task began: nobody has waited for it longer than since then.
    began: Duration,
}

impl Prober {
    pub fn new(inner: &Arc<Inner>, platform: Arc<dyn Platform>) -> Self {
        let parts = &inner.parts;
        Self {
            inner: Arc::clone(inner),
            platform,
            schedule: parts.pace.probe_schedule(),
            queue: ProbeQueue::default(),
            requests: Requests::new(&parts.pace, &parts.clock),
            quorum: AwaitingQuorum::default(),
            mass: MassEvents::default(),
            health: PlatformHealth::new(parts.pace.max_retry_after),
            outage: Outage::default(),
            published: None,
            rng: StdRng::seed_from_u64(parts.seed ^ 0x706f_6265),
            began: parts.clock.elapsed(),
        }
    }

    /// Works out anew when everybody is due.
    pub fn plan_all(&mut self) {
        if self.inner.works() {
            for state in self.inner.read_model().all().1 {
                self.plan_state(&state);
            }
        }
    }

    /// Works out anew when a dealership is due.
    pub fn plan(&mut self, id: DealershipId) {
        if let Some(state) = self.inner.read_model().get(id).filter(|_| self.inner.works()) {
            self.plan_state(&state);
        }
    }

    fn plan_state(&mut self, state: &Onboarding) {
        let id = state.id;
        if self.queue.is_in_flight(id) {
            return;
        }
        let now = self.inner.now();
        let kept = self.inner.parts.store.probes().get(id);
        let last = ProbeState::last(state, kept.as_deref(), now);
        let due = cadence(state, now, &self.inner.parts.policy, &self.schedule, last.as_deref());
        let due = self.queue.deferred(id, due);
        let deadline = due.and_then(|due| pressing(state, due.max(now)));
        self.queue.due.set(id, due, deadline);
        match due {
            Some(due) => self.inner.next_probes.write().insert(id, due),
            None => self.inner.next_probes.write().remove(&id),
        };
    }

    /// Sends whatever may go now. The answer is how long nothing more can go by itself.
    pub fn send(&mut self) -> Duration {
        // A booking in the queue of a process that was stopped for minutes is another one's by now.
        while self.inner.leads() {
            let now = self.inner.clock_reading();
            match self.requests.ready_in(now.elapsed) {
                Some(rest) if rest.is_zero() => {}
                rest => return rest.unwrap_or(LONGEST_REST).min(LONGEST_REST),
            }
            let circuit = self.health.circuit(now.elapsed);
            // A person's probe passes a breaker that is open, one at a time.
            let alone = self.requests.in_flight() == 0 && !self.health.asks_to_wait(now.elapsed);
            match self.queue.next(now.at, circuit, circuit == CircuitState::Closed || alone) {
                NextRequest::Call(call) => self.requests.send(call.map(|()| StepResult::Called)),
                NextRequest::Probe { probe, trial } => self.begin_probe(probe, trial),
                NextRequest::Slots(job) => self.ask_for_slots(*job),
                NextRequest::Nothing(rest) => return rest.min(LONGEST_REST),
            }
        }
        LONGEST_REST
    }

    fn begin_probe(&mut self, probe: PriorityProbe, trial: bool) {
        let id = probe.id;
        self.inner.next_probes.write().remove(&id);
        let Some(state) = self.inner.read_model().get(id) else { return probe.fail(&Refusal::Unknown.into()) };
        if trial {
            self.health.begin_trial();
        }
        self.queue.begin(id);
        let job = ProbeJob::new(probe, state.profile.dealer_code.raw().to_owned(), trial);
        let platform = Arc::clone(&self.platform);
        self.requests.send(async move {
            let result = AssertUnwindSafe(platform.probe(&job.dealer_code)).catch_unwind().await;
            StepResult::Probed(job, result.ok())
        });
    }

    /// Asks for the next part of the window in which slots are looked for.
    fn ask_for_slots(&mut self, job: ProbeJob) {
        let Some(state) = self.inner.read_model().get(job.id()) else { return self.finish(job) };
        let Some(DateRange { start, days }) = job.next_range() else { return self.finish(job) };
        let opcode = state.opcode_code(&self.inner.parts.policy.default_opcode).to_owned();
        let platform = Arc::clone(&self.platform);
        self.requests.send(async move {
            let asked = platform.slots(&job.dealer_code, &opcode, start, days);
            let slots = AssertUnwindSafe(asked).catch_unwind().await;
            StepResult::SlotsReceived(job, slots.ok())
        });
    }

    /// Ends a job: whoever asked gets the answer, and the next probe is planned.
    pub fn finish(&mut self, job: ProbeJob) {
        let id = job.id();
        job.finish();
        self.queue.end(id);
        self.plan(id);
    }

    /// Ends a job that failed on our side.
    pub fn fail(&mut self, job: ProbeJob, error: &RequestError) {
        let id = job.id();
        job.fail(error);
        self.queue.defer(id, self.inner.now(), &mut self.rng);
        self.queue.end(id);
        self.plan(id);
    }

    /// Records the beginning or the end of an outage when the log lacks it. The answer is how long until it may be necessary.
    pub fn log_outage(&mut self) -> Duration {
        if !self.inner.works() {
            return LONGEST_REST;
        }
        let elapsed = self.inner.parts.clock.elapsed();
        match self.outage.begin(self.health.standing(elapsed), elapsed) {
            Err(rest) => rest,
            Ok(fact) => {
                let inner = Arc::clone(&self.inner);
                self.requests.run(async move { StepResult::Outage(inner.log_outage(fact).await) });
                LONGEST_REST
            }
        }
    }

    /// Publishes the status when it changed, at most once a second unless there is an alarm or it ends. The answer is how
    /// long until there may be more to say.
    pub fn publish(&mut self) -> Duration {
        let now = self.inner.clock_reading();
        let platform = match (self.health.state(now.elapsed), self.mass.state()) {
            (PlatformState::Ok | PlatformState::Starting, Some(disconnect)) => disconnect,
            (state, _) => state,
        };
        let shown = self.inner.status.borrow();
        let urgent = shown.platform != platform || shown.alarms != self.mass.alarms();
        drop(shown);
        let since = self.published.map_or(PUBLISH_EVERY, |at| now.elapsed.saturating_sub(at));
        if since < PUBLISH_EVERY && !urgent {
            return PUBLISH_EVERY.saturating_sub(since);
        }
        let runs = TimeDelta::from_std(now.elapsed.saturating_sub(self.began)).unwrap_or(TimeDelta::MAX);
        let longest_wait = self.queue.due.longest_wait(now.at);
        let sent = self.requests.in_last_second(now.elapsed);
        let changed = self.inner.status.send_if_modified(|status| {
            let mut new = status.clone();
            new.platform = platform;
            new.requests_last_second = sent;
            new.in_flight = self.requests.in_flight();
            new.waiting = self.queue.waiting(now.at);
            new.longest_wait = longest_wait.map(|wait| TimeDelta::seconds(wait.min(runs).num_seconds()));
            new.backlog = self.queue.due.backlog_progress(now, self.inner.parts.pace.requests_per_second);
            new.alarms = self.mass.alarms().to_vec();
            new.last_answer_at = self.health.last_answer_at;
            if clock_skew_changed(status.clock_skew, self.health.clock_skew) {
                new.clock_skew = self.health.clock_skew;
            }
            let changed = *status != new;
            *status = new;
            changed
        });
        if changed {
            self.published = Some(now.elapsed);
        }
        // What is shown as busy now must be shown as idle later, also when nothing else happens.
        if sent > 0 { PUBLISH_EVERY } else { LONGEST_REST }
    }
}

pub fn actor() -> Actor {
    Actor::system("probe")
}

/// The platform tells its time in whole seconds: a skew that moves by one of them has not changed.
fn clock_skew_changed(shown: Option<TimeDelta>, now: Option<TimeDelta>) -> bool {
    match (shown, now) {
        (Some(shown), Some(now)) => (shown - now).abs() > TimeDelta::seconds(1),
        (shown, now) => shown.is_some() != now.is_some(),
    }
}
