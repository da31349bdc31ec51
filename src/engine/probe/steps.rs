//! What follows from each step of a job: what is recorded, who waits for whom, who is probed again.

use std::sync::Arc;

use super::job::ProbeJob;
use super::outcome::{Decision, PlatformSignal};
use super::prober::{Prober, StepResult, actor};
use crate::domain::{
    Command, Event, Fact, Onboarding, Outcome, ProbeResult, ProbeState, Slot, SlotWindow, SlotsResult, Timestamp,
    opcode, second_probe_after,
};
use crate::engine::circuit_breaker::CircuitState;
use crate::failure_point::FailurePoint;
use crate::protocol::RequestError;
use crate::xtime::AttemptReport;

impl Prober {
    pub fn step(&mut self, done: StepResult) {
        match done {
            StepResult::Called => self.requests.answered(),
            StepResult::Probed(job, answer) => {
                self.requests.answered();
                let id = job.id();
                self.probed(job, answer);
                for mut job in self.quorum.probed(id) {
                    job.probe.decides = true;
                    self.queue.probe_again(job.probe);
                }
            }
            StepResult::Recorded(job, Ok(events)) => self.recorded(job, events),
            StepResult::SlotsReceived(job, answer) => {
                self.requests.answered();
                self.slots_received(job, answer);
            }
            StepResult::SlotsRecorded(mut job, Ok(events)) => {
                self.take_in(&mut job, events);
                self.finish(job);
            }
            StepResult::Recorded(job, Err(error)) | StepResult::SlotsRecorded(job, Err(error)) => {
                self.inner.report(format!("what a probe found could not be recorded: {error}"));
                self.fail(job, &error);
            }
            StepResult::Outage(Ok(open)) => self.outage.logged(open),
            StepResult::Outage(Err(error)) => {
                self.inner.report(format!("an outage of the platform could not be recorded: {error}"));
                self.outage.failed(self.inner.parts.clock.elapsed());
            }
        }
    }

    fn probed(&mut self, mut job: ProbeJob, answer: Option<AttemptReport<ProbeResult>>) {
        let Some(report) = answer else { return self.panicked(job) };
        let signal = PlatformSignal::of_probe(&report);
        self.note(&signal, job.trial);
        if self.waits_or_turns_away(&job, &signal) {
            return self.queue.probe_again(job.probe);
        }
        let (id, probed, now) = (job.id(), report.value, self.inner.now());
        // Only what a person asked for is kept: they are about to choose from it.
        if let Some(services) = probed.services.as_ref().filter(|_| job.has_waiters()) {
            self.inner.shown.lock().put(id, probed.ended_at, services);
        }
        job.result = Some(probed.clone());
        if probed.outcome.tells() {
            self.queue.end_deferral(id);
        } else {
            self.queue.defer(id, now, &mut self.rng);
        }
        let state = self.inner.read_model().get(id);
        let Some(state) = state.filter(|state| state.profile.dealer_code.raw() == job.dealer_code) else {
            // The probe was of another rooftop than the one that the store names now.
            return self.finish(job);
        };
        let probes = self.inner.parts.store.probes();
        probes.put(id, ProbeState::after(&probed, &state, probes.get(id).as_deref()));
        self.inner.probes_to_save.notify_one();
        let refused = probed.outcome == Outcome::NotConnected;
        if state.is_confirmed() && probed.outcome.tells() && self.mass.probed(id, probed.ended_at, refused, now) {
            self.mass_disconnect_ended();
        }
        let command = Command::Observe { result: probed.clone() };
        let decided = refused.then(|| self.inner.decided(id, &command, &actor()));
        let facts = match decided {
            Some(Ok(Some(append))) => append.facts,
            _ => vec![],
        };
        match Decision::of(&probed, &facts, self.mass.is_disconnect()) {
            Decision::Record => self.record(job, command),
            Decision::Suppress => self.suppress(job),
            Decision::AwaitQuorum(since) => self.await_quorum(job, since, command),
        }
    }

    /// Takes note of what an answer says beside the dealership.
    fn note(&mut self, signal: &PlatformSignal, trial: bool) {
        let now = self.inner.clock_reading();
        self.health.note(signal, trial, now, &mut self.rng);
        if !self.may_probe() {
            // Nobody who was not asked for by a person goes on; their next probe comes when it is due.
            for job in self.queue.drop_unasked_slots() {
                self.finish(job);
            }
            for job in self.quorum.give_up() {
                self.suppress(job);
            }
        }
    }

    fn may_probe(&self) -> bool {
        self.health.circuit(self.inner.parts.clock.elapsed()) == CircuitState::Closed
    }

    /// Whether a job is asked again when the platform's wait is over. Only a person's: the others come again by themselves.
    /// When it asks for too long, everybody who waits is told so.
    fn waits_or_turns_away(&mut self, job: &ProbeJob, signal: &PlatformSignal) -> bool {
        if !signal.asks_to_wait() || !job.has_waiters() {
            return false;
        }
        let waits = self.health.worth_waiting(self.inner.parts.clock.elapsed());
        if !waits {
            for probe in self.queue.drop_asked() {
                let id = probe.id;
                probe.fail(&RequestError::RateLimited(signal.why.clone()));
                // What was asked again has no due time any more.
                self.plan(id);
            }
        }
        waits
    }

    /// The platform's own code failed while it was asked.
    fn panicked(&mut self, job: ProbeJob) {
        if job.trial {
            self.health.trial_lost(self.inner.clock_reading(), &mut self.rng);
        }
        let fault = format!("a probe of dealership {} failed inside the program", job.id());
        self.inner.report(fault.clone());
        self.fail(job, &RequestError::Fault(fault));
    }

    /// Waits for others to be probed, once; whoever lacks them even then is not lost today.
    fn await_quorum(&mut self, job: ProbeJob, since: Timestamp, command: Command) {
        let missing = self.mass.missing_quorum(job.id(), since, &self.inner.read_model().all().1);
        if missing.is_empty() {
            return self.record(job, command);
        }
        if job.probe.decides || !self.may_probe() {
            return self.suppress(job);
        }
        for other in &missing {
            self.queue.prioritize(*other);
        }
        self.quorum.add(job, missing);
    }

    fn mass_disconnect_ended(&mut self) {
        for id in self.queue.end_mass_deferrals() {
            self.plan(id);
        }
    }

    /// Nothing is recorded, because it may be about us: it is probed again later.
    fn suppress(&mut self, job: ProbeJob) {
        let mass = self.mass.deferral(job.id(), &mut self.rng);
        let wait = mass.unwrap_or_else(|| second_probe_after(&self.inner.parts.policy));
        self.queue.defer_until(job.id(), self.inner.now() + wait, mass.is_some());
        self.finish(job);
    }

    fn record(&mut self, job: ProbeJob, command: Command) {
        let inner = Arc::clone(&self.inner);
        let skew = self.health.clock_skew;
        let clock_is_right = skew.is_some_and(|skew| skew.abs() <= inner.parts.policy.clock_tolerance);
        self.requests.run(async move {
            FailurePoint::ProbeAnswered.pass();
            let mut result = inner.execute_as_leader(job.id(), command, &actor()).await;
            if let Ok(events) = &mut result
                && clock_is_right
            {
                // Where that fails, the next probe tries again.
                events.extend(
                    inner.execute_as_leader(job.id(), Command::TellMisdated, &actor()).await.unwrap_or_default(),
                );
            }
            StepResult::Recorded(job, result)
        });
    }

    fn recorded(&mut self, mut job: ProbeJob, events: Vec<Arc<Event>>) {
        let lost = events.iter().any(|event| matches!(event.fact, Fact::IntegrationLost { .. }));
        if lost && self.mass.lost(job.id(), self.inner.now()) {
            self.mass_disconnect_ended();
        }
        self.take_in(&mut job, events);
        let policy = &self.inner.parts.policy;
        let connected = job.result.as_ref().filter(|probed| probed.outcome == Outcome::Connected);
        // By this very probe: what is known of the opcode may be from before an empty list.
        let services = connected.and_then(|probed| probed.services.as_deref()).unwrap_or_default();
        let listed = |state: &Onboarding| {
            let opcode = state.opcode_code(&policy.default_opcode);
            state.is_integrated() && state.shows_opcode() && opcode::is_listed(opcode, services)
        };
        let goes_on = job.has_waiters() || self.may_probe();
        match self.inner.read_model().get(job.id()).filter(|state| goes_on && listed(state)) {
            Some(state) => {
                let window = SlotWindow::from_today(self.inner.now(), state.profile.timezone, policy.slot_window);
                job.count_slots(window, policy.slot_range);
                self.queue.add_slots(job);
            }
            None => self.finish(job),
        }
    }

    fn slots_received(&mut self, mut job: ProbeJob, answer: Option<AttemptReport<Result<Vec<Slot>, String>>>) {
        let Some(report) = answer else { return self.panicked(job) };
        let signal = PlatformSignal::of_slots(&report);
        self.note(&signal, job.trial);
        if self.waits_or_turns_away(&job, &signal) {
            return self.queue.add_slots(job);
        }
        let slots = match report.value {
            Ok(slots) => slots,
            Err(why) => {
                job.slots_unknown(why);
                return self.finish(job);
            }
        };
        let Some(slots) = job.take_slots(slots) else { return self.queue.add_slots(job) };
        let at = self.inner.now();
        self.inner.parts.store.probes().put_slots(job.id(), at, slots.clone());
        self.inner.probes_to_save.notify_one();
        let probed = SlotsResult { at, window: self.inner.parts.policy.slot_window, slots };
        let inner = Arc::clone(&self.inner);
        self.requests.run(async move {
            let result = inner.execute_as_leader(job.id(), Command::ObserveSlots { result: probed }, &actor()).await;
            StepResult::SlotsRecorded(job, result)
        });
    }

    fn take_in(&mut self, job: &mut ProbeJob, events: Vec<Arc<Event>>) {
        if let Some(state) = self.inner.read_model().get(job.id()) {
            self.mass.recorded(&state, &events, self.inner.now());
        }
        job.events.extend(events);
    }
}
