//! The log in memory, and every dealership as it stood after any event of it.
//!
//! A position is a number of events: everything up to that one had happened. A state is folded from the last checkpoint
//! of its dealership before that; where nothing happened to it since, it is the present one.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::threads::in_threads;
use super::{DealershipId, Event, Onboarding, Timestamp, evolve};

/// After so many events of a dealership its state is kept: from there on it is folded.
const CHECKPOINT: usize = 64;

/// How a dealership stood at a moment; `None`: it was not added yet.
pub type PastChange = (DealershipId, Option<Arc<Onboarding>>);

/// What happened to one dealership.
#[derive(Debug, Default)]
struct Track {
    /// `None`: of none, but of the store.
    dealership: Option<DealershipId>,
    /// In the order of their `seq`.
    events: Vec<Event>,
    /// After every so many events.
    checkpoints: Vec<Arc<Onboarding>>,
    present: Option<Arc<Onboarding>>,
}

impl Track {
    /// How many of its events had happened up to one of the log.
    fn happened(&self, seq: u64) -> usize {
        self.events.partition_point(|event| event.seq <= seq)
    }

    /// As it stood after so many of its events; an earlier state that is at hand saves folding these again.
    fn after(&self, count: usize, known: Option<&Arc<Onboarding>>) -> Option<Arc<Onboarding>> {
        let folded = |state: &&Arc<Onboarding>| usize::try_from(state.version).unwrap_or(usize::MAX);
        let kept = (count / CHECKPOINT).min(self.checkpoints.len());
        let checkpoint = kept.checked_sub(1).and_then(|place| self.checkpoints.get(place));
        let at_hand = [checkpoint, known, self.present.as_ref()].into_iter().flatten();
        let nearest = at_hand.filter(|state| folded(state) <= count).max_by_key(folded);
        let rest = self.events.get(nearest.as_ref().map_or(0, folded)..count).unwrap_or_default();
        match nearest {
            Some(state) if rest.is_empty() => Some(Arc::clone(state)),
            state => rest.iter().fold(state.map(|state| Onboarding::clone(state)), evolve).map(Arc::new),
        }
    }
}

/// Every event up to one, and what can be folded from them.
#[derive(Debug, Default)]
pub struct PastLog {
    tracks: Vec<Track>,
    by_id: HashMap<Option<DealershipId>, u32>,
    /// By position: in which track the event is, and where.
    order: Vec<(u32, u32)>,
    /// By position: when it had happened at the latest.
    moments: Vec<Timestamp>,
}

impl PastLog {
    /// Takes in the next events, in the order of their `seq`.
    pub fn extend(&mut self, events: Vec<Event>) {
        for event in events {
            let next = u32::try_from(self.tracks.len()).unwrap_or(u32::MAX);
            let number = *self.by_id.entry(event.dealership).or_insert(next);
            if number == next {
                self.tracks.push(Track { dealership: event.dealership, ..Track::default() });
            }
            let Some(track) = self.tracks.get_mut(number as usize) else { continue };
            self.order.push((number, u32::try_from(track.events.len()).unwrap_or(u32::MAX)));
            self.moments.push(event.at);
            track.events.push(event);
            let count = track.events.len();
            if count.is_multiple_of(CHECKPOINT)
                && let Some(state) = track.after(count, None)
            {
                track.checkpoints.push(state);
            }
        }
    }

    /// All events are there: the states after the last of them need not be folded.
    #[must_use]
    pub fn until_now(mut self, present: impl IntoIterator<Item = Arc<Onboarding>>) -> Self {
        // Whatever clock ran ahead, it did not happen later than what was recorded after it.
        let mut latest = None;
        for at in self.moments.iter_mut().rev() {
            *at = latest.map_or(*at, |latest| (*at).min(latest));
            latest = Some(*at);
        }
        for state in present {
            let number = self.by_id.get(&Some(state.id));
            if let Some(track) = number.and_then(|number| self.tracks.get_mut(*number as usize)) {
                track.present = Some(state);
            }
        }
        self.tracks.iter_mut().for_each(|track| track.events.shrink_to_fit());
        self
    }

    /// How many events there are: the position after the last.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The position at a moment.
    pub fn position(&self, at: Timestamp) -> usize {
        self.moments.partition_point(|moment| *moment <= at)
    }

    /// The moment of a position; before everything, just before the first event. `None`: there is none.
    pub fn moment(&self, position: usize) -> Option<Timestamp> {
        match position.checked_sub(1) {
            Some(place) => self.moments.get(place).copied(),
            None => self.moments.first()?.checked_sub_signed(TimeDelta::milliseconds(1)),
        }
    }

    /// The event that leads to a position.
    pub fn event(&self, position: usize) -> Option<&Event> {
        let (track, place) = *self.order.get(position.checked_sub(1)?)?;
        self.tracks.get(track as usize)?.events.get(place as usize)
    }

    /// The last events up to a position, at most so many, in their order.
    pub fn events_before(&self, position: usize, limit: usize) -> impl Iterator<Item = &Event> {
        (position.saturating_sub(limit) + 1..=position).filter_map(|position| self.event(position))
    }

    /// What had happened to a dealership up to a position.
    pub fn timeline(&self, id: DealershipId, position: usize) -> &[Event] {
        let track = self.by_id.get(&Some(id)).and_then(|number| self.tracks.get(*number as usize));
        track.and_then(|track| track.events.get(..track.happened(self.seq(position)))).unwrap_or_default()
    }

    /// A dealership as it stood at a position; `None`: it was not added yet.
    pub fn state(&self, id: DealershipId, position: usize) -> Option<Arc<Onboarding>> {
        let track = self.tracks.get(*self.by_id.get(&Some(id))? as usize)?;
        track.after(track.happened(self.seq(position)), None)
    }

    /// All dealerships as they stood at a position, in no order.
    pub fn board(&self, position: usize) -> Vec<Arc<Onboarding>> {
        let seq = self.seq(position);
        in_threads(&self.tracks, |tracks| {
            tracks.iter().filter_map(|track| track.after(track.happened(seq), None)).collect()
        })
    }

    /// The dealerships to which something happened between two positions, as they stood at the second one. `known` says how
    /// one stood at the first, where that is at hand.
    pub fn changes<'a>(
        &self,
        from: usize,
        to: usize,
        known: impl Fn(DealershipId) -> Option<&'a Arc<Onboarding>> + Sync,
    ) -> Vec<PastChange> {
        let between = self.order.get(from.min(to)..from.max(to)).unwrap_or_default();
        // Of each the event that is farthest on the way tells how many of its events had happened.
        let count = |place: u32| if from < to { place + 1 } else { place };
        let mut touched: Vec<(u32, u32)> = between.iter().map(|(track, place)| (*track, count(*place))).collect();
        touched.sort_unstable_by_key(|(track, count)| (*track, if from < to { u32::MAX - count } else { *count }));
        touched.dedup_by_key(|(track, _)| *track);
        let fold = |(number, count): &(u32, u32)| {
            let track = self.tracks.get(*number as usize)?;
            let id = track.dealership?;
            Some((id, track.after(*count as usize, known(id))))
        };
        in_threads(&touched, |touched| touched.iter().filter_map(fold).collect())
    }

    /// To how many dealerships something happened between two positions, counted no further than necessary.
    pub fn touches_more_than(&self, most: usize, from: usize, to: usize) -> bool {
        let between = self.order.get(from.min(to)..from.max(to)).unwrap_or_default();
        let mut touched = std::collections::HashSet::new();
        between.iter().any(|(track, _)| touched.insert(*track) && touched.len() > most)
    }

    /// The `seq` of the last event that had happened.
    pub fn seq(&self, position: usize) -> u64 {
        self.event(position).map_or(0, |event| event.seq)
    }
}

#[cfg(test)]
#[path = "past_tests.rs"]
mod tests;
