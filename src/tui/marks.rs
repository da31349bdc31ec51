//! The marked dealerships, by id: they survive filters, tabs and sorts.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use crate::domain::DealershipId;

/// Ids are random bits already: mixing them once is enough, and 100,000 of them are marked while a key is answered.
#[derive(Debug, Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

/// A set of dealerships that knows when it changed.
#[derive(Debug, Default)]
pub struct MarkedSet {
    ids: HashSet<DealershipId, BuildHasherDefault<IdHasher>>,
    version: u64,
}

impl MarkedSet {
    /// Another number after every change.
    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub fn contains(&self, id: DealershipId) -> bool {
        self.ids.contains(&id)
    }

    /// Those that are marked, in no useful order.
    pub fn iter(&self) -> impl Iterator<Item = DealershipId> + '_ {
        self.ids.iter().copied()
    }

    /// Marks more, of which there are so many.
    pub fn extend(&mut self, ids: impl Iterator<Item = DealershipId>, count: usize) {
        self.version += 1;
        self.ids.reserve(count);
        self.ids.extend(ids);
    }

    pub fn toggle(&mut self, id: DealershipId) {
        self.version += 1;
        if !self.ids.remove(&id) {
            self.ids.insert(id);
        }
    }

    /// Marks those, of which there are so many, that are not marked, and unmarks the others.
    pub fn invert(&mut self, ids: impl Iterator<Item = DealershipId>, count: usize) {
        self.ids.reserve(count.saturating_sub(self.ids.len()));
        ids.for_each(|id| self.toggle(id));
    }

    pub fn remove(&mut self, id: DealershipId) {
        self.version += 1;
        self.ids.remove(&id);
    }

    pub fn clear(&mut self) {
        self.version += 1;
        self.ids.clear();
    }
}
