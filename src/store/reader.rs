//! Reading a journal that another process may be writing: without a lock, and without half a batch.

use std::fs::File;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::disk::io_error;
use super::lines::{backward, forward};
use super::recover::verify;
use super::view::{Segment, View, decode, journal_dir};
use super::{Book, EventQuery, StoreError, fold, line, transfer};
use crate::clock::Clock;
use crate::domain::Event;

/// How often a follower looks for something new.
const POLL: Duration = Duration::from_millis(200);
/// How many events a follower hands over at once, at least a batch.
const HANDFUL: usize = 4_096;
/// How often a line that does not fit its checksum is looked at again: its owner may be in the middle of it.
const PATIENCE: u32 = 5;

/// How far a check has come, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checking {
    /// So many there are.
    All(u64),
    /// So many more were read.
    More(u64),
}

/// A journal that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// How many events are in it.
    pub events: u64,
    /// In how many files.
    pub files: usize,
    /// How long they are together.
    pub bytes: u64,
    /// How many bytes follow the last complete batch: being written, or torn off, and cut off at the next start.
    pub unfinished: u64,
}

/// Reads the journal of a store in any state of ownership. All calls block, and each sees the journal as it is then.
#[derive(Debug, Clone)]
pub struct JournalReader {
    dir: PathBuf,
}

impl JournalReader {
    /// For the store in a directory.
    ///
    /// # Errors
    /// When there is no journal.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let journal = journal_dir(dir);
        std::fs::read_dir(&journal).map_err(|error| io_error("reading", &journal, &error))?;
        Ok(Self { dir: journal })
    }

    /// All dealerships, folded from the whole journal.
    pub fn book(&self) -> Result<Book, StoreError> {
        let (view, book) = (self.view()?, Book::default());
        let states = fold::fold(&view, &book)?;
        book.fill(view.last, states);
        Ok(book)
    }

    /// Events in ascending order.
    pub fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
        self.view()?.events(query, None)
    }

    /// Events in ascending order one by one, until `take` breaks. The query's limit is not looked at.
    pub fn each(&self, query: &EventQuery, take: impl FnMut(Event) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.view()?.each(query, take)
    }

    /// The `seq` of the last complete batch.
    pub fn last_seq(&self) -> Result<u64, StoreError> {
        Ok(self.view()?.last)
    }

    /// Reads and checks every line of every file, also those that are passed over at a start. `tell` hears how many
    /// bytes there are in all, and then, line by line, how many more were read.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with the file and the line. Beside an owner who is just writing this may be a false
    /// alarm: look again.
    pub fn verify(&self, mut tell: impl FnMut(Checking)) -> Result<Verified, StoreError> {
        let view = self.view()?;
        let bytes = view.segments.iter().map(|segment| segment.len).sum();
        tell(Checking::All(bytes));
        verify(&view, &mut |more| tell(Checking::More(more)))?;
        let there = |segment: &Segment| segment.path.metadata().map_or(segment.len, |data| data.len());
        let unfinished = view.segments.last().map_or(0, |newest| there(newest).saturating_sub(newest.len));
        Ok(Verified { events: view.last, files: view.segments.len(), bytes, unfinished })
    }

    /// Writes events as JSON lines, with codes in full. Without a query it is the whole log, which can be restored.
    pub fn export(&self, query: Option<&EventQuery>, out: &mut impl Write) -> Result<u64, StoreError> {
        transfer::export(&self.view()?, query, out)
    }

    /// Follows the journal from after an event on.
    pub fn follow(&self, after: u64) -> Follower {
        Follower { reader: self.clone(), last: after, place: None, doubtful: 0 }
    }

    /// The journal up to its last complete batch, found from its end.
    fn view(&self) -> Result<View, StoreError> {
        let mut segments = Segment::list(&self.dir)?;
        if let Some(first) = segments.first().filter(|first| first.first != 1) {
            return Err(first.damaged(0, "earlier files are missing"));
        }
        let Some(newest) = segments.last_mut() else { return Ok(View::default()) };
        let file = newest.open()?;
        let end = whole_lines(&file, newest.len).map_err(|error| newest.io(&error))?;
        let found = backward(&file, 0..end, |offset, text| match line::head(text) {
            Some(head) if head.left == 0 => ControlFlow::Break((head.seq, offset + text.len() as u64 + 1)),
            _ => ControlFlow::Continue(()),
        });
        let (last, len) = found.map_err(|error| newest.io(&error))?.unwrap_or((newest.first - 1, 0));
        newest.len = len;
        Ok(View { segments, last })
    }
}

/// Where the last newline is, searched from the end.
fn whole_lines(file: &File, len: u64) -> std::io::Result<u64> {
    let mut end = len;
    let mut block = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(64 * 1024);
        block.resize((end - start) as usize, 0);
        let read = super::lines::read_some(file, &mut block, start)?;
        if let Some(newline) = memchr::memrchr(b'\n', &block[..read]) {
            return Ok(start + newline as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Follows a journal batch by batch. Batches are seen as soon as they are written, which can be a moment before their
/// owner has acknowledged them.
#[derive(Debug, Clone)]
pub struct Follower {
    reader: JournalReader,
    /// The last event that was handed over.
    last: u64,
    /// Where the next one will be.
    place: Option<(Segment, u64)>,
    doubtful: u32,
}

impl Follower {
    /// The `seq` of the last event that was handed over.
    pub fn last_seq(&self) -> u64 {
        self.last
    }

    /// What came since the last call: whole batches, at most some thousand events at once. Blocks only to read.
    pub fn poll(&mut self) -> Result<Vec<Event>, StoreError> {
        let mut events = Vec::new();
        loop {
            let Some((segment, offset)) = self.place()? else { return Ok(events) };
            let file = segment.open()?;
            let len = file.metadata().map_err(|error| segment.io(&error))?.len();
            let (good, broken) = read_batches(&file, &segment, offset..len, &mut events)?;
            self.last = events.last().map_or(self.last, |event: &Event| event.seq);
            self.place = Some((segment.clone(), good));
            if broken || len < offset {
                // In the middle of a write; or the owner took back what was not acknowledged, and wrote anew.
                self.doubtful += 1;
                self.place = None;
                if self.doubtful < PATIENCE {
                    return Ok(events);
                }
                return Err(segment.damaged(good, "the checksum of the line does not fit"));
            }
            self.doubtful = 0;
            let next = Segment::new(&self.reader.dir, self.last + 1, 0);
            if events.len() >= HANDFUL || good < len || next.first == segment.first || !next.path.exists() {
                return Ok(events);
            }
            self.place = Some((next, 0));
        }
    }

    /// Waits until something comes.
    pub async fn next(&mut self, clock: &dyn Clock) -> Result<Vec<Event>, StoreError> {
        loop {
            let mut there = self.clone();
            let polled = tokio::task::spawn_blocking(move || {
                let events = there.poll();
                (there, events)
            });
            let (there, events) = polled.await.map_err(|_| StoreError::Closed)?;
            *self = there;
            let events = events?;
            if !events.is_empty() {
                return Ok(events);
            }
            clock.sleep(POLL).await;
        }
    }

    /// Where the next event will be.
    fn place(&mut self) -> Result<Option<(Segment, u64)>, StoreError> {
        if self.place.is_none() {
            let view = self.reader.view()?;
            let next = self.last.saturating_add(1);
            let index = view.segments.partition_point(|segment| segment.first <= next).checked_sub(1);
            let Some((index, segment)) = index.and_then(|index| Some((index, view.segments.get(index)?.clone())))
            else {
                return Ok(None);
            };
            let at_end = next > view.last;
            let offset = if at_end { segment.len } else { view.locate(&segment.open()?, index, next)? };
            self.place = Some((segment, offset));
        }
        Ok(self.place.clone())
    }
}

/// Reads the complete batches of a range into `events`. The answer is where the last one ended, and whether a line
/// after it does not fit its checksum.
fn read_batches(
    file: &File,
    segment: &Segment,
    range: std::ops::Range<u64>,
    events: &mut Vec<Event>,
) -> Result<(u64, bool), StoreError> {
    let mut good = range.start;
    let mut batch = Vec::new();
    let (_, broke) = forward(file, range, |offset, text| {
        if line::head(text).is_none() {
            return ControlFlow::Break(Ok(()));
        }
        match decode(segment, offset, text) {
            Ok((head, event)) => {
                batch.push(event);
                if head.left == 0 {
                    events.append(&mut batch);
                    good = offset + text.len() as u64 + 1;
                    if events.len() >= HANDFUL {
                        return ControlFlow::Break(Err(None));
                    }
                }
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(Err(Some(error))),
        }
    })
    .map_err(|error| segment.io(&error))?;
    match broke {
        None | Some(Err(None)) => Ok((good, false)),
        Some(Ok(())) => Ok((good, true)),
        Some(Err(Some(error))) => Err(error),
    }
}
