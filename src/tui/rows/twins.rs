//! Which dealerships of the screen may be one and the same, kept as profiles change. Archived ones are done with.

use std::collections::HashSet;

use crate::domain::{DealershipId, Onboarding, Twin, TwinIndex};

#[derive(Debug, Default)]
pub(super) struct TwinRows {
    index: TwinIndex,
    members: HashSet<DealershipId>,
    /// The members are older than the index.
    changed: bool,
}

impl TwinRows {
    pub(super) fn of<'a>(states: impl Iterator<Item = &'a Onboarding>) -> Self {
        let index = TwinIndex::of_open(states);
        Self { members: index.members(), index, changed: false }
    }

    /// A state in the place of another.
    pub(super) fn replace(&mut self, former: Option<&Onboarding>, state: Option<&Onboarding>) {
        let [former, state] = [former, state].map(|state| state.filter(|state| state.archived_at.is_none()));
        if former.map(|former| &former.profile) == state.map(|state| &state.profile) {
            return;
        }
        if let Some(former) = former {
            self.index.remove(former.id, &former.profile);
        }
        if let Some(state) = state {
            self.index.insert(state.id, &state.profile);
        }
        self.changed = true;
    }

    /// Finds the members anew, after the last of several states.
    pub(super) fn settle(&mut self) {
        if std::mem::take(&mut self.changed) {
            self.index.settle();
            self.members = self.index.members();
        }
    }

    pub(super) fn members(&self) -> &HashSet<DealershipId> {
        &self.members
    }

    pub(super) fn of_one(&self, state: &Onboarding) -> Vec<Twin> {
        if self.members.contains(&state.id) { self.index.twins_of(state.id, &state.profile) } else { Vec::new() }
    }
}
