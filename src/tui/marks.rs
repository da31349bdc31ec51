//! The marked dealerships, by id: they survive filters, tabs and sorts.

use std::collections::BTreeSet;

use crate::domain::DealershipId;

/// A set of dealerships that knows when it changed.
#[derive(Debug, Default)]
pub struct Marks {
    ids: BTreeSet<DealershipId>,
    version: u64,
}

impl Marks {
    /// Another number after every change.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How many are marked.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether none is marked.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether one is marked.
    pub fn contains(&self, id: DealershipId) -> bool {
        self.ids.contains(&id)
    }

    /// Those that are marked, in no useful order.
    pub fn iter(&self) -> impl Iterator<Item = DealershipId> + '_ {
        self.ids.iter().copied()
    }

    /// Marks more.
    pub fn extend(&mut self, ids: impl Iterator<Item = DealershipId>) {
        self.version += 1;
        self.ids.extend(ids);
    }

    /// Marks or unmarks.
    pub fn toggle(&mut self, id: DealershipId) {
        self.version += 1;
        if !self.ids.remove(&id) {
            self.ids.insert(id);
        }
    }

    /// Unmarks one.
    pub fn remove(&mut self, id: DealershipId) {
        self.version += 1;
        self.ids.remove(&id);
    }

    /// Unmarks all.
    pub fn clear(&mut self) {
        self.version += 1;
        self.ids.clear();
    }
}
