//! Looking the journal over at opening: what is whole, what was torn at the end, what is damaged.

use std::fs::File;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::disk::{io_error, private_file, sync_dir};
use super::line;
use super::lines::{forward, read_some};
use super::view::{Segment, View};

/// What one segment holds.
#[derive(Debug)]
struct Checked {
    /// The last event of its last complete batch; the one before the segment when it has none.
    last: u64,
    /// Where that batch ends.
    good: u64,
    /// What follows it that is not a complete batch.
    torn: Option<Torn>,
}

#[derive(Debug)]
struct Torn {
    why: &'static str,
    /// Lines or parts of lines.
    lines: u64,
}

/// Lists the segments of a journal that belongs to us and checks the last one; a torn end is kept in a file beside it,
/// cut off, and told to `notices`. The segments before it are checked by [`check_sealed`].
pub(super) fn recover(dir: &Path, notices: &mut Vec<String>) -> Result<View, StoreError> {
    let mut segments = Segment::list(dir)?;
    if let Some(first) = segments.first().filter(|first| first.first != 1) {
        return Err(
            first.damaged(0, format!("the journal begins with event {}: earlier files are missing", first.first))
        );
    }
    let Some(newest) = segments.last_mut() else { return Ok(View::default()) };
    let checked = check(newest, &mut |_| {})?;
    if let Some(torn) = &checked.torn {
        let kept = cut(newest, checked.good)?;
        let what = if torn.lines == 1 { "one unfinished line".to_owned() } else { format!("{} lines", torn.lines) };
        notices.push(format!(
            "{}: cut off {what} at the end ({}), kept in {}. Nothing that was acknowledged is in it, unless the file was \
             changed by something else",
            newest.path.display(),
            torn.why,
            kept.display(),
        ));
        newest.len = checked.good;
    }
    Ok(View { segments, last: checked.last })
}

/// Checks a segment that is not the last one: it must be whole and lead up to the next.
pub(super) fn check_sealed(segment: &Segment, next: &Segment) -> Result<(), StoreError> {
    check_sealed_telling(segment, next, &mut |_| {})
}

fn check_sealed_telling(segment: &Segment, next: &Segment, tell: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
    let checked = check(segment, tell)?;
    if let Some(torn) = checked.torn {
        return Err(
            segment.damaged(checked.good, format!("a batch does not end ({}), though a later file exists", torn.why))
        );
    }
    if checked.last + 1 != next.first {
        let (from, to) = (checked.last + 1, next.first.saturating_sub(1));
        return Err(next.damaged(0, format!("events {from} to {to} are missing before this file")));
    }
    Ok(())
}

/// Checks every segment from end to end. `tell` hears how many bytes more were read, line by line.
pub(super) fn verify(view: &View, tell: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
    for pair in view.segments.windows(2) {
        let [segment, next] = pair else { continue };
        check_sealed_telling(segment, next, tell)?;
    }
    let Some(newest) = view.segments.last() else { return Ok(()) };
    let checked = check(newest, tell)?;
    if checked.torn.is_some() || checked.last != view.last {
        return Err(newest.damaged(checked.good, format!("it should go on to event {}", view.last)));
    }
    Ok(())
}

fn check(segment: &Segment, tell: &mut dyn FnMut(u64)) -> Result<Checked, StoreError> {
    let file = segment.open()?;
    let mut state = Checker { expected: segment.first, left: 0, last: segment.first - 1, good: 0, bad: None, lines: 0 };
    let step = |offset: u64, text: &[u8]| {
        tell(text.len() as u64 + 1);
        state.take(segment, offset, text)
    };
    let (stop, broke) = forward(&file, 0..segment.len, step).map_err(|error| segment.io(&error))?;
    if let Some(error) = broke {
        return Err(error);
    }
    let torn = |why, more| Some(Torn { why, lines: state.lines + more });
    let torn = if stop < segment.len {
        torn("the last line has no end", 1)
    } else if state.bad.is_some() {
        torn("the checksum of the last line does not fit", 0)
    } else if state.left > 0 {
        torn("its batch is not complete", 0)
    } else {
        None
    };
    Ok(Checked { last: state.last, good: state.good, torn })
}

struct Checker {
    expected: u64,
    /// How many events of the batch must follow.
    left: u64,
    last: u64,
    good: u64,
    /// The first line whose checksum does not fit.
    bad: Option<u64>,
    /// Lines since the last complete batch.
    lines: u64,
}

impl Checker {
    fn take(&mut self, segment: &Segment, offset: u64, text: &[u8]) -> ControlFlow<StoreError> {
        self.lines += 1;
        let Some(head) = line::head(text) else {
            self.bad.get_or_insert(offset);
            return ControlFlow::Continue(());
        };
        // A whole line after a broken one: that is not what an interrupted write leaves behind.
        if let Some(bad) = self.bad {
            return ControlFlow::Break(segment.damaged(bad, "the checksum of the line does not fit"));
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
        self.left = head.left;
        if head.left == 0 {
            self.last = head.seq;
            self.good = offset + text.len() as u64 + 1;
            self.lines = 0;
        }
        ControlFlow::Continue(())
    }
}

/// Keeps what follows `good` in a file beside the segment, then cuts it off.
fn cut(segment: &Segment, good: u64) -> Result<PathBuf, StoreError> {
    let file = private_file(&segment.path).map_err(|error| segment.io(&error))?;
    let kept = free_name(&segment.path);
    let keep = || -> io::Result<()> {
        let mut out = private_file(&kept)?;
        let mut buffer = vec![0; 64 * 1024];
        let mut at = good;
        loop {
            let read = read_some(&file, &mut buffer, at)?;
            if read == 0 {
                break;
            }
            out.write_all(&buffer[..read])?;
            at += read as u64;
        }
        out.sync_all()?;
        kept.parent().map_or(Ok(()), sync_dir)
    };
    keep().map_err(|error| io_error("keeping the torn end in", &kept, &error))?;
    let cut = |file: &File| file.set_len(good).and_then(|()| file.sync_all());
    cut(&file).map_err(|error| io_error("cutting", &segment.path, &error))?;
    Ok(kept)
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
