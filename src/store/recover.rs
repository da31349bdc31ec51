//! Looking the journal over: what is whole, what is torn at its end, what is damaged. Only [`cut`] changes anything.

use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::disk::{Disk, io_error};
use super::journal_snapshot::{JournalSnapshot, Segment};
use super::line::{self, LineHeader};
use super::lines::{forward, read_some};
use crate::failure_point::FailurePoint;

const DOES_NOT_FIT: &str = "the checksum of the line does not fit";

/// A journal that was looked over.
#[derive(Debug, Default)]
pub(super) struct Examined {
    /// Up to its last complete batch.
    pub snapshot: JournalSnapshot,
    pub torn: Option<Torn>,
    /// The checksum of its first line, by which it is recognised; 0 for none.
    pub identity: u32,
    /// The checksums of the lines of the newest segment, as far as they count.
    pub newest: Vec<u32>,
}

/// What follows the last complete batch of a journal: a write that was interrupted, or damage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    pub file: PathBuf,
    pub after: u64,
    pub bytes: u64,
    /// What is wrong with it.
    pub why: &'static str,
}

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, after, bytes, why } = self;
        let bytes = if *bytes == 1 { "one byte".to_owned() } else { format!("{bytes} bytes") };
        write!(f, "{}: {bytes} after event {after} are no complete batch ({why})", file.display())
    }
}

#[derive(Debug)]
struct Checked {
    /// The last event of its last complete batch; the one before the segment when it has none.
    last: u64,
    good: u64,
    /// Why what follows it is not a complete batch.
    torn: Option<&'static str>,
    /// The checksums of the lines up to there.
    crcs: Vec<u32>,
}

/// Lists the segments of a journal and checks the last one. The segments before it are checked by [`check_sealed`].
pub(super) fn examine(dir: &Path) -> Result<Examined, StoreError> {
    let mut segments = Segment::list(dir)?;
    let Some(first) = segments.first() else { return Ok(Examined::default()) };
    if first.first != 1 {
        return Err(
            first.damaged(0, format!("the journal begins with event {}: earlier files are missing", first.first))
        );
    }
    let head = first_head(first)?;
    let identity = head.map_or(0, |head| head.crc);
    // A first line that cannot be read was perhaps never acknowledged: only one that can be says that groups are not marked.
    let groups = head.is_none_or(|head| head.group);
    let Some(newest) = segments.last_mut() else { return Ok(Examined::default()) };
    let Checked { last, good, torn, crcs } = check(newest, groups, &mut |_| {})?;
    let bytes = newest.len.saturating_sub(good);
    let torn = torn.map(|why| Torn { file: newest.path.to_path_buf(), after: last, bytes, why });
    newest.len = good;
    Ok(Examined { snapshot: JournalSnapshot { segments, last }, torn, identity, newest: crcs })
}

fn first_head(segment: &Segment) -> Result<Option<LineHeader>, StoreError> {
    let file = segment.open()?;
    let read = |_, text: &[u8]| ControlFlow::Break(line::head(text));
    let (_, head) = forward(&file, 0..segment.len, read).map_err(|error| segment.io(&error))?;
    Ok(head.flatten())
}

/// Checks a segment that is not the last: it is whole and leads up to the next. Answers its lines' checksums.
pub(super) fn check_sealed(segment: &Segment, next: &Segment) -> Result<Vec<u32>, StoreError> {
    check_sealed_telling(segment, next, &mut |_| {})
}

fn check_sealed_telling(segment: &Segment, next: &Segment, tell: &mut dyn FnMut(u64)) -> Result<Vec<u32>, StoreError> {
    let checked = check(segment, false, tell)?;
    if let Some(why) = checked.torn {
        return Err(segment.damaged(checked.good, format!("a batch does not end ({why}), though a later file exists")));
    }
    if checked.last + 1 != next.first {
        let (from, to) = (checked.last + 1, next.first.saturating_sub(1));
        return Err(next.damaged(0, format!("events {from} to {to} are missing before this file")));
    }
    Ok(checked.crcs)
}

/// Checks every segment from end to end. `tell` hears how many bytes more were read, line by line.
pub(super) fn verify(snapshot: &JournalSnapshot, tell: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
    for pair in snapshot.segments.windows(2) {
        let [segment, next] = pair else { continue };
        check_sealed_telling(segment, next, tell)?;
    }
    let Some(newest) = snapshot.segments.last() else { return Ok(()) };
    let checked = check(newest, false, tell)?;
    if checked.torn.is_some() || checked.last != snapshot.last {
        return Err(newest.damaged(checked.good, format!("it should go on to event {}", snapshot.last)));
    }
    Ok(())
}

/// Checks a segment of a journal in which groups are marked, or not until a line says so.
fn check(segment: &Segment, groups: bool, tell: &mut dyn FnMut(u64)) -> Result<Checked, StoreError> {
    let file = segment.open()?;
    let mut state = Checker::of(segment, groups);
    let step = |offset: u64, text: &[u8]| {
        tell(text.len() as u64 + 1);
        state.take(segment, offset, text)
    };
    let (stop, broke) = forward(&file, 0..segment.len, step).map_err(|error| segment.io(&error))?;
    if let Some(error) = broke {
        return Err(error);
    }
    let torn = match &state.bad {
        Some(Bad { hole: true, .. }) => Some("a part of it was never written and reads as zeros"),
        _ if stop < segment.len => Some("the last line has no end"),
        Some(_) => Some("the checksum of the last line does not fit"),
        None if state.left > 0 => Some("its batch is not complete"),
        None => None,
    };
    let Checker { last, good, mut crcs, .. } = state;
    crcs.truncate(usize::try_from(last + 1 - segment.first).unwrap_or(usize::MAX));
    Ok(Checked { last, good, torn, crcs })
}

struct Checker {
    expected: u64,
    /// How many events of the batch must follow.
    left: u64,
    last: u64,
    good: u64,
    bad: Option<Bad>,
    /// Groups are marked in this file.
    groups: bool,
    crcs: Vec<u32>,
}

/// The first line whose checksum does not fit.
struct Bad {
    offset: u64,
    /// Pages of it are missing, as they may be in a group that was being written when the power failed.
    hole: bool,
}

impl Checker {
    fn of(segment: &Segment, groups: bool) -> Self {
        let last = segment.first - 1;
        Self { expected: segment.first, left: 0, last, good: 0, bad: None, groups, crcs: Vec::new() }
    }

    fn take(&mut self, segment: &Segment, offset: u64, text: &[u8]) -> ControlFlow<StoreError> {
        let Some(head) = line::head(text) else {
            let hole = self.groups && memchr::memchr(0, text).is_some();
            self.bad.get_or_insert(Bad { offset, hole });
            return ControlFlow::Continue(());
        };
        match self.bad {
            // The pages of one group reach the disk in any order. Once a later group follows, all of them had.
            Some(Bad { hole: true, .. }) if !head.group => return ControlFlow::Continue(()),
            // A whole line after a broken one: that is not what an interrupted write leaves behind.
            Some(Bad { offset, .. }) => return ControlFlow::Break(segment.damaged(offset, DOES_NOT_FIT)),
            None => {}
        }
        if head.seq != self.expected {
            let what = format!("event {} should be here, not event {}", self.expected, head.seq);
            return ControlFlow::Break(segment.damaged(offset, what));
        }
        if self.left > 0 && head.left + 1 != self.left {
            let what = format!("event {} is not the one that its batch goes on with", head.seq);
            return ControlFlow::Break(segment.damaged(offset, what));
        }
        self.expected += 1;
        self.groups |= head.group;
        self.crcs.push(head.crc);
        self.left = head.left;
        if head.left == 0 {
            self.last = head.seq;
            self.good = offset + text.len() as u64 + 1;
        }
        ControlFlow::Continue(())
    }
}

/// Keeps what follows the last complete batch in a file beside its segment, then cuts it off.
pub(super) fn cut(disk: &dyn Disk, snapshot: &JournalSnapshot) -> Result<Option<PathBuf>, StoreError> {
    let Some(segment) = snapshot.segments.last() else { return Ok(None) };
    let good = segment.len;
    let file = segment.open()?;
    let kept = free_name(&segment.path);
    let keep = || -> io::Result<()> {
        let mut out = disk.create(&kept)?;
        let mut buffer = vec![0; 64 * 1024];
        let mut at = good;
        loop {
            let read = read_some(&file, &mut buffer, at)?;
            if read == 0 {
                break;
            }
            out.write(&buffer[..read], at - good)?;
            at += read as u64;
        }
        out.sync()?;
        kept.parent().map_or(Ok(()), |parent| disk.sync_dir(parent))
    };
    keep().map_err(|error| io_error("keeping the torn end in", &kept, &error))?;
    FailurePoint::TornEndKept.pass();
    let cut = disk.open(&segment.path).and_then(|mut file| file.truncate(good));
    cut.map_err(|error| io_error("cutting", &segment.path, &error))?;
    Ok(Some(kept))
}

fn free_name(path: &Path) -> PathBuf {
    let mut number = 1u32;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".cut-{number}"));
        let name = PathBuf::from(name);
        if !name.exists() {
            return name;
        }
        number += 1;
    }
}
