//! The filter while it is typed: what its words may become, and what was filtered by before.

use std::collections::HashMap;

use super::line_edit::LineEdit;
use super::panes::Focus;
use super::rows::{DealershipRows, Tab};
use super::saved_view::AppliedView;
use crate::domain::QueryError;
use crate::domain::query::{Completion, QueryField, complete};

/// How many filters are kept.
const HISTORY: usize = 100;

#[derive(Debug, Default)]
pub struct FilterInput {
    pub edit: LineEdit,
    /// What was the filter before.
    pub before: String,
    /// What is wrong with what is typed; the last good filter stays in force.
    pub mistake: Option<QueryError>,
    /// What had the focus before, and whether it had the whole screen: the table is shown while a filter is typed.
    pub pane: (Focus, bool),
    /// Which tab was shown before: what is found may lie in another.
    pub tab: Tab,
    /// The saved view that was left for it: what is searched for may not be in that.
    pub left_view: Option<AppliedView>,
    /// What the word under the caret may become.
    pub completion: Completion,
    /// Which of that is written.
    pub chosen: Option<usize>,
    /// What was typed before one of it was written, or a filter of before.
    typed: String,
    /// Which filter of before is written.
    past: Option<usize>,
    /// The values of fields in use, once they were asked for.
    values: HashMap<QueryField, Vec<(String, usize)>>,
}

impl FilterInput {
    /// The present filter, to be changed.
    pub fn new(before: String, pane: (Focus, bool), tab: Tab, left_view: Option<AppliedView>) -> Self {
        Self { edit: LineEdit::with(&before), before, pane, tab, left_view, ..Self::default() }
    }

    /// What is written was typed: its last word may become something else now.
    pub fn retyped(&mut self, rows: &DealershipRows) {
        (self.chosen, self.past) = (None, None);
        self.edit.text().clone_into(&mut self.typed);
        let Self { edit, values, completion, .. } = self;
        *completion = complete(edit.text(), edit.caret(), |field| {
            values.entry(field).or_insert_with(|| rows.values(field)).as_slice()
        });
    }

    /// Whether the key that completes has something to do, where it may do something else.
    pub fn completes(&self) -> bool {
        !self.completion.candidates.is_empty() && !self.completion.span.is_empty()
    }

    /// Writes the next candidate in the place of the word under the caret, or the one before; between the last and the first is what
    /// was typed. Whether there is any.
    pub fn complete(&mut self, forward: bool, rows: &DealershipRows) -> bool {
        let count = self.completion.candidates.len();
        if count == 0 {
            return false;
        }
        self.chosen = match (self.chosen, forward) {
            (None, true) => Some(0),
            (None, false) => Some(count - 1),
            (Some(place), true) => Some(place + 1).filter(|next| *next < count),
            (Some(place), false) => place.checked_sub(1),
        };
        self.edit.set(&self.typed);
        let candidate = self.chosen.and_then(|place| self.completion.candidates.get(place));
        if let Some(candidate) = candidate {
            self.edit.replace(self.completion.span.clone(), &candidate.text);
        }
        if count == 1 {
            // There is no other: what comes behind it may be completed next.
            self.retyped(rows);
        }
        true
    }

    /// Writes the filter before the one that is written, or the one after; behind the newest is what was typed. Whether there is any.
    pub fn recall(&mut self, older: bool, history: &[String]) -> bool {
        let past = match (self.past, older) {
            (None, true) => history.len().checked_sub(1),
            (Some(place), true) => Some(place.saturating_sub(1)),
            (Some(place), false) => Some(place + 1).filter(|next| *next < history.len()),
            (None, false) => return false,
        };
        if past.is_none() && older {
            return false;
        }
        if self.past.is_none() {
            self.edit.text().clone_into(&mut self.typed);
        }
        self.past = past;
        let text = past.and_then(|place| history.get(place)).unwrap_or(&self.typed);
        self.edit.set(text);
        (self.completion, self.chosen) = (Completion::default(), None);
        true
    }
}

/// Keeps a filter, the newest last, each once.
pub fn remember(history: &mut Vec<String>, filter: &str) {
    let filter = filter.trim();
    if filter.is_empty() {
        return;
    }
    history.retain(|one| one != filter);
    history.push(filter.to_owned());
    let surplus = history.len().saturating_sub(HISTORY);
    history.drain(..surplus);
}

impl DealershipRows {
    /// The values of a field in use, with how many have each; the most frequent come first. Of fields in which nearly each has its own
    /// there are none.
    pub fn values(&self, field: QueryField) -> Vec<(String, usize)> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for row in self.iter() {
            let profile = &row.state.profile;
            let value = match field {
                QueryField::Owner => profile.owner.as_ref().map_or("", |owner| owner.raw()),
                QueryField::Group => profile.group.raw(),
                QueryField::City => profile.city.raw(),
                QueryField::State => profile.state.raw(),
                QueryField::Brand => profile.brand.raw(),
                QueryField::Timezone => profile.timezone.name(),
                QueryField::Name
                | QueryField::Dealer
                | QueryField::Contact
                | QueryField::Email
                | QueryField::Phone
                | QueryField::Id => return Vec::new(),
            };
            *counts.entry(value).or_default() += 1;
        }
        counts.remove("");
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        counts.into_iter().map(|(value, count)| (crate::domain::text::clean(value).into_owned(), count)).collect()
    }
}
