//! A team: desks over one schema, each with what it reaches outside.

use std::sync::Arc;
use std::time::Duration;

use cloverwatch::client::LocalClient;
use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::{Actor, Ask, DealershipId, Onboarding, Policy};
use cloverwatch::engine::{Engine, LeaseSettings, Pace, Parts};
use cloverwatch::protocol::{LeaderState, PastedCode};
use cloverwatch::store::postgres::PostgresUrl;
use cloverwatch::store::{PostgresStore, Store};

use crate::server::{schema, shared};
use crate::simulation_support::world::World;
use crate::simulation_support::{profile, requests};

/// Longer than any test: only a clean end lets another one lead.
pub const LONG: Duration = Duration::from_secs(3_600);

/// How long something may take on a busy machine.
const BOUND: Duration = Duration::from_secs(120);

pub struct Team {
    pub url: PostgresUrl,
    pub schema: String,
}

pub fn ana() -> Actor {
    Actor::person("ana")
}

pub fn real() -> SharedClock {
    Arc::new(WallClock::real())
}

/// Asks again and again until something is so.
pub async fn until(what: &str, mut so: impl FnMut() -> bool) {
    let waited = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(BOUND, waited).await.unwrap_or_else(|_| panic!("never: {what}"));
}

impl Team {
    pub fn new() -> Self {
        let schema = schema();
        Self { url: shared().url(&schema), schema }
    }

    pub async fn store(&self) -> Arc<PostgresStore> {
        PostgresStore::open(&self.url, real()).await.unwrap()
    }

    /// A desk that works in the background, with a platform and codes but no mail, for as long as its lease.
    pub async fn desk(
        &self,
        name: &str,
        clock: &SharedClock,
        lease: Duration,
        change: impl FnOnce(&mut Parts),
    ) -> Desk {
        let (store, world) = (self.store().await, World::on(Arc::clone(clock), 1));
        let mut parts = Parts {
            store: Arc::clone(&store) as Arc<dyn Store>,
            platform: Some(Arc::clone(&world) as _),
            source: Some(Arc::clone(&world) as _),
            outbox: None,
            rules: None,
            clock: Arc::clone(clock),
            policy: Policy::default(),
            pace: Pace::default(),
            seed: rand::random(),
            read_only: false,
            background: true,
            lease: LeaseSettings { length: lease, ..LeaseSettings::of(name) },
        };
        change(&mut parts);
        let engine = Engine::start(parts);
        Desk { client: LocalClient::new(engine.clone()), engine, world }
    }
}

pub struct Desk {
    pub engine: Engine,
    pub client: LocalClient,
    pub world: Arc<World>,
}

impl Desk {
    /// Who leads, as this desk knows it.
    pub fn leader(&self) -> Option<String> {
        match &self.engine.status().borrow().leader {
            LeaderState::Elsewhere { name, .. } => Some(name.split('@').next().unwrap_or_default().to_owned()),
            _ => None,
        }
    }

    pub fn leads(&self) -> bool {
        matches!(self.engine.status().borrow().leader, LeaderState::Here { .. })
    }

    pub async fn until_leading(&self) {
        until("it leads", || self.leads()).await;
    }

    pub async fn add(&self, dealerships: usize) -> Vec<DealershipId> {
        let profiles: Vec<_> = (0..dealerships).map(profile).collect();
        requests::add(&self.engine, profiles).await
    }

    pub fn state(&self, id: DealershipId) -> Arc<Onboarding> {
        self.engine.read_model().get(id).unwrap()
    }

    /// Pastes a first code that a letter takes to the dealership.
    pub async fn paste(&self, dealership: DealershipId, code: &str) {
        let (code, generated_at) = (code.parse().unwrap(), self.engine.clock().now());
        let pasted = PastedCode { dealership, code, generated_at, expires_at: None, ask: Ask::Invite, mail: true };
        requests::paste(&self.engine, vec![pasted]).await.remove(0).unwrap();
    }

    /// What this desk recorded or heard of reached another one.
    pub async fn caught_up_with(&self, other: &Self) {
        let seq = other.engine.read_model().seq();
        until("it has caught up", || self.engine.read_model().seq() >= seq).await;
    }
}
