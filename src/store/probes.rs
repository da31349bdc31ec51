//! What the last probe at every dealership said, beside the events.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::domain::{DealershipId, ProbeState, SlotCounts, Timestamp};

/// The last probe of each, shared by everybody who reads. What is put in is seen at once, and written with the next
/// [`super::Store::save_probes`].
#[derive(Debug, Default)]
pub struct ProbeStates {
    rows: RwLock<Rows>,
}

#[derive(Debug, Default)]
struct Rows {
    by_id: HashMap<DealershipId, Arc<ProbeState>>,
    unsaved: HashSet<DealershipId>,
}

impl ProbeStates {
    pub(super) fn new(by_id: HashMap<DealershipId, Arc<ProbeState>>) -> Self {
        Self { rows: RwLock::new(Rows { by_id, unsaved: HashSet::new() }) }
    }

    /// The last probe at a dealership.
    pub fn get(&self, id: DealershipId) -> Option<Arc<ProbeState>> {
        self.rows.read().by_id.get(&id).cloned()
    }

    pub fn all(&self) -> HashMap<DealershipId, Arc<ProbeState>> {
        self.rows.read().by_id.clone()
    }

    pub fn len(&self) -> usize {
        self.rows.read().by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn put(&self, id: DealershipId, state: ProbeState) {
        let mut rows = self.rows.write();
        rows.by_id.insert(id, Arc::new(state));
        rows.unsaved.insert(id);
    }

    /// Takes in what the second part of a probe counted.
    pub fn put_slots(&self, id: DealershipId, at: Timestamp, slots: SlotCounts) {
        let mut rows = self.rows.write();
        if let Some(state) = rows.by_id.get_mut(&id) {
            Arc::make_mut(state).slots = Some((at, slots));
            rows.unsaved.insert(id);
        }
    }

    /// Takes in what another process kept, unless there is something newer here.
    pub(super) fn take_in(&self, id: DealershipId, state: ProbeState) {
        let mut rows = self.rows.write();
        if !rows.unsaved.contains(&id) && rows.by_id.get(&id).is_none_or(|own| own.at <= state.at) {
            rows.by_id.insert(id, Arc::new(state));
        }
    }

    /// What was put in since this was last called.
    pub(super) fn take_unsaved(&self) -> Vec<(DealershipId, Arc<ProbeState>)> {
        let mut rows = self.rows.write();
        let mut ids: Vec<_> = mem::take(&mut rows.unsaved).into_iter().collect();
        // In the same order in every run, so that files can be compared.
        ids.sort_unstable();
        ids.into_iter().filter_map(|id| Some((id, Arc::clone(rows.by_id.get(&id)?)))).collect()
    }

    /// It could not be written: the next time again.
    pub(super) fn not_saved(&self, states: &[(DealershipId, Arc<ProbeState>)]) {
        self.rows.write().unsaved.extend(states.iter().map(|(id, _)| *id));
    }
}
