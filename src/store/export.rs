//! The form of an export: lines as the journal has them, each with its checksum, and a last one that counts and sums them
//! up, so that a cut or altered export is recognised.
//!
//! `{"end":{"events":57,"sha256":"…"}}`
//!
//! Earlier versions wrote lines without checksums, and no last one.

use std::io::{self, BufRead, Read as _, Write};
use std::mem;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::disk::is_full;
use super::journal_snapshot::JournalSnapshot;
use super::{StoreError, line};
use crate::domain::Event;
use crate::domain::text::clean;

/// The longest line that is taken in.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;
/// How the lines begin that have a checksum, and how the last one does.
const SUMMED: &[u8] = b"{\"crc\":";
const LAST: &[u8] = b"{\"end\":";

/// The last line: what an export says of itself.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LastLine {
    End {
        events: u64,
        /// Over every line before this one, each with a newline.
        sha256: String,
        /// The journal that it was made from had a torn end, or had lost what was acknowledged.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        partial: bool,
    },
}

/// Why a log was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The store has events: they would be lost or mixed up.
    #[error(
        "the store is not empty: it has {0} events. Restore into an empty one: another directory, or another schema of a database"
    )]
    NotEmpty(u64),
    /// A line is not one of an export, or does not follow from those before it.
    #[error("line {line}: {what}")]
    Line {
        /// Counted from 1.
        line: u64,
        /// Cleaned: it is printed, and the line may be anybody's.
        what: String,
    },
    /// It ends before its last line.
    #[error(
        "line {line}: the export was cut off after {events} events: its last line is missing, which says how many there are"
    )]
    Cut {
        /// The last line that is there, counted from 1.
        line: u64,
        /// How many events are there.
        events: u64,
    },
    /// There is nothing in it.
    #[error("line 1: there is nothing here, not even the last line that every export has")]
    Empty,
    /// The input could not be read.
    #[error("reading the export: {0}")]
    Input(#[source] io::Error),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Counts lines and sums them up.
#[derive(Default)]
struct Sum {
    events: u64,
    hash: Sha256,
}

impl Sum {
    fn take(&mut self, line: &[u8]) {
        self.events += 1;
        self.hash.update(line.trim_ascii_end());
        self.hash.update(b"\n");
    }

    fn end(self, partial: bool) -> LastLine {
        let mut sha256 = String::new();
        for byte in self.hash.finalize() {
            sha256.push_str(&format!("{byte:02x}"));
        }
        LastLine::End { events: self.events, sha256, partial }
    }
}

/// An export being written, line by line.
pub(super) struct ExportWriter<W> {
    out: W,
    sum: Sum,
    line: Vec<u8>,
}

impl<W: Write> ExportWriter<W> {
    pub fn new(out: W) -> Self {
        Self { out, sum: Sum::default(), line: Vec::new() }
    }

    /// Adds an event; `prev` and `fields` as [`line::write_alone`] has them.
    pub fn event(&mut self, seq: u64, prev: u64, fields: &[u8]) -> Result<(), StoreError> {
        self.line.clear();
        let written = line::write_alone(&mut self.line, seq, prev, fields);
        written.and_then(|()| self.out.write_all(&self.line)).map_err(|error| not_written(&error))?;
        self.sum.take(&self.line);
        Ok(())
    }

    /// The last line; `partial`: these are not all events, which the export says of itself. The answer is how many there are.
    pub fn finish(mut self, partial: bool) -> Result<u64, StoreError> {
        let events = self.sum.events;
        let mut end = || {
            serde_json::to_writer(&mut self.out, &mem::take(&mut self.sum).end(partial))?;
            self.out.write_all(b"\n")?;
            self.out.flush()
        };
        end().map_err(|error| not_written(&error))?;
        Ok(events)
    }
}

fn not_written(error: &io::Error) -> StoreError {
    let (what, path) = ("writing the export", "the output".into());
    StoreError::Io { what, path, why: error.to_string(), full: is_full(error) }
}

/// Writes the events of a snapshot; `partial`: they are not the whole log. The answer is how many there are.
pub(super) fn write(snapshot: &JournalSnapshot, partial: bool, out: &mut impl Write) -> Result<u64, StoreError> {
    let mut out = ExportWriter::new(out);
    snapshot.scan(0, |segment, offset, text| {
        let written = match line::head(text) {
            None => Err(segment.damaged(offset, "the checksum of the line does not fit")),
            Some(head) => out.event(head.seq, head.prev, text.get(head.body + 1..).unwrap_or_default()),
        };
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(Err(error)),
        }
    })?;
    out.finish(partial)
}

/// An export being read, line by line.
#[derive(Default)]
pub struct ExportLines {
    number: u64,
    sum: Sum,
    /// Its lines have checksums; so it must have a last one.
    summed: bool,
    /// The last line was there, and is right.
    pub complete: bool,
    /// It says that it is not the whole log.
    pub partial: bool,
}

impl ExportLines {
    /// The next event; `None` at the end of an export that is whole, or was written by an earlier version.
    pub fn next(&mut self, input: &mut impl BufRead) -> Result<Option<Event>, RestoreError> {
        let mut text = Vec::new();
        loop {
            text.clear();
            self.number += 1;
            let read = input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text).map_err(RestoreError::Input)?;
            if read == 0 {
                return self.ended().map(|()| None);
            }
            if read as u64 == LONGEST_LINE && !text.ends_with(b"\n") {
                return Err(self.wrong(format!("longer than {LONGEST_LINE} bytes")));
            }
            let text = text.trim_ascii();
            if text.is_empty() {
                continue;
            }
            if self.complete {
                return Err(self.wrong("something follows the last line of the export"));
            }
            if text.starts_with(LAST) {
                self.last(text)?;
                continue;
            }
            let event = self.event(text)?;
            self.sum.take(text);
            return Ok(Some(event));
        }
    }

    /// What is wrong with the line that was read last.
    pub fn wrong(&self, what: impl Into<String>) -> RestoreError {
        RestoreError::Line { line: self.number, what: clean(&what.into()).into_owned() }
    }

    fn event(&mut self, text: &[u8]) -> Result<Event, RestoreError> {
        let not_one = |error: serde_json::Error| format!("not an event: {error}");
        if !text.starts_with(SUMMED) {
            if self.summed {
                return Err(self.wrong("not an event with its checksum, as those before it are"));
            }
            return serde_json::from_slice(text).map_err(|error| self.wrong(not_one(error)));
        }
        self.summed = true;
        let head = line::head(text).ok_or_else(|| self.wrong("the checksum does not fit: the line was altered"))?;
        line::event(text, head).map_err(|error| self.wrong(not_one(error)))
    }

    fn last(&mut self, text: &[u8]) -> Result<(), RestoreError> {
        let Ok(said) = serde_json::from_slice::<LastLine>(text) else {
            return Err(self.wrong("the last line of the export is not whole"));
        };
        let LastLine::End { events, partial, .. } = said;
        let here = self.sum.events;
        if here != events {
            return Err(self.wrong(format!("the export had {events} events, and {here} are here: lines are missing")));
        }
        if mem::take(&mut self.sum).end(partial) != said {
            return Err(self.wrong("the checksum over the whole export does not fit: something in it was altered"));
        }
        (self.complete, self.partial) = (true, partial);
        Ok(())
    }

    fn ended(&self) -> Result<(), RestoreError> {
        match self.sum.events {
            _ if self.complete => Ok(()),
            0 => Err(RestoreError::Empty),
            events if self.summed => Err(RestoreError::Cut { line: self.number - 1, events }),
            _ => Ok(()),
        }
    }
}
