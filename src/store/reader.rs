//! Reading a journal that another process may be writing: without a lock, and without half a batch.

use std::fs::File;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::disk::io_error;
use super::history::History;
use super::index::{self, Copied};
use super::journal_snapshot::{JournalSnapshot, Segment, decode, journal_dir};
use super::lines::forward;
use super::mark::{self, Mark};
use super::recover::{Examined, examine, verify};
use super::{JournalEnd, Lock, ProbeStates, StoreError, export, fold, line, probe_file};
use crate::clock::Clock;
use crate::domain::Event;
use crate::protocol::{EventQuery, ReadModel};

/// How often a subscription looks for something new.
const POLL: Duration = Duration::from_millis(200);
/// How many events a subscription hands over at once, at least a batch.
const HANDFUL: usize = 4_096;
/// How often a line that does not fit its checksum is looked at again: its owner may be in the middle of it.
const PATIENCE: u32 = 5;
/// A journal that is no longer than this is folded as fast as the index is copied and read.
const WORTH_A_COPY: u64 = 4 * 1024 * 1024;

/// A journal whose events are all whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many events are in it.
    pub events: u64,
    pub files: usize,
    /// How long they are together.
    pub bytes: u64,
    pub end: JournalEnd,
}

/// All dealerships as a journal told them at one moment; what comes later is not in it.
#[derive(Debug, Default)]
pub struct Snapshot {
    pub read_model: ReadModel,
    pub end: JournalEnd,
    journal: JournalSnapshot,
}

impl Snapshot {
    /// Events in ascending order.
    pub fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
        self.journal.events(query, query.dealership.map(|id| self.read_model.newest_seq_of(id)))
    }
}

/// Reads the journal of a store in any state of ownership. All calls block, and each sees the journal as it is then.
#[derive(Debug, Clone)]
pub struct JournalReader {
    store: PathBuf,
    dir: PathBuf,
    /// How long the journal is at least where a copy of the index is made.
    copy_from: u64,
}

impl JournalReader {
    /// For the store in a directory.
    /// Fails when there is no journal; [`StoreError::Lost`] when there was one.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let journal = journal_dir(dir);
        if let Err(error) = std::fs::read_dir(&journal) {
            return Err(match mark::read(dir) {
                Some(Mark { seq: acknowledged @ 1.., .. }) if !journal.exists() => {
                    StoreError::Lost(JournalEnd { file: journal, last: 0, acknowledged, torn: None })
                }
                _ => io_error("reading", &journal, &error),
            });
        }
        Ok(Self { store: dir.to_owned(), dir: journal, copy_from: WORTH_A_COPY })
    }

    /// The same with a copy of the index from another length of the journal on, in bytes.
    #[must_use]
    pub fn copying_from(self, bytes: u64) -> Self {
        Self { copy_from: bytes, ..self }
    }

    /// All dealerships, as the journal alone would tell them. Beside a long journal the index is copied
    /// into the temporary directory; where it was made from that very journal, only what came after it is folded.
    pub fn read(&self) -> Result<Snapshot, StoreError> {
        index::remove_stale_copies();
        let bytes: u64 = Segment::list(&self.dir)?.iter().map(|segment| segment.len).sum();
        let (copied, looked) = thread::scope(|scope| {
            let copying =
                (bytes >= self.copy_from).then(|| scope.spawn(|| index::load_copy(&self.store.join("index"))));
            let looked = self.look();
            (copying.and_then(|copying| copying.join().ok()?.ok()), looked)
        });
        let (examined, end) = looked?;
        let read_model = match copied.map(|copied| from_index(copied, &examined)).transpose()?.flatten() {
            Some(read_model) => read_model,
            None => {
                let read_model = ReadModel::default();
                let states = fold::fold(&examined.snapshot, &read_model)?;
                read_model.fill(examined.snapshot.last, states);
                read_model
            }
        };
        Ok(Snapshot { read_model, end, journal: examined.snapshot })
    }

    /// The last probes, as far as their owner has written them.
    pub fn probes(&self) -> ProbeStates {
        ProbeStates::new(probe_file::read(&self.store))
    }

    pub fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
        self.snapshot()?.events(query, None)
    }

    /// Events in ascending order one by one, until `take` breaks. The query's limit is not looked at.
    pub fn each(&self, query: &EventQuery, take: impl FnMut(Event) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.snapshot()?.each(query, take)
    }

    /// The `seq` of the last complete batch.
    pub fn last_seq(&self) -> Result<u64, StoreError> {
        Ok(self.snapshot()?.last)
    }

    /// Reads and checks every line of every file, also those that are passed over at a start. `tell` hears how many
    /// bytes there are in all, and then, line by line, how many more were read.
    /// Errors: [`StoreError::Damaged`] with the file and the line. False, perhaps, beside an owner who is writing.
    pub fn verify(&self, mut tell: impl FnMut(u64, u64)) -> Result<Verified, StoreError> {
        let (Examined { snapshot, .. }, end) = self.look()?;
        let bytes = snapshot.segments.iter().map(|segment| segment.len).sum();
        verify(&snapshot, &mut |more| tell(more, bytes))?;
        Ok(Verified { events: snapshot.last, files: snapshot.segments.len(), bytes, end })
    }

    /// Writes the whole log as JSON lines that can be restored, with codes in full. The answer is how many events there
    /// were, and how the journal ends.
    pub fn export(&self, out: &mut impl Write) -> Result<(u64, JournalEnd), StoreError> {
        let (Examined { snapshot, .. }, end) = self.look()?;
        Ok((export::write(&snapshot, !end.is_whole(), out)?, end))
    }

    /// Follows the journal from after an event on.
    pub fn subscribe(&self, after: u64) -> Subscription {
        Subscription { reader: self.clone(), last: after, place: None, doubtful: 0 }
    }

    pub(super) fn journal(&self) -> &Path {
        &self.dir
    }

    /// The journal up to its last complete batch.
    fn snapshot(&self) -> Result<JournalSnapshot, StoreError> {
        Ok(examine(&self.dir)?.snapshot)
    }

    fn look(&self) -> Result<(Examined, JournalEnd), StoreError> {
        // First the mark: what is acknowledged meanwhile is not missing.
        let mark = mark::read(&self.store);
        let examined = examine(&self.dir)?;
        let mut end = JournalEnd::of(&self.dir, &examined, &[mark]);
        if end.last == 0 && end.has_lost() {
            return Err(StoreError::Lost(end));
        }
        // Its owner is writing it.
        end.torn = end.torn.filter(|_| Lock::holder(&self.store).is_none());
        Ok((examined, end))
    }
}

/// The states by the index and what the journal adds; `None` when the index was not made from this journal.
fn from_index((mark, states, sealed): Copied, examined: &Examined) -> Result<Option<ReadModel>, StoreError> {
    let history = History::of(examined, &sealed, mark.seq)?;
    if mark.seq == 0 || history.there != Some(mark) {
        return Ok(None);
    }
    let read_model = ReadModel::default();
    read_model.fill(mark.seq, states);
    // The index is doubted before the journal is.
    let Ok(newer) = fold::fold(&examined.snapshot, &read_model) else { return Ok(None) };
    read_model.put(examined.snapshot.last, newer);
    Ok(Some(read_model))
}

/// Follows a journal batch by batch, as soon as it is written, perhaps a moment before its owner acknowledges it.
#[derive(Debug, Clone)]
pub struct Subscription {
    reader: JournalReader,
    /// The last event that was handed over.
    last: u64,
    /// Where the next one will be.
    place: Option<(Segment, u64)>,
    doubtful: u32,
}

impl Subscription {
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
            let snapshot = self.reader.snapshot()?;
            let next = self.last.saturating_add(1);
            let index = snapshot.segments.partition_point(|segment| segment.first <= next).checked_sub(1);
            let Some((index, segment)) = index.and_then(|index| Some((index, snapshot.segments.get(index)?.clone())))
            else {
                return Ok(None);
            };
            let at_end = next > snapshot.last;
            let offset = if at_end { segment.len } else { snapshot.locate(&segment.open()?, index, next)? };
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
