//! The rows that are seen first, found without ordering all: so that somebody who opens the desk need not wait for those
//! that they cannot see.

use std::sync::Arc;

use super::keys::directed;
use super::tab::{Tab, tabs_of};
use super::{DealershipRows, Sort};
use crate::domain::query::{Query, QueryContext, SearchText, Searchable};
use crate::domain::{DealershipId, Onboarding, Policy, Timestamp};
use crate::present::column::{DealershipView, RowOrder, TableColumn};
use crate::present::time::Zone;

/// So many before the cursor and behind it: more than a terminal has lines.
const ROWS: usize = 128;

/// With fewer dealerships than this all are there as soon.
const FEWEST: usize = 4_096;

/// What a table shows at first, and in which order.
#[derive(Debug, Clone, Default)]
pub struct TableStart {
    pub query: Query,
    pub tab: Tab,
    pub sort: Sort,
    /// Where the cursor begins, unless at the top.
    pub cursor: Option<DealershipId>,
}

impl TableStart {
    /// Whether asking it of each is quicker than making all rows.
    fn is_quick(&self) -> bool {
        let by_number = |column| number_of(column).is_some();
        !self.query.has_words()
            && !self.query.asks_for_twins()
            && by_number(self.sort.column)
            && self.sort.then.is_none_or(|(column, _)| by_number(column))
    }
}

impl DealershipRows {
    /// What is seen first of these states, as the first of these starts has it that shows any. `None`: all are made as soon.
    pub fn first_page(
        states: &[Arc<Onboarding>],
        starts: &[TableStart],
        me: &str,
        policy: &Policy,
        now: Timestamp,
    ) -> Option<Self> {
        if states.len() < FEWEST || !starts.iter().all(TableStart::is_quick) {
            return None;
        }
        let context = QueryContext { now, policy, me: Some(me), twins: None };
        let ranked = |start| Some((start, rank_all(states, start, &context))).filter(|(_, rows)| !rows.is_empty());
        let (start, rows) = starts.iter().find_map(ranked)?;
        let page = around(rows, start.cursor);
        let page = (page.len() < states.len() / 2).then(|| page.into_iter().map(|row| Arc::clone(row.state)).collect());
        page.map(|page| Self::new(page, Some(me.to_owned()), policy.clone(), now))
    }
}

struct RankedState<'a> {
    rank: (u64, u64),
    state: &'a Arc<Onboarding>,
}

/// Those that are shown at all.
fn rank_all<'a>(states: &'a [Arc<Onboarding>], start: &TableStart, context: &QueryContext<'_>) -> Vec<RankedState<'a>> {
    let QueryContext { now, policy, .. } = *context;
    let rank = |state: &'a Arc<Onboarding>| {
        let view = DealershipView::of(state, None, now, policy, Zone::default());
        if tabs_of(view.facts) & start.tab.bit() == 0 || !matches(&start.query, state, context) {
            return None;
        }
        let key = |(column, descending)| directed(number_of(column).and_then(|number| number(&view)), descending);
        let rank = (key((start.sort.column, start.sort.descending)), start.sort.then.map_or(0, key));
        Some(RankedState { rank, state })
    };
    states.iter().filter_map(rank).collect()
}

/// Those beside the cursor, in no order, with all that are equal to the first or last of them: names decide there.
fn around(mut rows: Vec<RankedState<'_>>, cursor: Option<DealershipId>) -> Vec<RankedState<'_>> {
    let at = cursor.and_then(|id| rows.iter().find(|row| row.state.id == id)).map(|row| row.rank);
    let place = at.map_or(0, |at| rows.iter().filter(|row| row.rank < at).count());
    // Where the cursor is among those equal to it is not known: behind all of them there must be enough.
    let behind = at.map_or(0, |at| rows.iter().filter(|row| row.rank <= at).count());
    let nth = |rows: &mut Vec<RankedState<'_>>, place: usize| {
        (place < rows.len()).then(|| rows.select_nth_unstable_by_key(place, |row| row.rank).1.rank)
    };
    let first = nth(&mut rows, place.saturating_sub(ROWS)).unwrap_or_default();
    let last = nth(&mut rows, behind + ROWS).unwrap_or((u64::MAX, u64::MAX));
    rows.retain(|row| (first..=last).contains(&row.rank));
    rows
}

fn matches(query: &Query, state: &Onboarding, context: &QueryContext<'_>) -> bool {
    query.is_empty() || query.matches(state, SearchText::from(&Searchable::new(state.id, &state.profile)), context)
}

/// By which number a column orders; `None`: by a text.
fn number_of(column: TableColumn) -> Option<fn(&DealershipView<'_>) -> Option<u64>> {
    match column.ordered_as().screen().order {
        RowOrder::Number(number) => Some(number),
        RowOrder::Field(_) | RowOrder::Text(_) | RowOrder::Same => None,
    }
}
