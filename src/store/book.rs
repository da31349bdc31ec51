//! The folded states in memory, shared by everybody who reads, changed only by the one who commits.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::domain::{Claim, Claims, CodeDigest, DealershipId, Onboarding};

/// Every dealership's state after the last durable commit, and who holds which code and `dealerCode`.
#[derive(Debug, Default)]
pub struct Book {
    pages: RwLock<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    seq: u64,
    by_id: HashMap<DealershipId, Arc<Onboarding>>,
    by_code: HashMap<CodeDigest, DealershipId>,
    by_dealer_code: HashMap<Box<str>, DealershipId>,
}

impl Book {
    /// One state.
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

    /// How many dealerships there are.
    pub fn len(&self) -> usize {
        self.pages.read().by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes in the states after a commit. Only the store calls this, in commit order.
    pub fn put(&self, seq: u64, states: impl IntoIterator<Item = Arc<Onboarding>>) {
        let mut pages = self.pages.write();
        pages.seq = seq;
        for state in states {
            for digest in state.digests() {
                pages.by_code.insert(digest, state.id);
            }
            let old = pages.by_id.insert(state.id, Arc::clone(&state));
            let dealer_code = state.profile.dealer_code.raw();
            if let Some(old) = old.filter(|old| old.profile.dealer_code.raw() != dealer_code) {
                pages.by_dealer_code.remove(old.profile.dealer_code.raw());
            }
            if !pages.by_dealer_code.contains_key(dealer_code) {
                pages.by_dealer_code.insert(dealer_code.into(), state.id);
            }
        }
    }
}

impl Claims for Book {
    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        let pages = self.pages.read();
        match claim {
            Claim::Code(digest) => pages.by_code.get(digest).copied(),
            Claim::DealerCode(code) => pages.by_dealer_code.get(code).copied(),
        }
    }
}
