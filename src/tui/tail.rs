//! The event tail: the newest events, followed or held still, filtered by group, by time and by dealership. What became
//! of a letter is one line. Of a long log only what is around the view is held.

mod group;
mod input;
mod pages;
mod rows;
mod selection;
mod span;
mod text;

use std::sync::Arc;

use chrono::TimeDelta;

use crate::domain::{DealershipId, Event, Timestamp};
use crate::present::log_line::LogLine;
use crate::protocol::EventQuery;

use super::line_search::LineSearch;
use super::list_cursor::Motion;
pub use group::{Group, HiddenGroups};
pub use input::{TailInput, TailInputKind};
pub use pages::{Adjacent, EventPages};
pub use rows::{TailRow, TailScope};
pub use span::TailSpan;
pub use text::TailText;

/// How many events are read at once.
pub const PAGE: usize = 2_000;

/// By how much the clocks of a team may differ for a span of time to show all that happened in it.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::hours(1);

/// What is under way until more of the log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    Top,
    /// The next line with what is searched for: down, or up. The cursor is there already for those before it.
    Hit {
        forward: bool,
        from: u64,
    },
}

/// The newest events and how they are shown.
#[derive(Debug, Default)]
pub struct EventTail {
    pages: EventPages,
    hidden: HiddenGroups,
    /// Only those of the dealership under the table's cursor.
    pub only_selected: bool,
    pub span: TailSpan,
    pub search: LineSearch,
    pub seek: Option<Seek>,
    /// Where the selection begins; it ends at the cursor.
    pub selected_from: Option<u64>,
    /// The events of one dealership, from its log: however long ago they were.
    history: Option<(DealershipId, EventPages)>,
    awaited: Option<EventQuery>,
    /// The log could not be read: nothing is read by itself before the next key.
    failed: bool,
    /// What comes from here on is not told: the tail of the past.
    end: Option<u64>,
    /// From where on everything up to the newest is held, whatever is hidden.
    unfiltered: Option<u64>,
    /// The lowest line that is shown while held still; `None`: the newest are followed.
    held: Option<u64>,
    /// The newest event when it was held still: letters that go on after it are told in lines of their own.
    newest_held: u64,
    /// The line under the tail's own cursor.
    cursor: Option<u64>,
}

impl EventTail {
    /// Takes in events that were recorded just now.
    pub fn extend<'a>(&mut self, events: impl IntoIterator<Item = &'a Arc<Event>>) {
        for event in events {
            if let Some((id, history)) = &mut self.history
                && event.dealership == Some(*id)
            {
                history.follow(event);
            }
            self.pages.follow(event);
        }
        self.trim();
    }

    /// The same tail as of the last of these events, ascending: the newest before `end`.
    #[must_use]
    pub fn as_of(&self, end: u64, events: &[Arc<Event>]) -> Self {
        let (only_selected, span, search) = (self.only_selected, self.span, self.search.clone());
        let mut tail = Self { hidden: self.hidden, only_selected, span, search, end: Some(end), ..Self::default() };
        tail.take_newest(events);
        tail
    }

    /// Takes in the newest events, as they were read.
    pub fn take_newest(&mut self, events: &[Arc<Event>]) {
        self.pages.take_newest(events);
        self.trim();
    }

    /// Whether it asked for that with [`EventTail::wanted`].
    pub fn awaits(&self, query: &EventQuery) -> bool {
        self.awaited.as_ref() == Some(query)
    }

    /// Takes in what was asked for with [`EventTail::wanted`].
    pub fn take_page(&mut self, query: &EventQuery, events: Option<&[Arc<Event>]>) {
        if !self.awaits(query) {
            return;
        }
        self.awaited = None;
        let Some(events) = events else {
            (self.failed, self.seek) = (true, None);
            return;
        };
        let full = events.len() >= query.limit.unwrap_or(usize::MAX);
        let (first, last) = match (query.newest, events.first(), events.last()) {
            (true, Some(first), _) if full => (first.seq, query.before.unwrap_or(u64::MAX) - 1),
            (true, ..) => (0, query.before.unwrap_or(u64::MAX) - 1),
            (false, _, Some(last)) if full => (query.after + 1, last.seq),
            // Behind it stand those that were followed.
            (false, ..) => (query.after + 1, self.pages.newest_span().saturating_sub(1).max(query.after + 1)),
        };
        self.pages.take(events, first, last);
        self.trim();
    }

    fn trim(&mut self) {
        let place = match self.seek {
            Some(Seek::Hit { from, .. }) => Some(from),
            Some(Seek::Top) => Some(0).filter(|_| self.pages.has_start()).or(self.held),
            None => self.held,
        };
        self.pages.trim(place.unwrap_or(u64::MAX));
        let newest = self.pages.newest_span();
        let filtered = self.unfiltered.filter(|_| self.hidden != HiddenGroups::default());
        self.unfiltered = Some(filtered.map_or(newest, |from| from.max(newest))).filter(|from| *from < u64::MAX);
    }

    /// Takes in the events of one dealership, ascending.
    pub fn set_history(&mut self, id: DealershipId, events: Vec<Arc<Event>>) {
        let newest = events.last().map_or(0, |event| event.seq);
        let older = self.history.take().filter(|(known, _)| *known == id).map(|(_, older)| older);
        let mut history = EventPages::whole(events);
        // What was recorded while they were read is here already.
        let of_it = |event: &&Arc<Event>| event.seq > newest && event.dealership == Some(id);
        let since = older.as_ref().unwrap_or(&self.pages);
        since.iter().filter(of_it).for_each(|event| history.follow(event));
        self.history = Some((id, history));
    }

    /// The events of one dealership, ascending; `None`: its log was not read.
    pub fn history(&self, id: DealershipId) -> Option<impl DoubleEndedIterator<Item = &Arc<Event>>> {
        self.history.as_ref().filter(|(known, _)| *known == id).map(|(_, events)| events.iter())
    }

    /// Whether only one dealership's events are shown and they are still being read.
    pub fn awaits_history(&self, selected: Option<DealershipId>) -> bool {
        self.only_selected && selected.is_some_and(|id| self.history(id).is_none())
    }

    pub fn newest(&self) -> Option<&Arc<Event>> {
        self.pages.newest()
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &Arc<Event>> {
        self.pages.iter().rev()
    }

    /// Whether a group is shown.
    pub fn shows(&self, group: Group) -> bool {
        !self.hidden.has(group)
    }

    /// Shows or hides a group.
    pub fn show(&mut self, group: Group, shown: bool) {
        let widens = shown && self.hidden.has(group);
        self.hidden.set(group, !shown);
        self.awaited = None;
        if let Some(from) = self.unfiltered.filter(|_| widens) {
            // What was read without that group may lack some of it.
            self.pages.drop_all(0, from);
        }
    }

    /// What is asked for of the log, besides numbers.
    pub fn query(&self, scope: TailScope) -> EventQuery {
        let dealership = scope.selected.filter(|_| self.only_selected);
        let kinds = self.hidden.kinds();
        EventQuery { kinds, dealership, since: scope.since, before: self.end, ..EventQuery::default() }
    }

    /// Whether nothing can be shown, because everything is hidden.
    pub fn hides_all(&self) -> bool {
        self.hidden.is_all()
    }

    /// Whether the newest events are followed.
    pub fn follows(&self) -> bool {
        self.held.is_none()
    }

    /// A key was pressed: what failed is tried again.
    pub fn touched(&mut self) {
        self.failed = false;
    }

    fn source(&self, scope: TailScope) -> Option<&EventPages> {
        match (self.only_selected, scope.selected, &self.history) {
            (false, ..) => Some(&self.pages),
            (true, Some(id), Some((known, history))) if *known == id => Some(history),
            (true, ..) => None,
        }
    }

    /// The line of an event, unless it is told in that of a newer one.
    fn line_of<'t>(&self, pages: &'t EventPages, event: &'t Arc<Event>) -> Option<LogLine<'t>> {
        let Some(letter) = event.fact.letter() else { return Some(LogLine::from(&**event)) };
        let until = if self.held.is_some() { self.newest_held } else { u64::MAX };
        let of_it = |seq: &&u64| (**seq <= until) == (event.seq <= until);
        let seqs: Vec<u64> = pages.of_letter(letter).iter().filter(of_it).copied().collect();
        let (newest, earlier) = seqs.split_last()?;
        let earlier = earlier.iter().filter_map(|seq| pages.get(*seq)).map(AsRef::as_ref).collect();
        (*newest == event.seq).then(|| LogLine { newest: event, earlier })
    }

    /// The next line that is shown, from a number on: down, or up.
    pub fn next_line(&self, mut seq: u64, forward: bool, scope: TailScope) -> Adjacent<LogLine<'_>> {
        let Some(pages) = self.source(scope).filter(|_| !self.hides_all()) else { return Adjacent::End };
        loop {
            let adjacent = if forward { pages.after(seq) } else { pages.before(seq) };
            let event = match adjacent {
                Adjacent::Here(event) => event,
                Adjacent::Unread(from) => return Adjacent::Unread(from),
                Adjacent::End => return Adjacent::End,
            };
            seq = event.seq;
            let since = scope.since.unwrap_or(Timestamp::MIN_UTC);
            // What is older may be of a clock that runs behind, with newer ones before it.
            if !forward && since - event.at > CLOCKS_DIFFER {
                return Adjacent::End;
            }
            if event.at >= since
                && self.shows(Group::of(&event.fact))
                && let Some(line) = self.line_of(pages, event)
            {
                return Adjacent::Here(line);
            }
        }
    }

    fn next_seq(&self, seq: u64, forward: bool, scope: TailScope) -> Result<u64, Option<u64>> {
        self.next_line(seq, forward, scope).seq(|line| line.newest.seq)
    }

    /// The line under the tail's cursor; while following, the newest one that is shown. When a filter has hidden the event
    /// that the cursor was on, it is on the nearest older one that is shown: never on one that nobody sees.
    pub fn chosen(&self, scope: TailScope) -> Option<LogLine<'_>> {
        let from = self.cursor.filter(|_| self.held.is_some()).map_or(u64::MAX, |seq| seq + 1);
        match self.next_line(from, false, scope) {
            Adjacent::Here(line) => Some(line),
            Adjacent::Unread(_) | Adjacent::End => None,
        }
    }

    /// How many that would be shown arrived since it was held still, and whether there are more than are held.
    pub fn arrived(&self, scope: TailScope) -> (usize, bool) {
        if self.held.is_none() {
            return (0, false);
        }
        let (mut seq, mut count) = (u64::MAX, 0);
        loop {
            match self.next_seq(seq, false, scope) {
                Ok(newer) if newer > self.newest_held => (seq, count) = (newer, count + 1),
                Err(Some(unread)) => return (count, unread > self.newest_held + 1),
                Ok(_) | Err(None) => return (count, false),
            }
        }
    }

    pub fn follow(&mut self) {
        (self.held, self.cursor, self.seek, self.selected_from) = (None, None, None, None);
    }

    /// Holds still where it is, with the cursor on the lowest line.
    pub fn hold(&mut self, scope: TailScope) {
        if self.held.is_none() {
            let newest = self.chosen(scope).map(|line| line.newest.seq);
            (self.held, self.cursor) = (newest, newest);
            self.newest_held = self.pages.newest().map_or(0, |event| event.seq);
        }
    }

    /// Moves the cursor and keeps it among so many lines. Behind the newest it follows.
    pub fn go(&mut self, motion: Motion, height: usize, scope: TailScope) {
        if motion.is_forward() && self.held.is_none() {
            return;
        }
        self.hold(scope);
        let Some(mut cursor) = self.chosen(scope).map(|line| line.newest.seq) else { return };
        let page = height.saturating_sub(1).max(1);
        let steps = match motion {
            Motion::Down | Motion::Up => 1,
            Motion::PageDown | Motion::PageUp => page,
            Motion::Top => {
                self.seek = Some(Seek::Top);
                return;
            }
            Motion::Bottom => return self.follow(),
        };
        for _ in 0..steps {
            match self.next_seq(cursor, motion.is_forward(), scope) {
                Ok(next) => cursor = next,
                Err(None) if motion.is_forward() => return self.follow(),
                Err(_) => break,
            }
        }
        self.stand_at(cursor, height, scope);
    }

    /// Goes to the first line, as far as that is held. Whether it is there.
    pub fn seek_top(&mut self, height: usize, scope: TailScope) -> bool {
        let start = match scope.since {
            None if !self.only_selected && self.pages.has_start() => self.next_seq(0, true, scope).ok(),
            None if !self.only_selected => return false,
            _ => None,
        };
        let mut cursor = start.or_else(|| self.chosen(scope).map(|line| line.newest.seq)).unwrap_or(0);
        let is_there = loop {
            match self.next_seq(cursor, false, scope) {
                Ok(older) => cursor = older,
                Err(unread) => break unread.is_none(),
            }
        };
        self.stand_at(cursor, height, scope);
        is_there
    }

    /// Puts the cursor on a line, and keeps it in view.
    pub fn stand_at(&mut self, seq: u64, height: usize, scope: TailScope) {
        self.hold(scope);
        self.cursor = Some(seq);
        if self.held.is_none_or(|held| held < seq) {
            self.held = Some(seq);
        }
        if !self.rows(height, scope).iter().any(|row| row.seq() == Some(seq)) {
            self.held = Some(self.lowest_below(seq, height, scope));
        }
    }

    /// What is to be read for what is shown or sought, unless something is being read.
    pub fn wanted(&mut self, height: usize, scope: TailScope) -> Option<EventQuery> {
        if self.awaited.is_some() || self.failed || self.only_selected || self.hides_all() {
            return None;
        }
        let ask = |after, before: Option<u64>| EventQuery {
            after,
            before: before.or(self.end),
            kinds: self.hidden.kinds(),
            limit: Some(PAGE),
            newest: before.is_some(),
            ..EventQuery::default()
        };
        let beside = |(seq, forward): (u64, bool)| match self.next_seq(seq, forward, scope) {
            Err(Some(edge)) if forward => Some(ask(edge, None)),
            Err(Some(edge)) if edge < u64::MAX => Some(ask(0, Some(edge))),
            _ => None,
        };
        let query = match self.seek {
            Some(Seek::Top) if scope.since.is_none() => (!self.pages.has_start()).then(|| ask(0, None)),
            Some(Seek::Top) => beside((self.cursor.unwrap_or(u64::MAX), false)),
            Some(Seek::Hit { forward, from }) => beside((from, forward)),
            None => self.edges(height, scope).into_iter().find_map(beside),
        };
        self.awaited.clone_from(&query);
        query
    }
}

#[cfg(test)]
pub(crate) mod tests;
