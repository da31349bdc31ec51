//! A private copy of the index, for those who own nothing: opening sled writes, and needs its lock. Its states hold codes.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::row::Sealed;
use super::{GUARD, LoadedIndex, Unusable, read};
use crate::domain::Onboarding;
use crate::store::mark::Mark;
use crate::store::scratch::Scratch;

/// What the copy is for, in its name.
const PURPOSE: &str = "index";

/// What a copy of an index holds: up to where it goes and in which history, the states after that event, and the segments
/// of the journal that were checked before.
pub(in crate::store) type Copied = (Mark, Vec<Arc<Onboarding>>, Vec<Sealed>);

/// Reads a copy of the index. One that was taken while its owner wrote does not pass the index's own check.
pub(in crate::store) fn load_copy(dir: &Path) -> Result<Copied, Unusable> {
    let dir = dir.to_owned();
    GUARD.run(move || {
        let copy = Scratch::make(PURPOSE).map_err(|error| error.to_string())?;
        for entry in fs::read_dir(&dir).map_err(|error| error.to_string())? {
            let entry = entry.map_err(|error| error.to_string())?;
            // What sled keeps beside its own files is of no use here, and a fifo would never end.
            if entry.file_type().is_ok_and(|kind| kind.is_file()) {
                fs::copy(entry.path(), copy.path().join(entry.file_name())).map_err(|error| error.to_string())?;
            }
        }
        // The index is closed before its directory goes.
        let LoadedIndex { mark, states, sealed, .. } = read(copy.path())?;
        Ok((mark, states, sealed))
    })
}

/// Removes our own copies that a process left when it was killed.
pub(in crate::store) fn remove_stale_copies() {
    Scratch::remove_stale(PURPOSE);
}
