//! Directories in the temporary one: for their owner alone, and gone with their process, however that ends.

use std::fs::{self, DirBuilder, DirEntry, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use tempfile::TempDir;

use super::lock::is_alive;

/// A private directory; deleted when it is dropped.
#[derive(Debug)]
pub struct Scratch(TempDir);

impl Scratch {
    /// Makes one for a purpose: its name, and the number of this process, are a part of the directory's name.
    ///
    /// # Errors
    /// When there is no room.
    pub fn make(purpose: &str) -> io::Result<Self> {
        let prefix = format!("{}{}-", prefix(purpose), std::process::id());
        tempfile::Builder::new().prefix(&prefix).permissions(Permissions::from_mode(0o700)).tempdir().map(Self)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Makes a private directory below it.
    ///
    /// # Errors
    /// When it is there already, or there is no room.
    pub fn below(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path().join(name);
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(path)
    }

    /// Deletes our own ones that processes left behind when they were killed.
    pub fn remove_stale(purpose: &str) {
        let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| is_stale(entry, &prefix(purpose)) == Some(true)) {
            // One that stays is tried again by the next who comes.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn prefix(purpose: &str) -> String {
    format!("cloverwatch-{purpose}-")
}

fn is_stale(entry: &DirEntry, prefix: &str) -> Option<bool> {
    let name = entry.file_name();
    let (pid, _) = name.to_str()?.strip_prefix(prefix)?.split_once('-')?;
    let pid = pid.parse().ok()?;
    // Of the entry itself: a link is not followed.
    let data = entry.metadata().ok()?;
    Some(data.is_dir() && data.uid() == geteuid().as_raw() && !is_alive(pid))
}
