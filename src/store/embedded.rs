//! The embedded store: the journal on disk is the truth, the index beside it makes opening fast.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use async_trait::async_trait;
use parking_lot::{Mutex, RwLock};
use tokio::sync::broadcast;

use super::disk::{Disk, RealDisk, io_error, private_dir, store_dir};
use super::index::{self, Keeper, Loaded, Sealed};
use super::journal::Journal;
use super::lock::Lock;
use super::recover::{check_sealed, recover, verify};
use super::view::{View, journal_dir};
use super::writer::{Shared, Writer};
use super::{Append, Book, Committed, EventQuery, Store, StoreError, fold};
use crate::clock::SharedClock;
use crate::domain::Event;

/// How long a segment of the journal gets.
pub(super) const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;

/// What can be chosen when a store is opened.
#[derive(Clone)]
pub struct Options {
    /// When a segment of the journal is long enough for the next one to begin.
    pub segment_bytes: u64,
    /// What the journal is written through.
    pub disk: Arc<dyn Disk>,
}

impl Default for Options {
    fn default() -> Self {
        Self { segment_bytes: SEGMENT_BYTES, disk: Arc::new(RealDisk) }
    }
}

/// The store in a directory that this process owns.
pub struct EmbeddedStore {
    dir: PathBuf,
    shared: Arc<Shared>,
    view: Arc<RwLock<View>>,
    running: Arc<Mutex<Option<Running>>>,
    /// Held while somebody waits for the end, so that the next one waits too.
    closing: tokio::sync::Mutex<()>,
    notices: Vec<String>,
}

/// What ends with the store.
struct Running {
    writer: Writer,
    lock: Lock,
}

impl EmbeddedStore {
    /// Opens a store, or makes one. Blocks: it reads the index and looks the journal over.
    ///
    /// # Errors
    /// [`StoreError::Held`] when another process owns it, [`StoreError::Damaged`] when the journal is damaged before its
    /// end, [`StoreError::Io`] when something cannot be read or made. A damaged index is no error but a notice.
    #[expect(clippy::needless_pass_by_value, reason = "a clock is handed over everywhere; a share costs nothing")]
    pub fn open(dir: &Path, clock: SharedClock) -> Result<Arc<Self>, StoreError> {
        Self::open_with(dir, &clock, Options::default())
    }

    /// The same with other numbers, or through another disk.
    pub fn open_with(dir: &Path, clock: &SharedClock, options: Options) -> Result<Arc<Self>, StoreError> {
        let mut notices: Vec<String> = store_dir(dir)?.into_iter().collect();
        let lock = Lock::take(dir, clock.now())?;
        let journal = journal_dir(dir);
        private_dir(&journal)?;
        let index_dir = dir.join("index");
        let had_index = index_dir.exists();
        let (loaded, view) = thread::scope(|scope| {
            let loading = scope.spawn(|| index::load(&index_dir));
            let view = recover(&journal, &mut notices);
            (loading.join().unwrap_or_else(|_| Err("it made its reader panic".to_owned())), view)
        });
        let view = view?;
        if let Ok(loaded) = &loaded {
            journal_is_there(loaded, &view, &journal)?;
        }
        let loaded = match usable(loaded, &view) {
            Ok(loaded) if loaded.fresh && view.last > 0 && !had_index => {
                notices.push("the index was missing and was made anew from the journal".to_owned());
                Some(loaded)
            }
            Ok(loaded) if loaded.fresh && view.last > 0 => {
                drop(loaded);
                anew(&index_dir, "it was empty", &mut notices)
            }
            Ok(loaded) => Some(loaded),
            Err(why) => anew(&index_dir, &why, &mut notices),
        };
        let checked = check_older(&view, loaded.as_ref())?;
        let book = Book::default();
        let mut index = None;
        if let Some(loaded) = loaded {
            book.fill(loaded.applied, loaded.states);
            index = Some((loaded.index, loaded.applied, loaded.sealed));
        }
        let newer = fold::fold(&view, &book)?;
        book.put(view.last, newer.iter().cloned());
        let keeper = index.map(|(index, applied, sealed)| Keeper::start(index, applied, sealed)).transpose();
        let keeper = keeper.map_err(|error| io_error("starting a thread for", dir, &error))?;
        if let Some(keeper) = &keeper {
            for sealed in checked {
                keeper.seal(sealed);
            }
            if !newer.is_empty() {
                keeper.put(view.last, newer);
            }
        }
        let shared = Arc::new(Shared::new(book, keeper));
        let view = Arc::new(RwLock::new(view));
        let journal = Journal::new(options.disk, &journal, options.segment_bytes, Arc::clone(&view));
        let writer = Writer::start(&shared, journal).map_err(|error| io_error("starting a thread for", dir, &error))?;
        Ok(Arc::new(Self {
            dir: dir.to_owned(),
            shared,
            view,
            running: Arc::new(Mutex::new(Some(Running { writer, lock }))),
            closing: tokio::sync::Mutex::default(),
            notices,
        }))
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Reads and checks the whole journal, also what was checked at an earlier start. Blocks. The answer is how many
    /// events there are.
    pub fn verify_all(&self) -> Result<u64, StoreError> {
        let view = self.view.read().clone();
        verify(&view, &mut |_| {})?;
        Ok(view.last)
    }
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn append(&self, batch: Vec<Append>) -> Result<Committed, StoreError> {
        self.shared.append(batch).await
    }

    fn book(&self) -> &Book {
        &self.shared.book
    }

    fn follow(&self) -> broadcast::Receiver<Committed> {
        self.shared.followers.subscribe()
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, StoreError> {
        // First the state, then the view: so the view has the event that the state names.
        let newest = match query.dealership.map(|id| self.shared.book.get(id)) {
            Some(None) => return Ok(Vec::new()),
            Some(Some(state)) => Some(state.last_event.seq),
            None => None,
        };
        let view = self.view.read().clone();
        let read = tokio::task::spawn_blocking(move || view.events(&query, newest));
        read.await.unwrap_or(Err(StoreError::Closed))
    }

    fn notices(&self) -> Vec<String> {
        let failed = self.shared.keeper.as_ref().and_then(Keeper::failure);
        let failed =
            failed.map(|why| format!("the index is not written any more ({why}); the next start makes it anew"));
        self.notices.iter().cloned().chain(failed).collect()
    }

    async fn close(&self) -> Result<(), StoreError> {
        let _one_at_a_time = self.closing.lock().await;
        self.shared.close();
        let (running, shared) = (Arc::clone(&self.running), Arc::clone(&self.shared));
        let end = tokio::task::spawn_blocking(move || {
            let Some(Running { writer, lock }) = running.lock().take() else { return };
            writer.join();
            // What the index lacks is folded from the journal at the next start: no reason to fail.
            if let Some(keeper) = &shared.keeper {
                let _ = keeper.finish();
            }
            drop(lock);
        });
        end.await.map_err(|_| StoreError::Closed)
    }
}

impl Drop for EmbeddedStore {
    /// Without [`Store::close`]: what was taken is made durable, the index is left behind.
    fn drop(&mut self) {
        self.shared.close();
        if let Some(Running { writer, lock }) = self.running.lock().take() {
            writer.join();
            if let Some(keeper) = &self.shared.keeper {
                keeper.leave();
            }
            drop(lock);
        }
    }
}

/// Whether what was loaded fits the journal; else why not. The journal is made durable before the index hears of it: what
/// the index knows and the journal does not was acknowledged once, and that is said.
fn usable(loaded: Result<Loaded, String>, view: &View) -> Result<Loaded, String> {
    let loaded = loaded?;
    if loaded.applied > view.last {
        return Err(format!(
            "it goes up to event {}, the journal only to {}: the events between were acknowledged and are lost unless the \
             journal's files come back",
            loaded.applied, view.last
        ));
    }
    Ok(loaded)
}

/// Refuses to go on without any journal when the index knows that there was one: an empty desk, with every code free to be
/// issued again, would be the worst answer.
fn journal_is_there(loaded: &Loaded, view: &View, journal: &Path) -> Result<(), StoreError> {
    if view.last > 0 || loaded.applied == 0 {
        return Ok(());
    }
    Err(StoreError::Damaged {
        file: journal.to_owned(),
        line: 1,
        what: format!("the whole journal is missing; the index knows of {} events", loaded.applied),
        advice:
            "Bring its files back (from a backup, or wherever they were moved), or restore an export into a new store. \
                 Only if everything is really to be given up: move the index directory away."
                .to_owned(),
    })
}

/// Moves the index aside and makes an empty one; without one everything works, but every start is slow.
fn anew(dir: &Path, why: &str, notices: &mut Vec<String>) -> Option<Loaded> {
    let made = index::set_aside(dir).map_err(|error| error.to_string()).and_then(|aside| {
        let loaded = index::load(dir)?;
        if loaded.fresh { Ok((aside, loaded)) } else { Err("it is in the way".to_owned()) }
    });
    match made {
        Ok((aside, loaded)) => {
            let kept = aside.map_or_else(String::new, |aside| format!(" (the old one is in {})", aside.display()));
            notices.push(format!("the index could not be used: {why}. It was made anew from the journal{kept}"));
            Some(loaded)
        }
        Err(second) => {
            notices.push(format!(
                "the index could not be used: {why}; nor can a new one be made in {}: {second}. Everything works, but \
                 each start reads the whole journal",
                dir.display()
            ));
            None
        }
    }
}

/// Checks the segments before the last one, except those that were checked at an earlier start and did not change. The
/// answer is those that need no check at the next start.
fn check_older(view: &View, loaded: Option<&Loaded>) -> Result<Vec<Sealed>, StoreError> {
    let known = loaded.map_or(&[][..], |loaded| &loaded.sealed);
    let mut checked = Vec::with_capacity(view.segments.len());
    for pair in view.segments.windows(2) {
        let [segment, next] = pair else { continue };
        let seal = Sealed::of(segment, next).map_err(|error| segment.io(&error))?;
        if !known.contains(&seal) {
            check_sealed(segment, next)?;
        }
        checked.push(seal);
    }
    Ok(checked)
}
