//! What is done for many is noted before it begins and forgotten when it is over: what is noted at the start was cut off.

use std::collections::HashSet;

use super::Engine;
use crate::domain::DealershipId;
use crate::domain::bulk::Bulk;
use crate::failure_point::FailurePoint;
use crate::protocol::{BulkId, CutOff, RequestError};

impl Engine {
    /// Does something for many, noted as long as it is under way. Whoever does the rest of an older one of the same kind ends that.
    /// `whole` reads off the answers whether it came to its end for everybody; otherwise the note stays.
    pub async fn noted<T>(
        &self,
        bulk: Option<Bulk>,
        work: impl Future<Output = T>,
        whole: impl FnOnce(&T) -> bool,
    ) -> T {
        let Some(bulk) = bulk.filter(|_| !self.read_only()) else { return work.await };
        let (store, what) = (&self.inner.parts.store, bulk.what);
        let all: HashSet<DealershipId> = bulk.items.iter().map(|item| item.id).collect();
        let older = self.cut_off_notes().await;
        let note = match store.begin_bulk(bulk).await {
            Ok(note) => {
                self.inner.bulks.lock().insert(note);
                Some(note)
            }
            Err(error) => {
                // It is done all the same: only how far it came would not be told.
                tracing::warn!("what is done for many could not be noted: {error}");
                None
            }
        };
        // Until it ends or is given up.
        scopeguard::defer!(if let Some(note) = &note {
            self.inner.bulks.lock().remove(note);
        });
        if note.is_some() {
            FailurePoint::BulkNoted.pass();
            for (id, older) in older {
                if older.what == what && self.left(&older).iter().all(|left| all.contains(left)) {
                    self.forget(id).await;
                }
            }
        }
        let done = work.await;
        FailurePoint::BulkDone.pass();
        if let Some(note) = note.filter(|_| whole(&done)) {
            self.forget(note).await;
        }
        done
    }

    /// What is noted and not under way, the oldest first.
    async fn cut_off_notes(&self) -> Vec<(BulkId, Bulk)> {
        let mut notes = self.inner.parts.store.bulks().await;
        let under_way = self.inner.bulks.lock();
        notes.retain(|(id, _)| !under_way.contains(id));
        notes
    }

    /// What was cut off and is not done by now, the oldest first.
    pub async fn cut_off(&self) -> Vec<CutOff> {
        let mut found = Vec::new();
        for (id, bulk) in self.cut_off_notes().await {
            match self.left(&bulk) {
                left if left.is_empty() => self.forget(id).await,
                left => found.push(CutOff { id, bulk, left }),
            }
        }
        found
    }

    /// Puts away what was cut off: it is not told of again.
    pub async fn put_away(&self, id: BulkId) -> Result<(), RequestError> {
        self.inner.may_record()?;
        Ok(self.inner.parts.store.end_bulk(id).await?)
    }

    fn left(&self, bulk: &Bulk) -> Vec<DealershipId> {
        bulk.left(self.inner.now(), |id| self.read_model().get(id))
    }

    async fn forget(&self, id: BulkId) {
        if self.read_only() {
            return;
        }
        if let Err(error) = self.inner.parts.store.end_bulk(id).await {
            tracing::warn!("the note of what was done for many stays: {error}");
        }
    }
}
