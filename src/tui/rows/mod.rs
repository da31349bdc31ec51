//! The dealerships of the screen: their order, the filter, the tabs, and what the passing of time changes in them.
//!
//! Rows live in slots that never move while the program runs; orders are lists of slots. A commit moves one slot within
//! the lists by binary search; only a new sort or filter looks at every row.

mod column;
mod filter;
mod order;
mod tab;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use chrono::TimeDelta;

use crate::domain::query::{Field, Query, QueryContext, Searchable};
use crate::domain::{DealershipId, Onboarding, Policy, Timestamp};

pub use column::{Column, Derived, Sort};
use column::{Key, key};
pub use tab::Tab;
use tab::tabs_of;

/// From how many changed rows at once everything is ordered anew instead of moving each.
const MANY: usize = 512;

/// One dealership with what is derived from it.
#[derive(Debug)]
pub struct Row {
    /// Its state after the last commit.
    pub state: Arc<Onboarding>,
    /// What depends on the moment.
    pub facts: Derived,
    search: Searchable,
    key: Key,
    /// The text of the sort is too long for its key.
    long: bool,
    tabs: u16,
    matches: bool,
    next: Option<Timestamp>,
}

/// Every dealership, and which of them are shown in which order.
#[derive(Debug, Default)]
pub struct Rows {
    slots: Vec<Row>,
    by_id: HashMap<DealershipId, u32>,
    /// Every slot in order.
    sorted: Vec<u32>,
    /// The slots of the tab that match the filter, in order.
    visible: Vec<u32>,
    counts: [usize; Tab::ALL.len()],
    due: BinaryHeap<Reverse<(Timestamp, u32)>>,
    sort: Sort,
    tab: Tab,
    query: Query,
    me: Option<String>,
    policy: Policy,
    /// Counts the changes of what is shown.
    version: u64,
}

impl Rows {
    /// Takes in all dealerships, keeping no order, filter or tab of an older set.
    pub fn new(states: Vec<Arc<Onboarding>>, me: Option<String>, policy: Policy, now: Timestamp) -> Self {
        let mut rows = Self { me, policy, ..Self::default() };
        rows.slots.reserve(states.len());
        rows.by_id.reserve(states.len());
        // Slots by name: that decides between rows of the same rank, and costs nothing later.
        let mut named: Vec<(Key, Arc<Onboarding>)> =
            states.into_iter().map(|state| (column::name_key(&state), state)).collect();
        named.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)));
        for (_, state) in named {
            rows.insert_slot(state, now);
        }
        rows.order_all();
        rows
    }

    /// The order, filter and tab of an older set, and whatever in it is newer after all.
    pub fn adopt(&mut self, older: Self, now: Timestamp) {
        let same = self.sort == older.sort && self.tab == older.tab && older.query.is_empty();
        self.version += older.version;
        (self.sort, self.tab, self.query) = (older.sort, older.tab, older.query);
        if !same {
            self.refilter(now, false);
            self.resort();
        }
        let version = |id| self.get(id).map_or(0, |row| row.state.version);
        let newer: Vec<_> =
            older.slots.into_iter().map(|row| row.state).filter(|state| state.version > version(state.id)).collect();
        self.put(&newer, now);
    }

    /// How many dealerships there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// One dealership.
    pub fn get(&self, id: DealershipId) -> Option<&Row> {
        self.slots.get(*self.by_id.get(&id)? as usize)
    }

    /// Every dealership, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.slots.iter()
    }

    /// How many are shown.
    pub fn shown(&self) -> usize {
        self.visible.len()
    }

    /// The one on a place of the table.
    pub fn at(&self, place: usize) -> Option<&Row> {
        self.slots.get(*self.visible.get(place)? as usize)
    }

    /// Those that are shown, from a place on, in order.
    pub fn from(&self, place: usize) -> impl Iterator<Item = &Row> {
        self.visible.get(place..).unwrap_or_default().iter().filter_map(|slot| self.slots.get(*slot as usize))
    }

    /// On which place of the table a dealership is; `None` when it is not shown.
    pub fn place(&self, id: DealershipId) -> Option<usize> {
        let slot = *self.by_id.get(&id)?;
        self.visible.binary_search_by(|other| self.compare(*other, slot)).ok()
    }

    /// Whether a dealership is shown.
    pub fn is_shown(&self, id: DealershipId) -> bool {
        self.by_id.get(&id).is_some_and(|slot| self.is_visible(*slot))
    }

    /// Dealerships in the order of the table, shown or not; unknown ones are left out.
    pub fn in_order(&self, ids: impl Iterator<Item = DealershipId>) -> Vec<DealershipId> {
        let mut slots: Vec<u32> = ids.filter_map(|id| self.by_id.get(&id).copied()).collect();
        slots.sort_unstable_by(|one, other| self.compare(*one, *other));
        slots.into_iter().filter_map(|slot| self.slots.get(slot as usize)).map(|row| row.state.id).collect()
    }

    /// How many of each tab match the filter.
    pub fn count(&self, tab: Tab) -> usize {
        self.counts.get(tab as usize).copied().unwrap_or(0)
    }

    /// The order.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// The tab.
    pub fn tab(&self) -> Tab {
        self.tab
    }

    /// The filter.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Another number whenever other rows are shown.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When the passing of time next changes the stage or the urgency of a row.
    pub fn next_change(&self) -> Option<Timestamp> {
        self.due.peek().map(|Reverse((at, _))| *at)
    }

    /// Orders by something else.
    pub fn set_sort(&mut self, sort: Sort) {
        self.sort = sort;
        self.resort();
    }

    /// Shows another tab.
    pub fn set_tab(&mut self, tab: Tab) {
        self.tab = tab;
        self.collect_visible();
    }

    /// Filters.
    pub fn set_query(&mut self, query: Query, now: Timestamp) {
        let narrowed = filter::narrows(self.query.text(), query.text());
        self.query = query;
        self.refilter(now, narrowed);
        self.collect_visible();
    }

    /// Asks the filter again of everything: queries can compare clocks.
    pub fn ask_again(&mut self, now: Timestamp) {
        self.refilter(now, false);
        self.collect_visible();
    }

    /// Takes in newer states. Those that are not newer than what is here change nothing.
    pub fn put(&mut self, states: &[Arc<Onboarding>], now: Timestamp) {
        let many = states.len() > MANY;
        for state in states {
            let Some(slot) = self.by_id.get(&state.id).copied() else {
                let slot = self.insert_slot(Arc::clone(state), now);
                if !many {
                    self.enter(slot);
                }
                continue;
            };
            if self.slots.get(slot as usize).is_some_and(|row| row.state.version >= state.version) {
                continue;
            }
            if !many {
                self.leave(slot);
            }
            if let Some(row) = self.slots.get_mut(slot as usize) {
                if row.state.profile != state.profile {
                    row.search = Searchable::new(state.id, &state.profile);
                }
                row.state = Arc::clone(state);
            }
            self.derive(slot, now);
            if !many {
                self.enter(slot);
            }
        }
        if many {
            self.order_all();
        }
    }

    /// Lets time pass: rows whose stage or urgency the clock changed get their new place. Whether there were any.
    pub fn pass_time(&mut self, now: Timestamp) -> bool {
        let mut due = Vec::new();
        while let Some(Reverse((at, slot))) = self.due.peek().copied().filter(|Reverse((at, _))| *at <= now) {
            self.due.pop();
            // A row that changed meanwhile has a newer entry.
            if self.slots.get(slot as usize).is_some_and(|row| row.next == Some(at)) {
                due.push(slot);
            }
        }
        let many = due.len() > MANY;
        for slot in &due {
            if !many {
                self.leave(*slot);
            }
            self.derive(*slot, now);
            if !many {
                self.enter(*slot);
            }
        }
        if many {
            self.order_all();
        }
        !due.is_empty()
    }

    /// Derives everything anew, after the wall clock was set back.
    pub fn derive_again(&mut self, now: Timestamp) {
        self.due.clear();
        for slot in 0..self.slots.len() {
            self.derive(u32::try_from(slot).unwrap_or(u32::MAX), now);
        }
        self.order_all();
    }

    fn insert_slot(&mut self, state: Arc<Onboarding>, now: Timestamp) -> u32 {
        let slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.by_id.insert(state.id, slot);
        let search = Searchable::new(state.id, &state.profile);
        let facts = facts_of(&state, now, &self.policy);
        self.slots.push(Row {
            state,
            facts,
            search,
            key: Key::default(),
            long: false,
            tabs: 0,
            matches: false,
            next: None,
        });
        self.derive(slot, now);
        slot
    }

    /// Everything about a row that depends on its state, the moment, the filter and the sort.
    fn derive(&mut self, slot: u32, now: Timestamp) {
        let Some(row) = self.slots.get_mut(slot as usize) else { return };
        row.facts = facts_of(&row.state, now, &self.policy);
        row.tabs = tabs_of(row.facts);
        let context = QueryContext { now, policy: &self.policy, me: self.me.as_deref() };
        row.matches = self.query.matches(&row.state, &row.search, &context);
        (row.key, row.long) = key(self.sort, &row.state, row.facts, row.search.field(Field::Name), &self.policy);
        row.next = next_change(&row.state, now, &self.policy);
        if let Some(at) = row.next {
            self.due.push(Reverse((at, slot)));
        }
    }

    fn leave(&mut self, slot: u32) {
        self.version += 1;
        if let Ok(place) = self.sorted.binary_search_by(|other| self.compare(*other, slot)) {
            self.sorted.remove(place);
        }
        if let Ok(place) = self.visible.binary_search_by(|other| self.compare(*other, slot)) {
            self.visible.remove(place);
        }
        self.count_row(slot, |count| count.saturating_sub(1));
    }

    fn enter(&mut self, slot: u32) {
        self.version += 1;
        if let Err(place) = self.sorted.binary_search_by(|other| self.compare(*other, slot)) {
            self.sorted.insert(place, slot);
        }
        if self.is_visible(slot)
            && let Err(place) = self.visible.binary_search_by(|other| self.compare(*other, slot))
        {
            self.visible.insert(place, slot);
        }
        self.count_row(slot, |count| count + 1);
    }

    fn count_row(&mut self, slot: u32, change: impl Fn(usize) -> usize) {
        let Some(row) = self.slots.get(slot as usize).filter(|row| row.matches) else { return };
        for (tab, count) in Tab::ALL.iter().zip(&mut self.counts) {
            if row.tabs & tab.bit() != 0 {
                *count = change(*count);
            }
        }
    }

    fn is_visible(&self, slot: u32) -> bool {
        self.slots.get(slot as usize).is_some_and(|row| row.matches && row.tabs & self.tab.bit() != 0)
    }
}

/// Some steps further (or back) among so many, round at the ends.
pub(crate) fn step_round(place: usize, by: isize, count: usize) -> usize {
    let count = count.max(1);
    (place + by.rem_euclid(count.cast_signed()).cast_unsigned()) % count
}

fn facts_of(state: &Onboarding, now: Timestamp, policy: &Policy) -> Derived {
    Derived { stage: state.stage(now), attention: state.attention(now, policy), snoozed: state.is_snoozed(now) }
}

/// When the passing of time could next change what is derived. Early is harmless: the row is then only looked at.
fn next_change(state: &Onboarding, now: Timestamp, policy: &Policy) -> Option<Timestamp> {
    let expires_at = state.invitation.as_ref().map(|newest| newest.expires_at);
    let confirmation = &state.confirmation;
    // These are exceeded, not reached.
    let just_after = |at: Timestamp| at.checked_add_signed(TimeDelta::milliseconds(1));
    let soon = expires_at.and_then(|at| at.checked_sub_signed(policy.expiring_within)).and_then(just_after);
    let amber = confirmation.dealer_confirmed_at.and_then(|at| at.checked_add_signed(policy.amber_after));
    let booking = state.booking.as_ref().and_then(|open| open.at.checked_add_signed(policy.booking_settles));
    let booking = booking.and_then(just_after);
    [expires_at, soon, confirmation.due_at, amber.and_then(just_after), state.snoozed_until, booking]
        .into_iter()
        .flatten()
        .filter(|at| *at > now)
        .min()
}
