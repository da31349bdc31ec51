//! The event tail: the newest events, followed or held still, filtered by group and by dealership.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::{DealershipId, Event, Fact};

use super::list_cursor::Motion;
use super::theme::Tone;

/// How many events are kept; older ones are in the store.
pub const KEPT: usize = 10_000;

/// Kinds of events that are shown or hidden together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Codes: asked for, issued, superseded, expired, revoked.
    Codes,
    /// The dealer's word and what Xtime shows.
    Xtime,
    /// Opcodes, slots and test appointments.
    Opcodes,
    Mail,
    /// Profiles, owners, notes, snoozes, the archive.
    Desk,
}

impl Group {
    pub const ALL: [Self; 5] = [Self::Codes, Self::Xtime, Self::Opcodes, Self::Mail, Self::Desk];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Codes => "codes",
            Self::Xtime => "Xtime and the dealer's word",
            Self::Opcodes => "opcodes, slots, appointments",
            Self::Mail => "letters",
            Self::Desk => "dealerships, owners, notes",
        }
    }

    /// Its name where room is short.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Codes => "codes",
            Self::Xtime => "Xtime",
            Self::Opcodes => "opcodes",
            Self::Mail => "mail",
            Self::Desk => "desk",
        }
    }

    /// The group of a fact, and how urgent it looks.
    pub fn of(fact: &Fact) -> (Self, Tone) {
        let group = match fact.group() {
            "invitation" => Self::Codes,
            "dealer" | "integration" | "probe" | "platform" => Self::Xtime,
            "opcode" | "slots" | "appointment" => Self::Opcodes,
            "email" | "reminders" => Self::Mail,
            _ => Self::Desk,
        };
        (group, fact.severity().into())
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The newest events and how they are shown.
#[derive(Debug, Default)]
pub struct EventTail {
    events: VecDeque<Arc<Event>>,
    hidden: u8,
    /// Only those of the dealership under the table's cursor.
    pub only_selected: bool,
    /// The events of one dealership, ascending, from its log: however long ago they were.
    history: Option<(DealershipId, VecDeque<Arc<Event>>)>,
    /// The lowest event that is shown while held still; `None`: the newest are followed.
    held: Option<u64>,
    /// The newest event when it was held still.
    newest_held: u64,
    /// The event under the tail's own cursor.
    cursor: Option<u64>,
}

impl EventTail {
    /// Takes in events in ascending order; those that are here already are left out.
    pub fn extend<'a>(&mut self, events: impl IntoIterator<Item = &'a Arc<Event>>) {
        for event in events {
            if let Some((id, history)) = &mut self.history
                && event.dealership == Some(*id)
                && history.back().is_none_or(|last| last.seq < event.seq)
            {
                history.push_back(Arc::clone(event));
            }
            match self.events.back() {
                Some(last) if event.seq <= last.seq => {
                    // The start of the tail may be read after its first live events have arrived.
                    if let Err(place) = self.events.binary_search_by_key(&event.seq, |known| known.seq) {
                        self.events.insert(place, Arc::clone(event));
                    }
                }
                _ => self.events.push_back(Arc::clone(event)),
            }
        }
        let surplus = self.events.len().saturating_sub(KEPT);
        self.events.drain(..surplus);
    }

    /// The same tail with these events only, ascending, as of the last of them.
    #[must_use]
    pub fn as_of(&self, events: Vec<Arc<Event>>) -> Self {
        let Self { hidden, only_selected, .. } = *self;
        Self { events: events.into(), hidden, only_selected, ..Self::default() }
    }

    /// Takes in the events of one dealership, ascending.
    pub fn set_history(&mut self, id: DealershipId, events: Vec<Arc<Event>>) {
        let newest = events.last().map_or(0, |event| event.seq);
        let mut history = VecDeque::from(events);
        // What was recorded while they were read is here already.
        match self.history.take() {
            Some((known, older)) if known == id => history.extend(older.into_iter().filter(|event| event.seq > newest)),
            _ => history.extend(self.since(id, newest).cloned()),
        }
        self.history = Some((id, history));
    }

    /// The newest events of one dealership, ascending; `None`: its log was not read.
    pub fn history(&self, id: DealershipId) -> Option<&VecDeque<Arc<Event>>> {
        self.history.as_ref().filter(|(known, _)| *known == id).map(|(_, events)| events)
    }

    /// Whether only one dealership's events are shown and they are still being read.
    pub fn awaits_history(&self, selected: Option<DealershipId>) -> bool {
        self.only_selected && selected.is_some_and(|id| self.history(id).is_none())
    }

    /// What arrived about one dealership after an event, ascending.
    fn since(&self, id: DealershipId, seq: u64) -> impl Iterator<Item = &Arc<Event>> {
        let from = self.events.partition_point(|event| event.seq <= seq);
        self.events.range(from..).filter(move |event| event.dealership == Some(id))
    }

    pub fn newest(&self) -> Option<&Arc<Event>> {
        self.events.back()
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &Arc<Event>> {
        self.events.iter().rev()
    }

    /// Whether a group is shown.
    pub fn shows(&self, group: Group) -> bool {
        self.hidden & group.bit() == 0
    }

    /// Shows or hides a group.
    pub fn show(&mut self, group: Group, shown: bool) {
        if shown {
            self.hidden &= !group.bit();
        } else {
            self.hidden |= group.bit();
        }
    }

    /// Whether the newest events are followed.
    pub fn follows(&self) -> bool {
        self.held.is_none()
    }

    /// The event under the tail's cursor; while following, the newest one that is shown. When a filter has hidden the event
    /// that the cursor was on, it is on the nearest older one that is shown: never on one that nobody sees.
    pub fn chosen(&self, selected: Option<DealershipId>) -> Option<&Arc<Event>> {
        self.shown_until(self.cursor.filter(|_| self.held.is_some()), selected).next_back()
    }

    /// The events on so many lines, ascending.
    pub fn lines(&self, height: usize, selected: Option<DealershipId>) -> Vec<&Arc<Event>> {
        let mut lines: Vec<_> = self.shown_until(self.held, selected).rev().take(height).collect();
        lines.reverse();
        lines
    }

    /// How many that would be shown arrived since it was held still.
    pub fn arrived(&self, selected: Option<DealershipId>) -> usize {
        if self.held.is_none() {
            return 0;
        }
        self.shown_until(None, selected).rev().take_while(|event| event.seq > self.newest_held).count()
    }

    /// What the filters let through, up to an event; `None`: to the newest.
    fn shown_until(
        &self,
        until: Option<u64>,
        selected: Option<DealershipId>,
    ) -> impl DoubleEndedIterator<Item = &Arc<Event>> {
        let events = if self.only_selected { selected.and_then(|id| self.history(id)) } else { Some(&self.events) };
        let end = events.map_or(0, |events| match until {
            Some(seq) => events.partition_point(|event| event.seq <= seq),
            None => events.len(),
        });
        let events = events.into_iter().flat_map(move |events| events.range(..end));
        events.filter(move |event| self.shows(Group::of(&event.fact).0))
    }

    pub fn follow(&mut self) {
        (self.held, self.cursor) = (None, None);
    }

    /// Holds still where it is, with the cursor on the lowest line.
    pub fn hold(&mut self, selected: Option<DealershipId>) {
        if self.held.is_none() {
            let newest = self.chosen(selected).map(|event| event.seq);
            (self.held, self.cursor) = (newest, newest);
            self.newest_held = self.events.back().map_or(0, |event| event.seq);
        }
    }

    /// Moves the cursor and keeps it among so many lines. Behind the newest it follows.
    pub fn go(&mut self, motion: Motion, height: usize, selected: Option<DealershipId>) {
        if motion.is_forward() && self.held.is_none() {
            return;
        }
        self.hold(selected);
        let shown: Vec<u64> = self.shown_until(None, selected).map(|event| event.seq).collect();
        let Some(cursor) = self.cursor else { return };
        let place = shown.partition_point(|seq| *seq < cursor);
        let target = motion.from(place, height.saturating_sub(1).max(1));
        if target >= shown.len() {
            return self.follow();
        }
        self.stand_at(&shown, target, height);
    }

    fn stand_at(&mut self, shown: &[u64], target: usize, height: usize) {
        let Some(seq) = shown.get(target).copied() else { return };
        self.cursor = Some(seq);
        let lowest = self.held.map_or(shown.len(), |held| shown.partition_point(|seq| *seq <= held)).max(1) - 1;
        let lowest = lowest.clamp(target, target + height.max(1) - 1).min(shown.len() - 1);
        self.held = shown.get(lowest).copied();
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::Actor;

    fn event(seq: u64) -> Arc<Event> {
        let fact = if seq.is_multiple_of(2) { Fact::SlotsMissing { window: 14 } } else { Fact::Archived {} };
        let dealership = Some(DealershipId::from_bits(seq % 3));
        Arc::new(Event { seq, at: DateTime::UNIX_EPOCH, actor: Actor::person("ana"), dealership, fact })
    }

    fn tail(seqs: impl IntoIterator<Item = u64>) -> EventTail {
        let mut tail = EventTail::default();
        tail.extend(&seqs.into_iter().map(event).collect::<Vec<_>>());
        tail
    }

    /// So many events down, or up.
    fn step(tail: &mut EventTail, by: isize, selected: Option<DealershipId>) {
        let motion = if by > 0 { Motion::Down } else { Motion::Up };
        (0..by.abs()).for_each(|_| tail.go(motion, 3, selected));
    }

    fn seqs(tail: &EventTail, height: usize) -> Vec<u64> {
        tail.lines(height, None).iter().map(|event| event.seq).collect()
    }

    #[test]
    fn follows_holds_still_and_counts_what_arrives() {
        let mut tail = tail(1..=10);
        assert_eq!(seqs(&tail, 3), [8, 9, 10]);
        step(&mut tail, -1, None);
        assert_eq!((seqs(&tail, 3), tail.chosen(None).unwrap().seq), (vec![8, 9, 10], 9));
        tail.extend(&[event(11), event(12)]);
        assert_eq!((seqs(&tail, 3), tail.arrived(None)), (vec![8, 9, 10], 2));
        step(&mut tail, -3, None);
        assert_eq!((seqs(&tail, 3), tail.chosen(None).unwrap().seq), (vec![6, 7, 8], 6));
        step(&mut tail, 4, None);
        assert_eq!((seqs(&tail, 3), tail.chosen(None).unwrap().seq), (vec![8, 9, 10], 10));
        step(&mut tail, 5, None);
        assert!(tail.follows());
        assert_eq!((seqs(&tail, 3), tail.arrived(None)), (vec![10, 11, 12], 0));
        step(&mut tail, -99, None);
        assert_eq!(seqs(&tail, 3), [1, 2, 3]);
    }

    #[test]
    fn groups_and_one_dealership() {
        let mut tail = tail(1..=12);
        tail.show(Group::Desk, false);
        assert_eq!(seqs(&tail, 3), [8, 10, 12]);
        tail.only_selected = true;
        let selected = Some(DealershipId::from_bits(0));
        assert!(tail.awaits_history(selected));
        assert_eq!(tail.lines(9, selected).len(), 0);
        tail.set_history(DealershipId::from_bits(0), [6, 9, 12].map(event).to_vec());
        assert_eq!(tail.lines(9, selected).iter().map(|event| event.seq).collect::<Vec<_>>(), [6, 12]);
        // The cursor stood on an event that is hidden now.
        tail.only_selected = false;
        step(&mut tail, -1, selected);
        assert_eq!(tail.chosen(selected).unwrap().seq, 10);
        tail.only_selected = true;
        assert_eq!(tail.chosen(selected).unwrap().seq, 6);
    }

    #[test]
    fn what_is_counted_while_held_still_is_what_arrived_since_not_what_lies_below() {
        let mut tail = tail(1..=20);
        tail.hold(None);
        step(&mut tail, -10, None);
        assert_eq!((seqs(&tail, 3), tail.arrived(None)), (vec![10, 11, 12], 0));
        tail.extend(&[event(21), event(22)]);
        assert_eq!(tail.arrived(None), 2);
        // Of what is hidden nobody waits for more.
        tail.show(Group::Desk, false);
        assert_eq!(tail.arrived(None), 1);
        tail.follow();
        assert_eq!(tail.arrived(None), 0);
    }

    #[test]
    fn one_dealership_has_its_whole_history_however_long_ago_it_was() {
        let mut tail = tail(90_001..=90_010);
        let (id, other) = (DealershipId::from_bits(0), DealershipId::from_bits(1));
        tail.only_selected = true;
        tail.set_history(id, [3, 60, 90_003].map(event).to_vec());
        tail.extend(&[event(90_011), event(90_012)]);
        let lines = |selected| tail.lines(9, Some(selected)).iter().map(|event| event.seq).collect::<Vec<_>>();
        // What the tail got after what was read is there too.
        assert_eq!(lines(id), [3, 60, 90_003, 90_006, 90_009, 90_012]);
        assert_eq!(lines(other), [0; 0]);
        assert!(tail.awaits_history(Some(other)) && !tail.awaits_history(Some(id)));
        assert!(!tail.awaits_history(None), "there is no dealership whose events could come");
    }

    #[test]
    fn an_older_start_is_put_before_what_arrived_first_and_nothing_is_doubled() {
        let mut tail = tail([5, 6]);
        tail.extend(&(1..=6).map(event).collect::<Vec<_>>());
        assert_eq!(seqs(&tail, 10), [1, 2, 3, 4, 5, 6]);
        tail.extend(&(7..=KEPT as u64 + 50).map(event).collect::<Vec<_>>());
        assert_eq!(seqs(&tail, 1), [KEPT as u64 + 50]);
        assert_eq!(tail.lines(usize::MAX, None).len(), KEPT);
    }
}
