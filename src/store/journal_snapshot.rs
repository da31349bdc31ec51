//! The journal as it is at one moment: its segments up to the last complete batch, and how to read in them.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memmem};

use super::StoreError;
use super::disk::io_error;
use super::line::{self, LineHeader};
use super::lines::{backward, forward, read_some};
use crate::domain::{DealershipId, Event, Fact, Timestamp};
use crate::protocol::EventQuery;

/// One file of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// The `seq` of its first event, which is its name.
    pub first: u64,
    pub path: Arc<Path>,
    /// How many bytes of it count.
    pub len: u64,
}

impl Segment {
    /// A segment of a journal, by its first event.
    pub fn new(dir: &Path, first: u64, len: u64) -> Self {
        Self { first, path: dir.join(format!("{first:020}.jsonl")).into(), len }
    }

    /// The segments in a directory in the order of their names, each with all of its bytes.
    pub fn list(dir: &Path) -> Result<Vec<Self>, StoreError> {
        let fail = |error: &io::Error| io_error("reading", dir, error);
        let mut segments = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(|error| fail(&error))? {
            let entry = entry.map_err(|error| fail(&error))?;
            let name = entry.file_name();
            let Some(digits) = name.to_str().and_then(|name| name.strip_suffix(".jsonl")) else { continue };
            if digits.len() != 20 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            let Ok(first) = digits.parse() else { continue };
            let segment = Self { first, path: entry.path().into(), len: 0 };
            let data = std::fs::metadata(&segment.path).map_err(|error| segment.io(&error))?;
            if !data.is_file() {
                return Err(segment.damaged(0, "it is no regular file, but a directory, a pipe or a device"));
            }
            segments.push(Self { len: data.len(), ..segment });
        }
        segments.sort_unstable_by_key(|segment| segment.first);
        Ok(segments)
    }

    pub fn open(&self) -> Result<File, StoreError> {
        File::open(&self.path).map_err(|error| self.io(&error))
    }

    /// A failure to read it.
    pub fn io(&self, error: &io::Error) -> StoreError {
        io_error("reading", &self.path, error)
    }

    /// What is wrong at an offset of it.
    pub fn damaged(&self, offset: u64, what: impl Into<String>) -> StoreError {
        // Lines are counted only now that somebody wants to know.
        let mut line = 1;
        if offset > 0
            && let Ok(file) = File::open(&self.path)
        {
            // A file that cannot be read any more leaves the count where it came to.
            let _ = forward(&file, 0..offset, |_, _| {
                line += 1;
                ControlFlow::<()>::Continue(())
            });
        }
        StoreError::Damaged { file: self.path.to_path_buf(), line, what: what.into(), advice: ADVICE.to_owned() }
    }
}

/// What helps when the journal is damaged before its end.
pub(super) const ADVICE: &str = "Put the file back from a backup of the journal directory; or move the whole store \
     directory away and `restore` the last export into a new one. The index is of no help: it holds no history.";

/// The journal up to its last complete batch.
#[derive(Debug, Clone, Default)]
pub(super) struct JournalSnapshot {
    /// In the order of their events; the last one is the one that is written to.
    pub segments: Vec<Segment>,
    /// The last event's `seq`; 0 for none.
    pub last: u64,
}

/// What becomes of a line: an answer, nothing, or the end of the search.
type Taken = ControlFlow<Result<(), StoreError>>;

impl JournalSnapshot {
    /// The last `seq` of a segment.
    fn last_of(&self, index: usize) -> u64 {
        self.segments.get(index + 1).map_or(self.last, |next| next.first - 1)
    }

    /// The segment with an event.
    fn holding(&self, seq: u64) -> Option<(usize, &Segment)> {
        if seq == 0 || seq > self.last {
            return None;
        }
        let index = self.segments.partition_point(|segment| segment.first <= seq).checked_sub(1)?;
        Some((index, self.segments.get(index)?))
    }

    /// Reads in ascending order from after a `seq` on, every line with its head checked, until `take` breaks.
    pub fn scan(
        &self,
        after: u64,
        mut take: impl FnMut(&Segment, u64, &[u8]) -> ControlFlow<Result<(), StoreError>>,
    ) -> Result<(), StoreError> {
        let Some((index, first)) = self.holding(after.saturating_add(1)) else { return Ok(()) };
        let mut from = self.locate(&first.open()?, index, after + 1)?;
        for segment in &self.segments[index..] {
            let file = segment.open()?;
            let step = |offset, line: &[u8]| take(segment, offset, line);
            let (stop, broke) = forward(&file, from..segment.len, step).map_err(|error| segment.io(&error))?;
            match broke {
                Some(result) => return result,
                None if stop < segment.len => return Err(segment.damaged(stop, "the file became shorter")),
                None => from = 0,
            }
        }
        Ok(())
    }

    /// The events that are asked for. `newest` is the last event of the dealership, if one is asked for and that is
    /// known; else it is looked for.
    pub fn events(&self, query: &EventQuery, newest: Option<u64>) -> Result<Vec<Event>, StoreError> {
        let filter = Filter::new(query);
        let limit = query.limit.unwrap_or(usize::MAX);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut events = VecDeque::new();
        if let Some(dealership) = query.dealership {
            let newest = match newest {
                Some(newest) => newest.min(self.last),
                None => self.newest_of(dealership, query)?,
            };
            self.history(newest, query.after, |event| {
                if query.matches(&event) {
                    if events.len() == limit {
                        if query.newest {
                            return ControlFlow::Break(());
                        }
                        // The oldest are wanted, and they come last.
                        events.pop_back();
                    }
                    events.push_front(event);
                }
                ControlFlow::Continue(())
            })?;
        } else if query.newest && query.limit.is_some() {
            self.scan_back(query, |segment, offset, text| {
                if let Some(event) = filter.take(segment, offset, text)? {
                    events.push_front(event);
                }
                Ok(events.len() < limit)
            })?;
        } else {
            self.each(query, |event| {
                events.push_back(event);
                if events.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
        }
        Ok(events.into())
    }

    /// Every event that matches, in ascending order, whatever the limit says.
    pub fn each(&self, query: &EventQuery, mut take: impl FnMut(Event) -> ControlFlow<()>) -> Result<(), StoreError> {
        let filter = Filter::new(query);
        self.scan(query.after, |segment, offset, text| {
            if query.before.is_some() && query.before <= line::peek_seq(text) {
                return ControlFlow::Break(Ok(()));
            }
            match filter.take(segment, offset, text) {
                Ok(Some(event)) => take(event).map_break(Ok),
                Ok(None) => ControlFlow::Continue(()),
                Err(error) => ControlFlow::Break(Err(error)),
            }
        })
    }

    /// Lines in descending order from below `before` down to above `after`, until `take` says no.
    fn scan_back(
        &self,
        query: &EventQuery,
        mut take: impl FnMut(&Segment, u64, &[u8]) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let last = self.last.min(query.before.unwrap_or(u64::MAX).saturating_sub(1));
        let Some((index, top)) = self.holding(last) else { return Ok(()) };
        let mut end = if last == self.last_of(index) { top.len } else { self.locate(&top.open()?, index, last + 1)? };
        for segment in self.segments[..=index].iter().rev() {
            let file = segment.open()?;
            let broke = backward(&file, 0..end, |offset, text| -> Taken {
                if line::peek_seq(text).is_some_and(|seq| seq <= query.after) {
                    return ControlFlow::Break(Ok(()));
                }
                match take(segment, offset, text) {
                    Ok(true) => ControlFlow::Continue(()),
                    Ok(false) => ControlFlow::Break(Ok(())),
                    Err(error) => ControlFlow::Break(Err(error)),
                }
            });
            if let Some(result) = broke.map_err(|error| segment.io(&error))? {
                return result;
            }
            let below = self.segments.partition_point(|other| other.first < segment.first).checked_sub(1);
            end = below.and_then(|below| self.segments.get(below)).map_or(0, |below| below.len);
        }
        Ok(())
    }

    fn newest_of(&self, dealership: DealershipId, query: &EventQuery) -> Result<u64, StoreError> {
        let needle = format!("\"dealership\":\"{dealership}\"");
        let needle = memmem::Finder::new(&needle);
        let mut newest = 0;
        self.scan_back(query, |_, _, text| {
            if needle.find(text).is_some() {
                newest = line::peek_seq(text).unwrap_or_default();
            }
            Ok(newest == 0)
        })?;
        Ok(newest)
    }

    /// Walks a dealership's history backwards from its newest event down to above `after`.
    fn history(
        &self,
        newest: u64,
        after: u64,
        mut take: impl FnMut(Event) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let mut open: Option<(usize, File)> = None;
        let mut seq = newest;
        while seq > after {
            let Some((index, segment)) = self.holding(seq) else { break };
            let file = match open.take() {
                Some((at, file)) if at == index => file,
                _ => segment.open()?,
            };
            let offset = self.locate(&file, index, seq)?;
            let mut found = None;
            forward(&file, offset..segment.len, |_, text| {
                found = Some(decode(segment, offset, text));
                ControlFlow::Break(())
            })
            .map_err(|error| segment.io(&error))?;
            let Some(found) = found else { return Err(segment.damaged(offset, "the line is cut off")) };
            let (head, event) = found?;
            if head.prev >= seq {
                return Err(segment.damaged(offset, format!("event {seq} names event {} before it", head.prev)));
            }
            if take(event).is_break() {
                break;
            }
            seq = head.prev;
            open = Some((index, file));
        }
        Ok(())
    }

    /// Where in its segment an event begins. Lines are of similar length, so that the place can be guessed well.
    pub fn locate(&self, file: &File, index: usize, seq: u64) -> Result<u64, StoreError> {
        let Some(segment) = self.segments.get(index) else { return Ok(0) };
        let missing = |offset| segment.damaged(offset, format!("event {seq} is not where it should be"));
        // The line of `low.0` begins at `low.1`; `seq` is at or after it, and before `high`.
        let (mut low, mut high) = ((segment.first, 0), (self.last_of(index) + 1, segment.len));
        let mut block = vec![0; 8 * 1024];
        let mut tries = 0;
        while low.0 != seq {
            if seq < low.0 || seq >= high.0 {
                return Err(missing(low.1));
            }
            tries += 1;
            let span = high.1 - low.1;
            let guess = if tries % 4 == 0 {
                span / 2
            } else {
                let share = u128::from(span) * u128::from(seq - low.0) / u128::from(high.0 - low.0);
                (share as u64).saturating_sub(block.len() as u64 / 2)
            };
            let start = low.1 + guess;
            let room = block.len().min(usize::try_from(high.1 - start).unwrap_or(usize::MAX));
            let read = read_some(file, &mut block[..room], start).map_err(|error| segment.io(&error))?;
            let text = &block[..read];
            let before = (low, high);
            for newline in memchr_iter(b'\n', text) {
                let offset = start + newline as u64 + 1;
                let Some(found) = text.get(newline + 1..).and_then(line::peek_seq) else { continue };
                if found <= seq && offset > low.1 {
                    low = (found, offset);
                } else if found > seq && offset < high.1 {
                    high = (found, offset);
                    break;
                }
            }
            if before == (low, high) {
                if room as u64 == span {
                    return Err(missing(low.1));
                }
                // Not one line began in the block.
                block.resize(block.len() * 2, 0);
            }
        }
        Ok(low.1)
    }
}

/// Checks and reads a line of a segment.
pub(super) fn decode(segment: &Segment, offset: u64, text: &[u8]) -> Result<(LineHeader, Event), StoreError> {
    let head = line::head(text).ok_or_else(|| segment.damaged(offset, "the checksum of the line does not fit"))?;
    let event = line::event(text, head).map_err(|error| {
        segment.damaged(offset, format!("the line is whole but not understood (of a newer version?): {error}"))
    })?;
    Ok((head, event))
}

/// Passes by lines that are not asked for, without reading them as JSON.
struct Filter<'a> {
    query: &'a EventQuery,
    kind: memmem::Finder<'static>,
    since: Option<[u8; 19]>,
    until: Option<[u8; 19]>,
}

impl<'a> Filter<'a> {
    fn new(query: &'a EventQuery) -> Self {
        Self {
            query,
            kind: memmem::Finder::new(b"\"kind\":\""),
            since: query.since.and_then(seconds),
            until: query.until.and_then(seconds),
        }
    }

    fn take(&self, segment: &Segment, offset: u64, text: &[u8]) -> Result<Option<Event>, StoreError> {
        if !self.may_match(text) {
            return Ok(None);
        }
        let (_, event) = decode(segment, offset, text)?;
        Ok(self.query.matches(&event).then_some(event))
    }

    /// False only when the line surely does not match. Quotes within texts are escaped, so that the names of fields can
    /// be searched for.
    fn may_match(&self, text: &[u8]) -> bool {
        if (self.since.is_some() || self.until.is_some())
            && let Some(at) = memmem::find(text.get(..160).unwrap_or(text), b"\"at\":\"")
            && let Some(at) = text.get(at + 6..at + 25)
            && at[4] == b'-'
        {
            // To the second; whatever is nearer is decided on the event itself.
            let too_old = self.since.is_some_and(|since| at < &since[..]);
            let too_new = self.until.is_some_and(|until| at > &until[..]);
            if too_old || too_new {
                return false;
            }
        }
        if self.query.kinds.is_empty() {
            return true;
        }
        let Some(start) = self.kind.find(text).map(|at| at + 8) else { return true };
        let Some(kind) = text.get(start..).and_then(|rest| rest.get(..memchr(b'"', rest)?)) else { return true };
        let wanted = |place: &u8| Fact::KINDS.get(usize::from(*place)).is_some_and(|known| known.as_bytes() == kind);
        self.query.kinds.iter().any(wanted)
    }
}

/// A moment as the journal writes it, to the second; only years of four digits, whose order is that of their letters.
fn seconds(at: Timestamp) -> Option<[u8; 19]> {
    let text = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    (text.len() == 20).then(|| text.as_bytes().get(..19)?.try_into().ok()).flatten()
}

/// Where the journal of a store is.
pub(super) fn journal_dir(dir: &Path) -> PathBuf {
    dir.join("journal")
}
