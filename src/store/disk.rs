//! The few things that are done to files: creating them for the owner alone, and the door through which everything of a
//! store but sled's own files is written, so that tests can stand in it as a disk that is full, fails or loses power.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::StoreError;
use crate::failure_point::FailurePoint;

/// What changes files and their names. A name is on the disk itself once its directory was synced.
pub trait Disk: Send + Sync + 'static {
    /// Opens a file for writing; creates it, for the owner alone, when it does not exist.
    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>>;

    /// The same, and the file is empty.
    fn create(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        let file = private_file(path)?;
        file.set_len(0)?;
        Ok(Box::new(file))
    }

    /// Makes a directory that only its owner can enter.
    fn make_dir(&self, path: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    /// Returns when the names in a directory are on the disk itself.
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }
}

/// A file that is written to.
pub trait LogFile: Send {
    /// Writes all bytes at a place.
    fn write(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Returns when everything written is on the disk itself.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file, and returns when that is on the disk itself.
    fn truncate(&mut self, len: u64) -> io::Result<()>;
}

#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        Ok(Box::new(private_file(path)?))
    }
}

impl LogFile for File {
    fn write(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)?;
        self.sync_all()
    }
}

/// What a name stands for must be a file: whatever else there may be could make its reader wait for ever.
pub(super) fn is_regular(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(data) if !data.is_file() => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file, and must be one"))
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file that only its owner can read, whole or not at all; with `durable` it is on the disk afterwards.
pub(super) fn replace_private(disk: &dyn Disk, path: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let fresh = PathBuf::from(name);
    let mut file = disk.create(&fresh)?;
    file.write(bytes, 0)?;
    if durable {
        file.sync()?;
    }
    FailurePoint::ReplacementWritten.pass();
    disk.rename(&fresh, path)?;
    match path.parent() {
        Some(parent) if durable => disk.sync_dir(parent),
        _ => Ok(()),
    }
}

/// Whether something can be recorded in a directory: some bytes become durable there, in a file that never has a name.
/// Errors are what the system says: a full disk, a read-only file system, a quota.
pub fn try_writing(dir: &Path) -> io::Result<()> {
    let mut file = tempfile::tempfile_in(dir)?;
    file.write_all(&[0; 16 * 1024])?;
    file.sync_all()
}

/// Opens a file for reading and writing; a new one can be read by its owner alone, and an old one from now on.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    is_regular(path)?;
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    tighten(path, 0o600)?;
    Ok(file)
}

/// Makes a directory that only its owner can enter; one that exists is closed to others.
pub(super) fn private_dir(disk: &dyn Disk, path: &Path) -> Result<(), StoreError> {
    make_durable_dir(disk, path).and_then(|()| tighten(path, 0o700)).map_err(|error| io_error("creating", path, &error))
}

/// Makes a directory, and those above it that are missing. What will be durable in it is worth nothing without its name.
fn make_durable_dir(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    let parent = path.parent().map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent });
    if path.exists() {
        // Whoever made it may have been killed before the next line. A place that cannot be read is not ours to sync.
        let _ = parent.map(|parent| disk.sync_dir(parent));
        return Ok(());
    }
    parent.map_or(Ok(()), |parent| make_durable_dir(disk, parent))?;
    match disk.make_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => parent.map_or(Ok(()), |parent| disk.sync_dir(parent)),
    }
}

/// Makes the directory of a store. One that exists is closed to others when nothing but a store is in it; else it is left
/// as it is (it may be somebody's home), and the answer is what to do.
pub(super) fn store_dir(disk: &dyn Disk, dir: &Path) -> Result<Option<String>, StoreError> {
    let ours = |entry: fs::DirEntry| {
        let name = entry.file_name();
        OURS.iter().any(|ours| name.to_string_lossy().starts_with(ours))
    };
    if !dir.exists() || fs::read_dir(dir).is_ok_and(|mut entries| entries.all(|entry| entry.is_ok_and(ours))) {
        return private_dir(disk, dir).map(|()| None);
    }
    let mode = fs::metadata(dir).map_err(|error| io_error("reading", dir, &error))?.permissions().mode() & 0o777;
    let open = mode & 0o077 != 0;
    Ok(open.then(|| format!("{} can be read by others (mode {mode:o}): chmod 700 it", dir.display())))
}

/// How the names begin that a store has in its directory.
const OURS: [&str; 6] = ["journal", "index", "lock", "bulk", "probes", "hooks"];

/// Closes everything in a directory to others, as far as that is possible.
pub(super) fn tighten_all(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let _ = tighten(&path, 0o700);
            tighten_all(&path);
        } else {
            let _ = tighten(&path, 0o600);
        }
    }
}

fn tighten(path: &Path, mode: u32) -> io::Result<()> {
    if fs::metadata(path)?.permissions().mode() & 0o777 & !mode != 0 {
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok(())
}

/// An I/O failure in the store's words.
pub(super) fn io_error(what: &'static str, path: &Path, error: &io::Error) -> StoreError {
    StoreError::Io { what, path: path.to_owned(), why: error.to_string(), full: is_full(error) }
}

/// No room: the disk, a quota, or the process's limit on the size of a file.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}
