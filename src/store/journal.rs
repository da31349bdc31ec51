//! The end of the journal that is written to: one write and one sync for a group of batches.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;

use super::StoreError;
use super::disk::{Disk, LogFile, io_error, is_full};
use super::index::Sealed;
use super::journal_snapshot::{JournalSnapshot, Segment};
use super::mark::Mark;
use crate::failure_point::FailurePoint;

/// Writes the journal, and shows everybody how far it goes.
pub(super) struct Journal {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    /// When a segment is long enough for the next one to begin.
    segment_bytes: u64,
    file: Option<Box<dyn LogFile>>,
    snapshot: Arc<RwLock<JournalSnapshot>>,
    end: Mark,
    /// The segment that was written to before this one, until somebody asks.
    full: Option<Sealed>,
}

/// Why a group was not recorded.
pub(super) struct AppendFailure {
    pub error: StoreError,
    /// What is on the disk is not known any more.
    pub poisoned: bool,
}

impl Journal {
    pub fn new(
        disk: Arc<dyn Disk>,
        dir: &Path,
        segment_bytes: u64,
        snapshot: Arc<RwLock<JournalSnapshot>>,
        end: Mark,
    ) -> Self {
        Self { disk, dir: dir.to_owned(), segment_bytes, file: None, snapshot, end, full: None }
    }

    /// Makes lines durable that lead up to `end`; or leaves the journal as it was.
    pub fn commit(&mut self, bytes: &[u8], end: Mark) -> Result<(), AppendFailure> {
        let segment = self.segment().map_err(|error| AppendFailure { error, poisoned: false })?;
        let Some(file) = &mut self.file else {
            return Err(AppendFailure { error: StoreError::Closed, poisoned: false });
        };
        let written = file.write(bytes, segment.len);
        let result = written.map_err(|error| (error, false)).and_then(|()| {
            FailurePoint::LinesWritten.pass();
            file.sync().map_err(|error| (error, true))
        });
        let Err((why, at_sync)) = result else {
            FailurePoint::LinesSynced.pass();
            let mut snapshot = self.snapshot.write();
            snapshot.last = end.seq;
            if let Some(newest) = snapshot.segments.last_mut() {
                newest.len += bytes.len() as u64;
            }
            self.end = end;
            return Ok(());
        };
        let error = io_error("writing", &segment.path, &why);
        // Whatever came before was synced on its own; what is half there now must not be found again.
        let undone = file.truncate(segment.len);
        // After a failed sync nobody knows what the system still holds, unless it just had no room.
        let poisoned = undone.is_err() || (at_sync && !is_full(&why));
        Err(AppendFailure { error, poisoned })
    }

    /// The segment that became full since this was last asked. All of it was checked, or written by us.
    pub fn newly_sealed(&mut self) -> Option<Sealed> {
        self.full.take()
    }

    /// The segment to write to, open; a new one when the last is long enough.
    fn segment(&mut self) -> Result<Segment, StoreError> {
        let snapshot = self.snapshot.read();
        let newest = snapshot.segments.last().cloned();
        let next = Segment::new(&self.dir, snapshot.last + 1, 0);
        drop(snapshot);
        match newest {
            Some(newest) if newest.len < self.segment_bytes => {
                if self.file.is_none() {
                    self.file = Some(self.open(&newest)?);
                }
                Ok(newest)
            }
            newest => {
                let file = self.open(&next)?;
                FailurePoint::SegmentMade.pass();
                // Its name must be as durable as its lines.
                self.disk.sync_dir(&self.dir).map_err(|error| io_error("syncing", &self.dir, &error))?;
                self.file = Some(file);
                // Without this it is checked once more: no reason to fail.
                self.full = newest.and_then(|newest| Sealed::of(&newest, &next, self.end.history).ok());
                self.snapshot.write().segments.push(next.clone());
                Ok(next)
            }
        }
    }

    fn open(&self, segment: &Segment) -> Result<Box<dyn LogFile>, StoreError> {
        self.disk.open(&segment.path).map_err(|error| io_error("opening", &segment.path, &error))
    }
}
