//! Dealerships by what a list calls them in full: their id, their dealerCode or their whole name. A part of a name that
//! happens to be unambiguous may be another rooftop.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::text::{clean, normal, normal_key};
use super::{DealershipId, Onboarding};

/// How many candidates are named.
const CANDIDATES: usize = 5;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    Nobody,
    One(DealershipId),
    /// Each of these could be meant: in words.
    Several(String),
}

impl Named {
    /// The one that is meant.
    pub fn one(&self) -> Option<DealershipId> {
        match self {
            Self::One(id) => Some(*id),
            Self::Nobody | Self::Several(_) => None,
        }
    }
}

/// The names of many dealerships.
#[derive(Debug, Default)]
pub struct FullNames<'a> {
    ids: HashSet<DealershipId>,
    codes: HashMap<&'a str, DealershipId>,
    /// By normal form of a dealerCode (its key) or of a name.
    forms: HashMap<String, &'a Onboarding>,
    /// Who else has a form.
    others: HashMap<String, Vec<&'a Onboarding>>,
}

impl<'a> FullNames<'a> {
    pub fn of(states: impl IntoIterator<Item = &'a Onboarding>) -> Self {
        let mut names = Self::default();
        for state in states {
            let code = state.profile.dealer_code.raw();
            names.ids.insert(state.id);
            names.codes.insert(code, state.id);
            names.add(normal_key(code), state);
            names.add(normal(state.profile.name.raw()), state);
        }
        names
    }

    fn add(&mut self, form: String, state: &'a Onboarding) {
        match self.forms.entry(form) {
            Entry::Vacant(free) => {
                free.insert(state);
            }
            Entry::Occupied(taken) => self.others.entry(taken.key().clone()).or_default().push(state),
        }
    }

    /// Who has this name. An id or a dealerCode as it is written counts first: both are nobody else's.
    pub fn find(&self, name: &str) -> Named {
        let name = name.trim();
        let id = name.parse::<DealershipId>().ok().filter(|id| self.ids.contains(id));
        if let Some(id) = id.or_else(|| self.codes.get(name).copied()) {
            return Named::One(id);
        }
        let mut found: Vec<&Onboarding> = Vec::new();
        for form in [normal_key(name), normal(name)] {
            let others = self.others.get(&form).into_iter().flatten();
            for state in self.forms.get(&form).into_iter().chain(others) {
                if !found.iter().any(|known| known.id == state.id) {
                    found.push(state);
                }
            }
        }
        found.sort_by_key(|state| state.profile.dealer_code.raw());
        match found.as_slice() {
            [] => Named::Nobody,
            [one] => Named::One(one.id),
            several => Named::Several(humanize(several)),
        }
    }
}

fn humanize(several: &[&Onboarding]) -> String {
    let one =
        |state: &&Onboarding| format!("{} ({})", state.profile.dealer_code.plain(), clean(state.profile.name.raw()));
    let mut words: Vec<String> = several.iter().take(CANDIDATES).map(one).collect();
    if several.len() > CANDIDATES {
        words.push(format!("{} more", several.len() - CANDIDATES));
    }
    words.join(", ")
}
