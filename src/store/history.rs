//! The journal's own history from its first line to its last, which the index must have been made from.

use super::StoreError;
use super::index::Sealed;
use super::mark::Mark;
use super::recover::{Examined, check_sealed};

/// The history of a journal that is whole.
pub(super) struct History {
    /// Segments that need no check at the next start.
    pub sealed: Vec<Sealed>,
    pub end: Mark,
    /// What it is at the place that was asked for; `None` when it does not reach so far.
    pub there: Option<Mark>,
}

impl History {
    /// Follows the history, and checks the segments before the last one on the way: those that were checked at an earlier
    /// start, and did not change since, are passed over.
    pub fn of(examined: &Examined, known: &[Sealed], place: u64) -> Result<Self, StoreError> {
        let Examined { snapshot, identity, newest, .. } = examined;
        let start = Mark { journal: *identity, ..Mark::default() };
        let there = (place == 0).then_some(Mark::default());
        let mut all = Self { sealed: Vec::with_capacity(snapshot.segments.len()), end: start, there };
        for pair in snapshot.segments.windows(2) {
            let [segment, next] = pair else { continue };
            let now = |history| Sealed::of(segment, next, history).map_err(|error| segment.io(&error));
            let within = place >= segment.first && place < next.first;
            match known.iter().find(|known| known.first == segment.first) {
                Some(known) if !within && now(known.history)? == *known => {
                    all.end = Mark { seq: known.last, history: known.history, ..all.end };
                }
                _ => all.extend(place, &check_sealed(segment, next)?),
            }
            all.sealed.push(now(all.end.history)?);
        }
        all.extend(place, newest);
        Ok(all)
    }

    fn extend(&mut self, place: u64, checksums: &[u32]) {
        for crc in checksums {
            self.end = self.end.then(*crc);
            if self.end.seq == place {
                self.there = Some(self.end);
            }
        }
    }
}
