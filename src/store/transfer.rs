//! The whole log out of a store as JSON lines, and into an empty one.

use std::fs;
use std::io::{self, BufRead, BufWriter, Read as _, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::disk::{io_error, private_dir, private_file, store_dir, sync_dir};
use super::draft::Draft;
use super::embedded::SEGMENT_BYTES;
use super::lock::Lock;
use super::view::{Segment, View, journal_dir};
use super::{Book, EventQuery, StoreError, index, line, recover};
use crate::domain::{Event, Timestamp};

/// How many events a restored batch has: the batches in which they were recorded are not in the export.
const BATCH: usize = 1_000;
/// The longest line that is taken in.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// Writes the events of a view as JSON lines: the journal's own text without what belongs to the journal alone.
pub(super) fn export(view: &View, query: Option<&EventQuery>, out: &mut impl Write) -> Result<u64, StoreError> {
    let broken = |error: &io::Error| StoreError::Io {
        what: "writing the export",
        path: "the output".into(),
        why: error.to_string(),
        full: super::disk::is_full(error),
    };
    let mut count = 0;
    let mut failed = None;
    if let Some(query) = query {
        view.each(query, |event| {
            count += 1;
            let written = serde_json::to_writer(&mut *out, &event).map_err(io::Error::from);
            match written.and_then(|()| out.write_all(b"\n")) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
    } else {
        view.scan(0, |segment, offset, text| {
            let Some(head) = line::head(text) else {
                return ControlFlow::Break(Err(segment.damaged(offset, "the checksum of the line does not fit")));
            };
            count += 1;
            let body = text.get(head.body..).unwrap_or_default();
            let written = write!(out, "{{\"seq\":{}", head.seq).and_then(|()| out.write_all(body));
            if let Err(error) = written.and_then(|()| out.write_all(b"\n")) {
                failed = Some(error);
                return ControlFlow::Break(Ok(()));
            }
            ControlFlow::Continue(())
        })?;
    }
    match failed.map_or_else(|| out.flush(), Err) {
        Ok(()) => Ok(count),
        Err(error) => Err(broken(&error)),
    }
}

/// What was restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// How many events.
    pub events: u64,
    /// Of how many dealerships.
    pub dealerships: usize,
}

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The store has events: they would be lost or mixed up.
    #[error("the store is not empty: it has {0} events. Restore into a new directory")]
    NotEmpty(u64),
    /// A line is not one of an export, or does not follow from those before it.
    #[error("line {line}: {what}")]
    Line {
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// The input could not be read.
    #[error("reading the export: {0}")]
    Input(#[source] io::Error),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Fills an empty store in a directory with an exported log. The log is checked by the rules for new events, wholly,
/// before it becomes the journal: nothing of a bad one is kept. Blocks.
pub fn restore(dir: &Path, input: impl BufRead, now: Timestamp) -> Result<Restored, RestoreError> {
    store_dir(dir)?;
    let _lock = Lock::take(dir, now)?;
    let journal = journal_dir(dir);
    private_dir(&journal)?;
    let there = recover::recover(&journal, &mut Vec::new())?;
    if there.last > 0 {
        return Err(RestoreError::NotEmpty(there.last));
    }
    let fresh = dir.join("journal.restoring");
    let remove = || if fresh.exists() { fs::remove_dir_all(&fresh) } else { Ok(()) };
    remove().map_err(|error| io_error("removing", &fresh, &error))?;
    private_dir(&fresh)?;
    let restored = write_all(&fresh, input);
    if restored.is_err() {
        // The reason why is more important than what is left of the attempt.
        let _ = remove();
    }
    let (restored, book) = restored?;
    let swap = || -> io::Result<()> {
        for segment in &there.segments {
            fs::remove_file(&segment.path)?;
        }
        if fs::remove_dir(&journal).is_err() {
            // Torn ends of an earlier time are kept there.
            fs::rename(&journal, dir.join("journal.before-restore"))?;
        }
        fs::rename(&fresh, &journal)?;
        sync_dir(dir)
    };
    swap().map_err(|error| io_error("replacing", &journal, &error))?;
    // Without an index the next start makes it, and says so.
    let _ = index::replace(&dir.join("index"), &book);
    Ok(restored)
}

fn write_all(dir: &Path, mut input: impl BufRead) -> Result<(Restored, Book), RestoreError> {
    let (mut draft, book) = (Draft::default(), Book::default());
    let mut out = Segments { dir, open: None, bytes: Vec::new(), batch: Vec::with_capacity(BATCH) };
    let mut text = Vec::new();
    let (mut number, mut events) = (0, 0);
    loop {
        text.clear();
        number += 1;
        let wrong = |what: String| RestoreError::Line { line: number, what };
        let read = (&mut input).take(LONGEST_LINE).read_until(b'\n', &mut text).map_err(RestoreError::Input)?;
        if read == 0 {
            break;
        }
        if read as u64 == LONGEST_LINE && !text.ends_with(b"\n") {
            return Err(wrong(format!("longer than {LONGEST_LINE} bytes")));
        }
        let line = text.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let event: Event = serde_json::from_slice(line).map_err(|error| wrong(format!("not an event: {error}")))?;
        let planned = draft.replay(&book, event).map_err(|error| wrong(error.to_string()))?;
        let prev = planned.previous.first().copied().unwrap_or_default();
        events += planned.committed.events.len() as u64;
        out.batch.extend(planned.committed.events.iter().map(|event| (Arc::clone(event), prev)));
        if out.batch.len() >= BATCH {
            out.write_batch()?;
        }
    }
    out.write_batch()?;
    out.close()?;
    draft.into_book(&book);
    Ok((Restored { events, dealerships: book.len() }, book))
}

/// The segments of a journal that nobody sees yet.
struct Segments<'a> {
    dir: &'a Path,
    open: Option<(Segment, BufWriter<fs::File>)>,
    bytes: Vec<u8>,
    batch: Vec<(Arc<Event>, u64)>,
}

impl Segments<'_> {
    fn write_batch(&mut self) -> Result<(), StoreError> {
        let Some((first, _)) = self.batch.first() else { return Ok(()) };
        let first = first.seq;
        self.bytes.clear();
        let last = self.batch.len() - 1;
        for (place, (event, prev)) in self.batch.drain(..).enumerate() {
            let left = (last - place) as u64;
            line::write(&mut self.bytes, &event, left, prev).map_err(|error| StoreError::Unfit(error.to_string()))?;
        }
        if self.open.as_ref().is_some_and(|(segment, _)| segment.len >= SEGMENT_BYTES) {
            self.close()?;
        }
        let (mut segment, mut file) = if let Some(open) = self.open.take() {
            open
        } else {
            let segment = Segment::new(self.dir, first, 0);
            let file = private_file(&segment.path).map_err(|error| io_error("creating", &segment.path, &error))?;
            (segment, BufWriter::new(file))
        };
        file.write_all(&self.bytes).map_err(|error| io_error("writing", &segment.path, &error))?;
        segment.len += self.bytes.len() as u64;
        self.open = Some((segment, file));
        Ok(())
    }

    fn close(&mut self) -> Result<(), StoreError> {
        let Some((segment, mut file)) = self.open.take() else { return Ok(()) };
        let synced = file.flush().and_then(|()| file.get_ref().sync_all()).and_then(|()| sync_dir(self.dir));
        synced.map_err(|error| io_error("writing", &segment.path, &error))
    }
}
