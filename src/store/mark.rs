//! A mark: a place in a history, and what recognises the history up to it.
//!
//! The index carries the mark of its newest event, so that it is believed only beside the very journal that it was made
//! from. The newest mark is also kept in a small file of its own, which those read who own nothing: a journal that ends
//! before it has lost what was acknowledged.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::{Disk, is_regular, replace_private};

/// Everything up to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The journal's identity: the checksum of its first line; 0 without any.
    pub journal: u32,
    /// The event; 0 for none.
    pub seq: u64,
    /// Over the checksums of all lines up to that event.
    pub history: u64,
}

impl Mark {
    /// The mark of the next event, by the checksum of its line.
    pub fn then(self, crc: u32) -> Self {
        let seq = self.seq + 1;
        let history = (self.history.rotate_left(23) ^ u64::from(crc)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self { journal: if seq == 1 { crc } else { self.journal }, seq, history }
    }
}

/// Where the newest mark of a store is kept.
pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("journal.mark")
}

/// The newest mark that was kept. What cannot be read, or does not fit its checksum, is none.
pub(super) fn read(dir: &Path) -> Option<Mark> {
    let path = path(dir);
    is_regular(&path).ok()?;
    let text = fs::read_to_string(path).ok()?;
    let (crc, json) = text.trim_end().split_once(' ')?;
    let fits = u32::from_str_radix(crc, 16).ok()? == crc32fast::hash(json.as_bytes());
    fits.then(|| serde_json::from_str(json).ok()).flatten()
}

/// Keeps a mark whose event is durable. It need not be `durable` itself where an older one proves less, and nothing wrong.
pub(super) fn keep(disk: &dyn Disk, dir: &Path, mark: &Mark, durable: bool) -> io::Result<()> {
    let json = serde_json::to_string(mark)?;
    let text = format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()));
    replace_private(disk, &path(dir), text.as_bytes(), durable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::disk::RealDisk;

    #[test]
    fn a_mark_differs_with_any_line_before_it() {
        let mark = |lines: &[u32]| lines.iter().fold(Mark::default(), |mark, crc| mark.then(*crc));
        let one = mark(&[1, 2, 3]);
        assert_eq!((one.journal, one.seq), (1, 3));
        for other in [[1, 3, 2], [2, 1, 3], [1, 2, 4], [0, 2, 3]] {
            assert_ne!(mark(&other).history, one.history, "{other:?}");
        }
    }

    #[test]
    fn a_damaged_mark_is_none() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()), None);
        let mark = Mark::default().then(7);
        keep(&RealDisk, dir.path(), &mark, false).unwrap();
        assert_eq!(read(dir.path()), Some(mark));
        let whole = fs::read(path(dir.path())).unwrap();
        for place in 0..whole.len() - 1 {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            fs::write(path(dir.path()), bytes).unwrap();
            assert_eq!(read(dir.path()), None, "byte {place}");
        }
    }
}
