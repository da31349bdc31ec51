//! Filtering the rows, and counting what is in each tab.

use std::num::NonZero;
use std::thread;

use super::tab::{MATCHES, NAMED, is_there, shows};
use super::{DealershipRow, DealershipRows, Tab};
use crate::domain::Timestamp;
use crate::domain::query::{BLOCK, Block, Query, QueryContext};

/// From how many rows on they are asked by several threads.
const WORTH_THREADS: usize = 20_000;
const MOST_THREADS: usize = 4;

/// Whether whatever matches a filter also matched another one that was shorter: a word that goes on, or one more term.
pub(super) fn narrows(older: &str, newer: &str) -> bool {
    let Some(more) = newer.strip_prefix(older) else { return false };
    let plain = |text: &str| text.chars().all(char::is_alphanumeric);
    // Inside quotes and regular expressions a space is not the end of a term.
    if older.contains(['"', '/']) || !more.chars().all(|c| c.is_alphanumeric() || c == ' ') {
        return false;
    }
    let last = older.rsplit(' ').next().unwrap_or_default();
    // What may be a phone number matches more once it is one: its country code and its extension are left out then.
    let number = |word: &str| word.starts_with(|c: char| c.is_numeric() || matches!(c, '+' | '('));
    if older.split(' ').any(number) {
        return false;
    }
    // A term that would become another one (`is:live`, `!ford`, `expires<1`) may match more when it goes on.
    more.starts_with(' ') || plain(last.strip_prefix('~').unwrap_or(last))
}

impl DealershipRows {
    /// Asks the filter of every row; of those that matched a wider one only, when there was one.
    pub(super) fn refilter(&mut self, now: Timestamp, narrowed: bool) {
        let known = self.is_derived(now);
        let Self { slots, texts, tabs, query, me, policy, twins, .. } = self;
        let context = QueryContext { now, policy, me: me.as_deref(), twins: Some(twins.members()) };
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
        let asked = if narrowed { tabs.iter().filter(|tabs| **tabs & MATCHES != 0).count() } else { slots.len() };
        if query.is_empty() {
            tabs.iter_mut().for_each(|tabs| *tabs = *tabs & !NAMED | MATCHES);
        } else if asked < WORTH_THREADS || threads == 1 {
            ask(texts.blocks(), slots, tabs, query, (narrowed, known), &context);
        } else {
            let share = texts.blocks().len().div_ceil(threads);
            let rows = slots.chunks(share * BLOCK).zip(tabs.chunks_mut(share * BLOCK));
            thread::scope(|scope| {
                for (blocks, (slots, tabs)) in texts.blocks().chunks(share).zip(rows) {
                    // A regular expression has scratch memory; each thread asks a query of its own.
                    let query = query.clone();
                    scope.spawn(move || ask(blocks, slots, tabs, &query, (narrowed, known), &context));
                }
            });
        }
        self.count_all();
    }

    /// How many a filter would find, of those that are not archived.
    pub fn count_matching(&self, query: &Query, now: Timestamp) -> usize {
        let context =
            QueryContext { now, policy: &self.policy, me: self.me.as_deref(), twins: Some(self.twins.members()) };
        let mut tabs = self.tabs.clone();
        ask(self.texts.blocks(), &self.slots, &mut tabs, query, (false, self.is_derived(now)), &context);
        tabs.into_iter().filter(|tabs| shows(*tabs, Tab::All)).count()
    }

    /// Whether what is derived is true at a moment: from its own on until the next thing is due.
    fn is_derived(&self, now: Timestamp) -> bool {
        self.derived_at <= now && self.next_change().is_none_or(|next| now < next)
    }

    pub(super) fn count_all(&mut self) {
        // Few combinations of tabs occur: counting those first looks at each row once.
        let mut by_tabs = vec![0usize; 1 << Tab::ALL.len()];
        for tabs in self.tabs.iter().filter(|tabs| **tabs & MATCHES != 0 && is_there(**tabs)) {
            if let Some(count) = by_tabs.get_mut(usize::from(*tabs & !(MATCHES | NAMED))) {
                *count += 1;
            }
        }
        let by_tabs: Vec<(usize, usize)> = by_tabs.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
        self.matching = by_tabs.iter().map(|(_, count)| count).sum();
        self.counts = Tab::ALL.map(|tab| {
            let with = by_tabs.iter().filter(|(tabs, _)| tabs & usize::from(tab.bit()) != 0);
            with.map(|(_, count)| count).sum()
        });
    }

    pub(super) fn collect_visible(&mut self) {
        self.version += 1;
        let Self { sorted, visible, tabs, tab, query, .. } = self;
        let bits = |slot: u32| tabs.get(slot as usize).copied().unwrap_or_default();
        visible.clear();
        visible.extend(sorted.iter().filter(|slot| shows(bits(**slot), *tab)));
        if query.has_words() {
            let others: Vec<u32> = visible.iter().copied().filter(|slot| bits(*slot) & NAMED == 0).collect();
            visible.retain(|slot| bits(*slot) & NAMED != 0);
            visible.extend(others);
        }
        self.find_sections();
    }
}

fn ask(
    blocks: &[Block],
    rows: &[DealershipRow],
    tabs: &mut [u16],
    query: &Query,
    (narrowed, known): (bool, bool),
    context: &QueryContext<'_>,
) {
    let has_words = query.has_words();
    for (block, (rows, tabs)) in blocks.iter().zip(rows.chunks(BLOCK).zip(tabs.chunks_mut(BLOCK))) {
        let bits = tabs.iter().zip(0..).filter(|(tabs, _)| !narrowed || **tabs & MATCHES != 0);
        let asked = bits.fold(0, |bits, (_, row)| bits | 1 << row);
        let row = |place: usize| rows.get(place).map(|row| (&*row.state, known.then_some(row.facts)));
        let found = query.matches_among(asked, block, row, context);
        for (tabs, row) in tabs.iter_mut().zip(0..) {
            let matches = found >> row & 1 != 0;
            let named = matches && has_words && query.is_in_name(block.text(row));
            *tabs = *tabs & !(MATCHES | NAMED) | if matches { MATCHES } else { 0 } | if named { NAMED } else { 0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_match_no_more_is_taken_for_narrower() {
        for (older, newer) in [
            ("", "f"),
            ("f", "fo"),
            ("for", "ford boise"),
            ("~fr", "~frd"),
            ("is:live", "is:live f"),
            ("!ford ", "!ford b"),
            ("owner:ana ", "owner:ana is"),
        ] {
            assert!(narrows(older, newer), "{older} -> {newer}");
        }
        for (older, newer) in [
            ("fo", "f"),
            ("ford", "kia"),
            ("!f", "!fo"),
            ("is:l", "is:li"),
            ("expires<1", "expires<10"),
            ("owner:a", "owner:a,b"),
            ("/f", "/f o"),
            ("\"f", "\"f o"),
            ("f", "f!"),
            ("", "!"),
            ("", "is:"),
            ("1797555095", "17975550951"),
            ("+1", "+1 201"),
            ("2015550100x", "2015550100x1"),
            ("201 555 0100 ext ", "201 555 0100 ext 1"),
        ] {
            assert!(!narrows(older, newer), "{older} -> {newer}");
        }
    }
}
