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
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when one of them is not whole.
    pub fn of(examined: &Examined, known: &[Sealed], place: u64) -> Result<Self, StoreError> {
        let Examined { snapshot, identity, newest, .. } = examined;
        let start = Mark { journal: *identity, ..Mark::default() };
        let mut path = Path { end: start, place, there: (place == 0).then_some(Mark::default()) };
        let mut sealed = Vec::with_capacity(snapshot.segments.len());
        for pair in snapshot.segments.windows(2) {
            let [segment, next] = pair else { continue };
            let now = |history| Sealed::of(segment, next, history).map_err(|error| segment.io(&error));
            let within = place >= segment.first && place < next.first;
            match known.iter().find(|known| known.first == segment.first) {
                Some(known) if !within && now(known.history)? == *known => {
                    path.end = Mark { seq: known.last, history: known.history, ..path.end };
                }
                _ => path.subscribe(&check_sealed(segment, next)?),
            }
            sealed.push(now(path.end.history)?);
        }
        path.subscribe(newest);
        Ok(Self { sealed, end: path.end, there: path.there })
    }
}

struct Path {
    end: Mark,
    place: u64,
    there: Option<Mark>,
}

impl Path {
    fn subscribe(&mut self, checksums: &[u32]) {
        for crc in checksums {
            self.end = self.end.then(*crc);
            if self.end.seq == self.place {
                self.there = Some(self.end);
            }
        }
    }
}
