//! Events of a log that are held: around what is shown and the newest, not all of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::{Event, LetterId};

/// How many events are held on each side of what is shown, and of the newest.
const AROUND: usize = 5_000;
/// Above so many those that are far from both are let go.
const MOST: usize = 4 * AROUND;

/// What stands beside a place of the log.
#[derive(Debug, Clone, Copy)]
pub enum Adjacent<T> {
    Here(T),
    /// What stands there is not held: it is to be read from here on.
    Unread(u64),
    /// Nothing: the log ends there.
    End,
}

impl<T> Adjacent<T> {
    /// Its number; else where what is not held is to be read from, or `None` at the end.
    pub fn seq(self, of: impl FnOnce(T) -> u64) -> Result<u64, Option<u64>> {
        match self {
            Self::Here(there) => Ok(of(there)),
            Self::Unread(from) => Err(Some(from)),
            Self::End => Err(None),
        }
    }
}

/// Events by their `seq`, and between which of those none is missing.
#[derive(Debug, Default)]
pub struct EventPages {
    events: BTreeMap<u64, Arc<Event>>,
    /// First and last `seq` of what is held whole, ascending and apart. The newest events have no last one.
    spans: Vec<(u64, u64)>,
    /// The events of each letter, ascending.
    letters: HashMap<LetterId, Vec<u64>>,
}

impl EventPages {
    /// All that there is.
    pub fn whole(events: impl IntoIterator<Item = Arc<Event>>) -> Self {
        let mut pages = Self { spans: vec![(0, u64::MAX)], ..Self::default() };
        events.into_iter().for_each(|event| pages.put(event));
        pages
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Event>> {
        self.events.values()
    }

    pub fn newest(&self) -> Option<&Arc<Event>> {
        self.events.last_key_value().map(|(_, event)| event)
    }

    /// The events of a letter that are held, ascending.
    pub fn of_letter(&self, letter: LetterId) -> &[u64] {
        self.letters.get(&letter).map_or(&[], Vec::as_slice)
    }

    pub fn get(&self, seq: u64) -> Option<&Arc<Event>> {
        self.events.get(&seq)
    }

    fn put(&mut self, event: Arc<Event>) {
        if let Some(letter) = event.fact.letter() {
            let seqs = self.letters.entry(letter).or_default();
            if let Err(place) = seqs.binary_search(&event.seq) {
                seqs.insert(place, event.seq);
            }
        }
        self.events.insert(event.seq, event);
    }

    /// Takes in what was recorded just now.
    pub fn follow(&mut self, event: &Arc<Event>) {
        if self.spans.last().is_none_or(|(_, last)| *last != u64::MAX) {
            self.join(event.seq, u64::MAX);
        }
        self.put(Arc::clone(event));
    }

    /// Takes in the newest events, ascending, as they were read. What was followed before may have missed some.
    pub fn take_newest(&mut self, events: &[Arc<Event>]) {
        let Some(first) = events.first().map(|event| event.seq) else {
            if self.spans.is_empty() {
                self.spans.push((0, u64::MAX));
            }
            return;
        };
        let before = self.events.range(..first).next_back().map_or(0, |(seq, _)| *seq);
        if let Some((start, last)) = self.spans.last_mut()
            && *start < first
        {
            *last = before.max(*start).min(*last);
        }
        self.take(events, first, u64::MAX);
    }

    /// Takes in all events between two numbers.
    pub fn take(&mut self, events: &[Arc<Event>], first: u64, last: u64) {
        events.iter().for_each(|event| self.put(Arc::clone(event)));
        self.join(first, last);
    }

    fn join(&mut self, mut first: u64, mut last: u64) {
        // The first event of a log has the number 1.
        first = if first == 1 { 0 } else { first };
        self.spans.retain(|(start, end)| {
            let apart = end.saturating_add(1) < first || last.saturating_add(1) < *start;
            if !apart {
                (first, last) = (first.min(*start), last.max(*end));
            }
            apart
        });
        let place = self.spans.partition_point(|(start, _)| *start < first);
        self.spans.insert(place, (first, last));
    }

    /// What stands before a number.
    pub fn before(&self, seq: u64) -> Adjacent<&Arc<Event>> {
        let Some(edge) = seq.checked_sub(1) else { return Adjacent::End };
        let place = self.spans.partition_point(|(start, _)| *start <= edge);
        let span = place.checked_sub(1).and_then(|place| self.spans.get(place)).filter(|(_, last)| edge <= *last);
        let Some((start, _)) = span else { return Adjacent::Unread(seq) };
        match self.events.range(*start..seq).next_back() {
            Some((_, event)) => Adjacent::Here(event),
            None if *start <= 1 => Adjacent::End,
            None => Adjacent::Unread(*start),
        }
    }

    /// What stands behind a number.
    pub fn after(&self, seq: u64) -> Adjacent<&Arc<Event>> {
        let edge = seq.saturating_add(1);
        let place = self.spans.partition_point(|(_, last)| *last < edge);
        let Some((_, last)) = self.spans.get(place).filter(|(start, _)| *start <= edge) else {
            return Adjacent::Unread(seq);
        };
        match self.events.range(edge..=*last).next() {
            Some((_, event)) => Adjacent::Here(event),
            None if *last == u64::MAX => Adjacent::End,
            None => Adjacent::Unread(*last),
        }
    }

    /// From where on everything up to the newest is held.
    pub fn newest_span(&self) -> u64 {
        self.spans.last().filter(|(_, last)| *last == u64::MAX).map_or(u64::MAX, |(start, _)| *start)
    }

    /// Whether the start of the log is held.
    pub fn has_start(&self) -> bool {
        self.spans.first().is_some_and(|(start, _)| *start <= 1)
    }

    /// Lets go of what is far from a place and from the newest, when that is much.
    pub fn trim(&mut self, seq: u64) {
        if self.events.len() <= MOST {
            return;
        }
        let low = self.events.range(..seq).rev().nth(AROUND).map_or(0, |(seq, _)| *seq);
        let high = self.events.range(seq..).nth(AROUND).map(|(seq, _)| *seq);
        let newest = self.events.keys().rev().nth(AROUND).copied().unwrap_or(0);
        self.drop_all(0, low);
        if let Some(high) = high.filter(|high| *high < newest) {
            self.drop_all(high, newest);
        }
    }

    /// Lets go of everything from one number up to before another.
    pub fn drop_all(&mut self, from: u64, until: u64) {
        let gone: Vec<u64> = self.events.range(from..until.max(from)).map(|(seq, _)| *seq).collect();
        if from >= until {
            return;
        }
        for seq in gone {
            let letter = self.events.remove(&seq).and_then(|event| event.fact.letter());
            if let Some(letter) = letter
                && let Some(seqs) = self.letters.get_mut(&letter)
            {
                seqs.retain(|of_it| *of_it != seq);
                if seqs.is_empty() {
                    self.letters.remove(&letter);
                }
            }
        }
        let parts = |(first, last): (u64, u64)| {
            let below = from.checked_sub(1).map(|end| (first, last.min(end)));
            [below, Some((first.max(until), last))].into_iter().flatten().filter(|(first, last)| first <= last)
        };
        self.spans = std::mem::take(&mut self.spans).into_iter().flat_map(parts).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::tail::tests::event;

    fn events(seqs: std::ops::RangeInclusive<u64>) -> Vec<Arc<Event>> {
        seqs.map(event).collect()
    }

    fn seq(beside: Adjacent<&Arc<Event>>) -> Result<u64, Option<u64>> {
        beside.seq(|event| event.seq)
    }

    #[test]
    fn what_is_not_held_is_told_from_what_is_not_there() {
        let mut pages = EventPages::default();
        assert_eq!(seq(pages.before(u64::MAX)), Err(Some(u64::MAX)));
        pages.take_newest(&events(90..=99));
        assert_eq!(seq(pages.before(u64::MAX)), Ok(99));
        assert_eq!((seq(pages.before(90)), seq(pages.after(99))), (Err(Some(90)), Err(None)));
        pages.take(&events(1..=10), 1, 10);
        assert_eq!(
            (seq(pages.before(1)), seq(pages.after(10)), seq(pages.after(4))),
            (Err(None), Err(Some(10)), Ok(5))
        );
        pages.take(&events(11..=89), 11, 89);
        assert_eq!((seq(pages.after(10)), seq(pages.before(90)), pages.newest_span()), (Ok(11), Ok(89), 0));
    }

    #[test]
    fn what_was_missed_while_it_was_followed_is_a_gap() {
        let mut pages = EventPages::whole(events(1..=10));
        pages.follow(&event(500));
        pages.take_newest(&events(401..=500));
        assert_eq!((seq(pages.before(401)), seq(pages.after(10))), (Err(Some(401)), Err(Some(10))));
        let mut pages = EventPages::whole(events(1..=10));
        pages.take_newest(&events(11..=12));
        assert_eq!(seq(pages.before(11)), Ok(10));
    }

    #[test]
    fn only_what_is_near_is_held() {
        let mut pages = EventPages::whole(events(1..=MOST as u64 + 9_000));
        pages.trim(2_000);
        assert!(pages.iter().count() <= 3 * AROUND + 3);
        assert_eq!(seq(pages.before(2_000)), Ok(1_999));
        assert!(matches!(pages.after(2_000 + AROUND as u64), Adjacent::Unread(_)));
        assert_eq!(seq(pages.before(u64::MAX)), Ok(MOST as u64 + 9_000));
        pages.trim(u64::MAX);
        assert!(pages.has_start());
    }
}
