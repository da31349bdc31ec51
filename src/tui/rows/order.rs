//! Ordering the rows: by integers that stand in for their values, so that 100,000 of them are ordered in one go without
//! touching their texts.

use std::cmp::Ordering;

use super::column::{Key, key, text_of};
use super::{Row, Rows};
use crate::domain::query::Field;

impl Rows {
    /// The order of two slots: never equal for two different ones, so that every row is found again. What nothing else
    /// decides is decided by the slot, and slots are given by name when everything is loaded.
    pub(super) fn compare(&self, one: u32, other: u32) -> Ordering {
        match (self.slots.get(one as usize), self.slots.get(other as usize)) {
            (Some(a), Some(b)) => a.key.cmp(&b.key).then_with(|| self.compare_texts(a, b)).then(one.cmp(&other)),
            _ => one.cmp(&other),
        }
    }

    /// The order of two texts that are too long for their keys.
    fn compare_texts(&self, a: &Row, b: &Row) -> Ordering {
        let column = self.sort.column;
        if !a.long && !b.long {
            return Ordering::Equal;
        }
        let texts = (text_of(column, &a.state, &self.policy), text_of(column, &b.state, &self.policy));
        if texts.0 == texts.1 {
            return Ordering::Equal;
        }
        let order = texts.0.to_lowercase().cmp(&texts.1.to_lowercase());
        if self.sort.descending { order.reverse() } else { order }
    }

    /// Orders everything anew.
    pub(super) fn order_all(&mut self) {
        let mut keyed: Vec<(Key, u32)> = self.slots.iter().zip(0..).map(|(row, slot)| (row.key, slot)).collect();
        keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| self.compare(a.1, b.1)));
        self.sorted = keyed.into_iter().map(|(_, slot)| slot).collect();
        self.collect_visible();
        self.count_all();
    }

    /// Gives every row its key in another order, and orders everything.
    pub(super) fn resort(&mut self) {
        for row in &mut self.slots {
            let name = row.search.field(Field::Name);
            (row.key, row.long) = key(self.sort, &row.state, row.facts, name, &self.policy);
        }
        self.order_all();
    }
}
