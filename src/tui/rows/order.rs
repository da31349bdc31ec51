//! The lists of slots: taking one out, putting it in, ordering all.

use std::cmp::Ordering;

use super::DealershipRows;
use super::tab::{MATCHES, NAMED, Tab, is_there, shows};

/// Where fewer than one row in so many has changed, it is quicker to put these into their places than to order all.
const CHANGED_SHARE: usize = 8;

impl DealershipRows {
    /// Gives slots that changed, and left their places unless they are many, the places that they belong to.
    pub(super) fn arrange(&mut self, changed: &[u32], many: bool) {
        if many {
            if changed.len() < self.sorted.len() / CHANGED_SHARE {
                self.sort_in(changed);
                self.collect_visible();
            } else {
                self.order_all();
            }
            self.count_all();
        } else {
            changed.iter().for_each(|slot| self.enter(*slot));
            self.find_sections();
        }
    }

    pub(super) fn order_all(&mut self) {
        self.sorted = self.keys.order(self.sort);
        self.collect_visible();
    }

    /// Gives some slots their places among the others, which stay in their order.
    fn sort_in(&mut self, changed: &[u32]) {
        let mut is_changed = vec![false; self.slots.len()];
        let mut moved = Vec::with_capacity(changed.len());
        for slot in changed {
            if is_changed.get_mut(*slot as usize).is_some_and(|is_changed| !std::mem::replace(is_changed, true)) {
                moved.push(*slot);
            }
        }
        moved.sort_unstable_by(|one, other| self.keys.compare(self.sort, *one, *other));
        let mut others = std::mem::take(&mut self.sorted);
        others.retain(|slot| is_changed.get(*slot as usize).is_none_or(|is_changed| !is_changed));
        let mut rest = &*others;
        for slot in moved {
            let place = rest.partition_point(|other| self.keys.compare(self.sort, *other, slot).is_lt());
            let (before, behind) = rest.split_at(place);
            self.sorted.extend_from_slice(before);
            self.sorted.push(slot);
            rest = behind;
        }
        self.sorted.extend_from_slice(rest);
    }

    /// Takes a slot out of the lists. Needs the keys by which it came in.
    pub(super) fn leave(&mut self, slot: u32) {
        self.version += 1;
        let Ok(place) = self.sorted.binary_search_by(|other| self.keys.compare(self.sort, *other, slot)) else {
            return;
        };
        let seen = self.visible.binary_search_by(|other| self.compare(*other, slot));
        self.sorted.remove(place);
        if let Ok(place) = seen {
            self.visible.remove(place);
        }
        self.count_row(slot, |count| count.saturating_sub(1));
    }

    fn enter(&mut self, slot: u32) {
        self.version += 1;
        let Err(place) = self.sorted.binary_search_by(|other| self.keys.compare(self.sort, *other, slot)) else {
            return;
        };
        let seen = self.visible.binary_search_by(|other| self.compare(*other, slot));
        self.sorted.insert(place, slot);
        if let Err(place) = seen
            && self.is_visible(slot)
        {
            self.visible.insert(place, slot);
        }
        self.count_row(slot, |count| count + 1);
    }

    /// The order of two slots in the table: those whose name matches the words of the filter come first.
    pub(super) fn compare(&self, one: u32, other: u32) -> Ordering {
        let by_name = self.is_named(other).cmp(&self.is_named(one));
        by_name.then_with(|| self.keys.compare(self.sort, one, other))
    }

    /// Whether the words of the filter are in the name.
    pub(super) fn is_named(&self, slot: u32) -> bool {
        self.tabs.get(slot as usize).is_some_and(|tabs| tabs & NAMED != 0)
    }

    fn count_row(&mut self, slot: u32, change: impl Fn(usize) -> usize) {
        let counts = |tabs: &&u16| **tabs & MATCHES != 0 && is_there(**tabs);
        let Some(tabs) = self.tabs.get(slot as usize).filter(counts) else { return };
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
