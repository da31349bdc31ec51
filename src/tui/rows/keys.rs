//! What orders the rows: a number for every slot and column, kept as rows change. Another order is then a matter of
//! sorting integers, without a look at the rows or at their texts.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Sort, TableColumn, radix};
use crate::present::column::RowOrder;

/// The number of a row without a value: it comes last whichever way the others are ordered.
pub(super) const LAST: u64 = u64::MAX;

/// The numbers of one column.
#[derive(Debug)]
enum Values {
    /// The values themselves, by slot.
    Numbers(Vec<u64>),
    /// Texts, by their rank among all texts of the column.
    Texts(Texts),
}

#[derive(Debug, Default)]
struct Texts {
    /// Every text that occurs, or did since the start, folded, and its number: numbers are given once and stay.
    known: BTreeMap<Box<str>, u32>,
    /// By the number of a text: how many come before it.
    ranks: Vec<u32>,
    /// By slot: the number of its text.
    of: Vec<u32>,
    /// By the number of a text: how many slots have it.
    counts: Vec<u32>,
    /// There are texts without a rank.
    stale: bool,
}

/// The number of no text.
const NO_TEXT: u32 = u32::MAX;

impl Texts {
    fn set(&mut self, slot: u32, text: &str) {
        let number = match self.known.get(text) {
            _ if text.is_empty() => NO_TEXT,
            Some(known) => *known,
            None => {
                let new = u32::try_from(self.ranks.len()).unwrap_or(NO_TEXT);
                self.known.insert(text.into(), new);
                self.ranks.push(0);
                self.counts.push(0);
                self.stale = true;
                new
            }
        };
        let older = self.of.get(slot as usize).copied().unwrap_or(NO_TEXT);
        if let Some(count) = self.counts.get_mut(older as usize) {
            *count -= 1;
        }
        if let Some(count) = self.counts.get_mut(number as usize) {
            *count += 1;
        }
        put(&mut self.of, slot, number, NO_TEXT);
    }

    fn rank(&mut self) {
        if std::mem::take(&mut self.stale) {
            for (rank, number) in (0..).zip(self.known.values()) {
                if let Some(place) = self.ranks.get_mut(*number as usize) {
                    *place = rank;
                }
            }
        }
    }

    fn of(&self, slot: u32) -> u64 {
        let number = self.of.get(slot as usize).copied().unwrap_or(NO_TEXT);
        self.ranks.get(number as usize).map_or(LAST, |rank| u64::from(*rank))
    }
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
            RowOrder::Field(_) | RowOrder::Text(_) => Values::Texts(Texts::default()),
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

    /// Whether another slot has the same text in a column.
    pub(super) fn is_shared(&self, column: TableColumn, slot: u32) -> bool {
        let Some(Values::Texts(texts)) = self.columns.get(column as usize) else { return false };
        let number = texts.of.get(slot as usize).copied().unwrap_or(NO_TEXT);
        texts.counts.get(number as usize).is_some_and(|count| *count > 1)
    }

    /// For each text of a column one slot that has it, and how many do; the most frequent first.
    pub(super) fn tally(&self, column: TableColumn) -> Vec<(u32, usize)> {
        let Some(Values::Texts(texts)) = self.columns.get(column as usize) else { return Vec::new() };
        let mut tally: Vec<(u32, usize)> = texts.counts.iter().map(|count| (0, *count as usize)).collect();
        for (slot, number) in (0..).zip(&texts.of) {
            if let Some((some, _)) = tally.get_mut(*number as usize) {
                *some = slot;
            }
        }
        tally.retain(|(_, count)| *count > 0);
        tally.sort_by_key(|(slot, count)| (std::cmp::Reverse(*count), *slot));
        tally
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

fn put<T: Copy>(values: &mut Vec<T>, slot: u32, value: T, none: T) {
    let slot = slot as usize;
    if values.len() <= slot {
        values.resize(slot + 1, none);
    }
    if let Some(place) = values.get_mut(slot) {
        *place = value;
    }
}
