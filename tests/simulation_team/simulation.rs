//! One run: what happens when, and what must be so after each step and in the end.

mod checks;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cloverwatch::client::{EngineClient, LocalClient};
use cloverwatch::clock::{Clock, ManualClock};
use cloverwatch::domain::{Actor, Ask, DealershipId, Fact, Policy};
use cloverwatch::engine::{Engine, LeaseSettings, Pace, Parts};
use cloverwatch::protocol::{CodeRequest, PastedCode, Request};
use cloverwatch::store::{Append, Store};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::database::{Database, Faults};
use crate::network::Network;
use crate::places::{AttachedDesk, Process, command};
use crate::simulation_support::checker::Checker;
use crate::simulation_support::mail::{MailChecker, MailMood, MailWorld};
use crate::simulation_support::world::{Mood, World};
use crate::simulation_support::{profile, runtime, start};
use crate::team::TeamStore;
use crate::told::{Asker, Told};

pub use checks::Counts;

const DEALERSHIPS: u64 = 5;
/// Two that work on the database, and two that are attached to one of those.
const NAMES: [&str; 4] = ["ana", "ben", "cleo", "dan"];
/// How long things go wrong, and how long everything has afterwards.
const TROUBLE: Duration = Duration::from_secs(100);
const CALM: Duration = Duration::from_secs(3 * 60 * 60);
/// How much time passes at least from step to step when all is well.
const CALM_STRIDE: Duration = Duration::from_secs(5);

/// What happens at some moment.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Operator,
    Database,
    Platform,
    Mail,
    Network,
    Release,
    Kill,
    /// Somebody closes it.
    End,
    /// A process is stopped, as by a laptop that is closed, and goes on later.
    Stop,
    GoOn(usize),
}

pub struct Simulation {
    rng: StdRng,
    clock: ManualClock,
    database: Arc<Database>,
    network: Arc<Network>,
    world: Arc<World>,
    mail: Arc<MailWorld>,
    processes: [Option<Process>; 2],
    desks: [Option<AttachedDesk>; 2],
    happenings: BTreeMap<(Duration, u64), Happening>,
    told: Arc<Mutex<Told>>,
    checker: Checker,
    letters: MailChecker,
    booked: usize,
    stride: Duration,
    steps: u64,
    attached: u32,
    later: u64,
}

/// How much time passes at least from step to step while things go wrong: in some runs nearly every timer is a step of its
/// own, in most of them what is due together is done together, as on a machine that is busy.
fn stride(rng: &mut StdRng) -> Duration {
    Duration::from_millis(match rng.random_range(0..32) {
        0 => 20,
        1 => 150,
        2..12 => 500,
        _ => 1_000,
    })
}

fn id(number: u64) -> DealershipId {
    DealershipId::from_bits(number + 1)
}

impl Simulation {
    pub fn new(seed: u64) -> Self {
        let (clock, mut rng) = (ManualClock::at(start()), StdRng::seed_from_u64(seed));
        let mut happenings = BTreeMap::new();
        for number in 0..rng.random_range(10..34) {
            let happening = match rng.random_range(0..14) {
                0 | 1 => Happening::Database,
                2 => Happening::Platform,
                3 => Happening::Mail,
                4 | 5 => Happening::Network,
                6 => Happening::Kill,
                7 => Happening::Stop,
                8 => Happening::End,
                _ => Happening::Operator,
            };
            let at = Duration::from_millis(rng.random_range(0..TROUBLE.as_millis() as u64));
            happenings.insert((at, number), happening);
        }
        Self {
            database: Database::new(&clock, seed ^ 0xdb),
            network: Network::new(seed ^ 0xcab1e),
            world: World::new(&clock, seed ^ 0xfeed),
            mail: MailWorld::new(Arc::new(clock.clone()), seed ^ 0xc0de),
            processes: [None, None],
            desks: [None, None],
            told: Arc::default(),
            checker: Checker::default(),
            letters: MailChecker::default(),
            booked: 0,
            stride: stride(&mut rng),
            steps: 0,
            attached: 0,
            later: 0,
            happenings,
            clock,
            rng,
        }
    }

    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn start(&mut self, place: usize) {
        if place > 1 {
            let desk = AttachedDesk::start(NAMES[place], &self.network, &self.clock, &self.told);
            self.desks[place - 2] = Some(desk);
            return;
        }
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
        let process = Process { runtime, idle, engine, store, stopped: false, ended: Arc::default() };
        process.serve(&self.network, &self.clock, place);
        self.processes[place] = Some(process);
    }

    pub fn run(&mut self) {
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
        self.mail.state.lock().processes = 2;
        (0..NAMES.len()).for_each(|place| self.start(place));
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
            let (until, least) = if is_calm { (end, CALM_STRIDE) } else { (trouble, self.stride) };
            let wake = self.clock.next_wake().unwrap_or(Duration::from_millis(100)).max(least);
            let left = next.map_or(until, |at| at.min(until)).saturating_sub(now);
            self.clock.advance(wake.min(left));
            self.steps += 1;
            assert!(self.steps < 100_000, "a task spins");
        }
        self.everything_is_done();
    }

    /// Lets every process run until none of them can go on.
    fn settle(&mut self) {
        loop {
            let done = |simulation: &Self| (simulation.database.transactions(), simulation.network.moved());
            let before = done(self);
            for process in self.processes.iter().flatten().filter(|process| !process.stopped) {
                process.runtime.block_on(process.idle.settle());
            }
            for desk in self.desks.iter().flatten().filter(|desk| !desk.stopped) {
                desk.runtime.block_on(desk.idle.settle());
            }
            for place in 0..2 {
                if self.processes[place].as_ref().is_some_and(|process| process.ended.load(Ordering::SeqCst)) {
                    self.processes[place] = None;
                    self.go_on_later(place);
                }
            }
            if done(self) == before {
                return;
            }
        }
    }

    fn after(&mut self, most: u64, happening: Happening) {
        self.later += 1;
        let at = self.clock.elapsed() + Duration::from_millis(self.rng.random_range(100..most));
        self.happenings.insert((at, u64::MAX - self.later), happening);
    }

    fn go_on_later(&mut self, place: usize) {
        self.after(if place < 2 { 60_000 } else { 15_000 }, Happening::GoOn(place));
    }

    fn happen(&mut self, happening: Happening) {
        let place = self.rng.random_range(0..NAMES.len());
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
            Happening::Network => {
                self.network.fail();
                self.after(8_000, Happening::Release);
            }
            Happening::Release => self.network.release(),
            // Every task of it vanishes where it stands.
            Happening::Kill => {
                let is_gone = match place {
                    0 | 1 => self.processes[place].take().is_some(),
                    _ => self.desks[place - 2]
                        .take()
                        .inspect(|desk| self.attached += desk.shown.lock().attached)
                        .is_some(),
                };
                if is_gone {
                    self.go_on_later(place);
                }
            }
            Happening::End => {
                if let Some(process) = self.processes[place % 2].as_ref().filter(|process| !process.stopped) {
                    process.end();
                }
            }
            Happening::Stop => {
                let stopped = match place {
                    0 | 1 => self.processes[place].as_mut().map(|process| &mut process.stopped),
                    _ => self.desks[place - 2].as_mut().map(|desk| &mut desk.stopped),
                };
                if let Some(stopped) = stopped {
                    *stopped = true;
                    self.go_on_later(place);
                }
            }
            Happening::GoOn(place) => self.go_on(place),
        }
    }

    fn go_on(&mut self, place: usize) {
        let stopped = match place {
            0 | 1 => self.processes[place].as_mut().map(|process| &mut process.stopped),
            _ => self.desks[place - 2].as_mut().map(|desk| &mut desk.stopped),
        };
        match stopped {
            Some(stopped) => *stopped = false,
            None => self.start(place),
        }
    }

    /// Somebody asks something at one of the desks.
    fn operate(&mut self, place: usize) {
        let (number, choice) = (self.rng.random_range(0..DEALERSHIPS), self.rng.random_range(0..16));
        let text = format!("{:016x}", self.rng.random::<u64>());
        let (runtime, client): (_, Arc<dyn EngineClient>) = match place {
            0 | 1 => {
                let Some(process) = self.processes[place].as_ref().filter(|process| !process.stopped) else { return };
                (&process.runtime, Arc::new(LocalClient::new(process.engine.clone())))
            }
            _ => {
                let Some(desk) = self.desks[place - 2].as_ref().filter(|desk| !desk.stopped) else { return };
                let client = desk.shown.lock().client.clone();
                let Some(client) = client else { return };
                (&desk.runtime, Arc::new(client))
            }
        };
        let Some(state) = client.read_model().get(id(number)) else { return };
        let ask = match state.generation() {
            0 => Ask::Invite,
            seen => Ask::Reissue { seen, despite_word: false },
        };
        let (id, at, seq) = (state.id, self.clock.now(), client.read_model().seq());
        let asker = Asker::new(client, NAMES[place], &self.told);
        let notes =
            || (0..=choice % 3).map(|n| (self::id((number + n) % DEALERSHIPS), format!("{text}-{n}"))).collect();
        match choice {
            0..6 => {
                let request = Request::Obtain(vec![CodeRequest { dealership: id, ask, mail: true }]);
                runtime.spawn(asker.code(id, request));
            }
            6 => {
                let code = format!("P-{text}").parse().unwrap();
                let pasted = PastedCode { dealership: id, code, generated_at: at, expires_at: None, ask, mail: true };
                runtime.spawn(asker.code(id, Request::Paste(vec![pasted])));
            }
            7..11 => drop(runtime.spawn(asker.notes(notes()))),
            11 if place > 1 => {
                let (network, clock, told) = (Arc::clone(&self.network), self.clock.clone(), Arc::clone(&self.told));
                runtime.spawn(command(network, clock, told, notes()));
            }
            11 | 12 => drop(runtime.spawn(asker.book(self::id(0)))),
            13 => drop(runtime.spawn(asker.read(seq / 2))),
            _ => drop(runtime.spawn(asker.probe(id))),
        }
    }

    /// All is well from here on, and every desk is open.
    fn calm(&mut self) {
        self.happenings.clear();
        self.database.faults(|faults| *faults = Faults::default());
        self.world.mood(|mood| *mood = Mood::default());
        self.mail.mood(|mood| *mood = MailMood::default());
        self.network.heal();
        (0..NAMES.len()).for_each(|place| self.go_on(place));
    }
}
