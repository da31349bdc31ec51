//! Which dealerships may be one and the same, as commands show it.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{DealershipId, Onboarding, Twin, TwinIndex};
use crate::present::Tone;
use crate::present::json::AlikeDocument;

use super::app::App;

/// Dealerships, and which of them are twins.
pub(super) struct TwinFinder<'a> {
    by_id: HashMap<DealershipId, &'a Onboarding>,
    index: TwinIndex,
}

impl<'a> TwinFinder<'a> {
    /// Of those that are not archived: whoever archives one of two has told them apart.
    pub(super) fn of(states: &'a [Arc<Onboarding>]) -> Self {
        Self::among(states.iter().filter(|state| state.archived_at.is_none()))
    }

    /// Of all, for one that is new: it may be an archived one.
    pub(super) fn with_archived(states: &'a [Arc<Onboarding>]) -> Self {
        Self::among(states.iter())
    }

    fn among(states: impl Iterator<Item = &'a Arc<Onboarding>> + Clone) -> Self {
        let index = TwinIndex::of(states.clone().map(|state| (state.id, &state.profile)));
        Self { by_id: states.map(|state| (state.id, &**state)).collect(), index }
    }

    pub(super) fn members(&self) -> HashSet<DealershipId> {
        self.index.members()
    }

    /// Who may be the same as this one.
    pub(super) fn alike(&self, state: &Onboarding) -> Alike<'a> {
        if !self.by_id.contains_key(&state.id) {
            return Alike(Vec::new());
        }
        let twins = self.index.twins_of(state.id, &state.profile).into_iter();
        let mut all: Vec<_> = twins.filter_map(|twin| self.by_id.get(&twin.id).map(|other| (*other, twin))).collect();
        // The likeliest first, and in an order that does not depend on ids.
        all.sort_by_key(|(other, twin)| (Reverse(twin.reasons.len()), other.profile.dealer_code.raw()));
        Alike(all)
    }
}

/// Who may be the same as a dealership.
pub(super) struct Alike<'a>(Vec<(&'a Onboarding, Twin)>);

impl<'a> Alike<'a> {
    pub(super) fn hints(&self, app: &App) -> impl Iterator<Item = String> {
        self.0.iter().map(|(other, twin)| {
            let archived = if other.archived_at.is_some() { ", archived" } else { "" };
            app.out.paint(Tone::Warn, &format!("{}{archived}", twin.hint(&other.profile)))
        })
    }

    pub(super) fn documents(&self) -> Vec<AlikeDocument<'a>> {
        self.0.iter().map(|(other, twin)| AlikeDocument::of(other, twin)).collect()
    }
}
