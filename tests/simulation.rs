//! Seven days of 500 dealerships in seconds: the real engine against a simulated world with faults, operators and
//! crashes. `SIM_SEED=n` replays one seed, `SIM_RUNS=n` tries n seeds from there on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

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

    /// A letter reaches its dealer, who acts on the code that stands in it, now or later or never.
    fn read(&mut self, letter: &Arrived) {
        let Some(code) = letter.code.clone() else { return };
        let number = letter.to.trim_start_matches("service").split('@').next().unwrap();
        let dealer = profile(number.parse().unwrap()).dealer_code.raw().to_owned();
        let delay = match self.rng.random_range(0..100) {
            0..45 => self.hours(0.1..60.0),
            45..65 => self.hours(60.0..71.99),
            65..75 => self.hours(72.0..90.0),
            _ => return,
        };
        self.at(letter.at + delay, ScheduledAction::Enter { dealer, code });
    }

    /// Whether the platform takes a code from a dealer: it made it for them, and the 72 hours are not over.
    fn validates(&self, dealer: &str, code: &str, now: Timestamp) -> bool {
        let world = self.world.state.lock();
        let made = world.made.values().find(|made| made.code == code);
        let made = made.map(|made| (made.dealer_code.as_str(), made.at));
        let known = made.or_else(|| self.pasted.get(code).map(|(dealer, at)| (dealer.as_str(), *at)));
        let (owner, at) = known.expect("a letter with a code that nobody made");
        assert_eq!(owner, dealer, "a code at the wrong rooftop");
        now < at + TimeDelta::hours(72)
    }

    fn happen(&mut self, action: ScheduledAction, engine: &Engine, now: Timestamp) {
        match action {
            // Seventy-two hours by the platform's clock; later it is refused at *Validate*.
            ScheduledAction::Enter { dealer, code } if !self.validates(&dealer, &code, now) => {
                self.refused_at_validate += 1;
            }
            ScheduledAction::Enter { dealer, .. } => {
                let tardy = if self.rng.random_bool(0.1) { 40.0 } else { 20.0 };
                let reflected = now + self.hours(0.0..tardy);
                if self.rng.random_bool(0.6) {
                    let told = now + self.hours(0.0..2.0);
                    self.at(told, ScheduledAction::Tell { dealer: dealer.clone(), done_at: now });
                }
                // The one thing that can go wrong at the last step, and nobody notices: Cancel.
                if self.rng.random_bool(0.9) {
                    self.at(reflected, ScheduledAction::Reflect { dealer });
                }
            }
            ScheduledAction::Reflect { dealer } => {
                self.world.dealer(&dealer, |dealer| dealer.connected = true);
                let opcode = now + self.hours(-10.0..10.0).max(TimeDelta::zero());
                let slots = opcode + self.hours(-5.0..5.0).max(TimeDelta::zero());
                self.at(opcode, ScheduledAction::Opcode { dealer: dealer.clone(), visible: true });
                self.at(slots, ScheduledAction::Slots { dealer: dealer.clone(), count: 3 });
                let later = now + self.hours(4.0..60.0);
                let back = later + self.hours(1.0..30.0);
                match self.rng.random_range(0..10) {
                    0 => self.at(later, ScheduledAction::Disconnect { dealer }),
                    1 => self.at(later, ScheduledAction::Opcode { dealer, visible: false }),
                    2 => {
                        self.at(later, ScheduledAction::Opcode { dealer: dealer.clone(), visible: false });
                        self.at(back, ScheduledAction::Opcode { dealer, visible: true });
                    }
                    3 => {
                        self.at(later, ScheduledAction::Slots { dealer: dealer.clone(), count: 0 });
                        self.at(back, ScheduledAction::Slots { dealer, count: 2 });
                    }
                    _ => {}
                }
            }
            ScheduledAction::Tell { dealer, done_at } => {
                let command = Command::ConfirmByDealer { said_at: done_at, mail: true };
                self.execute(engine, &dealer, command);
            }
            ScheduledAction::Opcode { dealer, visible } => self.world.dealer(&dealer, |dealer| dealer.opcode = visible),
            ScheduledAction::Slots { dealer, count } => self.world.dealer(&dealer, |dealer| dealer.slots = count),
            ScheduledAction::Disconnect { dealer } => self.world.dealer(&dealer, |dealer| dealer.connected = false),
            ScheduledAction::Mood(Change::Down(on)) => self.world.mood(|mood| mood.down = on),
            ScheduledAction::Mood(Change::Refused(on)) => self.world.mood(|mood| mood.refused = on),
            ScheduledAction::Mood(Change::Nobody(on)) => self.world.mood(|mood| mood.nobody = on),
            ScheduledAction::Mood(Change::CodesLost(on)) => {
                self.world.mood(|mood| mood.lost_codes = if on { 0.6 } else { 0.1 });
            }
            ScheduledAction::Mood(Change::NoCodes(on)) => self.world.mood(|mood| mood.no_codes = on),
            ScheduledAction::Mood(Change::MailDown(on)) => self.mail.mood(|mood| mood.down = on),
            ScheduledAction::Mood(Change::MailSilent(on)) => {
                self.mail.mood(|mood| mood.silent = if on { 0.8 } else { 0.03 });
            }
            ScheduledAction::Mood(Change::Calm) => {
                self.world.mood(|mood| *mood = Mood::default());
                self.mail.mood(|mood| *mood = MailMood::default());
            }
            ScheduledAction::Step(seconds) => self.clock.step_to(now + TimeDelta::seconds(seconds)),
            ScheduledAction::Operator | ScheduledAction::Crash => unreachable!("handled by the caller"),
        }
    }

    fn execute(&mut self, engine: &Engine, dealer: &str, command: Command) {
        let (engine, told, id) = (engine.clone(), Arc::clone(&self.told), self.ids[dealer]);
        tokio::spawn(async move {
            let answer = engine.execute(id, command, &Actor::person("ana")).await;
            let mut told = told.lock();
            told.answers += 1;
            told.events.extend(answer.unwrap_or_default());
        });
    }

    /// Somebody works on a random dealership, as its stage asks for.
    fn operate(&mut self, engine: &Engine) {
        let dealer = format!("xts{:05}", self.rng.random_range(0..DEALERSHIPS));
        let id = self.ids[&dealer];
        let state = engine.read_model().get(id).unwrap();
        let now = self.clock.now();
        let stage = state.stage(now);
        let reissue = Ask::Reissue { seen: state.generation(), despite_word: false };
        match (stage, self.rng.random_range(0..20)) {
            (Stage::New, 0) => self.paste(engine, id, Ask::Invite),
            (Stage::New, _) => self.obtain(engine, id, Ask::Invite),
            (Stage::Expired | Stage::Overdue | Stage::Lost | Stage::Revoked, 0) => self.paste(engine, id, reissue),
            (Stage::Expired | Stage::Overdue | Stage::Lost | Stage::Revoked, _) => self.obtain(engine, id, reissue),
            (Stage::Invited, 0) => self.obtain(engine, id, reissue),
            (Stage::Invited, 1) => self.execute(engine, &dealer, Command::Revoke { reason: "wrong rooftop".into() }),
            (Stage::Archived, _) => self.execute(engine, &dealer, Command::Unarchive),
            (Stage::Live | Stage::NoSlots, 7..18) => {
                let (days, hour) = (self.rng.random_range(8..13), self.rng.random_range(0..3));
                bookings::book(engine, id, days, hour);
            }
            (_, 2) => self.execute(engine, &dealer, Command::Archive),
            (_, 3) => self.execute(engine, &dealer, Command::Note { text: "called".into() }),
            (_, 4..7) => {
                let engine = engine.clone();
                tokio::spawn(async move { drop(engine.check(id).await) });
            }
            _ => {}
        }
        // Somebody else had the same idea.
        if stage == Stage::Expired && self.rng.random_bool(0.3) {
            self.obtain(engine, id, reissue);
        }
    }

    fn obtain(&mut self, engine: &Engine, id: DealershipId, ask: Ask) {
        let (engine, told) = (engine.clone(), Arc::clone(&self.told));
        tokio::spawn(async move {
            let answer = engine.obtain(id, ask, true, &Actor::person("ben")).await;
            let mut told = told.lock();
            told.answers += 1;
            if let Ok(generation) = answer {
                assert!(told.generations.insert((id, generation)), "two people were told of the same new code");
            }
        });
    }

    fn paste(&mut self, engine: &Engine, dealership: DealershipId, ask: Ask) {
        let text = format!("PASTED-{:08X}", self.rng.random_range(0..=u32::MAX));
        let code = text.parse().unwrap();
        let dealer = self.checker.shadow[&dealership].profile.dealer_code.raw().to_owned();
        self.pasted.insert(text, (dealer, self.clock.now()));
        let pasted = PastedCode { dealership, code, generated_at: self.clock.now(), expires_at: None, ask, mail: true };
        let (engine, told) = (engine.clone(), Arc::clone(&self.told));
        tokio::spawn(async move {
            match paste(&engine, vec![pasted]).await.remove(0) {
                Ok(generation) => assert!(told.lock().generations.insert((dealership, generation))),
                Err(RequestError::Refused(_)) => {}
                Err(error) => panic!("{error}"),
            }
        });
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
