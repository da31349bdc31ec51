//! What a finished look means for the dealership, for the platform, and for all dealerships together.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use rand::RngExt;

use super::backoff::Backoff;
use super::breaker::{CircuitState, Health};
use super::prober::{Deferral, ProbeJob, Prober, StepResult};
use super::{EngineError, PlatformState};
use crate::domain::together::WITNESSES;
use crate::domain::{
    Actor, Command, DealershipId, Event, Fact, Look, Onboarding, OpcodeState, Outcome, ProbeState, SlotCounts,
    SlotsLook, Timestamp,
};
use crate::xtime::window::Window;
use crate::xtime::{AttemptReport, Slot};

/// The one retry layer: a look that told nothing is due again after this.
const RETRY: Backoff = Backoff::seconds(30, 900);

/// During a mass disconnect: how often those are looked at that raised it, and all others that turned, in seconds.
const SENTINELS: std::ops::Range<i64> = 300..600;
const OTHERS: std::ops::Range<i64> = 3_600..7_200;

/// Half or more of the confirmed dealerships turned together.
pub(super) struct MassDisconnect {
    turned: usize,
    since: Timestamp,
    sentinels: HashSet<DealershipId>,
}

impl MassDisconnect {
    pub fn state(&self) -> PlatformState {
        PlatformState::MassDisconnect { turned: self.turned, since: self.since }
    }
}

/// A look that would make a dealership lost, until others have been looked at. Then it is looked at once more, and that
/// look counts: otherwise the end of a mass disconnect between its look and theirs would make it lost.
pub(super) struct AwaitingQuorum {
    trip: ProbeJob,
    waits_for: HashSet<DealershipId>,
}

impl Prober {
    pub fn done(&mut self, done: StepResult) {
        match done {
            StepResult::Looked(trip, answer) => {
                self.requests -= 1;
                let id = trip.id;
                self.looked(trip, answer);
                self.witnessed(id);
            }
            StepResult::Called => self.requests -= 1,
            StepResult::Outage(open) => self.outage_logged(open),
            StepResult::Recorded(trip, result) => self.recorded(trip, result),
            StepResult::SlotsSeen(trip, answer) => {
                self.requests -= 1;
                self.slots_seen(trip, answer);
            }
            StepResult::SlotsRecorded(mut trip, result) => match result {
                Ok(events) => {
                    self.weigh_causes(trip.id, &events);
                    trip.events.extend(events);
                    self.finish(trip);
                }
                Err(error) => self.not_recorded(trip, &error),
            },
        }
    }

    fn looked(&mut self, mut trip: ProbeJob, answer: Option<AttemptReport<Look>>) {
        let Some(AttemptReport { value: look, retry_after, clock_skew, healthy }) = answer else {
            return self.panicked(trip);
        };
        let health = match look.outcome {
            Outcome::OurCredentials => Health::Refused,
            _ if healthy => Health::Well,
            _ => Health::Ill,
        };
        self.answered(&trip, health, &look.reason, retry_after, clock_skew);
        if health == Health::Ill && self.waits_or_turns_away(&trip, &look.reason, retry_after) {
            return self.ask_again(trip);
        }
        let (id, at, outcome) = (trip.id, look.ended_at, look.outcome);
        // Only what a person asked for is kept: they are about to choose from it.
        if let Some(services) = look.services.as_ref().filter(|_| !trip.askers.is_empty()) {
            self.inner.shown.lock().put(id, (at, services.as_slice().into()));
        }
        trip.look = Some(look.clone());
        match outcome {
            Outcome::Unknown | Outcome::OurCredentials => self.put_off(id),
            Outcome::Connected | Outcome::NotConnected => drop(self.holds.remove(&id)),
        }
        let state = self.inner.book().get(id);
        let Some(state) = state.filter(|state| state.profile.dealer_code.raw() == trip.dealer_code) else {
            // The look was at another rooftop than the one that the books name now.
            return self.finish(trip);
        };
        let probes = self.inner.parts.store.probes();
        probes.put(id, ProbeState::after(&look, &state, probes.get(id).as_deref()));
        self.inner.probes_to_save.notify_one();
        let refused = outcome == Outcome::NotConnected;
        if state.is_confirmed() && (refused || outcome == Outcome::Connected) {
            self.window.push(id, at, refused);
            self.weigh();
        }
        // When everybody is told "not connected", it says nothing of anybody: no loss, and no expiry either.
        if refused && self.mass.is_some() {
            return self.withhold(trip);
        }
        if refused
            && state.is_confirmed()
            && let Some(first) = self.second_of(&state, &look)
        {
            let missing = self.missing_witnesses(id, first);
            if !missing.is_empty() {
                return self.park(trip, missing);
            }
        }
        self.record(trip, look);
    }

    /// Takes note of what an answer says beside the dealership.
    fn answered(
        &mut self,
        trip: &ProbeJob,
        health: Health,
        why: &str,
        retry_after: Option<Duration>,
        clock_skew: Option<TimeDelta>,
    ) {
        let now = self.moment();
        self.breaker.note(health, trip.trial, why, retry_after, now, &mut self.rng);
        if health != Health::Ill {
            self.last_answer_at = Some(now.at);
        }
        if clock_skew.is_some() {
            self.clock_skew = clock_skew;
        }
        if self.breaker.gate(now.elapsed) != CircuitState::Open {
            // Nobody who was not asked for by a person goes on; their next look comes when it is due.
            let (keep, end): (VecDeque<_>, VecDeque<_>) =
                self.second_halves.drain(..).partition(|trip: &ProbeJob| !trip.askers.is_empty());
            self.second_halves = keep;
            for trip in end {
                self.finish(trip);
            }
            for parked in std::mem::take(&mut self.parked) {
                self.withhold(parked.trip);
            }
        }
    }

    /// The platform's own code failed while it looked.
    fn panicked(&mut self, trip: ProbeJob) {
        let now = self.moment();
        if trip.trial {
            self.breaker.trial_lost(now, &mut self.rng);
        }
        self.put_off(trip.id);
        let fault = format!("a look at dealership {} failed inside the program", trip.id);
        self.inner.report(fault.clone());
        self.fail(trip, &EngineError::Fault(fault));
    }

    /// The next look at a dealership comes later than its cadence says, longer with every look that told nothing.
    fn put_off(&mut self, id: DealershipId) {
        let attempt = self.holds.get(&id).filter(|hold| !hold.mass).map_or(0, |hold| hold.attempt + 1);
        let wait = RETRY.wait(&mut self.rng, attempt, None);
        let until = self.inner.now() + TimeDelta::from_std(wait).unwrap_or(TimeDelta::minutes(15));
        self.holds.insert(id, Deferral { until, attempt, mass: false });
    }

    /// When the first look was, if this one would make the dealership lost.
    fn second_of(&self, state: &Onboarding, look: &Look) -> Option<Timestamp> {
        let first = state.probe.as_ref().filter(|probe| probe.outcome == Outcome::NotConnected)?;
        (look.began_at - first.at >= self.inner.parts.policy.lost_gap).then_some(first.at)
    }

    /// Who else has to be looked at before this one may be called lost.
    fn missing_witnesses(&self, id: DealershipId, since: Timestamp) -> HashSet<DealershipId> {
        let book = self.inner.book().all().1;
        let counts = |state: &&Arc<Onboarding>| state.id != id && state.is_confirmed() && state.archived_at.is_none();
        let mut others: Vec<DealershipId> = book.iter().filter(counts).map(|state| state.id).collect();
        let need = others.len().min(WITNESSES);
        let missing = need.saturating_sub(self.window.witnesses(id, since));
        // The next ones in the circle of ids: no order of the book's, so that a run can be repeated.
        others.retain(|other| !self.window.seen_since(*other, since));
        others.sort_unstable_by_key(|other| other.bits().wrapping_sub(id.bits()));
        others.into_iter().take(missing).collect()
    }

    /// Waits for witnesses, once; whoever lacks them even then is not lost today.
    fn park(&mut self, trip: ProbeJob, waits_for: HashSet<DealershipId>) {
        if trip.last_word || self.breaker.gate(self.moment().elapsed) != CircuitState::Open {
            return self.withhold(trip);
        }
        let mut called: Vec<_> = waits_for.iter().copied().collect();
        called.sort_unstable();
        for other in called {
            self.send_for(other);
        }
        self.parked.push(AwaitingQuorum { trip, waits_for });
    }

    /// A look at somebody ended: those who waited for it have their last word now.
    fn witnessed(&mut self, id: DealershipId) {
        for parked in &mut self.parked {
            parked.waits_for.remove(&id);
        }
        let (settled, waiting): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.parked).into_iter().partition(|parked| parked.waits_for.is_empty());
        self.parked = waiting;
        for parked in settled {
            self.look_again(parked.trip);
        }
    }

    /// Whether dealerships turn together now, and what follows when that begins or ends.
    fn weigh(&mut self) {
        match (self.window.together(), &mut self.mass) {
            (Some(turned), Some(mass)) => mass.turned = turned,
            (Some(turned), None) => {
                let sentinels = self.window.members().collect();
                self.mass = Some(MassDisconnect { turned, since: self.inner.now(), sentinels });
            }
            (None, Some(_)) => {
                self.mass = None;
                let held: Vec<_> = self.holds.extract_if(|_, hold| hold.mass).map(|(id, _)| id).collect();
                for id in held {
                    self.plan(id);
                }
            }
            (None, None) => {}
        }
    }

    /// Whether something happens to many at once.
    fn weigh_causes(&mut self, id: DealershipId, events: &[Arc<Event>]) {
        if let Some(state) = self.inner.book().get(id) {
            self.causes.take_in(&state, events, self.inner.now());
        }
    }

    /// A look that is not recorded, because it may be about us: looked again later.
    fn withhold(&mut self, trip: ProbeJob) {
        let wait = match &self.mass {
            Some(mass) if mass.sentinels.contains(&trip.id) => self.rng.random_range(SENTINELS),
            Some(_) => self.rng.random_range(OTHERS),
            None => self.inner.parts.policy.lost_gap.num_seconds().saturating_add(1),
        };
        let until = self.inner.now() + TimeDelta::seconds(wait);
        self.holds.insert(trip.id, Deferral { until, attempt: 0, mass: self.mass.is_some() });
        self.finish(trip);
    }

    fn record(&mut self, trip: ProbeJob, look: Look) {
        let inner = Arc::clone(&self.inner);
        let clock_is_right = self.clock_skew.is_some_and(|skew| skew.abs() <= inner.parts.policy.clock_tolerance);
        self.jobs.push(Box::pin(async move {
            let actor = Actor::system("probe");
            let mut result = inner.execute(trip.id, Command::Observe { look }, &actor).await;
            let is_ahead = |state: &Onboarding| state.code_ahead(inner.now(), &inner.parts.policy).is_some();
            if clock_is_right
                && let Ok(events) = &mut result
                && inner.book().get(trip.id).is_some_and(|state| is_ahead(&state))
            {
                // Where that fails, the next look tries again.
                events.extend(inner.execute(trip.id, Command::TellMisdated, &actor).await.unwrap_or_default());
            }
            StepResult::Recorded(trip, result)
        }));
    }

    fn recorded(&mut self, mut trip: ProbeJob, result: Result<Vec<Arc<Event>>, EngineError>) {
        let events = match result {
            Ok(events) => events,
            Err(error) => return self.not_recorded(trip, &error),
        };
        if events.iter().any(|event| matches!(event.fact, Fact::IntegrationLost { .. })) {
            self.window.forget(trip.id);
            self.weigh();
        }
        self.weigh_causes(trip.id, &events);
        trip.events.extend(events);
        let connected = trip.look.as_ref().is_some_and(|look| look.outcome == Outcome::Connected);
        // By this very look: what the books know may be from before an empty list.
        let services = trip.look.as_ref().and_then(|look| look.services.as_deref()).unwrap_or_default();
        let default = &self.inner.parts.policy.default_opcode;
        let visible = |state: &Onboarding| {
            let listed = services.iter().any(|service| service.opcode.raw() == state.opcode_code(default));
            listed && state.is_confirmed() && state.opcode_state == OpcodeState::Ok && state.archived_at.is_none()
        };
        let open = !trip.askers.is_empty() || self.breaker.gate(self.moment().elapsed) == CircuitState::Open;
        if let Some(state) = self.inner.book().get(trip.id).filter(|state| connected && open && visible(state)) {
            let days = self.inner.parts.policy.slot_window;
            let window = Window::from_today(self.inner.now(), state.profile.timezone, days);
            trip.stretches = window.ranges(self.inner.parts.policy.slot_stretch).into();
            trip.window = Some(window);
            self.second_halves.push_back(trip);
        } else {
            self.finish(trip);
        }
    }

    fn not_recorded(&mut self, trip: ProbeJob, error: &EngineError) {
        self.inner.report(format!("what a look found could not be recorded: {error}"));
        self.put_off(trip.id);
        self.fail(trip, error);
    }

    fn slots_seen(&mut self, mut trip: ProbeJob, answer: Option<AttemptReport<Result<Vec<Slot>, String>>>) {
        let Some(AttemptReport { value: slots, retry_after, clock_skew, healthy }) = answer else {
            return self.panicked(trip);
        };
        let why = slots.as_ref().err().map_or("", String::as_str);
        let health = if healthy { Health::Well } else { Health::Ill };
        self.answered(&trip, health, why, retry_after, clock_skew);
        if health == Health::Ill && self.waits_or_turns_away(&trip, why, retry_after) {
            return self.ask_again(trip);
        }
        trip.stretches.pop_front();
        match slots {
            // Could not tell: what was known stays.
            Err(why) => {
                trip.slots = Some(Err(why));
                self.finish(trip);
            }
            Ok(slots) => {
                trip.found.extend(slots);
                if !trip.stretches.is_empty() {
                    return self.second_halves.push_back(trip);
                }
                let found = std::mem::take(&mut trip.found);
                let found = trip.window.map_or_else(Vec::new, |window| window.merged([found]));
                let slots = SlotCounts::of(found.iter().map(|slot| slot.local));
                trip.slots = Some(Ok(slots.clone()));
                let at = self.inner.now();
                self.inner.parts.store.probes().put_slots(trip.id, at, slots.clone());
                self.inner.probes_to_save.notify_one();
                let look = SlotsLook { at, window: self.inner.parts.policy.slot_window, slots };
                let inner = Arc::clone(&self.inner);
                self.jobs.push(Box::pin(async move {
                    let result = inner.execute(trip.id, Command::ObserveSlots { look }, &Actor::system("probe")).await;
                    StepResult::SlotsRecorded(trip, result)
                }));
            }
        }
    }
}
