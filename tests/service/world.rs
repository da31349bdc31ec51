//! A store with a clock that runs fast, and what is recorded in it.

use std::sync::Arc;
use std::time::Duration;

use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::{Actor, Contact, DealershipId, Fact, Policy, Profile, Timestamp};
use cloverwatch::engine::{Engine, LeaseSettings, Pace, Parts};
use cloverwatch::service::hooks::{Hook, HookTarget, RunningHooks};
use cloverwatch::store::{Append, EmbeddedStore, HookPosition, Store};
use cloverwatch::timezone::Tz;
use tempfile::TempDir;

pub struct World {
    dir: TempDir,
    pub clock: SharedClock,
    pub store: Arc<EmbeddedStore>,
    pub dealership: DealershipId,
}

pub fn profile(code: &str) -> Profile {
    Profile {
        name: "Sample Motors".into(),
        dealer_code: code.into(),
        group: "".into(),
        brand: "".into(),
        city: "".into(),
        state: "".into(),
        timezone: Tz::UTC,
        contact: Contact::default(),
        owner: None,
    }
}

impl World {
    /// So many times as fast as the real time.
    pub async fn at_speed(speed: f64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock: SharedClock = Arc::new(WallClock::accelerated(speed));
        let store = EmbeddedStore::open(&dir.path().join("store"), Arc::clone(&clock)).unwrap();
        let world = Self { dir, clock, store, dealership: DealershipId::from_bits(7) };
        world.record(Fact::DealershipAdded { profile: profile("xts1") }).await;
        world
    }

    /// Ends the store and opens it again, as a restart does.
    pub async fn restarted(self) -> Self {
        let Self { dir, clock, store, dealership } = self;
        store.close().await.unwrap();
        drop(store);
        let store = EmbeddedStore::open(&dir.path().join("store"), Arc::clone(&clock)).unwrap();
        Self { dir, clock, store, dealership }
    }

    /// The answer is its number.
    pub async fn record(&self, fact: Fact) -> u64 {
        let version = self.store.read_model().get(self.dealership).map_or(0, |state| state.version);
        let append = Append {
            dealership: Some(self.dealership),
            expected_version: version,
            actor: Actor::person("ana"),
            at: self.clock.now(),
            facts: vec![fact],
        };
        self.store.append(vec![append]).await.unwrap().events[0].seq
    }

    pub async fn note(&self, text: &str) -> u64 {
        self.record(Fact::NoteAdded { text: text.into() }).await
    }

    pub fn parts(&self) -> Parts {
        Parts {
            store: self.store.clone(),
            platform: None,
            source: None,
            outbox: None,
            rules: None,
            clock: Arc::clone(&self.clock),
            policy: Policy::default(),
            pace: Pace::default(),
            seed: 1,
            read_only: false,
            background: false,
            lease: LeaseSettings::of("ana"),
        }
    }

    pub fn start(&self, hooks: Vec<Hook>) -> RunningHooks {
        RunningHooks::start(hooks, &Engine::start(self.parts()), 1).unwrap()
    }

    /// Waits until a hook has kept a position that is so.
    pub async fn kept(&self, hook: &str, is_so: impl Fn(&HookPosition) -> bool) -> HookPosition {
        loop {
            match self.store.hook_position(hook).await.unwrap() {
                Some(position) if is_so(&position) => return position,
                _ => self.clock.sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Starts them, and waits until each has begun.
    pub async fn begun(&self, hooks: Vec<Hook>) -> RunningHooks {
        let names: Vec<String> = hooks.iter().map(|hook| hook.name.clone()).collect();
        let running = self.start(hooks);
        for name in names {
            self.kept(&name, |_| true).await;
        }
        running
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }
}

pub fn hook(name: &str, target: HookTarget) -> Hook {
    Hook {
        name: name.to_owned(),
        kinds: Fact::places_of("note.*").unwrap(),
        target,
        group: None,
        per_minute: 6_000,
        timeout: Duration::from_secs(20),
    }
}

pub fn later(at: Timestamp, hours: i64) -> Timestamp {
    at + chrono::TimeDelta::hours(hours)
}
