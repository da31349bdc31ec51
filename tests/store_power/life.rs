//! What a store is used for between two cuts of the power, and what its users are told.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use cloverwatch::domain::bulk::{Bulk, BulkItem, BulkKind};
use cloverwatch::domain::{DealershipId, Event, Fact};
use cloverwatch::protocol::BulkId;
use cloverwatch::store::embedded::StoreOptions;
use cloverwatch::store::{Append, EmbeddedStore, HookPosition, Store, StoreError};
use futures::future::join_all;
use rand::RngExt as _;
use rand::rngs::StdRng;
use tempfile::TempDir;

use crate::disk::NotingDisk;
use crate::store_support::*;

/// What somebody was told.
#[derive(Debug, Clone)]
pub enum Telling {
    Recorded(Vec<Arc<Event>>),
    /// What there is, whatever was said before.
    AllIs(Vec<Event>),
    BulkBegun(BulkId),
    BulkOver(BulkId),
    Hook(u64),
    /// Another index has been written.
    Index,
}

#[derive(Debug, Clone, Default)]
pub struct Told {
    pub events: Vec<Event>,
    pub bulks: BTreeSet<BulkId>,
    pub hook: u64,
    pub indexes: usize,
}

impl Told {
    pub fn take(&mut self, telling: &Telling) {
        match telling {
            Telling::Recorded(events) => {
                let next = self.events.len() as u64 + 1;
                assert_eq!(events.first().map(|event| event.seq), Some(next), "acknowledged out of order");
                self.events.extend(events.iter().map(|event| Event::clone(event)));
            }
            Telling::AllIs(events) => self.events.clone_from(events),
            Telling::BulkBegun(id) => drop(self.bulks.insert(*id)),
            Telling::BulkOver(id) => drop(self.bulks.remove(id)),
            Telling::Hook(after) => self.hook = *after,
            Telling::Index => self.indexes += 1,
        }
    }
}

/// Everything that was ever asked to be recorded.
#[derive(Default)]
pub struct Books {
    batches: HashMap<u64, Vec<(DealershipId, Fact)>>,
    dealerships: u64,
    pub indexes: Vec<TempDir>,
}

impl Books {
    pub fn open(disk: &NotingDisk<Telling>, dir: &Path, segment_bytes: u64) -> Result<Arc<EmbeddedStore>, StoreError> {
        let options = StoreOptions { segment_bytes, disk: Arc::new(disk.clone()), ..StoreOptions::default() };
        EmbeddedStore::open_with(dir, &clock(), options)
    }

    /// A batch of notes, about a new dealership or one that is there.
    fn batch(&mut self, store: &dyn Store, taken: &[u64], notes: usize, text: usize, old: bool) -> (u64, Append) {
        let there = store.read_model().all().1;
        let old = there.iter().map(|state| state.id.bits()).find(|id| old && !taken.contains(id));
        let number = old.unwrap_or_else(|| {
            self.dealerships += 1;
            self.dealerships
        });
        let version = store.read_model().get(id(number)).map_or(0, |state| state.version);
        let name = self.batches.len() as u64;
        let mut facts = if version == 0 { added(number).facts } else { Vec::new() };
        let line = |_| Fact::NoteAdded { text: format!("{name} {}", "x".repeat(text)).as_str().into() };
        facts.extend((0..notes).map(line));
        self.batches.insert(name, facts.iter().map(|fact| (id(number), fact.clone())).collect());
        (number, append(number, version, facts))
    }

    /// Records a batch of a new dealership.
    pub async fn append(&mut self, store: &dyn Store, disk: &NotingDisk<Telling>, notes: usize, text: usize) {
        let (_, batch) = self.batch(store, &[], notes, text, false);
        let committed = store.append(vec![batch]).await.unwrap();
        disk.told(Telling::Recorded(committed.events.to_vec()));
    }

    /// One life of the program, until it ends or is killed.
    pub async fn live(&mut self, disk: &NotingDisk<Telling>, dir: &Path, random: &mut StdRng) {
        let killed = random.random::<bool>();
        disk.live(if killed { random.random_range(0..60) } else { usize::MAX });
        let opened = Self::open(disk, dir, random.random_range(400..6_000));
        let Ok(store) = opened else {
            assert!(killed, "{}", opened.err().unwrap());
            return;
        };
        // What a killed one wrote is there from now on.
        disk.told(Telling::AllIs(content(&*store).await.1));
        let (mut bulks, mut alive) = (Vec::new(), true);
        for _ in 0..random.random_range(1..14) {
            match random.random_range(0..10) {
                0 => {
                    let items = vec![BulkItem { id: id(1), generation: 0 }];
                    let bulk = Bulk { what: BulkKind::Invite, at: at(1), by: "ana".into(), pasted: false, items };
                    if let Ok(bulk) = store.begin_bulk(bulk).await {
                        bulks.push(bulk);
                        disk.told(Telling::BulkBegun(bulk));
                    }
                }
                1 => {
                    if let Some(bulk) = bulks.pop() {
                        disk.told(Telling::BulkOver(bulk));
                        alive &= store.end_bulk(bulk).await.is_ok();
                    }
                }
                2 => {
                    let after = store.read_model().seq();
                    let position = HookPosition { after, attempt: None };
                    if store.keep_hook_position(None, "hook", &position).await.is_ok() {
                        disk.told(Telling::Hook(after));
                    }
                }
                _ => alive &= self.record(&store, disk, random).await,
            }
            if !alive {
                break;
            }
        }
        if !killed {
            store.close().await.unwrap();
            let index = copy_of(&dir.join("index"));
            self.indexes.push(index);
            disk.told(Telling::Index);
        }
        assert!(alive || killed);
    }

    /// Records some batches at once. The answer is whether the process still lives.
    async fn record(&mut self, store: &EmbeddedStore, disk: &NotingDisk<Telling>, random: &mut StdRng) -> bool {
        let (mut taken, mut batches) = (Vec::new(), Vec::new());
        for _ in 0..random.random_range(1..4) {
            let (notes, text) = (random.random_range(1..5), random.random_range(0..40) * random.random_range(0..60));
            let (number, batch) = self.batch(store, &taken, notes, text, random.random());
            taken.push(number);
            batches.push(batch);
        }
        let answers = join_all(batches.into_iter().map(|batch| store.append(vec![batch]))).await;
        let mut alive = true;
        for answer in answers {
            match answer {
                Ok(committed) => disk.told(Telling::Recorded(committed.events.to_vec())),
                Err(_) => alive = false,
            }
        }
        alive
    }

    /// Nothing is there that nobody asked for, and no batch in part.
    pub fn assert_only_whole_batches(&self, events: &[Event], what: &str) {
        let name = |event: &Event| match &event.fact {
            Fact::NoteAdded { text } => Some(text.raw().split(' ').next().unwrap().parse::<u64>().unwrap()),
            _ => None,
        };
        let mut rest = events;
        while let Some(name) = rest.iter().find_map(name) {
            let batch = &self.batches[&name];
            let there = rest.iter().take(batch.len()).map(|event| (event.dealership.unwrap(), event.fact.clone()));
            assert!(there.eq(batch.iter().cloned()), "{what}: batch {name} is not as it was asked for");
            rest = &rest[batch.len()..];
        }
        assert!(rest.is_empty(), "{what}: {rest:?}");
    }
}
