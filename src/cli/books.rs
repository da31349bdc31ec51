//! Opening the books: to record in them, or to read them beside whoever does.

use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::SharedClock;
use crate::config::StoreUrl;
use crate::domain::{Event, Onboarding, Timestamp};
use crate::store::{
    EmbeddedStore, EventQuery, Follower, Holder, JournalEnd, JournalReader, Lock, ProbeStates, Store, StoreError,
};

/// Where the embedded store is.
pub(super) fn directory(url: &StoreUrl) -> PathBuf {
    match url {
        StoreUrl::Embedded(path) => path.clone(),
    }
}

/// Runs what blocks on a thread of its own.
pub(super) async fn blocking<T: Send + 'static, E: From<StoreError> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    // The thread only ends without an answer when the program is ending.
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
}

/// Opens the books to record in them.
pub(super) async fn open(url: &StoreUrl, clock: SharedClock) -> Result<Arc<dyn Store>, StoreError> {
    let directory = directory(url);
    blocking(move || EmbeddedStore::open(&directory, clock).map(|store| store as Arc<dyn Store>)).await
}

/// The books as the journal tells them.
#[derive(Default)]
pub(super) struct Beside {
    /// The last event in them.
    pub(super) seq: u64,
    /// The dealerships.
    pub(super) states: Vec<Arc<Onboarding>>,
    /// The last looks at them, as far as they are written.
    pub(super) probes: ProbeStates,
    /// When the newest event of a dealership happened.
    pub(super) newest_event: Option<Timestamp>,
    /// How the journal ends; `None` where there is none.
    pub(super) end: Option<JournalEnd>,
}

/// Reads the books, whoever owns them, and changes nothing. Where there are none yet, there is nothing in them.
pub(super) async fn read_beside(url: &StoreUrl) -> Result<Beside, StoreError> {
    let directory = directory(url);
    blocking(move || match JournalReader::open(&directory) {
        Err(StoreError::Io { .. }) if !directory.join("journal").exists() => Ok(Beside::default()),
        reader => {
            let reader = reader?;
            let (book, end) = reader.book()?;
            let (seq, states) = book.all();
            Ok(Beside { seq, states, probes: reader.probes(), newest_event: book.newest_event(), end: Some(end) })
        }
    })
    .await
}

/// Who owns the books.
pub(super) fn holder(url: &StoreUrl) -> Option<Holder> {
    Lock::holder(&directory(url))
}

/// Reads events beside whoever owns the books.
pub(super) async fn events_beside(url: &StoreUrl, query: EventQuery) -> Result<Vec<Event>, StoreError> {
    let directory = directory(url);
    blocking(move || JournalReader::open(&directory)?.events(&query)).await
}

/// Follows the journal from after an event on.
pub(super) fn follow(url: &StoreUrl, after: u64) -> Result<Follower, StoreError> {
    Ok(JournalReader::open(&directory(url))?.follow(after))
}
