//! How far each hook has come in the log: a small private file for each.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::disk::{Disk, io_error, is_regular, private_dir, replace_private};
use crate::domain::Timestamp;

/// Everything up to an event was handed over or given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookPosition {
    pub after: u64,
    /// What is being handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<HookAttempt>,
}

/// A delivery that has begun: after a restart it is the same one, with the same identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookAttempt {
    pub id: String,
    /// The last event in it.
    pub last: u64,
    /// When it was first tried.
    pub since: Timestamp,
    pub failures: u32,
    /// Why the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

fn directory(store: &Path) -> PathBuf {
    store.join("hooks")
}

fn file(store: &Path, hook: &str) -> PathBuf {
    directory(store).join(format!("{hook}.json"))
}

/// Reads what the store in a directory keeps of a hook.
/// Fails when the file is there and cannot be read: a position that was lost must not be taken for a new hook's.
pub fn hook_position(store: &Path, hook: &str) -> Result<Option<HookPosition>, StoreError> {
    let path = file(store, hook);
    let read = is_regular(&path).and_then(|()| std::fs::read(&path));
    match read {
        Ok(text) => {
            let position = serde_json::from_slice(&text).map_err(std::io::Error::from);
            position.map(Some).map_err(|error| io_error("reading", &path, &error))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("reading", &path, &error)),
    }
}

pub(super) fn keep(disk: &dyn Disk, store: &Path, hook: &str, position: &HookPosition) -> Result<(), StoreError> {
    private_dir(disk, &directory(store))?;
    let path = file(store, hook);
    let write = || replace_private(disk, &path, &serde_json::to_vec(position)?, true);
    write().map_err(|error| io_error("writing", &path, &error))
}
