//! Another state in the slot of a dealership, and the texts by which it is found and ordered.

use std::sync::Arc;

use super::{DealershipRows, TableColumn};
use crate::domain::text::normal;
use crate::domain::{Onboarding, Timestamp};
use crate::present::column::{DealershipView, RowOrder};

/// Which texts of a row another state changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChangedTexts {
    /// Those of its profile, which filters search.
    profile: bool,
    /// Of columns that are no fields of it.
    columns: bool,
}

impl ChangedTexts {
    pub(super) const ALL: Self = Self { profile: true, columns: true };
}

impl DealershipRows {
    /// Which texts of a slot a state changes.
    pub(super) fn changed_texts(&self, slot: u32, state: &Onboarding, now: Timestamp) -> ChangedTexts {
        let Some(row) = self.slots.get(slot as usize) else { return ChangedTexts::ALL };
        let former = row.view(now, &self.policy);
        let newer = DealershipView { state, ..row.view(now, &self.policy) };
        let columns = TableColumn::ALL.into_iter().any(|column| match column.screen().order {
            RowOrder::Text(read) => read(&former) != read(&newer),
            RowOrder::Field(_) | RowOrder::Number(_) | RowOrder::Same => false,
        });
        ChangedTexts { profile: row.state.profile != state.profile, columns }
    }

    /// Puts a state into a slot. The answer is the former one, also where nobody was shown.
    pub(super) fn replace(
        &mut self,
        slot: u32,
        state: &Arc<Onboarding>,
        others: ChangedTexts,
        now: Timestamp,
    ) -> Option<Arc<Onboarding>> {
        let row = self.slots.get_mut(slot as usize)?;
        let former = std::mem::replace(&mut row.state, Arc::clone(state));
        if others.profile {
            self.texts.set(slot as usize, state.id, &state.profile);
        }
        self.read_texts(slot, now, others);
        Some(former)
    }

    /// The texts by which columns order a row, as far as they are others.
    pub(super) fn read_texts(&mut self, slot: u32, now: Timestamp, others: ChangedTexts) {
        let Self { slots, texts, keys, policy, .. } = self;
        let Some((row, text)) = slots.get(slot as usize).zip(texts.get(slot as usize)) else { return };
        for column in TableColumn::ALL {
            match column.screen().order {
                RowOrder::Field(field) if others.profile => keys.set_text(column, slot, text.field(field)),
                RowOrder::Text(read) if others.columns => {
                    keys.set_text(column, slot, &normal(&read(&row.view(now, policy))));
                }
                RowOrder::Field(_) | RowOrder::Text(_) | RowOrder::Number(_) | RowOrder::Same => {}
            }
        }
    }
}
