//! A store of a kind, that can be closed and opened again.

use std::fmt;
use std::sync::Arc;

use cloverwatch::store::{EmbeddedStore, JournalReader, MemoryStore, PostgresStore, Store, Subscription};
use parking_lot::Mutex;

use crate::server::{schema, shared};
use crate::store_support::{clock, open_small};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Memory,
    Embedded,
    Postgres,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory",
            Self::Embedded => "embedded",
            Self::Postgres => "postgres",
        })
    }
}

pub struct Place {
    pub kind: Kind,
    pub dir: tempfile::TempDir,
    pub schema: String,
    memory: Mutex<Option<Arc<MemoryStore>>>,
}

impl Place {
    pub fn new(kind: Kind) -> Self {
        Self { kind, dir: tempfile::tempdir().unwrap(), schema: schema(), memory: Mutex::default() }
    }

    pub async fn open(&self) -> Arc<dyn Store> {
        match self.kind {
            Kind::Memory => {
                let mut memory = self.memory.lock();
                let log = memory.as_ref().map(|store| store.log()).unwrap_or_default();
                let store = MemoryStore::from_events(log).unwrap();
                *memory = Some(Arc::clone(&store));
                store
            }
            Kind::Embedded => self.embedded(),
            Kind::Postgres => self.postgres().await,
        }
    }

    pub fn embedded(&self) -> Arc<EmbeddedStore> {
        open_small(self.dir.path()).unwrap()
    }

    /// What only the embedded store has: whoever follows it from outside.
    pub fn beside(&self) -> Option<Subscription> {
        let subscribe = || JournalReader::open(self.dir.path()).unwrap().subscribe(0);
        (self.kind == Kind::Embedded).then(subscribe)
    }

    /// Statements in its schema, which they call `TEAM`.
    pub fn sql(&self, text: &str) -> String {
        shared().sql("postgres", &text.replace("TEAM", &self.schema))
    }

    /// One more process of the team.
    pub async fn postgres(&self) -> Arc<PostgresStore> {
        PostgresStore::open(&shared().url(&self.schema), clock()).await.unwrap()
    }
}
