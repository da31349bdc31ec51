//! Directories in the temporary one: for their owner alone, and gone with their process, however that ends.

use std::fs::{self, DirBuilder, DirEntry, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use tempfile::TempDir;

/// A private directory; deleted when it is dropped. It is locked as long as its process lives: numbers of processes mean
/// another one in another container, and are used again.
#[derive(Debug)]
pub struct Scratch {
    dir: TempDir,
    _lock: File,
}

impl Scratch {
    /// Makes one for a purpose: its name, and the number of this process, are a part of the directory's name.
    pub fn make(purpose: &str) -> io::Result<Self> {
        let prefix = format!("{}{}-", prefix(purpose), std::process::id());
        loop {
            let dir = tempfile::Builder::new().prefix(&prefix).permissions(Permissions::from_mode(0o700)).tempdir()?;
            let lock = File::open(dir.path())?;
            // Before it was locked somebody may have taken it for one that was left behind.
            let is_taken = matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
            if !is_taken && dir.path().is_dir() {
                return Ok(Self { dir, _lock: lock });
            }
        }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Makes a private directory below it.
    pub fn below(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path().join(name);
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(path)
    }

    /// Deletes our own ones that processes left behind when they were killed.
    pub fn remove_stale(purpose: &str) {
        let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| is_ours(entry, &prefix(purpose)) == Some(true)) {
            // The lock is kept until it is gone. One that stays is tried again by the next who comes.
            if let Ok(dir) = File::open(entry.path())
                && dir.try_lock().is_ok()
            {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

fn prefix(purpose: &str) -> String {
    format!("cloverwatch-{purpose}-")
}

fn is_ours(entry: &DirEntry, prefix: &str) -> Option<bool> {
    let name = entry.file_name();
    let (pid, _) = name.to_str()?.strip_prefix(prefix)?.split_once('-')?;
    pid.parse::<u32>().ok()?;
    // Of the entry itself: a link is not followed.
    let data = entry.metadata().ok()?;
    Some(data.is_dir() && data.uid() == geteuid().as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_stays_and_what_was_left_behind_goes_whatever_their_numbers() {
        // Another run of this test may be at it.
        let purpose = &format!("test-of-scratch-{}", std::process::id());
        let used = Scratch::make(purpose).unwrap();
        // As another container would see it: nobody there has the number.
        let elsewhere = std::env::temp_dir().join(format!("{}{}-used", prefix(purpose), u32::MAX));
        fs::create_dir(&elsewhere).unwrap();
        let lock = File::open(&elsewhere).unwrap();
        lock.lock().unwrap();
        let left = std::env::temp_dir().join(format!("{}{}-left", prefix(purpose), std::process::id()));
        fs::create_dir(&left).unwrap();
        Scratch::remove_stale(purpose);
        assert!(used.path().is_dir() && elsewhere.is_dir());
        assert!(!left.exists());
        drop(lock);
        Scratch::remove_stale(purpose);
        assert!(used.path().is_dir() && !elsewhere.exists());
    }
}
