//! A private copy of the index, for those who own nothing: opening sled writes, and needs its lock. Its states hold codes.

use std::fs::{self, DirEntry, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process;
use std::sync::Arc;

use rustix::process::geteuid;

use super::row::Sealed;
use super::{Loaded, PATIENCE, Unusable, guard, read};
use crate::domain::Onboarding;
use crate::store::lock::is_alive;
use crate::store::mark::Mark;

/// How the name of a copy begins; the number of its process follows.
const PREFIX: &str = "cloverwatch-index-";

/// What a copy of an index holds.
pub(in crate::store) struct Copied {
    /// Up to where it goes, and in which history.
    pub mark: Mark,
    /// The states after that event.
    pub states: Vec<Arc<Onboarding>>,
    /// Segments of the journal that were checked before.
    pub sealed: Vec<Sealed>,
}

/// Reads a copy of the index. One that was taken while its owner wrote does not pass the index's own check.
pub(in crate::store) fn load_copy(dir: &Path) -> Result<Copied, Unusable> {
    let dir = dir.to_owned();
    guard::quietly(PATIENCE, move || {
        let prefix = format!("{PREFIX}{}-", process::id());
        let made = tempfile::Builder::new().prefix(&prefix).permissions(Permissions::from_mode(0o700)).tempdir();
        let copy = made.map_err(|error| error.to_string())?;
        for entry in fs::read_dir(&dir).map_err(|error| error.to_string())? {
            let entry = entry.map_err(|error| error.to_string())?;
            // What sled keeps beside its own files is of no use here, and a fifo would never end.
            if entry.file_type().is_ok_and(|kind| kind.is_file()) {
                fs::copy(entry.path(), copy.path().join(entry.file_name())).map_err(|error| error.to_string())?;
            }
        }
        // The index is closed before its directory goes.
        let Loaded { mark, states, sealed, .. } = read(copy.path())?;
        Ok(Copied { mark, states, sealed })
    })
}

/// Removes our own copies that a process left in a directory when it was killed.
pub(in crate::store) fn remove_stale_copies(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten().filter(|entry| is_stale(entry) == Some(true)) {
        // One that stays is tried again by the next who reads.
        let _ = fs::remove_dir_all(entry.path());
    }
}

fn is_stale(entry: &DirEntry) -> Option<bool> {
    let name = entry.file_name();
    let (pid, _) = name.to_str()?.strip_prefix(PREFIX)?.split_once('-')?;
    let pid = pid.parse().ok()?;
    // Of the entry itself: a link is not followed.
    let data = entry.metadata().ok()?;
    Some(data.is_dir() && data.uid() == geteuid().as_raw() && !is_alive(pid))
}
