//! What makes opening fast: sled with the newest state of every dealership. It holds no history and no truth: whatever
//! is wrong with it, it is put in quarantine and made anew from the journal.

mod copy;
mod row;
mod snapshot_writer;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::StoreError;
use super::disk::{RealDisk, private_dir, tighten_all};
use super::mark::Mark;
use crate::domain::Onboarding;
use crate::guard::Guard;
use crate::protocol::ReadModel;

pub(super) use copy::{Copied, load_copy, remove_stale_copies};
pub use row::SCHEMA as STATE_FORMAT;
pub(super) use row::Sealed;
use row::{META, Meta};
pub(super) use snapshot_writer::SnapshotWriter;

/// How much of it sled may keep in memory.
const CACHE: u64 = 16 * 1024 * 1024;
/// What sled says when its file is locked, and how often and how far apart that is tried again: not as long as it may take.
const HELD: &str = "could not acquire lock";
const RELEASE_TRIES: u32 = 2_500;
const RELEASE_PAUSE: Duration = Duration::from_millis(10);
/// How many damaged ones are kept.
pub(super) const KEPT_IN_QUARANTINE: usize = 3;

/// The name of the thread that writes the index, and how that of the one that opens it begins.
const THREAD: &str = "store-index";

/// How sled is opened; a damaged one has been seen to wait for ever.
const GUARD: Guard =
    Guard { who: "sled", thread: "store-index-load", owns: is_ours, patience: Duration::from_secs(30) };

/// Threads that sled starts on its own have its name.
fn is_ours(thread: &str) -> bool {
    thread.starts_with(THREAD) || thread.starts_with("sled")
}

/// Whether a panic of the current thread is caught here, and told in the store's notices.
pub(super) fn panic_is_caught() -> bool {
    thread::current().name().is_some_and(is_ours)
}

/// What was in the index.
pub(super) struct LoadedIndex {
    /// Where it is written on.
    pub index: Index,
    /// Up to where it goes, and in which history.
    pub mark: Mark,
    /// The states after that event.
    pub states: Vec<Arc<Onboarding>>,
    /// Segments of the journal that were checked before.
    pub sealed: Vec<Sealed>,
    /// It was never written to.
    pub fresh: bool,
}

/// Why an index cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unusable {
    /// Something is wrong with it, in words.
    Damaged(String),
    /// Another version of this program wrote it, up to an event.
    OtherVersion { applied: u64 },
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(why) => f.write_str(why),
            Self::OtherVersion { .. } => f.write_str("another version of this program wrote it"),
        }
    }
}

impl From<String> for Unusable {
    fn from(why: String) -> Self {
        Self::Damaged(why)
    }
}

pub(super) struct Index {
    db: sled::Db,
    dir: PathBuf,
    /// What is in it, row by row.
    rows: Vec<Vec<Arc<Onboarding>>>,
    count: u64,
    sum: u64,
}

/// Opens the index and reads all of it. `Err` says why it cannot be used; it never panics and never hangs.
pub(super) fn load(dir: &Path) -> Result<LoadedIndex, Unusable> {
    let dir = dir.to_owned();
    GUARD.run(move || read(&dir))
}

fn read(dir: &Path) -> Result<LoadedIndex, Unusable> {
    private_dir(&RealDisk, dir).map_err(|error| error.to_string())?;
    // Sled prints where it was, when it knows; it never does.
    let words = |error: sled::Error| error.to_string().replace(" backtrace ()", "");
    let db = open(dir).map_err(words)?;
    tighten_all(dir);
    let rows = vec![Vec::new(); usize::from(row::ROWS)];
    let mut index = Index { db, dir: dir.to_owned(), rows, count: 0, sum: 0 };
    let Some(meta) = index.db.get(META).map_err(words)? else {
        if !index.db.is_empty() {
            return Err("it does not say up to where it goes".to_owned().into());
        }
        index.write(Mark::default(), &[], &[])?;
        return Ok(LoadedIndex { index, mark: Mark::default(), states: Vec::new(), sealed: Vec::new(), fresh: true });
    };
    let meta = Meta::decode(&meta)?;
    let states = row::read_all(&index.db, meta.count)?;
    for state in &states {
        index.put(state);
    }
    if (index.count, index.sum) != (meta.count, meta.sum) {
        return Err(format!("it holds {} dealerships, but not the {} that it should", index.count, meta.count).into());
    }
    Ok(LoadedIndex { index, mark: meta.mark(), states, sealed: meta.sealed, fresh: false })
}

/// Opens sled. Its threads may hold a file for a moment after it was closed, in this process or the one before; whoever
/// owns the store may wait for that.
fn open(dir: &Path) -> sled::Result<sled::Db> {
    let config = sled::Config::new().path(dir).cache_capacity(CACHE).flush_every_ms(None);
    let held = |error: &sled::Error| matches!(error, sled::Error::Io(error) if error.to_string().contains(HELD));
    for _ in 0..RELEASE_TRIES {
        match config.open() {
            Err(error) if held(&error) => thread::sleep(RELEASE_PAUSE),
            result => return result,
        }
    }
    config.open()
}

impl Index {
    /// Keeps the rows, and the sum over them that does not depend on their order. The answer is the row.
    fn put(&mut self, state: &Arc<Onboarding>) -> u16 {
        let place = row::place(state.id);
        let Some(row) = self.rows.get_mut(usize::from(place)) else { return place };
        self.sum ^= row::mix(state.id, state.version);
        if let Some(old) = row.iter_mut().find(|old| old.id == state.id) {
            self.sum ^= row::mix(old.id, old.version);
            *old = Arc::clone(state);
        } else {
            self.count += 1;
            row.push(Arc::clone(state));
        }
        place
    }

    /// Writes states and up to where they go, all or nothing, and returns when the file has them.
    pub fn write(&mut self, mark: Mark, states: &[Arc<Onboarding>], sealed: &[Sealed]) -> Result<(), String> {
        let changed: BTreeSet<u16> = states.iter().map(|state| self.put(state)).collect();
        let mut batch = sled::Batch::default();
        for place in changed {
            let row = self.rows.get(usize::from(place)).map_or(&[][..], Vec::as_slice);
            batch.insert(&place.to_be_bytes(), row::encode(place, row)?);
        }
        let sealed = sealed.to_vec();
        let Mark { journal, seq: applied, history } = mark;
        let meta = Meta { schema: row::SCHEMA, applied, journal, history, count: self.count, sum: self.sum, sealed };
        batch.insert(META, meta.encode()?);
        self.db.apply_batch(batch).map_err(|error| error.to_string())?;
        self.db.flush().map_err(|error| error.to_string())?;
        tighten_all(&self.dir);
        Ok(())
    }
}

/// Replaces the index of a store that was empty by one of all states.
pub(super) fn replace(dir: &Path, read_model: &ReadModel, mark: Mark) -> Result<(), Unusable> {
    if dir.exists() {
        fs::remove_dir_all(dir).map_err(|error| error.to_string())?;
    }
    let mut index = load(dir)?.index;
    let (_, states) = read_model.all();
    Ok(without_panic(|| index.write(mark, &states, &[]))?)
}

/// Puts a damaged index in quarantine, for whoever wants to know how it came about.
pub(super) fn quarantine(dir: &Path) -> io::Result<Option<PathBuf>> {
    if !dir.exists() {
        return Ok(None);
    }
    let place = |number: u32| dir.with_extension(format!("damaged-{number}"));
    let mut old: Vec<u32> = dir
        .parent()
        .and_then(|parent| fs::read_dir(parent).ok())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            name.to_str()?.strip_prefix(dir.file_name()?.to_str()?)?.strip_prefix(".damaged-")?.parse().ok()
        })
        .collect();
    old.sort_unstable();
    let to = place(old.last().map_or(1, |last| last.saturating_add(1)));
    fs::rename(dir, &to)?;
    let many = (old.len() + 1).saturating_sub(KEPT_IN_QUARANTINE);
    for number in old.into_iter().take(many) {
        // One too many is no reason not to start.
        let _ = fs::remove_dir_all(place(number));
    }
    Ok(Some(to))
}

/// Why a write of the index failed, when it failed by a panic.
fn without_panic(action: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(action));
    caught.unwrap_or_else(|_| Err("sled panicked".to_owned()))
}

/// A failure of the index in the store's words.
pub(super) fn failure(dir: &Path, why: &str) -> StoreError {
    StoreError::Io { what: "writing the index", path: dir.to_owned(), why: why.to_owned(), full: false }
}
