//! An exported log into an empty store.

use std::fs;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::{Disk, LogFile, RealDisk, io_error, private_dir, store_dir};
use super::embedded::SEGMENT_BYTES;
use super::export::{ExportLines, RestoreError};
use super::journal_snapshot::{Segment, journal_dir};
use super::lock::Lock;
use super::mark::{self, Mark};
use super::opening::indexed;
use super::pending_batch::PendingBatch;
use super::recover::{Examined, examine};
use super::{JournalEnd, StoreError, index, line};
use crate::domain::{Event, Timestamp};
use crate::failure_point::FailurePoint;
use crate::protocol::ReadModel;

/// How many events a restored batch has: the batches in which they were recorded are not in the export.
const BATCH: usize = 1_000;

/// How the name begins under which the directory of the old journal is kept.
pub(super) const BEFORE_RESTORE: &str = "journal.before-restore";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    pub events: u64,
    pub dealerships: usize,
    /// Its last line said how many events there are, and that is so. Exports of earlier versions have none.
    pub complete: bool,
    /// It was made from a journal that was not whole: there had been more.
    pub partial: bool,
}

/// Fills an empty store in a directory with an exported log. The log is checked by the rules for new events, wholly,
/// before it becomes the journal: nothing of a bad one is kept. What was in the directory is kept beside. Blocks.
pub fn restore(dir: &Path, input: impl BufRead, now: Timestamp) -> Result<Restored, RestoreError> {
    restore_through(&RealDisk, dir, input, now)
}

/// The same through another disk.
pub fn restore_through(
    disk: &dyn Disk,
    dir: &Path,
    input: impl BufRead,
    now: Timestamp,
) -> Result<Restored, RestoreError> {
    store_dir(disk, dir)?;
    let _lock = Lock::take(dir, now)?;
    let journal = journal_dir(dir);
    private_dir(disk, &journal)?;
    let there = examine(&journal)?;
    if there.snapshot.last > 0 {
        return Err(RestoreError::NotEmpty(there.snapshot.last));
    }
    refuse_lost(dir, &there)?;
    let fresh = dir.join("journal.restoring");
    let remove = || if fresh.exists() { remove_journal(disk, &fresh) } else { Ok(()) };
    remove().map_err(|error| io_error("removing", &fresh, &error))?;
    private_dir(disk, &fresh)?;
    let restored = write_all(disk, &fresh, input);
    if restored.is_err() {
        // The reason why is more important than what is left of the attempt.
        let _ = remove();
    }
    let (restored, read_model, end) = restored?;
    let swap = || -> io::Result<()> {
        if there.torn.is_none() {
            // Nothing is in them.
            for segment in &there.snapshot.segments {
                disk.remove_file(&segment.path)?;
            }
        }
        if disk.remove_dir(&journal).is_err() {
            // Torn ends, also those of an earlier time.
            disk.rename(&journal, &free_name(dir))?;
        }
        FailurePoint::JournalRemoved.pass();
        disk.rename(&fresh, &journal)?;
        disk.sync_dir(dir)
    };
    swap().map_err(|error| io_error("replacing", &journal, &error))?;
    mark::keep(disk, dir, &end, false).map_err(|error| io_error("writing", &mark::path(dir), &error))?;
    // Without an index the next start makes it, and says so.
    let _ = index::replace(&dir.join("index"), &read_model, end);
    Ok(restored)
}

/// A journal without a complete batch is no empty one when something of it is known to have been acknowledged.
fn refuse_lost(dir: &Path, there: &Examined) -> Result<(), StoreError> {
    let index_dir = dir.join("index");
    let index = if index_dir.exists() { indexed(&index::load(&index_dir), there) } else { None };
    let end = JournalEnd::of(&journal_dir(dir), there, &[mark::read(dir), index]);
    if end.has_lost() { Err(StoreError::Lost(end)) } else { Ok(()) }
}

/// Removes what an attempt left behind.
fn remove_journal(disk: &dyn Disk, dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        disk.remove_file(&entry?.path())?;
    }
    disk.remove_dir(dir)
}

/// Where the directory of the old journal goes.
fn free_name(dir: &Path) -> PathBuf {
    let (mut name, mut number) = (dir.join(BEFORE_RESTORE), 1u32);
    while name.exists() {
        number += 1;
        name = dir.join(format!("{BEFORE_RESTORE}-{number}"));
    }
    name
}

fn write_all(
    disk: &dyn Disk,
    dir: &Path,
    mut input: impl BufRead,
) -> Result<(Restored, ReadModel, Mark), RestoreError> {
    let (mut pending, read_model, mut lines) = (PendingBatch::default(), ReadModel::default(), ExportLines::default());
    let batch = Vec::with_capacity(BATCH);
    let mut out = Segments { disk, dir, open: None, bytes: Vec::new(), batch, end: Mark::default() };
    while let Some(event) = lines.next(&mut input)? {
        let planned = pending.replay(&read_model, event).map_err(|error| lines.wrong(error.to_string()))?;
        let prev = planned.previous.first().copied().unwrap_or_default();
        out.batch.extend(planned.committed.events.iter().map(|event| (Arc::clone(event), prev)));
        if out.batch.len() >= BATCH {
            out.write_batch()?;
        }
    }
    out.write_batch()?;
    out.close()?;
    let end = out.end;
    pending.into_read_model(&read_model);
    Ok((
        Restored { events: end.seq, dealerships: read_model.len(), complete: lines.complete, partial: lines.partial },
        read_model,
        end,
    ))
}

/// The segments of a journal that nobody sees yet.
struct Segments<'a> {
    disk: &'a dyn Disk,
    dir: &'a Path,
    open: Option<(Segment, Box<dyn LogFile>)>,
    bytes: Vec<u8>,
    batch: Vec<(Arc<Event>, u64)>,
    end: Mark,
}

impl Segments<'_> {
    fn write_batch(&mut self) -> Result<(), StoreError> {
        let Some((first, _)) = self.batch.first() else { return Ok(()) };
        let first = first.seq;
        self.bytes.clear();
        let last = self.batch.len() - 1;
        for (place, (event, prev)) in self.batch.drain(..).enumerate() {
            let left = (last - place) as u64;
            let written = line::write(&mut self.bytes, &event, left, prev, place == 0);
            self.end = self.end.then(written.map_err(|error| StoreError::Unfit(error.to_string()))?);
        }
        if self.open.as_ref().is_some_and(|(segment, _)| segment.len >= SEGMENT_BYTES) {
            self.close()?;
        }
        let (mut segment, mut file) = if let Some(open) = self.open.take() {
            open
        } else {
            let segment = Segment::new(self.dir, first, 0);
            let file = self.disk.create(&segment.path);
            let file = file.map_err(|error| io_error("creating", &segment.path, &error))?;
            (segment, file)
        };
        file.write(&self.bytes, segment.len).map_err(|error| io_error("writing", &segment.path, &error))?;
        segment.len += self.bytes.len() as u64;
        self.open = Some((segment, file));
        Ok(())
    }

    fn close(&mut self) -> Result<(), StoreError> {
        let Some((segment, mut file)) = self.open.take() else { return Ok(()) };
        let synced = file.sync().and_then(|()| self.disk.sync_dir(self.dir));
        synced.map_err(|error| io_error("writing", &segment.path, &error))
    }
}
