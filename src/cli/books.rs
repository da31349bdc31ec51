//! Opening the books: to record in them, or to read them beside whoever does.

use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::SharedClock;
use crate::config::StoreUrl;
use crate::store::{
    EmbeddedStore, Holder, JournalReader, Lock, ProbeStates, Snapshot, Store, StoreError, Subscription,
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

/// Reads the books, whoever owns them, and changes nothing. Where there are none yet, there is nothing in them.
pub(super) async fn read_beside(url: &StoreUrl) -> Result<(Snapshot, ProbeStates), StoreError> {
    let directory = directory(url);
    blocking(move || match JournalReader::open(&directory) {
        Err(StoreError::Io { .. }) if !directory.join("journal").exists() => {
            Ok((Snapshot::default(), ProbeStates::default()))
        }
        reader => {
            let reader = reader?;
            Ok((reader.read()?, reader.probes()))
        }
    })
    .await
}

pub(super) fn holder(url: &StoreUrl) -> Option<Holder> {
    Lock::holder(&directory(url))
}

/// Follows the journal from after an event on.
pub(super) fn follow(url: &StoreUrl, after: u64) -> Result<Subscription, StoreError> {
    Ok(JournalReader::open(&directory(url))?.subscribe(after))
}
