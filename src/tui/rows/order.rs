//! The lists of slots: taking one out, putting it in, ordering all.

use super::tab::{MATCHES, Tab, shows};
use super::{DealershipRows, TableColumn};

/// How the rows are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    pub column: TableColumn,
    /// The largest first. What has no value comes last either way.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { column: TableColumn::Attention, descending: false }
    }
}

impl DealershipRows {
    /// Gives slots that changed, and left their places unless they are many, the places that they belong to.
    pub(super) fn arrange(&mut self, changed: &[u32], many: bool) {
        if many {
            self.order_all();
            self.count_all();
        } else {
            changed.iter().for_each(|slot| self.enter(*slot));
        }
    }

    pub(super) fn order_all(&mut self) {
        self.sorted = self.keys.order(self.sort);
        self.collect_visible();
    }

    /// Takes a slot out of the lists. Needs the keys by which it came in.
    pub(super) fn leave(&mut self, slot: u32) {
        self.version += 1;
        let Self { sorted, visible, keys, sort, .. } = self;
        let Ok(place) = sorted.binary_search_by(|other| keys.compare(*sort, *other, slot)) else { return };
        sorted.remove(place);
        if let Ok(place) = visible.binary_search_by(|other| keys.compare(*sort, *other, slot)) {
            visible.remove(place);
        }
        self.count_row(slot, |count| count.saturating_sub(1));
    }

    fn enter(&mut self, slot: u32) {
        self.version += 1;
        let shown = self.is_visible(slot);
        let Self { sorted, visible, keys, sort, .. } = self;
        let Err(place) = sorted.binary_search_by(|other| keys.compare(*sort, *other, slot)) else { return };
        sorted.insert(place, slot);
        if shown && let Err(place) = visible.binary_search_by(|other| keys.compare(*sort, *other, slot)) {
            visible.insert(place, slot);
        }
        self.count_row(slot, |count| count + 1);
    }

    fn count_row(&mut self, slot: u32, change: impl Fn(usize) -> usize) {
        let Some(tabs) = self.tabs.get(slot as usize).filter(|tabs| **tabs & MATCHES != 0) else { return };
        self.matching = change(self.matching);
        for (tab, count) in Tab::ALL.iter().zip(&mut self.counts) {
            if tabs & tab.bit() != 0 {
                *count = change(*count);
            }
        }
    }

    pub(super) fn is_visible(&self, slot: u32) -> bool {
        self.tabs.get(slot as usize).is_some_and(|tabs| shows(*tabs, self.tab))
    }
}
