//! Which dealerships may be one and the same.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::{DealershipId, Onboarding, Profile, Twin, TwinIndex};

/// One that may be the same as another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlikeDealership {
    pub twin: Twin,
    pub profile: Profile,
    pub archived: bool,
}

impl AlikeDealership {
    /// For each of these who may be the same, the likeliest first. Whoever archives one of two has told them apart; for one that
    /// is new the `archived` ones count too.
    pub fn find(states: &[Arc<Onboarding>], of: &[DealershipId], archived: bool) -> Vec<Vec<Self>> {
        let among = || states.iter().filter(|state| archived || state.archived_at.is_none());
        let by_id: HashMap<_, _> = among().map(|state| (state.id, state)).collect();
        let index = TwinIndex::of(among().map(|state| (state.id, &state.profile)));
        let alike = |twin: Twin| {
            let other = by_id.get(&twin.id)?;
            Some(Self { twin, profile: other.profile.clone(), archived: other.archived_at.is_some() })
        };
        let twins = |id: &DealershipId| {
            let state = by_id.get(id);
            let twins = state.map(|state| index.twins_of(*id, &state.profile)).unwrap_or_default();
            let mut all: Vec<_> = twins.into_iter().filter_map(alike).collect();
            // In an order that does not depend on ids.
            all.sort_by_cached_key(|it| (Reverse(it.twin.reasons.len()), it.profile.dealer_code.raw().to_owned()));
            all
        };
        of.iter().map(twins).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::selection::tests::state;
    use super::*;
    use crate::domain::ProfileField;

    #[test]
    fn what_many_share_tells_nothing_of_any_of_them() {
        let names = ["Harbor Ford", "Harbor Ford Inc.", "Lake Kia", "Lake Audi", "Bay Audi", "Bay Kia"];
        let states: Vec<_> = (1..).zip(names).map(|(number, name)| state(number, name)).collect();
        let of = [states[0].id, states[2].id, DealershipId::from_bits(99)];
        let alike = AlikeDealership::find(&states, &of, false);
        // All six have one address; whom they are compared with must not depend on who is asked about.
        assert_eq!(alike[0].iter().map(|one| one.twin.id).collect::<Vec<_>>(), [states[1].id]);
        assert_eq!(alike[0][0].twin.reasons, [ProfileField::Name]);
        assert_eq!((alike[1].len(), alike[2].len(), alike.len()), (0, 0, 3));
    }
}
