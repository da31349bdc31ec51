//! A model of a team's database: transactions that never arrive, commits whose end nobody hears of, a lease that passes to
//! another, and a connection that is gone for a while.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cloverwatch::clock::{Clock, ManualClock};
use cloverwatch::domain::Actor;
use cloverwatch::protocol::{Request, Response};
use cloverwatch::store::{Append, Epoch, Leader, MemoryStore, RelayedId, Store, StoreError};
use futures::FutureExt as _;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::watched::Watched;

/// What is wrong with the way to the database.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    pub away: bool,
    /// The share of transactions that never arrive.
    pub gone: f64,
    /// The share of those whose end nobody hears of; every second of them is committed.
    pub cut: f64,
    /// What one takes at most.
    pub slow: Duration,
}

pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) actor: Actor,
    pub(super) at: Duration,
    pub(super) taken: Option<Epoch>,
    pub(super) stopped: bool,
    pub(super) answers: Vec<Response>,
    pub(super) done: bool,
}

pub(super) struct Tables {
    pub(super) rng: StdRng,
    pub(super) faults: Faults,
    pub(super) batches: Vec<Vec<Append>>,
    pub(super) epoch: u64,
    pub(super) leader: Option<Leader>,
    pub(super) lease_until: Duration,
    pub(super) asked: BTreeMap<RelayedId, Asked>,
    pub(super) last_asked: RelayedId,
    pub(super) transactions: u64,
}

pub struct Database {
    pub(super) clock: ManualClock,
    /// What is recorded.
    pub truth: Arc<MemoryStore>,
    pub(super) tables: Mutex<Tables>,
    pub(super) told: Watched<u64>,
    pub(super) relayed: Watched<u64>,
}

/// How a transaction goes.
pub(super) enum Fate {
    Gone,
    /// Committed, or not, and not answered.
    Cut(bool),
    Answered,
}

impl Database {
    pub fn new(clock: &ManualClock, seed: u64) -> Arc<Self> {
        let tables = Tables {
            rng: StdRng::seed_from_u64(seed),
            faults: Faults::default(),
            batches: Vec::new(),
            epoch: 0,
            leader: None,
            lease_until: Duration::ZERO,
            asked: BTreeMap::new(),
            last_asked: 0,
            transactions: 0,
        };
        let (truth, told, relayed) = (MemoryStore::new(), Watched::default(), Watched::default());
        Arc::new(Self { clock: clock.clone(), truth, tables: Mutex::new(tables), told, relayed })
    }

    pub fn faults(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.tables.lock().faults);
    }

    /// Records something before anybody has opened it.
    pub fn record_now(&self, batch: Vec<Append>) {
        self.truth.append(batch.clone()).now_or_never().unwrap().unwrap();
        self.tables.lock().batches.push(batch);
    }

    /// Grows with everything that is asked of it.
    pub fn transactions(&self) -> u64 {
        self.tables.lock().transactions
    }

    pub(super) fn unavailable() -> StoreError {
        StoreError::Unavailable { place: "the database".to_owned(), why: "connection refused".to_owned() }
    }

    /// The same, and whoever waits for requests or answers is told.
    pub(super) async fn tell_of<T>(
        &self,
        work: impl FnOnce(&mut Tables) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let result = self.change(work).await;
        self.relayed.change(|told| *told += 1);
        result
    }

    pub(super) async fn fate(&self) -> Fate {
        let (wait, fate) = {
            let mut tables = self.tables.lock();
            tables.transactions += 1;
            let Faults { gone, cut, slow, .. } = tables.faults;
            let most = u64::try_from(slow.as_millis()).unwrap_or_default();
            let wait = Duration::from_millis(tables.rng.random_range(0..=most));
            let fate = match () {
                () if tables.rng.random_bool(gone) => Fate::Gone,
                () if tables.rng.random_bool(cut) => Fate::Cut(tables.rng.random()),
                () => Fate::Answered,
            };
            (wait, fate)
        };
        if !wait.is_zero() {
            self.clock.sleep(wait).await;
        }
        if self.tables.lock().faults.away { Fate::Gone } else { fate }
    }

    /// One transaction on the tables beside the events.
    pub(super) async fn change<T>(
        &self,
        work: impl FnOnce(&mut Tables) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let fate = self.fate().await;
        let mut tables = self.tables.lock();
        match fate {
            Fate::Gone | Fate::Cut(false) => Err(Self::unavailable()),
            Fate::Cut(true) => work(&mut tables).and_then(|_| Err(Self::unavailable())),
            Fate::Answered => work(&mut tables),
        }
    }
}
