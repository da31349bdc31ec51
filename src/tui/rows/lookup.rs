//! What the rows tell: by id, by place, and how many there are.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::tab::{is_there, shows};
use super::text_ranks::TextRanks;
use super::{DealershipRow, DealershipRows, Sort, Tab, TableColumn};
use crate::domain::query::{Query, SearchText};
use crate::domain::{DealershipId, Onboarding, Timestamp, Twin, Untrusted};

impl DealershipRows {
    /// How many dealerships there are.
    pub fn len(&self) -> usize {
        self.slots.len() - self.empty
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Of whom an event is, for the screen.
    pub fn name_of(&self, dealership: Option<DealershipId>) -> Cow<'_, str> {
        match dealership.map(|id| self.get(id)) {
            Some(row) => row.map_or("?".into(), |row| row.state.profile.name.screen()),
            None => "Xtime".into(),
        }
    }

    pub fn get(&self, id: DealershipId) -> Option<&DealershipRow> {
        let slot = *self.by_id.get(&id)? as usize;
        self.slots.get(slot).filter(|_| self.tabs.get(slot).is_some_and(|tabs| is_there(*tabs)))
    }

    /// Every dealership, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &DealershipRow> {
        self.slots.iter().zip(&self.tabs).filter(|(_, tabs)| is_there(**tabs)).map(|(row, _)| row)
    }

    /// Everybody who looks after a dealership, with how many they have; who has most comes first.
    pub fn owners(&self) -> Vec<(&Untrusted, usize)> {
        let tally = self.keys.texts(TableColumn::Owner).map(TextRanks::tally).unwrap_or_default().into_iter();
        tally
            .filter_map(|(slot, count)| Some((self.slots.get(slot as usize)?.state.profile.owner.as_ref()?, count)))
            .collect()
    }

    /// Who may be one and the same as a dealership.
    pub fn twins_of(&self, state: &Onboarding) -> impl Iterator<Item = (Twin, &DealershipRow)> {
        self.twins.of_one(state).into_iter().filter_map(|twin| Some((twin.clone(), self.get(twin.id)?)))
    }

    pub fn shown(&self) -> usize {
        self.visible.len()
    }

    /// The one on a place of the table.
    pub fn at(&self, place: usize) -> Option<&DealershipRow> {
        self.slots.get(*self.visible.get(place)? as usize)
    }

    /// Those that are shown, from a place on, in order.
    pub fn from(&self, place: usize) -> impl Iterator<Item = &DealershipRow> {
        self.visible.get(place..).unwrap_or_default().iter().filter_map(|slot| self.slots.get(*slot as usize))
    }

    /// On which place of the table a dealership is; `None` when it is not shown.
    pub fn place(&self, id: DealershipId) -> Option<usize> {
        let slot = *self.by_id.get(&id)?;
        self.visible.binary_search_by(|other| self.compare(*other, slot)).ok()
    }

    /// Whether another dealership has the same name.
    pub fn has_namesake(&self, id: DealershipId) -> bool {
        let names = self.keys.texts(TableColumn::Name);
        names.zip(self.by_id.get(&id)).is_some_and(|(names, slot)| names.is_shared(*slot))
    }

    /// Whether words of the filter were found in other fields than the name.
    pub fn is_found_elsewhere(&self) -> bool {
        // Those come last.
        self.query.has_words() && self.visible.last().is_some_and(|slot| !self.is_named(*slot))
    }

    /// What filters search in a dealership.
    pub fn text(&self, id: DealershipId) -> Option<SearchText<'_>> {
        self.texts.get(*self.by_id.get(&id)? as usize)
    }

    /// Which dealerships are shown, in no useful order.
    pub fn ids_shown(&self) -> impl Iterator<Item = DealershipId> {
        self.ids.iter().zip(&self.tabs).filter(|(_, tabs)| shows(**tabs, self.tab)).map(|(id, _)| *id)
    }

    pub fn ids_hidden(&self) -> impl Iterator<Item = DealershipId> {
        let is_hidden = |tabs| is_there(tabs) && !shows(tabs, self.tab);
        self.ids.iter().zip(&self.tabs).filter(move |(_, tabs)| is_hidden(**tabs)).map(|(id, _)| *id)
    }

    /// Whether a dealership is shown.
    pub fn is_shown(&self, id: DealershipId) -> bool {
        self.by_id.get(&id).is_some_and(|slot| self.is_visible(*slot))
    }

    /// Dealerships in the order of the table, shown or not; unknown ones are left out.
    pub fn in_order(&self, ids: impl Iterator<Item = DealershipId>) -> Vec<DealershipId> {
        let mut slots: Vec<u32> = ids.filter_map(|id| self.by_id.get(&id).copied()).collect();
        slots.sort_unstable_by(|one, other| self.compare(*one, *other));
        slots.into_iter().filter_map(|slot| self.ids.get(slot as usize).copied()).collect()
    }

    /// How many of each tab match the filter.
    pub fn count(&self, tab: Tab) -> usize {
        self.counts.get(tab as usize).copied().unwrap_or(0)
    }

    /// How many match the filter that the tab does not show.
    pub fn matching_elsewhere(&self) -> usize {
        self.matching.saturating_sub(self.visible.len())
    }

    /// The tab of what matches the filter and is not shown, while there is one: all, or those put aside.
    pub fn elsewhere(&self) -> Option<Tab> {
        if self.query.is_empty() || self.matching_elsewhere() == 0 {
            return None;
        }
        // Whatever is not put aside is among all of them.
        let in_all = self.tab == Tab::Aside || self.count(Tab::All) > self.visible.len();
        Some(if in_all { Tab::All } else { Tab::Aside })
    }

    pub fn sort(&self) -> Sort {
        self.sort
    }

    pub fn tab(&self) -> Tab {
        self.tab
    }

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

    /// When the newest event of all was recorded, by the clock of that time.
    pub fn newest_event(&self) -> Option<Timestamp> {
        self.newest_event
    }
}
