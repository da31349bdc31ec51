//! Folding the journal into states: whole, or from where the index ends.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, mpsc};
use std::thread;

use super::StoreError;
use super::journal_snapshot::{JournalSnapshot, Segment, decode};
use super::line::LineHeader;
use crate::domain::{DealershipId, Event, Onboarding, evolve};
use crate::protocol::ReadModel;

/// How many lines are handed from the thread that reads them to the one that folds them at once.
const PORTION: usize = 1_024;

/// A line that was read, and where it was.
struct Read {
    head: LineHeader,
    event: Event,
    segment: Segment,
    offset: u64,
}

/// The states of all dealerships with events after those in `base`, at the end of the snapshot.
pub(super) fn fold(snapshot: &JournalSnapshot, base: &ReadModel) -> Result<Vec<Arc<Onboarding>>, StoreError> {
    let mut folder = Folder { base, seq: base.seq(), states: HashMap::new() };
    // Reading costs about as much as folding; each has a core.
    thread::scope(|scope| {
        let (send, receive) = mpsc::sync_channel::<Vec<Read>>(4);
        let reader = scope.spawn(move || read(snapshot, base.seq(), &send));
        let mut result = Ok(());
        for portion in receive {
            result = portion.into_iter().try_for_each(|read| folder.take(read));
            if result.is_err() {
                // Leaving the loop closes the channel, which ends the reader.
                break;
            }
        }
        let read = reader.join().unwrap_or(Err(StoreError::Closed));
        result.and(read)
    })?;
    Ok(folder.states.into_values().flatten().map(Arc::new).collect())
}

fn read(snapshot: &JournalSnapshot, after: u64, send: &mpsc::SyncSender<Vec<Read>>) -> Result<(), StoreError> {
    let mut portion = Vec::with_capacity(PORTION);
    snapshot.scan(after, |segment, offset, text| {
        let (head, event) = match decode(segment, offset, text) {
            Ok(read) => read,
            Err(error) => return ControlFlow::Break(Err(error)),
        };
        portion.push(Read { head, event, segment: segment.clone(), offset });
        if portion.len() == PORTION && send.send(std::mem::replace(&mut portion, Vec::with_capacity(PORTION))).is_err()
        {
            return ControlFlow::Break(Ok(()));
        }
        ControlFlow::Continue(())
    })?;
    // The one who folds has stopped for a reason of its own.
    let _ = send.send(portion);
    Ok(())
}

struct Folder<'a> {
    base: &'a ReadModel,
    seq: u64,
    states: HashMap<DealershipId, Option<Onboarding>>,
}

impl Folder<'_> {
    fn take(&mut self, read: Read) -> Result<(), StoreError> {
        let Read { head, event, segment, offset } = read;
        let damaged = |what: String| Err(segment.damaged(offset, what));
        if head.seq != self.seq + 1 {
            return damaged(format!("event {} should be here, not event {}", self.seq + 1, head.seq));
        }
        self.seq = head.seq;
        let Some(id) = event.dealership else {
            return match event.fact.is_of_platform() {
                true => Ok(()),
                false => damaged(format!("event {} names no dealership", head.seq)),
            };
        };
        let slot = self.states.entry(id).or_insert_with(|| self.base.get(id).map(|state| Onboarding::clone(&state)));
        let before = slot.as_ref().map_or(0, |state| state.last_event.seq);
        if head.prev != before {
            return damaged(format!("event {} follows event {} of {id}, not event {before}", head.seq, head.prev));
        }
        *slot = evolve(slot.take(), &event);
        if slot.is_none() {
            return damaged(format!("the first event of dealership {id} does not add it"));
        }
        Ok(())
    }
}
