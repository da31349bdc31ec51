//! What orders the rows: a number for every slot and column, kept as rows change. Another order is then a matter of
//! sorting integers, without a look at the rows or at their texts.

use std::cmp::Ordering;

use super::text_ranks::{LAST, TextRanks, put};
use super::{Sort, TableColumn, radix};
use crate::present::column::RowOrder;

/// The numbers of one column.
#[derive(Debug)]
enum Values {
    /// The values themselves, by slot.
    Numbers(Vec<u64>),
    /// Texts, by their rank among all texts of the column.
    Texts(TextRanks),
}

/// The numbers of all columns.
#[derive(Debug)]
pub(super) struct Keys {
    slots: u32,
    columns: [Values; TableColumn::ALL.len()],
}

impl Default for Keys {
    fn default() -> Self {
        let empty = |column: TableColumn| match column.screen().order {
            RowOrder::Field(_) | RowOrder::Text(_) => Values::Texts(TextRanks::default()),
            RowOrder::Number(_) | RowOrder::Same => Values::Numbers(Vec::new()),
        };
        Self { slots: 0, columns: TableColumn::ALL.map(empty) }
    }
}

impl Keys {
    /// The number of a slot in a column of numbers; slots without one come last.
    pub(super) fn set_number(&mut self, column: TableColumn, slot: u32, number: Option<u64>) {
        self.slots = self.slots.max(slot + 1);
        if let Some(Values::Numbers(numbers)) = self.columns.get_mut(column as usize) {
            put(numbers, slot, directed(number, false), LAST);
        }
    }

    /// The text of a slot, folded, in a column of texts; empty ones come last. A new text counts after [`Keys::rank`]
    /// only: until then its slots are not to be compared.
    pub(super) fn set_text(&mut self, column: TableColumn, slot: u32, text: &str) {
        self.slots = self.slots.max(slot + 1);
        if let Some(Values::Texts(texts)) = self.columns.get_mut(column as usize) {
            texts.set(slot, text);
        }
    }

    /// Gives new texts their ranks. The order among older ones stays.
    pub(super) fn rank(&mut self) {
        for values in &mut self.columns {
            if let Values::Texts(texts) = values {
                texts.rank();
            }
        }
    }

    pub(super) fn value(&self, column: TableColumn, slot: u32) -> u64 {
        match self.columns.get(column.ordered_as() as usize) {
            Some(Values::Numbers(numbers)) => numbers.get(slot as usize).copied().unwrap_or(LAST),
            Some(Values::Texts(texts)) => texts.of(slot),
            None => LAST,
        }
    }

    fn key(&self, (column, descending): (TableColumn, bool), slot: u32) -> u64 {
        let value = self.value(column, slot);
        directed((value != LAST).then_some(value), descending)
    }

    /// The order of two slots: never equal for two different ones, so that every row is found again. Equal values are
    /// ordered by name, equal names by slot: slots are given by name when everything is loaded, later ones follow.
    pub(super) fn compare(&self, sort: Sort, one: u32, other: u32) -> Ordering {
        let by = |key| self.key(key, one).cmp(&self.key(key, other));
        let first = by((sort.column, sort.descending));
        let second = || sort.then.map_or(Ordering::Equal, by);
        first.then_with(second).then_with(|| by((TableColumn::Name, false))).then(one.cmp(&other))
    }

    /// The texts of a column that orders by them.
    pub(super) fn texts(&self, column: TableColumn) -> Option<&TextRanks> {
        match self.columns.get(column as usize)? {
            Values::Texts(texts) => Some(texts),
            Values::Numbers(_) => None,
        }
    }

    pub(super) fn order(&self, sort: Sort) -> Vec<u32> {
        let mut pairs: Vec<(u64, u32)> =
            (0..self.slots).map(|slot| (self.value(TableColumn::Name, slot), slot)).collect();
        // As they are given by name, this is seldom anything to do.
        if sort.column != TableColumn::Name && !pairs.is_sorted() {
            radix::sort(&mut pairs);
        }
        for key in sort.then.into_iter().chain([(sort.column, sort.descending)]) {
            for pair in &mut pairs {
                pair.0 = self.key(key, pair.1);
            }
            // Close behind the others, so that fewer bits differ.
            let behind = pairs.iter().map(|pair| pair.0).filter(|key| *key != LAST).max().map_or(0, |most| most + 1);
            for pair in &mut pairs {
                pair.0 = pair.0.min(behind);
            }
            radix::sort(&mut pairs);
        }
        pairs.into_iter().map(|(_, slot)| slot).collect()
    }
}

/// What a number is ordered by; rows without one come last either way.
pub(super) fn directed(number: Option<u64>, descending: bool) -> u64 {
    let number = number.map(|number| number.min(LAST - 1));
    number.map_or(LAST, |number| if descending { LAST - 1 - number } else { number })
}
