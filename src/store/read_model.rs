//! The folded states in memory, shared by everybody who reads, changed only by the one who commits.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::domain::{Claim, Claims, CodeDigest, DealershipId, Onboarding, Timestamp};

/// Every dealership's state after the last durable commit, and who holds which code and `dealerCode`.
#[derive(Debug, Default)]
pub struct ReadModel {
    pages: RwLock<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    seq: u64,
    newest_event: Option<Timestamp>,
    by_id: HashMap<DealershipId, Arc<Onboarding>>,
    by_code: HashMap<CodeDigest, DealershipId>,
    by_dealer_code: HashMap<Box<str>, DealershipId>,
}

impl ReadModel {
    pub fn get(&self, id: DealershipId) -> Option<Arc<Onboarding>> {
        self.pages.read().by_id.get(&id).cloned()
    }

    /// The dealership with a `dealerCode`.
    pub fn by_dealer_code(&self, code: &str) -> Option<DealershipId> {
        self.pages.read().by_dealer_code.get(code).copied()
    }

    /// All states, in no order, and the `seq` of the last event in them.
    pub fn all(&self) -> (u64, Vec<Arc<Onboarding>>) {
        let pages = self.pages.read();
        (pages.seq, pages.by_id.values().cloned().collect())
    }

    /// The `seq` of the last event that is in it.
    pub fn seq(&self) -> u64 {
        self.pages.read().seq
    }

    /// When the newest event was recorded, by the clock of that time.
    pub fn newest_event(&self) -> Option<Timestamp> {
        self.pages.read().newest_event
    }

    /// How many dealerships there are.
    pub fn len(&self) -> usize {
        self.pages.read().by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes in the states after commits, in commit order. Only the store calls this. When a dealership comes twice, the
    /// later state counts.
    pub fn put(&self, seq: u64, states: impl IntoIterator<Item = Arc<Onboarding>>) {
        let mut pages = self.pages.write();
        pages.seq = seq;
        let mut renamed = Vec::new();
        for state in states {
            pages.put(state, &mut renamed);
        }
        // Only now are all the dealerCodes free that these commits gave up.
        for state in renamed {
            pages.name(&state);
        }
    }

    /// Fills an empty read model at once.
    pub(super) fn fill(&self, seq: u64, states: Vec<Arc<Onboarding>>) {
        {
            let mut pages = self.pages.write();
            pages.by_id.reserve(states.len());
            pages.by_code.reserve(states.len());
            pages.by_dealer_code.reserve(states.len());
        }
        self.put(seq, states);
    }
}

impl Pages {
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
        let pages = self.pages.read();
        match claim {
            Claim::Code(digest) => pages.by_code.get(digest).copied(),
            Claim::DealerCode(code) => pages.by_dealer_code.get(code).copied(),
        }
    }
}
