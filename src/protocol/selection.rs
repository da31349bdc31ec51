//! Which dealerships are meant, and what is said when that cannot be told.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::order::attention_order;
use crate::domain::query::Derived;
use crate::domain::suggest::{closest, suggestion};
use crate::domain::survival::Survival;
use crate::domain::text::{clean, normal, normal_key};
use crate::domain::{
    DealershipId, LetterId, Onboarding, Policy, Query, QueryContext, QueryError, Searchable, Timestamp, TwinIndex,
    Untrusted,
};

use super::AlikeDealership;

/// The most candidates that are named for an ambiguous name.
const CANDIDATES: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Selection {
    /// Every one, archived ones too, in no order.
    All,
    /// Each of these, once: by its id, its dealerCode or an unambiguous part of its name.
    Names(Vec<String>),
    /// What a query finds, in no order. Archived ones only when it asks for them.
    Query(String),
    /// The one that has this letter, if there is one.
    Letter(LetterId),
}

/// The first of what was found, in the order of the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FirstFound {
    /// How many were found; `states` are the first of them.
    pub total: usize,
    pub states: Vec<Arc<Onboarding>>,
}

impl FirstFound {
    pub fn of(found: &[Arc<Onboarding>], limit: usize, now: Timestamp, policy: &Policy) -> Self {
        let mut first: BinaryHeap<(u64, String, DealershipId, usize)> = BinaryHeap::new();
        for (index, state) in found.iter().enumerate() {
            let order = attention_order(state, Derived::of(state, now, policy));
            // A name is made comparable only where it may count.
            if first.len() == limit && first.peek().is_some_and(|(last, ..)| order > *last) {
                continue;
            }
            first.push((order, normal(state.profile.name.raw()), state.id, index));
            if first.len() > limit {
                first.pop();
            }
        }
        let states = first.into_sorted_vec().into_iter().map(|(.., index)| Arc::clone(&found[index])).collect();
        Self { total: found.len(), states }
    }
}

/// What was known at a moment that is past, by the log up to then.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PastFound {
    /// Those that were meant, as they stood then.
    pub states: Vec<Arc<Onboarding>>,
    /// How many there were, meant or not.
    pub known: usize,
    /// Who might have been the same as which of them, where that was asked.
    pub alike: HashMap<DealershipId, Vec<AlikeDealership>>,
    /// How likely codes were used.
    pub survival: Survival,
}

/// Why a selection is none (exit 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum SelectionError {
    #[error("a dealership is named by its id, its dealerCode or a part of its name")]
    Nameless,
    #[error("no dealership is named `{}`{}", clean(name), did_you_mean(nearest.as_deref()))]
    Unknown { name: String, nearest: Option<String> },
    #[error("`{}` could be {count} dealerships; name one by its id or dealerCode:{}", clean(name), listed(candidates, *count))]
    Ambiguous { name: String, count: usize, candidates: Vec<SelectionCandidate> },
    #[error("the query is wrong: {error}")]
    Query { text: String, error: QueryError },
}

/// One of those that a name could mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectionCandidate {
    pub id: DealershipId,
    pub dealer_code: Untrusted,
    pub name: Untrusted,
    pub city: Untrusted,
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(clean).map(suggestion).unwrap_or_default()
}

fn listed(candidates: &[SelectionCandidate], count: usize) -> String {
    let line = |one: &SelectionCandidate| {
        format!("\n  {}  {}  {}, {}", one.id, one.dealer_code.plain(), one.name.plain(), one.city.plain())
    };
    let mut words: String = candidates.iter().map(line).collect();
    if count > candidates.len() {
        words.push_str(&format!("\n  and {} more", count - candidates.len()));
    }
    words
}

impl Selection {
    /// Those of all states that are meant. `me` is whose `is:mine` finds.
    pub fn find(
        &self,
        states: Vec<Arc<Onboarding>>,
        now: Timestamp,
        policy: &Policy,
        me: &str,
    ) -> Result<Vec<Arc<Onboarding>>, SelectionError> {
        match self {
            Self::All => Ok(states),
            Self::Names(names) => {
                let mut seen = HashSet::new();
                let found = names.iter().map(|name| named(&states, name.trim()));
                let is_new =
                    |state: &Result<Arc<Onboarding>, _>| state.as_ref().map_or(true, |state| seen.insert(state.id));
                found.filter(is_new).collect()
            }
            Self::Query(text) => {
                let query = Query::parse(text).map_err(|error| SelectionError::Query { text: text.clone(), error })?;
                let open = || TwinIndex::of_open(states.iter().map(AsRef::as_ref)).members();
                let twins = query.asks_for_twins().then(open);
                let ctx = QueryContext { now, policy, me: Some(me), twins: twins.as_ref() };
                let archived = query.names_archived();
                let is_meant = |state: &Arc<Onboarding>| {
                    (archived || state.archived_at.is_none())
                        && (query.is_empty()
                            || query.matches(state, &Searchable::read_by(&query, state.id, &state.profile), &ctx))
                };
                Ok(states.into_iter().filter(is_meant).collect())
            }
            Self::Letter(letter) => {
                Ok(states.into_iter().find(|state| state.letter(*letter).is_some()).into_iter().collect())
            }
        }
    }
}

fn named(states: &[Arc<Onboarding>], name: &str) -> Result<Arc<Onboarding>, SelectionError> {
    if name.is_empty() {
        return Err(SelectionError::Nameless);
    }
    let id = name.parse::<DealershipId>().ok();
    let by_id = id.and_then(|id| states.iter().find(|state| state.id == id));
    let by_code = || states.iter().find(|state| state.profile.dealer_code.raw() == name);
    if let Some(state) = by_id.or_else(by_code) {
        return Ok(Arc::clone(state));
    }
    let (wanted, key) = (normal(name), normal_key(name));
    let (mut exact, mut partial) = (Vec::new(), Vec::new());
    for state in states.iter().filter(|_| !wanted.is_empty()) {
        let has = normal(state.profile.name.raw());
        if has == wanted || normal_key(state.profile.dealer_code.raw()) == key {
            exact.push(state);
        } else if has.contains(&wanted) {
            partial.push(state);
        }
    }
    match (exact.as_slice(), partial.as_slice()) {
        ([one], _) | ([], [one]) => Ok(Arc::clone(one)),
        ([], []) => Err(unknown(states, name)),
        ([], several) | (several, _) => Err(ambiguous(name, several)),
    }
}

fn unknown(states: &[Arc<Onboarding>], name: &str) -> SelectionError {
    let codes = states.iter().map(|state| state.profile.dealer_code.raw());
    let names = states.iter().map(|state| state.profile.name.raw());
    let nearest = closest(name, names).or_else(|| closest(name, codes));
    SelectionError::Unknown { name: name.to_owned(), nearest: nearest.map(str::to_owned) }
}

fn ambiguous(name: &str, several: &[&Arc<Onboarding>]) -> SelectionError {
    let candidate = |state: &&Arc<Onboarding>| SelectionCandidate {
        id: state.id,
        dealer_code: state.profile.dealer_code.clone(),
        name: state.profile.name.clone(),
        city: state.profile.city.clone(),
    };
    let candidates = several.iter().take(CANDIDATES).map(candidate).collect();
    SelectionError::Ambiguous { name: name.to_owned(), count: several.len(), candidates }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::{Actor, Event, Fact, Profile, ProfileField, evolve};

    pub fn state(number: u64, name: &str) -> Arc<Onboarding> {
        let code = format!("hb{number}");
        let text = |field: ProfileField| match field {
            ProfileField::Name => name,
            ProfileField::DealerCode => &code,
            ProfileField::Email => "hb@example.com",
            ProfileField::Timezone => "America/New_York",
            _ => "",
        };
        let profile = Profile::read(text).unwrap();
        let fact = Fact::DealershipAdded { profile };
        let dealership = Some(DealershipId::from_bits(number));
        let event = Event { seq: number, at: Timestamp::default(), actor: Actor::person("ana"), dealership, fact };
        Arc::new(evolve(None, &event).unwrap())
    }

    fn find(selection: &Selection, names: &[&str]) -> Result<Vec<u64>, SelectionError> {
        let states = (1..).zip(names).map(|(number, name)| state(number, name)).collect();
        let found = selection.find(states, Timestamp::default(), &Policy::default(), "ana")?;
        Ok(found.iter().map(|state| state.id.bits()).collect())
    }

    #[test]
    fn each_is_found_once_by_code_name_or_part_of_it() {
        let names = |names: &[&str]| Selection::Names(names.iter().map(|name| (*name).to_owned()).collect());
        let all = ["Harbor Ford", "Harbor Ford North", "Lake Kia"];
        assert_eq!(find(&names(&["lake", " hb1 ", "Harbor Ford"]), &all), Ok(vec![3, 1]));
        assert_eq!(find(&Selection::Query("harbor".to_owned()), &all).map(|found| found.len()), Ok(2));
        assert_eq!(find(&names(&[" "]), &all), Err(SelectionError::Nameless));
    }

    #[test]
    fn the_first_are_those_that_would_be_first_of_all() {
        let names = ["Lake Kia", "harbor ford", "Harbor Ford", "Ángel Mazda", "Zoo", "Angel Mazda"];
        let all: Vec<_> = (1..).zip(names).map(|(number, name)| state(number, name)).collect();
        let first = |limit| {
            let found = FirstFound::of(&all, limit, Timestamp::default(), &Policy::default());
            assert_eq!(found.total, names.len());
            found.states.iter().map(|state| state.id.bits()).collect::<Vec<_>>()
        };
        let sorted = first(usize::MAX);
        assert_eq!(sorted, [4, 6, 2, 3, 1, 5]);
        for limit in 0..=names.len() {
            assert_eq!(first(limit), sorted[..limit]);
        }
    }

    #[test]
    fn what_cannot_be_told_is_said_in_words_and_survives_json() {
        let name = |name: &str| Selection::Names(vec![name.to_owned()]);
        let twelve = ["Harbor Ford"; 12];
        let errors = [
            (find(&name("harbor"), &twelve), "`harbor` could be 12 dealerships; name one by its id or dealerCode:\n  "),
            (find(&name("Lake Kiaa"), &["Lake Kia"]), "no dealership is named `Lake Kiaa`; did you mean `Lake Kia`?"),
            (find(&name("Zoo"), &["Lake Kia"]), "no dealership is named `Zoo`"),
            (find(&Selection::Query("stage:".to_owned()), &[]), "the query is wrong: "),
        ];
        for (found, words) in errors {
            let error = found.unwrap_err();
            assert!(error.to_string().starts_with(words), "{error}");
            let text = serde_json::to_string(&error).unwrap();
            assert_eq!(serde_json::from_str::<SelectionError>(&text).unwrap(), error, "{text}");
            let SelectionError::Ambiguous { candidates, .. } = &error else { continue };
            assert_eq!(candidates.len(), CANDIDATES);
            assert!(error.to_string().ends_with("\n  and 2 more"), "{error}");
        }
    }
}
