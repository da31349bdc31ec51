//! The dialog that teaches what an answer means which no row of the meanings knew.

use crate::domain::Outcome;
use crate::tui::action::Action;
use crate::tui::state::ScreenState;
use crate::tui::teach::{Lesson, Unrecognised};

use super::validate::{Problems, missing};
use super::{
    Dialog, DialogFocus, DialogKind, DialogRequest, FieldRole, FormField, FormProblem, Input, Item, ValidationContext,
};

/// What an answer can mean, in the order of [`WORDS`] after its first.
const MEANINGS: [Outcome; 4] = [Outcome::Connected, Outcome::NotConnected, Outcome::OurCredentials, Outcome::Unknown];

/// Nothing is chosen at first: a row is in effect for every dealership.
const WORDS: &[&str] = &[
    "not said yet",
    "connected: Xtime lets us in",
    "not-connected: this dealership is not connected to us",
    "our-credentials: about us, not about the dealership",
    "unknown: it says nothing",
];

impl Dialog {
    /// Opens it for an answer.
    ///
    /// # Errors
    /// When its dealership is gone.
    pub fn teach(action: Action, about: Unrecognised, state: &ScreenState) -> Result<Self, String> {
        let row = state.rows.get(about.dealership).ok_or("its dealership is not in the books")?;
        let input = Input::Choice { options: WORDS, chosen: 0 };
        let field = FormField { role: FieldRole::Means, label: "it means".to_owned(), hint: String::new(), input };
        let mut dialog = Self {
            items: vec![Item::of(&row.state, state.now.at)],
            fields: vec![field],
            focus: DialogFocus::Field(0),
            unrecognised: Some(about),
            ..Self::bare(DialogKind::Ask(action))
        };
        dialog.validate(&ValidationContext::of(state));
        Ok(dialog)
    }

    pub(super) fn lesson(&self, context: &ValidationContext<'_>) -> Result<DialogRequest, Problems> {
        let chosen = match self.field(FieldRole::Means).map(|field| &field.input) {
            Some(Input::Choice { chosen, .. }) => chosen.checked_sub(1),
            _ => None,
        };
        let means = chosen.and_then(|chosen| MEANINGS.get(chosen));
        let (Some(means), Some(about)) = (means, &self.unrecognised) else {
            return Err(missing(FieldRole::Means, "say what the answer means"));
        };
        let lessons = context.setup.lessons.as_ref().ok_or("the books are not open yet".to_owned());
        match lessons.and_then(|lessons| lessons.draft(about, *means)) {
            Ok(draft) => Ok(DialogRequest::Teach(Box::new(Lesson { about: about.clone(), draft }))),
            Err(text) => Err(vec![FormProblem { role: None, id: None, text, missing: false }]),
        }
    }
}
