//! Filtering the rows, and counting what is in each tab.

use std::num::NonZero;
use std::thread;

use super::tab::{MATCHES, shows};
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
        let Self { slots, tabs, query, me, policy, .. } = self;
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
        let asked = if narrowed { tabs.iter().filter(|tabs| **tabs & MATCHES != 0).count() } else { slots.len() };
        if query.is_empty() {
            tabs.iter_mut().for_each(|tabs| *tabs |= MATCHES);
        } else if asked < WORTH_THREADS || threads == 1 {
            ask(slots, tabs, query, narrowed, now, policy, me.as_deref());
        } else {
            let share = slots.len().div_ceil(threads);
            thread::scope(|scope| {
                for (slots, tabs) in slots.chunks(share).zip(tabs.chunks_mut(share)) {
                    let (query, policy, me) = (&*query, &*policy, me.as_deref());
                    scope.spawn(move || {
                        // A query has scratch memory; each thread asks one of its own.
                        let own = Query::parse(query.text());
                        ask(slots, tabs, own.as_ref().unwrap_or(query), narrowed, now, policy, me);
                    });
                }
            });
        }
        self.count_all();
    }

    pub(super) fn count_all(&mut self) {
        // Few combinations of tabs occur: counting those first looks at each row once.
        let mut by_tabs = vec![0usize; 1 << Tab::ALL.len()];
        for tabs in self.tabs.iter().filter(|tabs| **tabs & MATCHES != 0) {
            if let Some(count) = by_tabs.get_mut(usize::from(*tabs & !MATCHES)) {
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
        let Self { sorted, visible, tabs, tab, .. } = self;
        visible.clear();
        visible.extend(sorted.iter().filter(|slot| tabs.get(**slot as usize).is_some_and(|tabs| shows(*tabs, *tab))));
    }
}

fn ask(
    rows: &[Row],
    tabs: &mut [u16],
    query: &Query,
    narrowed: bool,
    now: Timestamp,
    policy: &Policy,
    me: Option<&str>,
) {
    let context = QueryContext { now, policy, me };
    for (row, tabs) in rows.iter().zip(tabs).filter(|(_, tabs)| !narrowed || **tabs & MATCHES != 0) {
        let matches = if query.matches(&row.state, &row.search, &context) { MATCHES } else { 0 };
        *tabs = *tabs & !MATCHES | matches;
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
