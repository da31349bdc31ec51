//! Finding the dealerships that a command names: by id, by dealerCode, by an unambiguous part of the name, or by a query.

use std::sync::Arc;

use crate::domain::suggest::closest;
use crate::domain::text::{clean, normal, normal_key};
use crate::domain::{DealershipId, FullNames, Onboarding, Policy, Query, QueryContext, Searchable, Timestamp};

use super::error::CliError;
use super::twins::TwinFinder;

/// The most candidates that are listed for an ambiguous name.
const CANDIDATES: usize = 10;

/// Everything that is known of every dealership, and the moment of the question.
pub struct DeskView<'a> {
    pub states: &'a [Arc<Onboarding>],
    pub now: Timestamp,
    /// The numbers of the process.
    pub policy: &'a Policy,
    pub me: &'a str,
}

impl DeskView<'_> {
    /// One dealership.
    ///
    /// # Errors
    /// Wrong usage when nothing or more than one thing has this name; the candidates are listed.
    pub fn one(&self, name: &str) -> Result<Arc<Onboarding>, CliError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(CliError::usage("a dealership is named by its id, its dealerCode or a part of its name"));
        }
        if let Ok(id) = name.parse::<DealershipId>()
            && let Some(state) = self.states.iter().find(|state| state.id == id)
        {
            return Ok(Arc::clone(state));
        }
        if let Some(state) = self.states.iter().find(|state| state.profile.dealer_code.raw() == name) {
            return Ok(Arc::clone(state));
        }
        let (wanted, key) = (normal(name), normal_key(name));
        let (mut exact, mut partial) = (Vec::new(), Vec::new());
        for state in self.states.iter().filter(|_| !wanted.is_empty()) {
            let has = normal(state.profile.name.raw());
            if has == wanted || normal_key(state.profile.dealer_code.raw()) == key {
                exact.push(state);
            } else if has.contains(&wanted) {
                partial.push(state);
            }
        }
        match (exact.as_slice(), partial.as_slice()) {
            ([one], _) | ([], [one]) => Ok(Arc::clone(one)),
            ([], []) => Err(self.unknown(name)),
            ([], several) => Err(ambiguous(name, several)),
            (several, _) => Err(ambiguous(name, several)),
        }
    }

    /// Finds dealerships by their full names, for many names.
    pub fn full_names(&self) -> FullNames<'_> {
        FullNames::of(self.states.iter().map(|state| &**state))
    }

    /// Who may be one and the same as another.
    pub(super) fn twins(&self) -> TwinFinder<'_> {
        TwinFinder::of(self.states)
    }

    /// Each of these, once.
    ///
    /// # Errors
    /// As [`DeskView::one`], for the first that cannot be told.
    pub fn each(&self, names: &[String]) -> Result<Vec<Arc<Onboarding>>, CliError> {
        let mut found: Vec<Arc<Onboarding>> = Vec::with_capacity(names.len());
        for name in names {
            let state = self.one(name)?;
            if !found.iter().any(|known| known.id == state.id) {
                found.push(state);
            }
        }
        Ok(found)
    }

    /// Everything that a query finds, in no order. Archived ones only when it asks for them.
    ///
    /// # Errors
    /// Wrong usage when it cannot be read.
    pub fn query(&self, text: &str) -> Result<Vec<Arc<Onboarding>>, CliError> {
        let query = Query::parse(text).map_err(|error| CliError::query(text, &error))?;
        let twins = query.asks_for_twins().then(|| self.twins().members());
        let ctx = QueryContext { now: self.now, policy: self.policy, me: Some(self.me), twins: twins.as_ref() };
        let archived = query.names_archived();
        let shown = |state: &&Arc<Onboarding>| {
            (archived || state.archived_at.is_none())
                && (query.is_empty() || query.matches(state, &Searchable::new(state.id, &state.profile), &ctx))
        };
        Ok(self.states.iter().filter(shown).cloned().collect())
    }

    /// What a command with names or a query is about; what a query finds is in the order of names.
    ///
    /// # Errors
    /// Wrong usage when both or neither are given.
    pub fn targets(&self, names: &[String], query: Option<&str>) -> Result<Vec<Arc<Onboarding>>, CliError> {
        match (names, query) {
            ([], None) => Err(CliError::usage("name a dealership, or several with --query")),
            ([], Some(query)) => {
                let mut found = self.query(query)?;
                if found.is_empty() {
                    return Err(CliError::usage("the query finds no dealership"));
                }
                found.sort_by_cached_key(|state| (normal(state.profile.name.raw()), state.id));
                Ok(found)
            }
            (names, None) => self.each(names),
            (_, Some(_)) => Err(CliError::usage("name dealerships or give --query, not both")),
        }
    }

    fn unknown(&self, name: &str) -> CliError {
        let codes = self.states.iter().map(|state| state.profile.dealer_code.raw());
        let names = self.states.iter().map(|state| state.profile.name.raw());
        let near = closest(name, names).or_else(|| closest(name, codes));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{}`?", clean(near)));
        CliError::usage(format!("no dealership is named `{}`{hint}", clean(name)))
    }
}

fn ambiguous(name: &str, several: &[&Arc<Onboarding>]) -> CliError {
    let mut words =
        format!("`{}` could be {} dealerships; name one by its id or dealerCode:", clean(name), several.len());
    for state in several.iter().take(CANDIDATES) {
        let profile = &state.profile;
        words.push_str(&format!(
            "\n  {}  {}  {}, {}",
            state.id,
            profile.dealer_code.plain(),
            profile.name.plain(),
            profile.city.plain()
        ));
    }
    if several.len() > CANDIDATES {
        words.push_str(&format!("\n  and {} more", several.len() - CANDIDATES));
    }
    CliError::Usage(words)
}
