//! Seven days of 500 dealerships in seconds: the real engine against a simulated world with faults, operators and
//! crashes. `SIM_SEED=n` replays one seed, `SIM_RUNS=n` tries n seeds from there on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod people;
#[path = "../simulation_support/mod.rs"]
mod simulation_support;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cloverwatch::clock::{Clock, ManualClock};
use cloverwatch::domain::{Actor, Ask, Command, DealershipId, Event, Outcome, Policy, Stage, Timestamp};
use cloverwatch::engine::{Engine, LeaseSettings, Pace, Parts};
use cloverwatch::protocol::{PastedCode, RequestError};
use cloverwatch::store::Store;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use simulation_support::bookings;
use simulation_support::checker::Checker;
use simulation_support::mail::{Arrived, MailChecker, MailMood, MailWorld};
use simulation_support::requests::{add, paste};
use simulation_support::store::{Doom, MortalStore};
use simulation_support::week::{self, Change, ScheduledAction};
use simulation_support::world::{Mood, World};
use simulation_support::{Idle, profile, runtime, start};

const DEALERSHIPS: usize = 500;
const DAYS: i64 = week::DAYS;

/// What operators were told, to be compared with what is there after a crash.
#[derive(Default)]
struct Told {
    events: Vec<Arc<Event>>,
    generations: HashSet<(DealershipId, u32)>,
    answers: u64,
}

struct Simulation {
    rng: StdRng,
    clock: ManualClock,
    world: Arc<World>,
    mail: Arc<MailWorld>,
    letters: MailChecker,
    /// Codes that were pasted, for whom, and when they were generated: what the platform knows besides those it made.
    pasted: HashMap<String, (String, Timestamp)>,
    refused_at_validate: u32,
    actions: BTreeMap<(Timestamp, u64), ScheduledAction>,
    actions_made: u64,
    ids: HashMap<String, DealershipId>,
    told: Arc<Mutex<Told>>,
    checker: Checker,
    end: Timestamp,
    crashes: u32,
    steps: u64,
    booked_checked: usize,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let clock = ManualClock::at(start());
        let mut simulation = Self {
            rng: StdRng::seed_from_u64(seed),
            world: World::new(&clock, seed ^ 0xfeed),
            mail: MailWorld::new(Arc::new(clock.clone()), seed ^ 0xc0de),
            letters: MailChecker::default(),
            pasted: HashMap::new(),
            refused_at_validate: 0,
            clock,
            actions: BTreeMap::new(),
            actions_made: 0,
            ids: HashMap::new(),
            told: Arc::default(),
            checker: Checker::default(),
            end: start() + TimeDelta::days(DAYS),
            crashes: 0,
            steps: 0,
            booked_checked: 0,
        };
        simulation.world.mood(|mood| {
            (mood.noise, mood.lost_codes, mood.empty_lists) = (0.03, 0.1, 0.02);
        });
        simulation.mail.mood(|mood| (mood.busy, mood.silent) = (0.05, 0.03));
        simulation.mail.state.lock().unknown = (0..DEALERSHIPS).step_by(41).map(address).collect();
        simulation.plan_the_week();
        simulation
    }

    fn at(&mut self, at: Timestamp, action: ScheduledAction) {
        self.actions_made += 1;
        self.actions.insert((at, self.actions_made), action);
    }

    fn hours(&mut self, range: std::ops::Range<f64>) -> TimeDelta {
        TimeDelta::milliseconds((self.rng.random_range(range) * 3_600_000.0) as i64)
    }

    fn plan_the_week(&mut self) {
        for (at, action) in week::plan(&mut self.rng, self.end) {
            self.at(at, action);
        }
    }

    fn run(&mut self) {
        while self.clock.now() < self.end {
            let store = MortalStore::new(self.checker.log.clone());
            let (runtime, idle) = runtime();
            let engine = runtime.block_on(self.live(&store, &idle));
            // The crash: every task vanishes where it stands.
            drop(runtime);
            drop(engine);
            let log = store.log();
            for event in &log[self.checker.log.len()..] {
                self.letters.take_in(event, self.checker.before(event));
                self.checker.take_in(event.clone(), &self.world);
            }
            for event in &self.told.lock().events {
                assert_eq!(log.get(event.seq as usize - 1), Some(&**event), "something acknowledged is missing");
            }
            self.crashes += 1;
            // Nobody restarts a program within the second; a new one does not know what the old one sent in its last.
            self.clock.advance(Duration::from_secs(1));
        }
        self.at_the_end();
    }

    /// One life of the program, until the next crash or the end.
    async fn live(&mut self, store: &Arc<MortalStore>, idle: &Idle) -> Engine {
        let engine = Engine::start(Parts {
            store: Arc::clone(store) as Arc<dyn Store>,
            platform: Some(Arc::clone(&self.world) as _),
            source: Some(Arc::clone(&self.world) as _),
            outbox: Some(self.mail.outbox()),
            rules: None,
            clock: Arc::new(self.clock.clone()),
            policy: Policy::default(),
            pace: Pace::default(),
            seed: self.rng.random_range(0..=u64::MAX),
            read_only: false,
            background: true,
            lease: LeaseSettings::of("ana"),
        });
        if self.ids.is_empty() {
            let profiles = (0..DEALERSHIPS).map(profile).collect();
            for added in add(&engine, profiles).await {
                let state = store.read_model().get(added).unwrap();
                self.ids.insert(state.profile.dealer_code.raw().to_owned(), state.id);
            }
        }
        let mut dies_at = None;
        loop {
            idle.settle().await;
            self.steps += 1;
            self.booked_checked = bookings::one_each(&self.world, self.booked_checked);
            self.checker.after_step(store, &self.world, &engine, &mut self.letters).await;
            for letter in self.letters.arrivals(&self.mail) {
                self.read(&letter);
            }
            let now = self.clock.now();
            if now >= self.end || store.is_dead() || dies_at.is_some_and(|at| now >= at) {
                return engine;
            }
            if let Some(action) = self.next_action(now) {
                match action {
                    ScheduledAction::Crash => dies_at = Some(self.begin_to_die(store, &engine, now)),
                    ScheduledAction::Operator => self.operate(&engine),
                    action => self.happen(action, &engine, now),
                }
                continue;
            }
            let action = self.actions.first_key_value().map(|((at, _), _)| (*at - now).to_std().unwrap());
            let wake = self.clock.next_wake();
            assert!(wake.is_none_or(|wake| !wake.is_zero()), "a task spins");
            let left = (self.end - now).to_std().unwrap();
            self.clock.advance([action, wake].into_iter().flatten().min().unwrap_or(left).min(left));
        }
    }

    fn next_action(&mut self, now: Timestamp) -> Option<ScheduledAction> {
        let first = self.actions.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }

    /// Crashes happen at their worst: while codes are being obtained, or in the middle of a commit.
    fn begin_to_die(&mut self, store: &MortalStore, engine: &Engine, now: Timestamp) -> Timestamp {
        for _ in 0..10 {
            self.operate(engine);
        }
        match self.rng.random_range(0..3) {
            0 => store.set(Some(Doom::Before)),
            1 => store.set(Some(Doom::After)),
            _ => {}
        }
        now + TimeDelta::milliseconds(self.rng.random_range(1..3_000))
    }

    /// After a calm day everything that can be known is known.
    fn at_the_end(&self) {
        let world = self.world.state.lock();
        let mut late = String::new();
        for (dealer, id) in &self.ids {
            let state = &self.checker.shadow[id];
            let stage = state.stage(self.end);
            if matches!(stage, Stage::Archived | Stage::New | Stage::Revoked) {
                continue;
            }
            let connected = world.dealers.get(dealer).is_some_and(|dealer| dealer.connected);
            let looked = world.answers.get(dealer).and_then(|answers| answers.last());
            let since = looked.is_some_and(|look| (look.outcome == Outcome::Connected) == connected);
            if !since {
                // The truth changed after the last probe, which was no longer ago than a day.
                assert!(
                    looked.is_some_and(|look| look.ended_at > self.end - TimeDelta::hours(25)),
                    "{dealer} forgotten"
                );
            } else if connected != state.is_confirmed() && looked.is_some_and(|look| look.outcome == Outcome::Connected)
            {
                writeln!(late, "{dealer} is connected, was seen so, and is {stage}").unwrap();
            }
            let pending = state.pending.as_ref().is_some_and(|pending| pending.failed.is_none());
            assert!(!pending, "{dealer}: a request for a code was forgotten");
            // What waits for an address that works is not forgotten.
            let waits = |letter: &&cloverwatch::domain::Letter| {
                letter.is_open() && letter.at < self.end - TimeDelta::hours(4) && state.address_refused().is_none()
            };
            let open = state.letters().iter().find(waits);
            assert_eq!(open, None, "{dealer}: a letter was forgotten");
        }
        assert!(late.is_empty(), "{late}");
        for (intent, made) in &world.made {
            let open = self.checker.shadow[&self.ids[&made.dealer_code]].pending.as_ref();
            let open = open.is_some_and(|pending| pending.intent == *intent);
            let settled = self.checker.settled.get(intent).copied().unwrap_or_default();
            let pasted_instead = settled == 0 && !open;
            assert!(open || settled == 1 || pasted_instead, "a code was made and forgotten");
        }
        for (id, told) in &self.told.lock().generations {
            assert!(self.checker.shadow[id].generation() >= *told, "a code that somebody was told of is missing");
        }
        let kinds = &self.checker.kinds;
        for kind in [
            "invitation.issued",
            "invitation.superseded",
            "invitation.expired",
            "invitation.revoked",
            "invitation.request-failed",
            "dealer.confirmed",
            "integration.confirmed",
            "integration.overdue",
            "integration.lost",
            "opcode.verified",
            "opcode.missing",
            "slots.seen",
            "slots.missing",
            "probe.changed",
            "appointment.booked",
            "appointment.unknown",
            "email.sent",
            "email.failed",
            "email.uncertain",
            "email.suppressed",
        ] {
            assert!(kinds.contains_key(kind), "nothing was {kind}: {kinds:?}");
        }
        assert!(self.refused_at_validate > 0, "no dealer ever came too late");
        for mood in ["ok", "down", "our credentials", "mass disconnect"] {
            assert!(self.checker.moods.contains(mood), "the desk never saw {mood}");
        }
    }
}

fn address(number: usize) -> String {
    profile(number).contact.email.raw().to_owned()
}

fn simulate(seed: u64) -> Simulation {
    let mut simulation = Simulation::new(seed);
    let run = std::panic::catch_unwind(AssertUnwindSafe(|| simulation.run()));
    if let Err(panic) = run {
        let at = simulation.clock.now();
        eprintln!("the simulation failed at {at}; SIM_SEED={seed} replays it");
        std::panic::resume_unwind(panic);
    }
    simulation
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn a_week_of_five_hundred_dealerships() {
    let first = number("SIM_SEED").unwrap_or(20_250_602);
    for seed in first..first + number("SIM_RUNS").unwrap_or(1) {
        let simulation = simulate(seed);
        let (events, requests) = (simulation.checker.log.len(), simulation.world.requests());
        let Simulation { crashes, steps, .. } = simulation;
        eprintln!("seed {seed}: {events} events, {requests} requests, {steps} steps, {crashes} lives");
        eprintln!("  {:?}", simulation.checker.kinds);
        eprintln!("  {} letters arrived", simulation.mail.arrived().len());
    }
}

#[test]
fn the_same_seed_is_the_same_week() {
    let seed = number("SIM_SEED").unwrap_or(7);
    let (one, other) = (simulate(seed).checker.log, simulate(seed).checker.log);
    let apart = one.iter().zip(&other).find(|(one, other)| one != other);
    assert_eq!(apart, None, "the first event that differs");
    assert_eq!(one.len(), other.len());
}
