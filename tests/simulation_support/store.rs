//! A store in memory that can die in the middle of a commit, before or after it became durable, or fail.

use std::sync::Arc;

use async_trait::async_trait;
use cloverwatch::domain::Event;
use cloverwatch::domain::bulk::Bulk;
use cloverwatch::protocol::{BulkId, Committed, EventQuery, ReadModel};
use cloverwatch::store::memory::MemoryStore;
use cloverwatch::store::{Append, ProbeStates, Store, StoreError};
use parking_lot::Mutex;
use tokio::sync::broadcast;

/// What happens to the next commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doom {
    /// The next one is not recorded and never answered: the process died before.
    Before,
    /// The next one is recorded and never answered: the process died after.
    After,
    /// It has struck: nothing is recorded or answered any more.
    Dead,
    /// Every commit fails, as on a full disk.
    Full,
}

pub struct MortalStore {
    memory: Arc<MemoryStore>,
    doom: Mutex<Option<Doom>>,
}

impl MortalStore {
    pub fn new(log: Vec<Event>) -> Arc<Self> {
        let memory = MemoryStore::from_events(log).expect("what was acknowledged can be read again");
        Arc::new(Self { memory, doom: Mutex::default() })
    }

    pub fn set(&self, doom: Option<Doom>) {
        *self.doom.lock() = doom;
    }

    pub fn is_dead(&self) -> bool {
        *self.doom.lock() == Some(Doom::Dead)
    }

    pub fn log(&self) -> Vec<Event> {
        self.memory.log()
    }
}

#[async_trait]
impl Store for MortalStore {
    async fn append(&self, batch: Vec<Append>) -> Result<Committed, StoreError> {
        let doom = *self.doom.lock();
        match doom {
            None => return self.memory.append(batch).await,
            Some(Doom::Full) => {
                let why = "no space left on device".to_owned();
                return Err(StoreError::Io { what: "writing", path: "journal".into(), why, full: true });
            }
            Some(Doom::After) => drop(self.memory.append(batch).await),
            Some(Doom::Before | Doom::Dead) => {}
        }
        self.set(Some(Doom::Dead));
        std::future::pending().await
    }

    fn read_model(&self) -> &ReadModel {
        self.memory.read_model()
    }

    fn subscribe(&self) -> broadcast::Receiver<Committed> {
        self.memory.subscribe()
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, StoreError> {
        self.memory.events(query).await
    }

    fn probes(&self) -> &ProbeStates {
        self.memory.probes()
    }

    async fn save_probes(&self) -> Result<(), StoreError> {
        self.memory.save_probes().await
    }

    fn notices(&self) -> Vec<String> {
        self.memory.notices()
    }

    async fn begin_bulk(&self, bulk: Bulk) -> Result<BulkId, StoreError> {
        self.memory.begin_bulk(bulk).await
    }

    async fn end_bulk(&self, id: BulkId) -> Result<(), StoreError> {
        self.memory.end_bulk(id).await
    }

    async fn bulks(&self) -> Vec<(BulkId, Bulk)> {
        self.memory.bulks().await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.memory.close().await
    }
}
