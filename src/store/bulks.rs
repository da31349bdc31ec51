//! The notes of bulks that are under way: a small private file for each, removed when it is over.

use std::fs;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::disk::{Disk, io_error, is_regular, private_dir, replace_private};
use crate::domain::bulk::Bulk;
use crate::protocol::BulkId;

fn directory(store: &Path) -> PathBuf {
    store.join("bulk")
}

fn file(store: &Path, id: BulkId) -> PathBuf {
    directory(store).join(format!("{id}.json"))
}

/// Notes a bulk; durable when this returns. `last`: the last number that was given, which is never given again.
pub(super) fn begin(disk: &dyn Disk, store: &Path, bulk: &Bulk, last: &mut BulkId) -> Result<BulkId, StoreError> {
    private_dir(disk, &directory(store))?;
    let id = names(store).map(|(id, _)| id).fold(*last, BulkId::max) + 1;
    *last = id;
    let path = file(store, id);
    let write = || replace_private(disk, &path, &serde_json::to_vec(bulk)?, true);
    write().map(|()| id).map_err(|error| io_error("writing", &path, &error))
}

/// Removes the note of a bulk that is over; one that is gone is over.
pub(super) fn end(disk: &dyn Disk, store: &Path, id: BulkId) -> Result<(), StoreError> {
    let path = file(store, id);
    match disk.remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io_error("removing", &path, &error)),
        _ => Ok(()),
    }
}

/// Every bulk that is noted, the oldest first. A note that cannot be read says nothing; it is left where it is.
pub(super) fn all(store: &Path) -> Vec<(BulkId, Bulk)> {
    let read = |(id, path): (BulkId, PathBuf)| {
        is_regular(&path).ok()?;
        match serde_json::from_slice(&fs::read(&path).ok()?) {
            Ok(bulk) => Some((id, bulk)),
            Err(error) => {
                tracing::warn!("{} is no note of a bulk: {error}", path.display());
                None
            }
        }
    };
    let mut found: Vec<(BulkId, Bulk)> = names(store).filter_map(read).collect();
    found.sort_unstable_by_key(|(id, _)| *id);
    found
}

/// The notes by their names, whether they can be read or not.
fn names(store: &Path) -> impl Iterator<Item = (BulkId, PathBuf)> {
    fs::read_dir(directory(store)).into_iter().flatten().flatten().filter_map(|entry| {
        let path = entry.path();
        let id = path.file_name()?.to_str()?.strip_suffix(".json")?.parse().ok()?;
        Some((id, path))
    })
}
