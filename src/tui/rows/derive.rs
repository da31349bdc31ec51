//! What of a row depends on its state, the moment and the filter: of many rows at once by several threads.

use std::cmp::Reverse;

use super::tab::{MATCHES, NAMED, tabs_of};
use super::{DealershipRows, TableColumn};
use crate::domain::Timestamp;
use crate::domain::query::{Derived, QueryContext};
use crate::domain::threads::in_threads;
use crate::present::column::{DealershipView, RowOrder};
use crate::present::time::Zone;

/// So many entries of what is due for each row are swept before they are more: a row leaves one behind at each change.
const DUE_PER_ROW: usize = 8;

/// So many are derived at once: of more what was derived would take much memory for a moment.
const PORTION: usize = 8_192;

/// What was derived of some rows, in their order.
struct DerivedRows {
    rows: Vec<DerivedRow>,
    /// By column: what orders them.
    numbers: [Vec<Option<u64>>; TableColumn::ALL.len()],
    newest_event: Option<Timestamp>,
}

struct DerivedRow {
    slot: u32,
    facts: Derived,
    tabs: u16,
    /// When time last changed it, and when it does so next.
    changes: (Option<Timestamp>, Option<Timestamp>),
}

impl DealershipRows {
    /// Everything about some rows that depends on their states, the moment and the filter.
    pub(super) fn derive(&mut self, slots: &[u32], now: Timestamp) {
        self.derived_at = now.max(self.derived_at);
        for portion in slots.chunks(PORTION) {
            self.derive_portion(portion, now);
        }
        if self.due.len() > self.slots.len() * DUE_PER_ROW {
            let due = (0..).zip(&self.slots).filter_map(|(slot, row)| Some(Reverse((row.next?, slot))));
            self.due = due.collect();
        }
    }

    fn derive_portion(&mut self, slots: &[u32], now: Timestamp) {
        for DerivedRows { rows, numbers, newest_event } in in_threads(slots, |share| vec![self.derived(share, now)]) {
            self.newest_event = newest_event.max(self.newest_event);
            for (column, numbers) in TableColumn::ALL.into_iter().zip(numbers) {
                rows.iter().zip(numbers).for_each(|(row, number)| self.keys.set_number(column, row.slot, number));
            }
            for derived in rows {
                let place = derived.slot as usize;
                let Some((row, tabs)) = self.slots.get_mut(place).zip(self.tabs.get_mut(place)) else { continue };
                (row.facts, *tabs) = (derived.facts, derived.tabs);
                (row.last, row.next) = derived.changes;
                self.due.extend(row.next.map(|at| Reverse((at, derived.slot))));
            }
        }
    }

    fn derived(&self, slots: &[u32], now: Timestamp) -> DerivedRows {
        let Self { query, policy, me, twins, .. } = self;
        let context = QueryContext { now, policy, me: me.as_deref(), twins: Some(twins.members()) };
        // A regular expression has scratch memory; each thread asks a query of its own.
        let query = query.clone();
        let mut numbers: [Vec<_>; TableColumn::ALL.len()] = Default::default();
        let mut newest_event = None;
        let derive = |slot: &u32| {
            let (row, text) = self.slots.get(*slot as usize).zip(self.texts.get(*slot as usize))?;
            let view = DealershipView::of(&row.state, None, now, policy, Zone::default());
            for (column, numbers) in TableColumn::ALL.into_iter().zip(&mut numbers) {
                if let RowOrder::Number(number) = column.screen().order {
                    numbers.push(number(&view));
                }
            }
            newest_event = Some(row.state.newest_at).max(newest_event);
            let matches = query.matches(&row.state, text, &context);
            let named = matches && query.has_words() && query.is_in_name(text);
            let tabs = tabs_of(view.facts) | if matches { MATCHES } else { 0 } | if named { NAMED } else { 0 };
            Some(DerivedRow { slot: *slot, facts: view.facts, tabs, changes: row.state.changes_around(now, policy) })
        };
        let rows = slots.iter().filter_map(derive).collect();
        DerivedRows { rows, numbers, newest_event }
    }
}
