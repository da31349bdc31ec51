//! Teaching what an answer means which no row of the meanings knew: that of the event under the tail's cursor, or the
//! newest one of a dealership.

use crate::domain::Outcome;
use crate::protocol::Request;
use crate::tui::dialog::{
    Dialog, DialogHead, FieldRole, FormField, FormProblem, Input, Problems, RecordingAction, Subject, missing,
};
use crate::tui::unrecognised::Unrecognised;

pub const NEWEST: RecordingAction = RecordingAction {
    id: "teach-newest",
    title: "teach meaning",
    doc: "Say what Xtime's newest answer means, which no row of the meanings knew.",
    subject: Subject::NewestAnswer,
    ..TEACHING
};

pub const OF_EVENT: RecordingAction = RecordingAction {
    id: "teach-meaning",
    title: "teach meaning",
    doc: "Say what the answer of the event means, which no row of the meanings knew.",
    subject: Subject::AnswerOfEvent,
    ..TEACHING
};

const TEACHING: RecordingAction = RecordingAction {
    fields: |_, _| {
        let input = Input::Choice { options: WORDS, chosen: 0 };
        vec![FormField { role: FieldRole::Means, label: "it means".to_owned(), hint: String::new(), input }]
    },
    request: |dialog, _| request(dialog),
    // A meaning is of the answer, whatever becomes of its dealership.
    watches: &[],
    head: DialogHead::Answer,
    heading: |_| "What does this answer mean, given for",
    button: |_| "teach it",
    ..RecordingAction::with("")
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

/// What the answer means, as far as it is said.
pub fn meaning(dialog: &Dialog) -> Option<Outcome> {
    let Input::Choice { chosen, .. } = &dialog.field(FieldRole::Means)?.input else { return None };
    MEANINGS.get(chosen.checked_sub(1)?).copied()
}

fn request(dialog: &Dialog) -> Result<Request, Problems> {
    let (Some(means), Some(form)) = (meaning(dialog), &dialog.rule) else {
        return Err(missing(FieldRole::Means, "say what the answer means"));
    };
    let problem = |text: &str, missing| vec![FormProblem { role: None, id: None, text: text.to_owned(), missing }];
    match &form.draft {
        Some(Ok(draft)) if draft.rule.means == means => {
            let Unrecognised { event, dealership, answer } = form.about.clone();
            Ok(Request::TeachRule { event, dealership, answer, rule: Box::new(draft.rule.clone()) })
        }
        Some(Err(why)) => Err(problem(why, false)),
        Some(Ok(_)) | None => Err(problem("the row is being made", true)),
    }
}
