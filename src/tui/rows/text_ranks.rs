//! The texts of a column by which rows are ordered: each of them once, with its place among all.

use std::cmp::Reverse;
use std::collections::HashMap;

/// The number of a row without a value: it comes last whichever way the others are ordered.
pub(super) const LAST: u64 = u64::MAX;

/// The number of no text.
const NO_TEXT: u32 = u32::MAX;

#[derive(Debug, Default)]
pub(super) struct TextRanks {
    /// Every text that occurs, or did since the start, folded, one behind the other. Its number is given once and stays.
    letters: String,
    /// By the number of a text: where it ends.
    ends: Vec<usize>,
    /// The numbers of the texts that have a rank, by their texts: those before the ones in `new`.
    sorted: Vec<u32>,
    new: HashMap<Box<str>, u32>,
    /// By the number of a text: how many come before it.
    ranks: Vec<u32>,
    /// By slot: the number of its text.
    of: Vec<u32>,
    /// By the number of a text: how many slots have it.
    counts: Vec<u32>,
}

impl TextRanks {
    pub(super) fn set(&mut self, slot: u32, text: &str) {
        let number = if text.is_empty() { NO_TEXT } else { self.number(text).unwrap_or_else(|| self.add(text)) };
        let older = self.of.get(slot as usize).copied().unwrap_or(NO_TEXT);
        if let Some(count) = self.counts.get_mut(older as usize) {
            *count -= 1;
        }
        if let Some(count) = self.counts.get_mut(number as usize) {
            *count += 1;
        }
        put(&mut self.of, slot, number, NO_TEXT);
    }

    fn number(&self, text: &str) -> Option<u32> {
        let sorted = self.sorted.binary_search_by(|number| self.text(*number).cmp(text));
        sorted.ok().and_then(|place| self.sorted.get(place)).or_else(|| self.new.get(text)).copied()
    }

    fn add(&mut self, text: &str) -> u32 {
        let number = u32::try_from(self.ends.len()).unwrap_or(NO_TEXT);
        self.letters.push_str(text);
        self.ends.push(self.letters.len());
        self.new.insert(text.into(), number);
        self.ranks.push(0);
        self.counts.push(0);
        number
    }

    fn text(&self, number: u32) -> &str {
        let place = number as usize;
        let end = |place: usize| self.ends.get(place).copied().unwrap_or_default();
        let start = place.checked_sub(1).map_or(0, end);
        self.letters.get(start..end(place)).unwrap_or_default()
    }

    /// Gives new texts their ranks. The order among older ones stays.
    pub(super) fn rank(&mut self) {
        if self.new.is_empty() {
            return;
        }
        self.new = HashMap::new();
        let mut sorted = std::mem::take(&mut self.sorted);
        sorted.extend((0..).take(self.ends.len()).skip(sorted.len()));
        // Stable, because that sorts what is in order already, and a few behind it, in one pass.
        sorted.sort_by(|one, other| self.text(*one).cmp(self.text(*other)));
        for (rank, number) in (0..).zip(&sorted) {
            if let Some(place) = self.ranks.get_mut(*number as usize) {
                *place = rank;
            }
        }
        self.sorted = sorted;
    }

    /// The rank of a slot's text; slots without one come last.
    pub(super) fn of(&self, slot: u32) -> u64 {
        self.ranks.get(self.number_of(slot)).map_or(LAST, |rank| u64::from(*rank))
    }

    fn number_of(&self, slot: u32) -> usize {
        self.of.get(slot as usize).copied().unwrap_or(NO_TEXT) as usize
    }

    /// Whether another slot has the same text.
    pub(super) fn is_shared(&self, slot: u32) -> bool {
        self.counts.get(self.number_of(slot)).is_some_and(|count| *count > 1)
    }

    /// For each text one slot that has it, and how many do; the most frequent first.
    pub(super) fn tally(&self) -> Vec<(u32, usize)> {
        let mut tally: Vec<(u32, usize)> = self.counts.iter().map(|count| (0, *count as usize)).collect();
        for (slot, number) in (0..).zip(&self.of) {
            if let Some((some, _)) = tally.get_mut(*number as usize) {
                *some = slot;
            }
        }
        tally.retain(|(_, count)| *count > 0);
        tally.sort_by_key(|(slot, count)| (Reverse(*count), *slot));
        tally
    }
}

/// Sets what a slot has; slots that were never set have `none`.
pub(super) fn put<T: Copy>(values: &mut Vec<T>, slot: u32, value: T, none: T) {
    let slot = slot as usize;
    if values.len() <= slot {
        values.resize(slot + 1, none);
    }
    if let Some(place) = values.get_mut(slot) {
        *place = value;
    }
}
