//! Filtering the rows, and counting what is in each tab.

use std::num::NonZero;
use std::thread;

use super::{Row, Rows, Tab};
use crate::domain::query::{Query, QueryContext};
use crate::domain::{Policy, Timestamp};

/// From how many rows on they are asked by several threads.
const WORTH_THREADS: usize = 20_000;
/// The most threads.
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
    // A term that would become another one (`is:live`, `!ford`, `expires<1`) may match more when it goes on.
    more.starts_with(' ') || plain(last.strip_prefix('~').unwrap_or(last))
}

impl Rows {
    /// Asks the filter of every row; of those that matched a wider one only, when there was one.
    pub(super) fn refilter(&mut self, now: Timestamp, narrowed: bool) {
        let Self { slots, query, me, policy, .. } = self;
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
        let asked = if narrowed { slots.iter().filter(|row| row.matches).count() } else { slots.len() };
        if asked < WORTH_THREADS || threads == 1 {
            ask(slots, query, narrowed, now, policy, me.as_deref());
        } else {
            let share = slots.len().div_ceil(threads);
            thread::scope(|scope| {
                for part in slots.chunks_mut(share) {
                    let (query, policy, me) = (&*query, &*policy, me.as_deref());
                    scope.spawn(move || {
                        // A query has scratch memory; each thread asks one of its own.
                        let own = Query::parse(query.text());
                        ask(part, own.as_ref().unwrap_or(query), narrowed, now, policy, me);
                    });
                }
            });
        }
        self.count_all();
    }

    pub(super) fn count_all(&mut self) {
        // Few combinations of tabs occur: counting those first touches each row once.
        let mut by_tabs = vec![0usize; 1 << Tab::ALL.len()];
        for row in self.slots.iter().filter(|row| row.matches) {
            if let Some(count) = by_tabs.get_mut(usize::from(row.tabs)) {
                *count += 1;
            }
        }
        let by_tabs: Vec<(usize, usize)> = by_tabs.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
        self.counts = Tab::ALL.map(|tab| {
            let with = by_tabs.iter().filter(|(tabs, _)| tabs & usize::from(tab.bit()) != 0);
            with.map(|(_, count)| count).sum()
        });
    }

    pub(super) fn collect_visible(&mut self) {
        self.version += 1;
        // Read row by row in memory order, then gather in sorted order from a small table.
        let bit = self.tab.bit();
        let shown: Vec<bool> = self.slots.iter().map(|row| row.matches && row.tabs & bit != 0).collect();
        self.visible.clear();
        self.visible.extend(self.sorted.iter().filter(|slot| shown.get(**slot as usize) == Some(&true)));
    }
}

fn ask(rows: &mut [Row], query: &Query, narrowed: bool, now: Timestamp, policy: &Policy, me: Option<&str>) {
    let context = QueryContext { now, policy, me };
    for row in rows.iter_mut().filter(|row| !narrowed || row.matches) {
        row.matches = query.matches(&row.state, &row.search, &context);
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
        ] {
            assert!(!narrows(older, newer), "{older} -> {newer}");
        }
    }
}
