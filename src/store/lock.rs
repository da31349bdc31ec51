//! One process owns a store: a locked file that says who.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, getpid, test_kill_process};

use super::StoreError;
use super::disk::{io_error, is_regular, private_file};
use crate::domain::Timestamp;
use crate::protocol::Holder;

/// How often, and how far apart, the file is looked at again when it is locked but does not (yet) say by whom.
const TRIES: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(5);

/// The ownership of a store; it ends with this value, or with the process however it ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the ownership, or says who has it. A file left by a process that is gone is simply taken.
    pub fn take(dir: &Path, now: Timestamp) -> Result<Self, StoreError> {
        let path = path(dir);
        let fail = |error: &io::Error| io_error("locking", &path, error);
        let mut file = private_file(&path).map_err(|error| fail(&error))?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => {
                    let holder =
                        Holder { pid: getpid().as_raw_nonzero().get().cast_unsigned(), host: host(), since: now };
                    write(&mut file, &holder).map_err(|error| fail(&error))?;
                    return Ok(Self { file });
                }
                Err(std::fs::TryLockError::WouldBlock) => {}
                Err(std::fs::TryLockError::Error(error)) => return Err(fail(&error)),
            }
            if let Some(holder) = read(&mut file).filter(is_running) {
                return Err(StoreError::Held(Some(holder)));
            }
            // Between its lock and its name the owner needs a moment.
            std::thread::sleep(BETWEEN);
        }
        Err(StoreError::Held(read(&mut file)))
    }

    /// Who owns a store now, if anybody does.
    pub fn holder(dir: &Path) -> Option<Holder> {
        let path = path(dir);
        is_regular(&path).ok()?;
        let mut file = File::open(path).ok()?;
        match file.try_lock_shared() {
            Ok(()) => None,
            Err(_) => read(&mut file),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The name of a process that is gone would only confuse.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

fn path(dir: &Path) -> PathBuf {
    dir.join("lock")
}

pub(super) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

fn write(file: &mut File, holder: &Holder) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&serde_json::to_vec(holder)?)
}

fn read(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(4_096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Whether that process may be alive; on another machine nobody can tell.
fn is_running(holder: &Holder) -> bool {
    holder.host != host() || is_alive(holder.pid)
}

/// Whether a process of this machine is there, whoever's it is.
fn is_alive(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}
