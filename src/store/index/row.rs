//! The rows of the index: some dealerships each, because sled's cost is by the row, and with a checksum of their own,
//! because sled's were seen to miss damage.

use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;
use std::{fs, io, thread};

use serde::{Deserialize, Serialize};

use super::Unusable;
use crate::domain::{DealershipId, Onboarding};
use crate::store::journal_snapshot::Segment;
use crate::store::mark::Mark;

/// The key of the row that says what the others are; the others have two bytes.
pub(super) const META: &[u8] = b"meta";
/// How many rows there are at most: about a dozen dealerships in each when there are 100,000.
pub(super) const ROWS: u16 = 8_192;
/// Changes whenever a state does, or the places of the kinds of events: another one is made anew from the events.
pub const SCHEMA: u32 = 9;
/// How many rows are decoded at once.
const PORTION: usize = 128;

/// A segment of the journal that was checked from end to end, and how to recognise it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    pub first: u64,
    pub last: u64,
    pub len: u64,
    pub inode: u64,
    /// When it was last written, in seconds and nanoseconds.
    pub written: (i64, i64),
    /// The history up to its end, as a mark has it.
    pub history: u64,
}

impl Sealed {
    /// A segment as it is now, up to the one after it, with the history up to its end.
    pub fn of(segment: &Segment, next: &Segment, history: u64) -> io::Result<Self> {
        let file = fs::metadata(&segment.path)?;
        let written = (file.mtime(), file.mtime_nsec());
        let last = next.first.saturating_sub(1);
        Ok(Self { first: segment.first, last, len: file.len(), inode: file.ino(), written, history })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Meta {
    pub schema: u32,
    /// The newest event in them: the second field in every version.
    pub applied: u64,
    pub journal: u32,
    pub history: u64,
    /// How many dealerships there are.
    pub count: u64,
    /// [`mix`] over all of them.
    pub sum: u64,
    pub sealed: Vec<Sealed>,
}

impl Meta {
    pub fn encode(&self) -> Result<Vec<u8>, String> {
        pack(META, self)
    }

    pub fn decode(value: &[u8]) -> Result<Self, Unusable> {
        let value = unpack(META, value)?;
        let words = |error: postcard::Error| error.to_string();
        let ((schema, applied), _) = postcard::take_from_bytes::<(u32, u64)>(value).map_err(words)?;
        if schema != SCHEMA {
            return Err(Unusable::OtherVersion { applied });
        }
        Ok(postcard::from_bytes(value).map_err(words)?)
    }

    pub fn mark(&self) -> Mark {
        Mark { journal: self.journal, seq: self.applied, history: self.history }
    }
}

/// The row that a dealership is in.
pub(super) fn place(id: DealershipId) -> u16 {
    (mix(id, 0) % u64::from(ROWS)) as u16
}

pub(super) fn encode(place: u16, states: &[Arc<Onboarding>]) -> Result<Vec<u8>, String> {
    pack(&place.to_be_bytes(), &states)
}

/// A share in a sum that does not depend on the order, and changes when a row is missing or old.
pub(super) fn mix(id: DealershipId, version: u64) -> u64 {
    let mut bits = id.bits() ^ version.rotate_left(50).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Reads all dealerships, decoding on a second thread.
pub(super) fn read_all(db: &sled::Db, count: u64) -> Result<Vec<Arc<Onboarding>>, String> {
    let capacity = usize::try_from(count).unwrap_or(0).min(10_000_000);
    thread::scope(|scope| {
        let (send, receive) = std::sync::mpsc::sync_channel::<Vec<(sled::IVec, sled::IVec)>>(8);
        let decoder = scope.spawn(move || {
            let mut states = Vec::with_capacity(capacity);
            for (key, value) in receive.into_iter().flatten() {
                decode(&key, &value, &mut states)?;
            }
            Ok(states)
        });
        let mut portion = Vec::with_capacity(PORTION);
        for row in db.iter() {
            let row = row.map_err(|error| error.to_string())?;
            if *row.0 == *META {
                continue;
            }
            portion.push(row);
            if portion.len() == PORTION
                && send.send(std::mem::replace(&mut portion, Vec::with_capacity(PORTION))).is_err()
            {
                break;
            }
        }
        // When the decoder has ended already, it says why.
        let _ = send.send(portion);
        drop(send);
        decoder.join().unwrap_or_else(|_| Err("a row made the decoder panic".to_owned()))
    })
}

fn decode(key: &[u8], value: &[u8], states: &mut Vec<Arc<Onboarding>>) -> Result<(), String> {
    let row: Vec<Onboarding> = postcard::from_bytes(unpack(key, value)?).map_err(|error| error.to_string())?;
    for state in row {
        if place(state.id).to_be_bytes() != *key {
            return Err("a row is in another's place".to_owned());
        }
        states.push(Arc::new(state));
    }
    Ok(())
}

/// Serializes behind a checksum over key and value.
fn pack(key: &[u8], value: &impl Serialize) -> Result<Vec<u8>, String> {
    let mut row = postcard::to_extend(value, vec![0; 4]).map_err(|error| error.to_string())?;
    let crc = checksum(key, &row[4..]);
    row[..4].copy_from_slice(&crc.to_le_bytes());
    Ok(row)
}

fn unpack<'a>(key: &[u8], row: &'a [u8]) -> Result<&'a [u8], String> {
    match row.split_first_chunk::<4>() {
        Some((crc, value)) if u32::from_le_bytes(*crc) == checksum(key, value) => Ok(value),
        _ => Err("the checksum of a row does not fit".to_owned()),
    }
}

fn checksum(key: &[u8], value: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(value);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A state in which everything is there, as JSON.
    const STATE: &str = include_str!("state.json");
    /// The checksum of its row in this schema.
    const ROW: u32 = 3_541_779_164;

    #[test]
    fn another_form_of_the_states_is_another_schema() {
        let state: Onboarding = serde_json::from_str(STATE).unwrap();
        assert_eq!(serde_json::to_string_pretty(&state).unwrap(), STATE.trim_end(), "state.json lacks something");
        let state = Arc::new(state);
        let row = encode(place(state.id), &[Arc::clone(&state)]).unwrap();
        let mut read = Vec::new();
        decode(&place(state.id).to_be_bytes(), &row, &mut read).unwrap();
        assert_eq!(read, [state]);
        assert_eq!(
            crc32fast::hash(&row),
            ROW,
            "the rows changed ({} bytes): raise SCHEMA, then correct ROW",
            row.len()
        );
    }
}
