//! The rows that are seen first, found without ordering all: so that somebody who opens the desk need not wait for those
//! that they cannot see. Numbers find them; names decide only among the many that are equal, as after an import.

use std::sync::Arc;

use super::keys::directed;
use super::tab::{Tab, tabs_of};
use super::{DealershipRows, LETTERS, Sort, first_letters};
use crate::domain::query::{Query, QueryContext, SearchText, Searchable};
use crate::domain::threads::in_threads;
use crate::domain::{DealershipId, Onboarding, Policy, Timestamp};
use crate::present::column::{DealershipView, RowOrder, TableColumn};
use crate::present::time::Zone;

/// So many before the cursor and behind it: more than a terminal has lines.
const ROWS: usize = 128;

/// With fewer dealerships than this all are there as soon.
const FEWEST: usize = 4_096;

/// More rows than this are equal to the first or the last of a page: their names are looked at.
const MANY_EQUAL: usize = 8 * ROWS;

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
        let by_number = around(rows, start.cursor);
        let page = if by_number.len() > MANY_EQUAL {
            states_of(around(named(&by_number), start.cursor))
        } else {
            states_of(by_number)
        };
        (page.len() < states.len() / 2).then(|| Self::new(page, Some(me.to_owned()), policy.clone(), now))
    }
}

struct RankedState<'a, Rank> {
    rank: Rank,
    state: &'a Arc<Onboarding>,
}

/// What the columns that order the table say.
type Numbers = (u64, u64);

/// Those that are shown at all.
fn rank_all<'a>(
    states: &'a [Arc<Onboarding>],
    start: &TableStart,
    context: &QueryContext<'_>,
) -> Vec<RankedState<'a, Numbers>> {
    let QueryContext { now, policy, .. } = *context;
    let rank = |query: &Query, state: &'a Arc<Onboarding>| {
        let view = DealershipView::of(state, None, now, policy, Zone::default());
        if tabs_of(view.facts) & start.tab.bit() == 0 || !matches(query, state, context) {
            return None;
        }
        let key = |(column, descending)| directed(number_of(column).and_then(|number| number(&view)), descending);
        let rank = (key((start.sort.column, start.sort.descending)), start.sort.then.map_or(0, key));
        Some(RankedState { rank, state })
    };
    in_threads(states, |states| {
        // A regular expression has scratch memory; each thread asks a query of its own.
        let query = start.query.clone();
        states.iter().filter_map(|state| rank(&query, state)).collect()
    })
}

/// The same with what decides among those that are equal.
fn named<'a>(rows: &[RankedState<'a, Numbers>]) -> Vec<RankedState<'a, (Numbers, [u8; LETTERS])>> {
    in_threads(rows, |rows| {
        let mut form = String::new();
        let mut letters = |state: &Onboarding| first_letters(&mut form, state.profile.name.raw());
        rows.iter().map(|row| RankedState { rank: (row.rank, letters(row.state)), state: row.state }).collect()
    })
}

/// Those beside the cursor, in no order, with all that are equal to the first or last of them.
fn around<Rank: Ord + Copy>(
    mut rows: Vec<RankedState<'_, Rank>>,
    cursor: Option<DealershipId>,
) -> Vec<RankedState<'_, Rank>> {
    let at = cursor.and_then(|id| rows.iter().find(|row| row.state.id == id)).map(|row| row.rank);
    let place = at.map_or(0, |at| rows.iter().filter(|row| row.rank < at).count());
    // Where the cursor is among those equal to it is not known: behind all of them there must be enough.
    let behind = at.map_or(0, |at| rows.iter().filter(|row| row.rank <= at).count());
    let nth = |rows: &mut Vec<RankedState<'_, Rank>>, place: usize| {
        (place < rows.len()).then(|| rows.select_nth_unstable_by_key(place, |row| row.rank).1.rank)
    };
    let first = nth(&mut rows, place.saturating_sub(ROWS));
    let last = nth(&mut rows, behind + ROWS);
    rows.retain(|row| first.is_none_or(|first| first <= row.rank) && last.is_none_or(|last| row.rank <= last));
    rows
}

fn states_of<Rank>(rows: Vec<RankedState<'_, Rank>>) -> Vec<Arc<Onboarding>> {
    rows.into_iter().map(|row| Arc::clone(row.state)).collect()
}

fn matches(query: &Query, state: &Onboarding, context: &QueryContext<'_>) -> bool {
    query.is_empty()
        || query.matches(state, SearchText::from(&Searchable::read_by(query, state.id, &state.profile)), context)
}

/// By which number a column orders; `None`: by a text.
fn number_of(column: TableColumn) -> Option<fn(&DealershipView<'_>) -> Option<u64>> {
    match column.ordered_as().screen().order {
        RowOrder::Number(number) => Some(number),
        RowOrder::Field(_) | RowOrder::Text(_) | RowOrder::Same => None,
    }
}
