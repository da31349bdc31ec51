//! The embedded store: the journal on disk is the truth, the index beside it makes opening fast.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::{Mutex, RwLock};
use tokio::sync::broadcast;

use super::disk::{Disk, RealDisk, io_error, store_dir};
use super::journal::Journal;
use super::journal_snapshot::{JournalSnapshot, journal_dir};
use super::lock::Lock;
use super::opening::{self, OpenedStore};
use super::probe_file::ProbeFile;
use super::recover::verify;
use super::writer::{self, StoreShared, WriterThreads};
use super::{Append, Epoch, HookPosition, ProbeStates, Store, StoreError, bulks, hook_positions};
use crate::clock::SharedClock;
use crate::domain::Event;
use crate::domain::bulk::Bulk;
use crate::protocol::{BulkId, Committed, EventQuery, ReadModel};

/// How long a segment of the journal gets.
pub(super) const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;

/// What can be chosen when a store is opened.
#[derive(Clone)]
pub struct StoreOptions {
    /// When a segment of the journal is long enough for the next one to begin.
    pub segment_bytes: u64,
    /// What the journal is written through.
    pub disk: Arc<dyn Disk>,
    /// To give up acknowledged events that are missing at the journal's end, instead of being refused.
    pub accept_loss: bool,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { segment_bytes: SEGMENT_BYTES, disk: Arc::new(RealDisk), accept_loss: false }
    }
}

/// The store in a directory that this process owns.
pub struct EmbeddedStore {
    dir: PathBuf,
    disk: Arc<dyn Disk>,
    shared: Arc<StoreShared>,
    snapshot: Arc<RwLock<JournalSnapshot>>,
    probes: Arc<Probes>,
    /// What ends with the store.
    running: Arc<Mutex<Option<(WriterThreads, Lock)>>>,
    /// Held while somebody waits for the end, so that the next one waits too.
    closing: tokio::sync::Mutex<()>,
    notices: Vec<String>,
    /// The last number that a bulk got.
    last_bulk: Arc<Mutex<BulkId>>,
}

/// The last probes, and the file that they are written to until the store is closed.
struct Probes {
    states: ProbeStates,
    file: Mutex<Option<ProbeFile>>,
}

impl Probes {
    /// Writes what was not written yet.
    fn save(&self) -> Result<(), StoreError> {
        let mut file = self.file.lock();
        let file = file.as_mut().ok_or(StoreError::Closed)?;
        let changed = self.states.take_unsaved();
        if changed.is_empty() {
            return Ok(());
        }
        let saved = file.save(&changed, &self.states);
        if saved.is_err() {
            self.states.not_saved(&changed);
        }
        saved
    }

    /// The last of it, as far as it can be written.
    fn close(&self) {
        // What the file lacks is probed again: no reason to fail.
        let _ = self.save();
        *self.file.lock() = None;
    }
}

impl EmbeddedStore {
    /// Opens a store, or makes one. Blocks: it reads the index and looks the journal over.
    /// Errors: [`StoreError::Held`] when another process owns it, [`StoreError::Damaged`] when the journal is damaged before its
    /// end, [`StoreError::Lost`] when acknowledged events are missing at its end, [`StoreError::Io`] when something cannot be read or made. A damaged index is no error but a notice.
    #[expect(clippy::needless_pass_by_value, reason = "a clock is handed over everywhere; a share costs nothing")]
    pub fn open(dir: &Path, clock: SharedClock) -> Result<Arc<Self>, StoreError> {
        Self::open_with(dir, &clock, StoreOptions::default())
    }

    /// The same with other numbers, or through another disk.
    pub fn open_with(dir: &Path, clock: &SharedClock, options: StoreOptions) -> Result<Arc<Self>, StoreError> {
        let mut notices: Vec<String> = store_dir(options.disk.as_ref(), dir)?.into_iter().collect();
        let lock = Lock::take(dir, clock.now())?;
        let OpenedStore { snapshot, read_model, snapshot_writer, end } =
            opening::open(&options.disk, dir, options.accept_loss, &mut notices)?;
        let (file, mut states) = ProbeFile::open(Arc::clone(&options.disk), dir, &mut notices);
        // Of another journal that was here before.
        states.retain(|id, _| read_model.get(*id).is_some());
        let probes = Arc::new(Probes { states: ProbeStates::new(states), file: Mutex::new(Some(file)) });
        let shared = Arc::new(StoreShared::new(read_model, snapshot_writer));
        let snapshot = Arc::new(RwLock::new(snapshot));
        let StoreOptions { disk, segment_bytes, .. } = options;
        let journal = Journal::new(Arc::clone(&disk), &journal_dir(dir), segment_bytes, Arc::clone(&snapshot), end);
        let threads = writer::start(&shared, journal, end);
        let threads = threads.map_err(|error| io_error("starting a thread for", dir, &error))?;
        Ok(Arc::new(Self {
            dir: dir.to_owned(),
            disk,
            shared,
            snapshot,
            probes,
            running: Arc::new(Mutex::new(Some((threads, lock)))),
            closing: tokio::sync::Mutex::default(),
            notices,
            last_bulk: Arc::default(),
        }))
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Reads and checks the whole journal, also what was checked at an earlier start; answers its events. Blocks.
    pub fn verify_all(&self) -> Result<u64, StoreError> {
        let snapshot = self.snapshot.read().clone();
        verify(&snapshot, &mut |_| {})?;
        Ok(snapshot.last)
    }
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn append(&self, batch: Vec<Append>) -> Result<Committed, StoreError> {
        self.shared.append(batch).await
    }

    fn read_model(&self) -> &ReadModel {
        &self.shared.read_model
    }

    fn subscribe(&self) -> broadcast::Receiver<Committed> {
        self.shared.subscribers.subscribe()
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, StoreError> {
        // First the state, then the snapshot: so the snapshot has the event that the state names.
        let newest = query.dealership.map(|id| self.shared.read_model.newest_seq_of(id));
        let snapshot = self.snapshot.read().clone();
        let read = tokio::task::spawn_blocking(move || snapshot.events(&query, newest));
        read.await.unwrap_or(Err(StoreError::Closed))
    }

    fn probes(&self) -> &ProbeStates {
        &self.probes.states
    }

    async fn save_probes(&self) -> Result<(), StoreError> {
        let probes = Arc::clone(&self.probes);
        let saved = tokio::task::spawn_blocking(move || probes.save()).await;
        saved.unwrap_or(Err(StoreError::Closed))
    }

    fn notices(&self) -> Vec<String> {
        let failed = self.shared.snapshot_writer.failure();
        let failed =
            failed.map(|why| format!("the index is not written any more ({why}); the next start makes it anew"));
        self.notices.iter().cloned().chain(failed).collect()
    }

    async fn begin_bulk(&self, bulk: Bulk) -> Result<BulkId, StoreError> {
        let (disk, dir, last) = (Arc::clone(&self.disk), self.dir.clone(), Arc::clone(&self.last_bulk));
        let noted = tokio::task::spawn_blocking(move || bulks::begin(disk.as_ref(), &dir, &bulk, &mut last.lock()));
        noted.await.unwrap_or(Err(StoreError::Closed))
    }

    async fn end_bulk(&self, id: BulkId) -> Result<(), StoreError> {
        let (disk, dir) = (Arc::clone(&self.disk), self.dir.clone());
        let ended = tokio::task::spawn_blocking(move || bulks::end(disk.as_ref(), &dir, id)).await;
        ended.unwrap_or(Err(StoreError::Closed))
    }

    async fn hook_position(&self, hook: &str) -> Result<Option<HookPosition>, StoreError> {
        let (dir, hook) = (self.dir.clone(), hook.to_owned());
        let read = tokio::task::spawn_blocking(move || hook_positions::hook_position(&dir, &hook)).await;
        read.unwrap_or(Err(StoreError::Closed))
    }

    async fn keep_hook_position(
        &self,
        _: Option<Epoch>,
        hook: &str,
        position: &HookPosition,
    ) -> Result<(), StoreError> {
        let (disk, dir) = (Arc::clone(&self.disk), self.dir.clone());
        let (hook, position) = (hook.to_owned(), position.clone());
        let kept =
            tokio::task::spawn_blocking(move || hook_positions::keep(disk.as_ref(), &dir, &hook, &position)).await;
        kept.unwrap_or(Err(StoreError::Closed))
    }

    async fn bulks(&self) -> Vec<(BulkId, Bulk)> {
        let dir = self.dir.clone();
        tokio::task::spawn_blocking(move || bulks::all(&dir)).await.unwrap_or_default()
    }

    async fn close(&self) -> Result<(), StoreError> {
        let _one_at_a_time = self.closing.lock().await;
        self.shared.close();
        let (running, shared, probes) = (Arc::clone(&self.running), Arc::clone(&self.shared), Arc::clone(&self.probes));
        let end = tokio::task::spawn_blocking(move || {
            let Some((threads, lock)) = running.lock().take() else { return };
            writer::join(threads);
            probes.close();
            // What the index lacks is folded from the journal at the next start: no reason to fail.
            let _ = shared.snapshot_writer.finish();
            drop(lock);
        });
        end.await.map_err(|_| StoreError::Closed)
    }
}

impl Drop for EmbeddedStore {
    /// Without [`Store::close`]: what was taken is made durable, the index is left behind.
    fn drop(&mut self) {
        self.shared.close();
        if let Some((threads, lock)) = self.running.lock().take() {
            writer::join(threads);
            self.probes.close();
            self.shared.snapshot_writer.leave();
            drop(lock);
        }
    }
}
