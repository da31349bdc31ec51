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

    /// A state in the place of an older one.
    pub(super) fn replace(&mut self, older: Option<&Onboarding>, state: &Onboarding) {
        let older = older.filter(|older| is_here(older));
        if older.is_some() == is_here(state) && older.is_none_or(|older| older.profile == state.profile) {
            return;
        }
        if let Some(older) = older {
            self.index.remove(older.id, &older.profile);
        }
        if is_here(state) {
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

fn is_here(state: &Onboarding) -> bool {
    state.archived_at.is_none()
}
