//! The dealerships of the screen: their order, the filter, the tabs, and what the passing of time changes in them.
//!
//! Rows live in slots that never move while the program runs; orders are lists of slots. A commit moves one slot within
//! the lists by binary search; only a new filter looks at every row. What a new sort, another tab or a count needs of
//! all of them stands in lists of its own, a small number for each slot.

mod derive;
mod filter;
mod first_page;
mod keys;
mod lookup;
mod order;
mod radix;
mod replace;
mod sections;
mod tab;
mod text_ranks;
mod travel;
mod twins;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::BuildHasherDefault;
use std::sync::Arc;
use std::thread;

use crate::domain::query::{Derived, Query, Texts};
use crate::domain::text::push_normal;
use crate::domain::{DealershipId, Onboarding, Policy, Stage, Timestamp};

use crate::present::column::DealershipView;
pub use crate::present::column::{Sort, TableColumn};
use crate::present::time::Zone;
use crate::tui::marks::IdHasher;
pub use first_page::TableStart;
use keys::Keys;
use replace::ChangedTexts;
use sections::Sections;
pub use sections::{SectionKind, TableLine, TableSection};
pub use tab::Tab;
use twins::TwinRows;

/// From how many changed rows at once everything is ordered anew instead of moving each.
const MANY: usize = 512;

/// One dealership with what is derived from it.
#[derive(Debug)]
pub struct DealershipRow {
    /// Its state after the last commit.
    pub state: Arc<Onboarding>,
    /// What depends on the moment.
    pub facts: Derived,
    /// When the passing of time last changed it.
    last: Option<Timestamp>,
    next: Option<Timestamp>,
}

impl DealershipRow {
    pub fn view<'a>(&'a self, now: Timestamp, policy: &'a Policy) -> DealershipView<'a> {
        DealershipView {
            state: &self.state,
            facts: self.facts,
            probe: None,
            now,
            policy,
            zone: Zone::default(),
            survival: None,
        }
    }
}

/// Every dealership, and which of them are shown in which order.
#[derive(Debug, Default)]
pub struct DealershipRows {
    slots: Vec<DealershipRow>,
    /// By slot: what filters search.
    texts: Texts,
    by_id: HashMap<DealershipId, u32, BuildHasherDefault<IdHasher>>,
    /// By slot: whose it is.
    ids: Vec<DealershipId>,
    /// By slot: a bit for each of its tabs, and whether it matches the filter.
    tabs: Vec<u16>,
    /// By slot: where it stands in the order of each column.
    keys: Keys,
    sorted: Vec<u32>,
    /// The slots of the tab that match the filter, in order.
    visible: Vec<u32>,
    /// Where what is shown changes its reason; empty where there is only one.
    sections: Sections,
    counts: [usize; Tab::ALL.len()],
    /// How many match the filter, whatever their tabs.
    matching: usize,
    due: BinaryHeap<Reverse<(Timestamp, u32)>>,
    /// The newest moment for which something was derived.
    derived_at: Timestamp,
    newest_event: Option<Timestamp>,
    sort: Sort,
    tab: Tab,
    query: Query,
    me: Option<String>,
    policy: Policy,
    twins: TwinRows,
    /// How many slots are of no dealership that is there.
    empty: usize,
    /// Counts the changes of what is shown.
    version: u64,
}

impl DealershipRows {
    /// Takes in all dealerships, keeping no order, filter or tab of an older set.
    pub fn new(states: Vec<Arc<Onboarding>>, me: Option<String>, policy: Policy, now: Timestamp) -> Self {
        let mut rows = Self { me, policy, ..Self::default() };
        rows.slots.reserve(states.len());
        rows.by_id.reserve(states.len());
        // Slots by name: that decides between rows of the same rank, and costs nothing later. What is made for each slot
        // lies in memory in the order in which filters ask.
        let mut form = String::new();
        let mut first = |state: &Onboarding| first_letters(&mut form, state.profile.name.raw());
        let mut named: Vec<NamedState> = states.into_iter().map(|state| (first(&state), state)).collect();
        named.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)));
        // Nothing here asks who has a twin: that is found beside.
        rows.twins = thread::scope(|scope| {
            let twins = scope.spawn(|| TwinRows::of(named.iter().map(|(_, state)| &**state)));
            let slots: Vec<u32> = named.iter().map(|(_, state)| rows.insert_slot(Arc::clone(state), now)).collect();
            rows.derive(&slots, now);
            rows.keys.rank();
            rows.order_all();
            rows.count_all();
            twins.join().unwrap_or_default()
        });
        rows
    }

    /// The order, filter and tab of another set. What was filtered so already is not asked again.
    pub fn arrange_as(&mut self, other: &Self, now: Timestamp) {
        let same = self.sort == other.sort && self.tab == other.tab && self.query.text() == other.query.text();
        self.version = self.version.max(other.version) + 1;
        (self.sort, self.tab, self.query) = (other.sort, other.tab, other.query.clone());
        if !same {
            self.refilter(now, false);
            self.order_all();
        }
    }

    /// The order, filter and tab of an older set, and whatever in it is newer after all.
    pub fn adopt(&mut self, older: Self, now: Timestamp) {
        self.arrange_as(&older, now);
        let version = |id| self.get(id).map_or(0, |row| row.state.version);
        let newer: Vec<_> =
            older.slots.into_iter().map(|row| row.state).filter(|state| state.version > version(state.id)).collect();
        self.put(&newer, now);
    }

    pub fn set_sort(&mut self, sort: Sort) {
        self.sort = sort;
        self.order_all();
    }

    pub fn set_tab(&mut self, tab: Tab) {
        self.tab = tab;
        self.collect_visible();
    }

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
        let mut changed = Vec::new();
        for state in states {
            let Some(slot) = self.by_id.get(&state.id).copied() else {
                self.twins.replace(None, Some(state));
                changed.push(self.insert_slot(Arc::clone(state), now));
                continue;
            };
            if self.slots.get(slot as usize).is_none_or(|row| row.state.version >= state.version) {
                continue;
            }
            if !many {
                // By what it is found, before that changes.
                self.leave(slot);
            }
            let former = self.replace(slot, state, self.changed_texts(slot, state, now), now);
            self.twins.replace(former.as_deref(), Some(state));
            changed.push(slot);
        }
        self.twins.settle();
        self.derive(&changed, now);
        // Texts that are new get their places together; nothing that has one loses it by that.
        self.keys.rank();
        self.arrange(&changed, many);
    }

    /// Lets time pass: rows whose stage or urgency the clock changed get their new place. Whether there were any.
    pub fn pass_time(&mut self, now: Timestamp) -> bool {
        let due = self.take_due(now);
        self.derive_some(&due, now);
        !due.is_empty()
    }

    /// Derives what is otherwise at an earlier moment than the last one, after the wall clock was set back.
    pub fn derive_again(&mut self, now: Timestamp) {
        let slots = self.passed_since(now);
        self.derived_at = now;
        self.derive_some(&slots, now);
    }

    fn derive_some(&mut self, slots: &[u32], now: Timestamp) {
        let many = slots.len() > MANY;
        if !many {
            slots.iter().for_each(|slot| self.leave(*slot));
        }
        self.derive(slots, now);
        self.arrange(slots, many);
    }

    /// A slot of its own; what it really is is derived after that.
    fn insert_slot(&mut self, state: Arc<Onboarding>, now: Timestamp) -> u32 {
        let slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.by_id.insert(state.id, slot);
        self.ids.push(state.id);
        self.tabs.push(0);
        self.texts.push(state.id, &state.profile);
        let facts = Derived { stage: Stage::New, attention: None, snoozed: false };
        self.slots.push(DealershipRow { state, facts, last: None, next: None });
        self.read_texts(slot, now, ChangedTexts::ALL);
        slot
    }
}

/// How many bytes of a name give its slot; names that differ later only are put right by their ranks.
const LETTERS: usize = 32;

type NamedState = ([u8; LETTERS], Arc<Onboarding>);

/// The first letters of a text in its normal form, to be compared. The form is written into `form`.
fn first_letters(form: &mut String, text: &str) -> [u8; LETTERS] {
    form.clear();
    push_normal(form, text);
    let mut letters = [0; LETTERS];
    letters.iter_mut().zip(form.bytes()).for_each(|(place, byte)| *place = byte);
    letters
}

/// Some steps further (or back) among so many, round at the ends.
pub(crate) fn step_round(place: usize, by: isize, count: usize) -> usize {
    let count = count.max(1);
    (place + by.rem_euclid(count.cast_signed()).cast_unsigned()) % count
}
