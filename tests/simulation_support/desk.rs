//! A small desk with the real engine, driven by hand.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cloverwatch::clock::{Clock, ManualClock};
use cloverwatch::domain::{
    Actor, Ask, CodeOrigin, Command, DealershipId, Event, Fact, IntentId, Onboarding, Policy, Timestamp,
};
use cloverwatch::engine::{Engine, LeaseSettings, Pace, Parts};
use cloverwatch::protocol::{PastedCode, PlatformState, RequestError};
use cloverwatch::store::Store;

use super::requests::paste;
use super::store::MortalStore;
use super::world::World;
use super::{Idle, profile, start};

pub struct Desk {
    pub clock: ManualClock,
    pub world: Arc<World>,
    pub store: Arc<MortalStore>,
    pub engine: Engine,
    pub idle: Arc<Idle>,
    pub ids: Vec<DealershipId>,
}

pub fn ana() -> Actor {
    Actor::person("ana")
}

pub fn hours(count: i64) -> TimeDelta {
    TimeDelta::hours(count)
}

/// A pasted first code, or a new one instead of the one that is there.
pub fn pasted(dealership: DealershipId, code: &str, generated_at: Timestamp, ask: Ask) -> PastedCode {
    PastedCode { dealership, code: code.parse().unwrap(), generated_at, expires_at: None, ask, mail: true }
}

impl Desk {
    /// A desk with some dealerships that were added and nothing else.
    pub async fn open(idle: Arc<Idle>, dealerships: usize, change: impl FnOnce(&mut Parts)) -> Self {
        let clock = ManualClock::at(start());
        let world = World::new(&clock, 1);
        let mut desk = Self::again(idle, clock, world, vec![], change);
        let added = (0..dealerships).map(profile).collect::<Vec<_>>();
        for (place, profile) in added.into_iter().enumerate() {
            // Not by `add`, which a read-only engine refuses.
            let id = DealershipId::from_bits(place as u64 + 1);
            let facts = vec![Fact::DealershipAdded { profile }];
            desk.append(id, 0, facts).await;
            desk.ids.push(id);
        }
        desk.idle.settle().await;
        desk
    }

    /// The program after a restart.
    pub fn again(
        idle: Arc<Idle>,
        clock: ManualClock,
        world: Arc<World>,
        log: Vec<Event>,
        change: impl FnOnce(&mut Parts),
    ) -> Self {
        Self::over(idle, clock, world, MortalStore::new(log), change)
    }

    /// Ends the program properly, and starts it again after a while with everything that it kept.
    pub async fn reopen(self, after: TimeDelta) -> Self {
        self.engine.shutdown().await.unwrap();
        self.clock.advance(after.to_std().unwrap());
        let store = MortalStore::new(self.store.log());
        for (id, state) in self.store.probes().all() {
            store.probes().put(id, cloverwatch::domain::ProbeState::clone(&state));
        }
        let Self { clock, world, idle, .. } = self;
        Self::over(idle, clock, world, store, |_| ())
    }

    /// The program on a store.
    pub fn over(
        idle: Arc<Idle>,
        clock: ManualClock,
        world: Arc<World>,
        store: Arc<MortalStore>,
        change: impl FnOnce(&mut Parts),
    ) -> Self {
        let mut parts = Parts {
            store: Arc::clone(&store) as Arc<dyn Store>,
            platform: Some(Arc::clone(&world) as _),
            source: Some(Arc::clone(&world) as _),
            outbox: None,
            rules: None,
            clock: Arc::new(clock.clone()),
            policy: Policy::default(),
            pace: Pace::default(),
            seed: 7,
            read_only: false,
            background: true,
            lease: LeaseSettings::of("ana"),
        };
        change(&mut parts);
        let mut ids: Vec<_> = store.read_model().all().1.iter().map(|state| state.id).collect();
        ids.sort_unstable();
        Self { engine: Engine::start(parts), clock, world, store, idle, ids }
    }

    pub async fn append(&self, dealership: DealershipId, expected_version: u64, facts: Vec<Fact>) {
        let (at, actor) = (self.clock.now(), ana());
        let append = cloverwatch::store::Append { dealership: Some(dealership), expected_version, actor, at, facts };
        self.store.append(vec![append]).await.unwrap();
    }

    pub fn state(&self, place: usize) -> Arc<Onboarding> {
        self.engine.read_model().get(self.ids[place]).unwrap()
    }

    pub fn stage(&self, place: usize) -> &'static str {
        self.state(place).stage(self.clock.now()).as_str()
    }

    pub fn platform(&self) -> PlatformState {
        self.engine.status().borrow().platform.clone()
    }

    /// Lets time pass, going from one moment at which something happens to the next.
    pub async fn pass(&self, length: TimeDelta) {
        let end = self.clock.elapsed() + length.to_std().unwrap();
        loop {
            self.idle.settle().await;
            let left = end.saturating_sub(self.clock.elapsed());
            if left.is_zero() {
                return;
            }
            let wake = self.clock.next_wake().unwrap_or(left);
            assert!(!wake.is_zero(), "a task spins");
            self.clock.advance(wake.min(left));
        }
    }

    /// Waits for an answer, letting the time pass that it takes.
    pub async fn wait<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        let work = tokio::spawn(work);
        while !work.is_finished() {
            self.idle.settle().await;
            if work.is_finished() {
                break;
            }
            self.clock.advance(self.clock.next_wake().unwrap_or(Duration::from_secs(1)));
        }
        work.await.unwrap()
    }

    pub async fn check(&self, place: usize) -> Result<cloverwatch::protocol::Checked, RequestError> {
        let (engine, id) = (self.engine.clone(), self.ids[place]);
        self.wait(async move { engine.check(id).await }).await
    }

    pub async fn obtain(&self, place: usize, ask: Ask) -> Result<u32, RequestError> {
        let (engine, id) = (self.engine.clone(), self.ids[place]);
        self.wait(async move { engine.obtain(id, ask, true, &ana()).await }).await
    }

    pub async fn execute(&self, place: usize, command: Command) -> Result<Vec<Arc<Event>>, RequestError> {
        self.engine.execute(self.ids[place], command, &ana()).await
    }

    /// Gives a dealership a code that was generated at a moment, as a person pastes it.
    pub async fn invite(&self, place: usize, generated_at: Timestamp) {
        let code = format!("CODE-{place:04}");
        let code = pasted(self.ids[place], &code, generated_at, Ask::Invite);
        assert_eq!(paste(&self.engine, vec![code]).await, [Ok(1)]);
    }

    /// A dealership that is live, in the world and in the books.
    pub async fn go_live(&self, place: usize) {
        self.world.live(self.state(place).profile.dealer_code.raw());
        self.check(place).await.unwrap();
        assert_eq!(self.stage(place), "live");
    }

    /// The kinds of everything that was recorded of a dealership.
    pub fn kinds(&self, place: usize) -> Vec<&'static str> {
        let own = |event: &Event| event.dealership == Some(self.ids[place]);
        self.store.log().iter().filter(|event| own(event)).map(|event| event.fact.kind()).collect()
    }

    /// Leaves an open request for a code behind, as a crash does.
    pub async fn leave_open(&self, place: usize, intent: u64) {
        let fact = Fact::InvitationRequested {
            intent: IntentId::from_bits(intent),
            source: CodeOrigin::Http,
            generation: self.state(place).generation() + 1,
            mail: true,
        };
        self.append(self.ids[place], self.state(place).version, vec![fact]).await;
    }
}
