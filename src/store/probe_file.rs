//! The file of the last probes: records are added in batches without a sync, the newest of a dealership counts. What does
//! not fit its checksum is dropped with all that follows it: it costs a probe each, nothing else. It is no part of the
//! index, so that an index that is made anew does not take it along.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::disk::{Disk, LogFile, io_error, is_regular};
use super::{ProbeStates, StoreError};
use crate::domain::{DaySlots, DealershipId, Outcome, ProbeState, SlotCounts, Timestamp};

/// What the file begins with; another version begins otherwise.
const MAGIC: &[u8] = b"cloverwatch probes 1\n";
/// No record is longer: a length beyond it is damage.
const LONGEST: usize = 64 * 1024;
/// How many outdated records there are at least when the file is written anew.
const WORTH_IT: usize = 10_000;
/// How many bytes are written at once when it is.
const PORTION: usize = 1024 * 1024;

type States = HashMap<DealershipId, Arc<ProbeState>>;

/// What was in the file.
#[derive(Default)]
struct Contents {
    states: States,
    /// How many records, outdated ones too.
    records: usize,
    /// How far it is whole.
    good: u64,
    /// Whether something follows that is not.
    damaged: bool,
}

/// The file that the owner of the store writes.
pub(super) struct ProbeFile {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    file: Option<Box<dyn LogFile>>,
    /// How far it is whole.
    len: u64,
    /// Whether something may follow that is not: it is cut off before anything is added.
    ragged: bool,
    records: usize,
}

fn place(dir: &Path) -> PathBuf {
    dir.join("probes")
}

/// The last probes of a store, whoever owns it.
pub(super) fn read(dir: &Path) -> States {
    contents(&place(dir)).states
}

impl ProbeFile {
    /// Reads the file of a store. A missing one is an empty one.
    pub fn open(disk: Arc<dyn Disk>, dir: &Path, notices: &mut Vec<String>) -> (Self, States) {
        let path = place(dir);
        if let Err(why) = is_regular(&path) {
            notices.push(format!(
                "{}: {why}. The last looks are not known, and cannot be kept until it is moved away",
                path.display()
            ));
        }
        let Contents { states, records, good, damaged } = contents(&path);
        if damaged {
            let known = states.len();
            notices.push(format!(
                "{} is damaged: the last looks at {known} dealerships are known, what followed them is dropped; the others \
                 are looked at again",
                path.display()
            ));
        }
        (Self { disk, path, file: None, len: good, ragged: damaged, records }, states)
    }

    /// Adds records; writes the file anew from `all` when most is outdated. Not synced: what is lost is probed again.
    pub fn save(&mut self, changed: &[(DealershipId, Arc<ProbeState>)], all: &ProbeStates) -> Result<(), StoreError> {
        let outdated = (self.records + changed.len()).saturating_sub(all.len());
        let saved = if outdated > all.len() + WORTH_IT { self.rewrite(&all.all()) } else { self.append(changed) };
        saved.map_err(|error| io_error("writing", &self.path, &error))
    }

    fn append(&mut self, changed: &[(DealershipId, Arc<ProbeState>)]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for (id, state) in changed {
            encode(*id, state, &mut bytes)?;
        }
        if self.file.is_none() {
            self.file = Some(self.disk.open(&self.path)?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        if self.ragged {
            file.truncate(self.len)?;
        }
        self.ragged = true;
        if self.len == 0 {
            file.write(MAGIC, 0)?;
            self.len = MAGIC.len() as u64;
        }
        file.write(&bytes, self.len)?;
        self.len += bytes.len() as u64;
        self.records += changed.len();
        self.ragged = false;
        Ok(())
    }

    /// Writes a new file beside the old one, and puts it in its place when it is whole.
    fn rewrite(&mut self, all: &States) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let mut file = self.disk.open(&beside)?;
        file.truncate(0)?;
        let mut bytes = MAGIC.to_vec();
        let mut len = 0;
        for (id, state) in all {
            encode(*id, state, &mut bytes)?;
            if bytes.len() >= PORTION {
                file.write(&bytes, len)?;
                len += bytes.len() as u64;
                bytes.clear();
            }
        }
        file.write(&bytes, len)?;
        file.sync()?;
        self.disk.rename(&beside, &self.path)?;
        (self.file, self.len) = (Some(file), len + bytes.len() as u64);
        (self.ragged, self.records) = (false, all.len());
        Ok(())
    }
}

/// Reads as far as the file is whole.
fn contents(path: &Path) -> Contents {
    let mut contents = Contents::default();
    let Ok(file) = is_regular(path).and_then(|()| File::open(path)) else { return contents };
    // It was created, and the program ended before it wrote anything.
    if file.metadata().is_ok_and(|data| data.len() == 0) {
        return contents;
    }
    let mut reader = BufReader::with_capacity(256 * 1024, file);
    let mut bytes = vec![0; MAGIC.len()];
    match reader.read_exact(&mut bytes) {
        Ok(()) if bytes == MAGIC => contents.good = MAGIC.len() as u64,
        _ => {
            contents.damaged = true;
            return contents;
        }
    }
    loop {
        match next(&mut reader, &mut bytes) {
            Ok(Some((id, state))) => {
                contents.states.insert(id, Arc::new(state));
                contents.records += 1;
                contents.good += (HEAD + bytes.len()) as u64;
            }
            Ok(None) => return contents,
            Err(_) => {
                contents.damaged = true;
                return contents;
            }
        }
    }
}

/// A record: the length of its payload, the checksum of it, and the payload.
const HEAD: usize = 8;

/// The next record, its payload left in `bytes`; `None` at the end.
fn next(reader: &mut impl Read, bytes: &mut Vec<u8>) -> io::Result<Option<(DealershipId, ProbeState)>> {
    let mut head = Vec::with_capacity(HEAD);
    reader.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(None);
    }
    let head: [u8; HEAD] = head.try_into().map_err(|_| io::ErrorKind::UnexpectedEof)?;
    let head = u64::from_le_bytes(head);
    let (len, crc) = (head as u32, (head >> 32) as u32);
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    if len > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    bytes.resize(len, 0);
    reader.read_exact(bytes)?;
    if crc32fast::hash(bytes) != crc {
        return Err(io::ErrorKind::InvalidData.into());
    }
    of_record(bytes).map(Some)
}

/// A state by itself, as it stands in the file.
pub(super) fn record(id: DealershipId, state: &ProbeState) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(&Record::of(id, state)).map_err(io::Error::other)
}

pub(super) fn of_record(bytes: &[u8]) -> io::Result<(DealershipId, ProbeState)> {
    let record: Record = postcard::from_bytes(bytes).map_err(io::Error::other)?;
    record.read().ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn encode(id: DealershipId, state: &ProbeState, out: &mut Vec<u8>) -> io::Result<()> {
    let payload = record(id, state)?;
    if payload.len() > LONGEST {
        return Ok(());
    }
    out.extend_from_slice(&u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&crc32fast::hash(&payload).to_le_bytes());
    out.extend_from_slice(&payload);
    Ok(())
}

/// See [`ProbeState`]: moments in milliseconds, days by their number.
#[derive(Serialize, Deserialize)]
struct Record<'a> {
    id: u64,
    dealer_code: &'a str,
    at: i64,
    outcome: Outcome,
    reason: &'a str,
    since: i64,
    slots: Option<Counted>,
}

#[derive(Serialize, Deserialize)]
struct Counted {
    at: i64,
    count: u32,
    next: Option<i64>,
    by_day: Vec<(i32, u32)>,
}

impl<'a> Record<'a> {
    fn of(id: DealershipId, state: &'a ProbeState) -> Self {
        let slots = state.slots.as_ref().map(|(at, counts)| Counted {
            at: at.timestamp_millis(),
            count: counts.count,
            next: counts.next.map(|next| next.and_utc().timestamp()),
            by_day: counts.by_day.iter().map(|day| (day.date.num_days_from_ce(), day.count)).collect(),
        });
        Self {
            id: id.bits(),
            dealer_code: &state.dealer_code,
            at: state.at.timestamp_millis(),
            outcome: state.outcome,
            reason: &state.reason,
            since: state.since.timestamp_millis(),
            slots,
        }
    }

    fn read(self) -> Option<(DealershipId, ProbeState)> {
        let moment = |millis: i64| -> Option<Timestamp> { DateTime::from_timestamp_millis(millis) };
        let slots = match self.slots {
            Some(counted) => Some((moment(counted.at)?, counted.read()?)),
            None => None,
        };
        let state = ProbeState {
            dealer_code: self.dealer_code.into(),
            at: moment(self.at)?,
            outcome: self.outcome,
            reason: self.reason.into(),
            since: moment(self.since)?,
            slots,
        };
        Some((DealershipId::from_bits(self.id), state))
    }
}

impl Counted {
    fn read(self) -> Option<SlotCounts> {
        let day = |(date, count)| Some(DaySlots { date: NaiveDate::from_num_days_from_ce_opt(date)?, count });
        let next = match self.next {
            Some(seconds) => Some(DateTime::from_timestamp(seconds, 0)?.naive_utc()),
            None => None,
        };
        Some(SlotCounts { count: self.count, next, by_day: self.by_day.into_iter().map(day).collect::<Option<_>>()? })
    }
}
