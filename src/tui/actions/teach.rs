//! Teaching what an answer means which no row of the meanings knew: that of the event under the tail's cursor, or the
//! newest one of a dealership.

use super::{DialogHead, RecordingAction, Subject};
use crate::domain::Outcome;
use crate::tui::dialog::{
    Dialog, DialogRequest, FieldRole, FormField, FormProblem, Input, Problems, ValidationContext, missing,
};
use crate::tui::teach::{Lesson, newest_of_selected, under_tail_cursor};

pub const NEWEST: RecordingAction = RecordingAction {
    id: "teach-newest",
    title: "teach meaning",
    doc: "Say what Xtime's newest answer means, which no row of the meanings knew.",
    subject: Subject::Answer(newest_of_selected),
    ..TEACHING
};

pub const OF_EVENT: RecordingAction = RecordingAction {
    id: "teach-meaning",
    title: "teach meaning",
    doc: "Say what the answer of the event means, which no row of the meanings knew.",
    subject: Subject::Answer(under_tail_cursor),
    ..TEACHING
};

const TEACHING: RecordingAction = RecordingAction {
    possible: |state| match state.setup.lessons {
        Some(_) => Ok(()),
        None => Err("the books are not open yet".to_owned()),
    },
    fields: |_, _| {
        let input = Input::Choice { options: WORDS, chosen: 0 };
        vec![FormField { role: FieldRole::Means, label: "it means".to_owned(), hint: String::new(), input }]
    },
    request,
    // A meaning is of the answer, whatever becomes of its dealership.
    watches: &[],
    head: DialogHead::Answer,
    heading: |_| "What does this answer mean, given for",
    button: |_| "teach it",
    ..RecordingAction::DEFAULT
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

fn request(dialog: &Dialog, context: &ValidationContext<'_>) -> Result<DialogRequest, Problems> {
    let chosen = match dialog.field(FieldRole::Means).map(|field| &field.input) {
        Some(Input::Choice { chosen, .. }) => chosen.checked_sub(1),
        _ => None,
    };
    let means = chosen.and_then(|chosen| MEANINGS.get(chosen));
    let (Some(means), Some(about)) = (means, &dialog.unrecognised) else {
        return Err(missing(FieldRole::Means, "say what the answer means"));
    };
    let lessons = context.setup.lessons.as_ref().ok_or("the books are not open yet".to_owned());
    match lessons.and_then(|lessons| lessons.draft(about, *means)) {
        Ok(draft) => Ok(DialogRequest::Teach(Box::new(Lesson { about: about.clone(), draft }))),
        Err(text) => Err(vec![FormProblem { role: None, id: None, text, missing: false }]),
    }
}
