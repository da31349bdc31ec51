//! Reading the store beside whoever owns it.

use crate::config::StoreUrl;
use crate::protocol::Holder;
use crate::store::{JournalReader, Lock, ProbeStates, Snapshot, StoreError, Subscription};
use crate::wiring::{blocking, directory};

/// Reads the store, whoever owns it, and changes nothing. Where there is none yet, there is nothing in it.
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
pub(super) fn subscribe(url: &StoreUrl, after: u64) -> Result<Subscription, StoreError> {
    Ok(JournalReader::open(&directory(url))?.subscribe(after))
}
