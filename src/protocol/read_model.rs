//! The folded states in memory, shared by everybody who reads, changed only by the one who commits.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::domain::{Claim, Claims, CodeDigest, DealershipId, Onboarding, Timestamp};

/// Every dealership's state after the last durable commit, and who holds which code and `dealerCode`.
#[derive(Debug, Default)]
pub struct ReadModel {
    tables: RwLock<Tables>,
}

#[derive(Debug, Default)]
struct Tables {
    seq: u64,
    newest_event: Option<Timestamp>,
    by_id: HashMap<DealershipId, Arc<Onboarding>>,
    by_code: HashMap<CodeDigest, DealershipId>,
    by_dealer_code: HashMap<Box<str>, DealershipId>,
}

impl ReadModel {
    pub fn get(&self, id: DealershipId) -> Option<Arc<Onboarding>> {
        self.tables.read().by_id.get(&id).cloned()
    }

    /// The dealership with a `dealerCode`.
    pub fn by_dealer_code(&self, code: &str) -> Option<DealershipId> {
        self.tables.read().by_dealer_code.get(code).copied()
    }

    /// All states, in no order, and the `seq` of the last event in them.
    pub fn all(&self) -> (u64, Vec<Arc<Onboarding>>) {
        let tables = self.tables.read();
        (tables.seq, tables.by_id.values().cloned().collect())
    }

    /// The `seq` of a dealership's newest event; 0 when it has none.
    pub fn newest_seq_of(&self, id: DealershipId) -> u64 {
        self.tables.read().by_id.get(&id).map_or(0, |state| state.last_event.seq)
    }

    /// The `seq` of the last event that is in it.
    pub fn seq(&self) -> u64 {
        self.tables.read().seq
    }

    /// When the newest event was recorded, by the clock of that time.
    pub fn newest_event(&self) -> Option<Timestamp> {
        self.tables.read().newest_event
    }

    /// Takes in when the newest event was recorded, where not all states are known.
    pub fn heard_of(&self, newest_event: Option<Timestamp>) {
        let mut tables = self.tables.write();
        tables.newest_event = newest_event.max(tables.newest_event);
    }

    /// How many dealerships there are.
    pub fn len(&self) -> usize {
        self.tables.read().by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes in the states after commits, in commit order; of one dealership the later counts. For the store only.
    pub fn put(&self, seq: u64, states: impl IntoIterator<Item = Arc<Onboarding>>) {
        let mut tables = self.tables.write();
        tables.seq = seq;
        let mut renamed = Vec::new();
        for state in states {
            tables.put(state, &mut renamed);
        }
        // Only now are all the dealerCodes free that these commits gave up.
        for state in renamed {
            tables.name(&state);
        }
    }

    /// Fills an empty read model at once.
    pub fn fill(&self, seq: u64, states: Vec<Arc<Onboarding>>) {
        {
            let mut tables = self.tables.write();
            tables.by_id.reserve(states.len());
            tables.by_code.reserve(states.len());
            tables.by_dealer_code.reserve(states.len());
        }
        self.put(seq, states);
    }
}

impl Tables {
    fn put(&mut self, state: Arc<Onboarding>, renamed: &mut Vec<Arc<Onboarding>>) {
        self.newest_event = Some(state.newest_at).max(self.newest_event);
        let old = self.by_id.insert(state.id, Arc::clone(&state));
        // Codes are only ever added, and a changed one comes with a new generation: most commits bring none.
        if old.as_ref().is_none_or(|old| old.generation() != state.generation()) {
            for digest in state.digests() {
                self.by_code.insert(digest, state.id);
            }
        }
        let given_up = old.as_ref().map(|old| old.profile.dealer_code.raw());
        if given_up == Some(state.profile.dealer_code.raw()) {
            return;
        }
        if let Some(code) = given_up
            && self.by_dealer_code.get(code) == Some(&state.id)
        {
            self.by_dealer_code.remove(code);
        }
        renamed.push(state);
    }

    fn name(&mut self, state: &Arc<Onboarding>) {
        let code = state.profile.dealer_code.raw();
        let newest = self.by_id.get(&state.id).is_some_and(|newest| newest.profile.dealer_code.raw() == code);
        if newest && !self.by_dealer_code.contains_key(code) {
            self.by_dealer_code.insert(code.into(), state.id);
        }
    }
}

impl Claims for ReadModel {
    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        let tables = self.tables.read();
        match claim {
            Claim::Code(digest) => tables.by_code.get(digest).copied(),
            Claim::DealerCode(code) => tables.by_dealer_code.get(code).copied(),
        }
    }
}
