//! Two desks of a team on a database that fails, beside a platform and a mail server that fail: safe whatever happens, and
//! once all is well again everything owed is done. Thousands of short runs: `TEST_SEED=n` replays one, `TEST_RUNS=n` tries
//! n from there on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod simulation_support;

use std::collections::{BTreeMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cloverwatch::client::{EngineClient, LocalClient, ask_each};
use cloverwatch::clock::{Clock, ManualClock};
use cloverwatch::domain::{Actor, Ask, Command, DealershipId, Fact, Letter, Onboarding, Policy};
use cloverwatch::engine::{Engine, LeaseSettings, Pace, Parts};
use cloverwatch::protocol::{CodeRequest, EventQuery, PastedCode, Request, Response};
use cloverwatch::store::{Append, Store};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use simulation_support::bookings;
use simulation_support::checker::Checker;
use simulation_support::database::{Database, Faults};
use simulation_support::mail::{MailChecker, MailMood, MailWorld};
use simulation_support::team::TeamStore;
use simulation_support::world::{Mood, World};
use simulation_support::{Idle, profile, runtime, start};
use tokio::runtime::Runtime;

const RUNS: u64 = 300;
const DEALERSHIPS: u64 = 5;
const NAMES: [&str; 2] = ["ana", "ben"];
/// How long things go wrong, and how long everything has afterwards.
const TROUBLE: Duration = Duration::from_secs(6 * 60);
const CALM: Duration = Duration::from_secs(3 * 60 * 60);

/// What happens at some moment.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Operator,
    Database,
    Platform,
    Mail,
    Kill,
    /// A process is stopped, as by a laptop that is closed, and goes on later.
    Stop,
    GoOn(usize),
}

struct Process {
    runtime: Runtime,
    idle: Arc<Idle>,
    engine: Engine,
    store: Arc<TeamStore>,
    stopped: bool,
}

/// What operators were told.
#[derive(Default)]
struct Told {
    generations: HashSet<(DealershipId, u32)>,
    notes: HashSet<String>,
}

struct Simulation {
    rng: StdRng,
    clock: ManualClock,
    database: Arc<Database>,
    world: Arc<World>,
    mail: Arc<MailWorld>,
    processes: [Option<Process>; 2],
    happenings: BTreeMap<(Duration, u64), Happening>,
    told: Arc<Mutex<Told>>,
    checker: Checker,
    letters: MailChecker,
    booked: usize,
    steps: u64,
}

fn id(number: u64) -> DealershipId {
    DealershipId::from_bits(number + 1)
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let (clock, mut rng) = (ManualClock::at(start()), StdRng::seed_from_u64(seed));
        let mut happenings = BTreeMap::new();
        for number in 0..rng.random_range(8..24) {
            let happening = match rng.random_range(0..10) {
                0 | 1 => Happening::Database,
                2 => Happening::Platform,
                3 => Happening::Mail,
                4 => Happening::Kill,
                5 => Happening::Stop,
                _ => Happening::Operator,
            };
            let at = Duration::from_millis(rng.random_range(0..TROUBLE.as_millis() as u64));
            happenings.insert((at, number), happening);
        }
        Self {
            database: Database::new(&clock, seed ^ 0xdb),
            world: World::new(&clock, seed ^ 0xfeed),
            mail: MailWorld::new(Arc::new(clock.clone()), seed ^ 0xc0de),
            processes: [None, None],
            told: Arc::default(),
            checker: Checker::default(),
            letters: MailChecker::default(),
            booked: 0,
            steps: 0,
            happenings,
            clock,
            rng,
        }
    }

    fn start(&mut self, place: usize) {
        let (runtime, idle) = runtime();
        let seed = self.rng.random();
        let started = async {
            let store = TeamStore::open(&self.database).await;
            let engine = Engine::start(Parts {
                store: Arc::clone(&store) as Arc<dyn Store>,
                platform: Some(Arc::clone(&self.world) as _),
                source: Some(Arc::clone(&self.world) as _),
                outbox: Some(self.mail.outbox()),
                rules: None,
                clock: Arc::new(self.clock.clone()),
                policy: Policy::default(),
                pace: Pace::default(),
                seed,
                read_only: false,
                background: true,
                lease: LeaseSettings { name: format!("{}:{seed}", NAMES[place]), length: Duration::from_secs(30) },
            });
            (store, engine)
        };
        let (store, engine) = runtime.block_on(started);
        self.processes[place] = Some(Process { runtime, idle, engine, store, stopped: false });
    }

    fn run(&mut self) {
        let add = |number| Append {
            dealership: Some(id(number)),
            expected_version: 0,
            actor: Actor::person("ana"),
            at: self.clock.now(),
            facts: vec![Fact::DealershipAdded { profile: profile(number as usize) }],
        };
        self.database.record_now((0..DEALERSHIPS).map(add).collect());
        // One is connected already, and can be booked at.
        self.world.live(profile(0).dealer_code.raw());
        (0..2).for_each(|place| self.start(place));
        let (trouble, end) = (TROUBLE, TROUBLE + CALM);
        let mut is_calm = false;
        loop {
            self.settle();
            self.check();
            let now = self.clock.elapsed();
            if now >= trouble && !is_calm {
                is_calm = true;
                self.calm();
                continue;
            }
            if is_calm && (now >= end || self.nothing_is_open()) {
                break;
            }
            let next = self.happenings.first_key_value().map(|((at, _), _)| *at);
            if next.is_some_and(|at| at <= now) {
                let (_, happening) = self.happenings.pop_first().unwrap();
                self.happen(happening);
                continue;
            }
            let until = if is_calm { end } else { trouble };
            let wake = self.clock.next_wake().filter(|wake| !wake.is_zero()).unwrap_or(Duration::from_millis(100));
            let left = next.map_or(until, |at| at.min(until)).saturating_sub(now);
            self.clock.advance(wake.min(left));
            self.steps += 1;
            assert!(self.steps < 100_000, "a task spins");
        }
        self.everything_is_done();
    }

    /// Lets every process run until none of them can go on.
    fn settle(&self) {
        loop {
            let before = self.database.transactions();
            for process in self.processes.iter().flatten().filter(|process| !process.stopped) {
                process.runtime.block_on(process.idle.settle());
            }
            if self.database.transactions() == before {
                return;
            }
        }
    }

    fn happen(&mut self, happening: Happening) {
        let place = self.rng.random_range(0..2);
        let now = self.clock.elapsed();
        let later = now + Duration::from_millis(self.rng.random_range(100..120_000));
        match happening {
            Happening::Operator => self.operate(place),
            Happening::Database => {
                let rng = &mut self.rng;
                let (away, gone, cut) =
                    (rng.random_ratio(1, 4), rng.random_range(0.0..0.4), rng.random_range(0.0..0.4));
                let slow = Duration::from_millis(rng.random_range(0..3_000));
                self.database
                    .faults(|faults| (faults.away, faults.gone, faults.cut, faults.slow) = (away, gone, cut, slow));
            }
            Happening::Platform => {
                let (down, noise) = (self.rng.random_ratio(1, 4), self.rng.random_range(0.0..0.3));
                let lost = self.rng.random_range(0.0..0.7);
                self.world.mood(|mood| (mood.down, mood.noise, mood.lost_codes) = (down, noise, lost));
            }
            Happening::Mail => {
                let (down, busy) = (self.rng.random_ratio(1, 4), self.rng.random_range(0.0..0.5));
                let silent = self.rng.random_range(0.0..0.6);
                self.mail.mood(|mood| (mood.down, mood.busy, mood.silent) = (down, busy, silent));
            }
            // Every task of it vanishes where it stands.
            Happening::Kill if self.processes[place].take().is_some() => {
                self.happenings.insert((later, u64::MAX - place as u64), Happening::GoOn(place));
            }
            Happening::Stop => {
                if let Some(process) = &mut self.processes[place] {
                    process.stopped = true;
                    self.happenings.insert((later, u64::MAX - 2 - place as u64), Happening::GoOn(place));
                }
            }
            Happening::Kill => {}
            Happening::GoOn(place) => match &mut self.processes[place] {
                Some(process) => process.stopped = false,
                None => self.start(place),
            },
        }
    }

    /// Somebody asks something at one of the desks.
    fn operate(&mut self, place: usize) {
        let (number, choice) = (self.rng.random_range(0..DEALERSHIPS), self.rng.random_range(0..12));
        let text = format!("{:016x}", self.rng.random::<u64>());
        let Some(process) = self.processes[place].as_ref().filter(|process| !process.stopped) else { return };
        let (client, actor) = (LocalClient::new(process.engine.clone()), Actor::person(NAMES[place]));
        let state = process.engine.read_model().get(id(number)).unwrap();
        let ask = match state.generation() {
            0 => Ask::Invite,
            seen => Ask::Reissue { seen, despite_word: false },
        };
        let (told, id, at) = (Arc::clone(&self.told), state.id, self.clock.now());
        let _inside = process.runtime.enter();
        match choice {
            0..6 => {
                let request = Request::Obtain(vec![CodeRequest { dealership: id, ask, mail: true }]);
                process.runtime.spawn(async move { ask_and_take(&told, id, &client, request, &actor).await });
            }
            6 => {
                let code = format!("P-{text}").parse().unwrap();
                let pasted = PastedCode { dealership: id, code, generated_at: at, expires_at: None, ask, mail: true };
                let request = Request::Paste(vec![pasted]);
                process.runtime.spawn(async move { ask_and_take(&told, id, &client, request, &actor).await });
            }
            7 | 8 => {
                let request = Request::Execute(vec![(id, Command::Note { text: text.as_str().into() })]);
                process.runtime.spawn(async move {
                    let mut answers = client.request(request, &actor);
                    while let Some(answer) = answers.next().await {
                        if let Response::Item { .. } = answer {
                            told.lock().take_note(&answer, &text);
                        }
                    }
                });
            }
            9 => {
                bookings::book(&process.engine, self::id(0), 9, 1);
            }
            _ => {
                let mut answers = client.request(Request::Probe(vec![id]), &actor);
                process.runtime.spawn(async move { while answers.next().await.is_some() {} });
            }
        }
    }

    fn check(&mut self) {
        let (truth, after) = (&self.database.truth, self.checker.log.len() as u64);
        if truth.read_model().seq() > after {
            let query = EventQuery { after, ..EventQuery::default() };
            let log = truth.log();
            for event in log.into_iter().filter(|event| query.matches(event) && event.seq > after) {
                self.letters.take_in(&event, self.checker.before(&event));
                self.checker.take_in(event, &self.world);
            }
        }
        self.checker.made_for_what_is_durable(&self.world);
        self.letters.arrivals(&self.mail);
        self.booked = bookings::one_each(&self.world, self.booked);
    }

    /// All is well from here on, and both desks are open.
    fn calm(&mut self) {
        self.happenings.clear();
        self.database.faults(|faults| *faults = Faults::default());
        self.world.mood(|mood| *mood = Mood::default());
        self.mail.mood(|mood| *mood = MailMood::default());
        for place in 0..2 {
            match &mut self.processes[place] {
                Some(process) => process.stopped = false,
                None => self.start(place),
            }
        }
    }

    /// Whether it seems that nothing is owed any more.
    fn nothing_is_open(&self) -> bool {
        let is_open = |state: &Onboarding| {
            state.pending.as_ref().is_some_and(|pending| pending.failed.is_none())
                || state.letters().iter().any(Letter::is_open)
        };
        let leading = self.processes.iter().flatten().filter(|process| process.engine.leads()).count();
        let seen = |process: &Process| process.store.read_model().seq() == self.checker.log.len() as u64;
        leading == 1 && self.processes.iter().flatten().all(seen) && !self.checker.shadow.values().any(is_open)
    }

    fn everything_is_done(&self) {
        let shadow = &self.checker.shadow;
        let leading = self.processes.iter().flatten().filter(|process| process.engine.leads()).count();
        assert_eq!(leading, 1, "one leads");
        for process in self.processes.iter().flatten() {
            for (id, state) in shadow {
                let seen = process.store.read_model().get(*id);
                assert_eq!(seen.as_deref(), Some(state), "a desk shows something else than what is recorded");
            }
        }
        for state in shadow.values() {
            let pending = state.pending.as_ref().is_some_and(|pending| pending.failed.is_none());
            assert!(!pending, "{}: a request for a code was forgotten", state.id);
            let open = state.letters().iter().find(|letter| letter.is_open());
            assert_eq!(open, None, "{}: a letter was forgotten", state.id);
        }
        self.no_code_is_forgotten();
        let told = self.told.lock();
        for (id, generation) in &told.generations {
            assert!(shadow[id].generation() >= *generation, "a code that somebody was told of is missing");
        }
        let text = |fact: &Fact| matches!(fact, Fact::NoteAdded { text } if told.notes.contains(text.raw()));
        let noted = self.checker.log.iter().filter(|event| text(&event.fact)).count();
        assert_eq!(noted, told.notes.len(), "a note that somebody was told of is missing, or is there twice");
    }

    /// Every code that the source made is on record, or is still asked for by the same key.
    fn no_code_is_forgotten(&self) {
        let world = self.world.state.lock();
        let open: HashSet<_> = self
            .checker
            .shadow
            .values()
            .filter_map(|state: &Onboarding| Some(state.pending.as_ref()?.intent))
            .collect();
        for intent in world.made.keys() {
            let settled = self.checker.settled.get(intent).copied().unwrap_or_default();
            let pasted_instead = settled == 0;
            assert!(open.contains(intent) || settled == 1 || pasted_instead, "a code was made and forgotten");
        }
    }
}

impl Told {
    fn take(&mut self, id: DealershipId, answers: Vec<Result<u32, cloverwatch::protocol::RequestError>>) {
        for generation in answers.into_iter().flatten() {
            assert!(self.generations.insert((id, generation)), "two people were told of the same new code");
        }
    }

    fn take_note(&mut self, answer: &Response, text: &str) {
        if let Response::Item { answer: Ok(_), .. } = answer {
            self.notes.insert(text.to_owned());
        }
    }
}

async fn ask_and_take(told: &Mutex<Told>, id: DealershipId, client: &LocalClient, request: Request, actor: &Actor) {
    let answers = ask_each(client, request, actor, |_| ()).await;
    told.lock().take(id, answers);
}

fn simulate(seed: u64) -> Simulation {
    let mut simulation = Simulation::new(seed);
    let run = std::panic::catch_unwind(AssertUnwindSafe(|| simulation.run()));
    if let Err(panic) = run {
        let at = simulation.clock.elapsed();
        eprintln!("failed after {at:?}; replay: TEST_SEED={seed} cargo test --test simulation_team");
        std::panic::resume_unwind(panic);
    }
    simulation
}

#[test]
fn two_desks_on_a_failing_database_are_safe_and_finish_what_is_owed() {
    let number = |name: &str| std::env::var(name).ok().map(|number| number.parse::<u64>().unwrap());
    let first = number("TEST_SEED");
    let runs = number("TEST_RUNS").unwrap_or(if first.is_some() { 1 } else { RUNS });
    let first = first.unwrap_or(1);
    let next = AtomicU64::new(first);
    let (steps, events) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= first + runs {
                        return;
                    }
                    // Whoever fails stops the others.
                    let _failed = scopeguard::guard((), |()| {
                        if std::thread::panicking() {
                            next.store(first + runs, Ordering::SeqCst);
                        }
                    });
                    let simulation = simulate(seed);
                    steps.fetch_add(simulation.steps, Ordering::SeqCst);
                    events.fetch_add(simulation.checker.log.len() as u64, Ordering::SeqCst);
                }
            });
        }
    });
    eprintln!("{runs} runs, {steps:?} steps, {events:?} events");
}
