//! Going through the lines of a file, forwards and backwards, with a bounded buffer.

use std::fs::File;
use std::io;
use std::ops::{ControlFlow, Range};
use std::os::unix::fs::FileExt;

use memchr::{memchr, memchr_iter, memrchr};

/// How much is read at once: a little first, for those who want a line or two.
const FIRST_CHUNK: usize = 16 * 1024;
const CHUNK: usize = 512 * 1024;

/// Hands every complete line in a range (which begins at a line) to `take`, with its offset and without its newline.
/// The answer is where the last complete line ended, and what `take` broke off with.
pub(super) fn forward<B>(
    file: &File,
    range: Range<u64>,
    mut take: impl FnMut(u64, &[u8]) -> ControlFlow<B>,
) -> io::Result<(u64, Option<B>)> {
    let mut buffer = vec![0; FIRST_CHUNK.min(length(&range))];
    let (mut start, mut filled) = (range.start, 0);
    loop {
        let left = range.end.saturating_sub(start + filled as u64);
        if filled == buffer.len() && left > 0 {
            // A line that is longer than the buffer.
            buffer.resize(buffer.len() * 2, 0);
        }
        let room = (buffer.len() - filled).min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = read_some(file, &mut buffer[filled..filled + room], start + filled as u64)?;
        filled += read;
        let mut done = 0;
        for newline in memchr_iter(b'\n', &buffer[..filled]) {
            if let ControlFlow::Break(value) = take(start + done as u64, &buffer[done..newline]) {
                return Ok((start + newline as u64 + 1, Some(value)));
            }
            done = newline + 1;
        }
        buffer.copy_within(done..filled, 0);
        start += done as u64;
        filled -= done;
        if read == 0 {
            return Ok((start, None));
        }
        if buffer.len() < CHUNK && left > read as u64 {
            buffer.resize(buffer.len() * 2, 0);
        }
    }
}

/// Hands every line in a range (which begins and ends with whole lines) to `take`, the last one first.
pub(super) fn backward<B>(
    file: &File,
    range: Range<u64>,
    mut take: impl FnMut(u64, &[u8]) -> ControlFlow<B>,
) -> io::Result<Option<B>> {
    let mut end = range.end;
    let mut chunk = FIRST_CHUNK;
    let mut buffer = Vec::new();
    while end > range.start {
        let start = range.start.max(end.saturating_sub(chunk as u64));
        buffer.resize((end - start) as usize, 0);
        file.read_exact_at(&mut buffer, start)?;
        // The first line of the block may have begun before it.
        let first = match memchr(b'\n', &buffer) {
            _ if start == range.start => 0,
            Some(newline) if newline + 1 < buffer.len() => newline + 1,
            _ => {
                chunk *= 2;
                continue;
            }
        };
        let mut stop = buffer.len();
        while stop > first {
            let line = memrchr(b'\n', &buffer[first..stop - 1]).map_or(first, |newline| first + newline + 1);
            let text = buffer[line..stop].strip_suffix(b"\n").unwrap_or(&buffer[line..stop]);
            if let ControlFlow::Break(value) = take(start + line as u64, text) {
                return Ok(Some(value));
            }
            stop = line;
        }
        end = start + first as u64;
        chunk = (chunk * 2).min(CHUNK).max(chunk.min(CHUNK));
    }
    Ok(None)
}

/// Reads until the buffer is full or the file ends.
pub(super) fn read_some(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn length(range: &Range<u64>) -> usize {
    // One byte at least, so that doubling makes room.
    usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_ways_give_the_same_lines(sizes in prop::collection::vec(prop_oneof![0usize..200, 10_000usize..700_000], 0..12)) {
            let lines: Vec<Vec<u8>> = sizes.iter().enumerate().map(|(n, size)| vec![b'a' + n as u8; *size]).collect();
            let mut file = tempfile::tempfile().unwrap();
            for line in &lines {
                file.write_all(line).unwrap();
                file.write_all(b"\n").unwrap();
            }
            let end = file.metadata().unwrap().len();
            let mut seen = Vec::new();
            let (stop, broke) = forward(&file, 0..end, |offset, line| {
                seen.push((offset, line.to_vec()));
                ControlFlow::<()>::Continue(())
            }).unwrap();
            prop_assert_eq!((stop, broke), (end, None));
            prop_assert!(seen.iter().map(|(_, line)| line).eq(&lines));
            let mut reversed = Vec::new();
            backward(&file, 0..end, |offset, line| {
                reversed.push((offset, line.to_vec()));
                ControlFlow::<()>::Continue(())
            }).unwrap();
            reversed.reverse();
            prop_assert_eq!(seen, reversed);
        }
    }
}
