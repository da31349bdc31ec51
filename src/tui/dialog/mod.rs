//! Dialogs as data: what they show, what can be entered, and what comes of it. They hold the values that they showed;
//! when a dealership changes under them, they say so and refuse.

mod appointment;
mod field;
mod item;
mod letter;
mod open;
mod profile;
mod rule;
mod suggestions;
mod validate;

use crate::domain::{Command, DealershipId};
use crate::protocol::{BulkId, Request};

use super::action::Danger;
use super::actions::RecordingAction;
use super::bulk_job::{BulkJob, JobPhase};
use super::line_edit::LineEdit;
use super::list_cursor::Scroll;
use super::msg::WorkId;

pub use appointment::{AppointmentForm, AppointmentStep, meaning};
pub use field::{FieldRole, FormField, Input};
pub use item::{Item, Watch};
pub use letter::LetterDraft;
pub use open::{Target, open};
pub use profile::profile_label;
pub use rule::RuleForm;
pub use suggestions::{LoadState, Offered, Suggestions};
pub use validate::{Problems, ValidationContext, missing, wrong};

/// Above how many dealerships the number must be typed.
pub const TYPED_ABOVE: usize = 25;

/// What a dialog is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DialogKind {
    /// Something that is asked of the engine for its items.
    Ask(&'static RecordingAction),
    /// Which groups of events the tail shows.
    Kinds,
    /// Which moment of the past is shown.
    Moment,
    /// What came of a piece of work.
    Results(WorkId),
    /// What was cut off in an earlier run.
    CutOff(BulkId),
}

/// Where the keyboard is in a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogFocus {
    Field(usize),
    Button(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    Cancel,
    Accept,
    /// The dealerships changed: show them as they are now.
    LookAgain,
    Close,
    /// Try those again that failed, or were not begun.
    Retry,
    /// Begin no more of them.
    Stop,
    /// Show the results before these.
    Earlier,
    /// Do the rest of what was cut off.
    Resume,
    /// Do not tell of it any more.
    PutAway,
}

/// The place of the button that acts; where none does, of the one that closes.
pub fn submitting(buttons: &[Button]) -> Option<usize> {
    let acts = |button: &Button| matches!(button, Button::Accept | Button::LookAgain | Button::Resume);
    buttons.iter().position(acts).or_else(|| buttons.iter().position(|button| *button == Button::Close))
}

/// Why a dialog cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormProblem {
    /// The field it is about.
    pub role: Option<FieldRole>,
    /// The dealership it is about.
    pub id: Option<DealershipId>,
    pub text: String,
    /// Something is only missing yet, not wrong.
    pub missing: bool,
}

#[derive(Debug)]
pub struct Dialog {
    pub kind: DialogKind,
    /// The dealerships, with what was shown of them.
    pub items: Vec<Item>,
    /// Marked dealerships that the rules leave out, and why.
    pub left_out: Vec<(String, String)>,
    /// How many of the items the table does not show.
    pub hidden: usize,
    pub fields: Vec<FormField>,
    /// What is offered for its text.
    pub suggestions: Option<Suggestions>,
    /// The test appointment that it is about.
    pub appointment: Option<AppointmentForm>,
    /// The row of the classification that it teaches.
    pub rule: Option<RuleForm>,
    pub focus: DialogFocus,
    pub scroll: Scroll,
    /// Whether it was tried to accept it: from then on what is missing is shown as wrong.
    pub tried: bool,
    /// It was tried to leave it although something was typed: the next try leaves.
    pub leaving: bool,
    /// It was opened anew because its dealerships had changed: it is not what was read before.
    pub renewed: bool,
    /// What was asked before it is done: accepting it again answers that, a change takes it back.
    pub question: Option<String>,
    /// What would be asked for now, or why nothing; `None`: it is about the screen alone.
    pub validation: Result<Option<Request>, Vec<FormProblem>>,
}

impl Dialog {
    /// The action whose dialog it is.
    pub fn recording(&self) -> Option<&'static RecordingAction> {
        match self.kind {
            DialogKind::Ask(action) => Some(action),
            DialogKind::Kinds | DialogKind::Moment | DialogKind::Results(_) | DialogKind::CutOff(_) => None,
        }
    }

    /// What would be asked for, if nothing is wrong or missing.
    pub fn request(&self) -> Option<&Request> {
        self.validation.as_ref().ok()?.as_ref()
    }

    /// The one text that it asks for.
    pub fn typed(&self) -> &str {
        self.text(FieldRole::Text).trim()
    }

    /// The same command for each of its items.
    pub fn same_for_each(&self, command: &Command) -> Request {
        Request::Execute(self.items.iter().map(|item| (item.id, command.clone())).collect())
    }

    pub fn field(&self, role: FieldRole) -> Option<&FormField> {
        self.fields.iter().find(|field| field.role == role)
    }

    /// The text of the field for something.
    pub fn text(&self, role: FieldRole) -> &str {
        self.field(role).map_or("", FormField::text)
    }

    /// The field with the keyboard.
    pub fn focused(&self) -> Option<&FormField> {
        match self.focus {
            DialogFocus::Field(place) => self.fields.get(place),
            DialogFocus::Button(_) => None,
        }
    }

    /// The same, to change it.
    pub fn focused_mut(&mut self) -> Option<&mut FormField> {
        match self.focus {
            DialogFocus::Field(place) => self.fields.get_mut(place),
            DialogFocus::Button(_) => None,
        }
    }

    /// Whether leaving it would lose what somebody typed.
    pub fn is_typed(&self) -> bool {
        self.fields.iter().any(FormField::is_typed) || !self.edits().is_empty()
    }

    /// Puts a text into the field for something: what is typed next goes on from it, or replaces it when it is only suggested.
    pub fn put(&mut self, role: FieldRole, text: &str, suggested: bool) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.role == role) {
            let edit = if suggested { LineEdit::suggesting(text) } else { LineEdit::with(text) };
            field.input = Input::Line(edit);
        }
    }

    /// Whether a dealership changed since it was shown.
    pub fn is_stale(&self) -> bool {
        self.items.iter().any(|item| item.changed.is_some())
    }

    /// Whether it is done without asking.
    pub fn is_immediate(&self) -> bool {
        self.recording().is_some_and(|action| self.items.len() + self.left_out.len() <= action.unasked)
    }

    /// The buttons, the harmless one first; what was asked for so far tells what can be done about it.
    pub fn buttons(&self, jobs: &[BulkJob]) -> Vec<Button> {
        match self.kind {
            DialogKind::Results(id) => {
                let work = jobs.iter().find(|work| work.id == id);
                let act = work.and_then(|work| match work.phase {
                    JobPhase::UnderWay => Some(Button::Stop),
                    JobPhase::Over => work.undone().next().map(|_| Button::Retry),
                    JobPhase::Stopping => None,
                });
                let earlier = jobs.iter().any(|work| work.is_bulk() && work.id < id).then_some(Button::Earlier);
                [Some(Button::Close), act, earlier].into_iter().flatten().collect()
            }
            DialogKind::CutOff(_) => vec![Button::Close, Button::Resume, Button::PutAway],
            _ if self.appointment.as_ref().is_some_and(|appointment| !appointment.is_open()) => vec![Button::Close],
            _ if self.is_stale() => vec![Button::Cancel, Button::LookAgain],
            _ => vec![Button::Cancel, Button::Accept],
        }
    }

    /// Whether it has a button that acts.
    pub fn has_accept(&self) -> bool {
        self.buttons(&[]).contains(&Button::Accept)
    }

    /// Moves the keyboard to the next field or button, or back.
    pub fn step(&mut self, forward: bool, buttons: usize) {
        let fields = self.fields.len();
        let count = (fields + buttons).max(1);
        let place = match self.focus {
            DialogFocus::Field(place) => place,
            DialogFocus::Button(place) => fields + place,
        };
        let place = if forward { place + 1 } else { place + count - 1 } % count;
        self.focus = if place < fields { DialogFocus::Field(place) } else { DialogFocus::Button(place - fields) };
    }

    /// From a field to the next one; from the last one to the button that acts, never to the one that leaves.
    pub fn go_on(&mut self, buttons: &[Button]) {
        match (self.focus, submitting(buttons)) {
            (DialogFocus::Field(place), Some(button)) if place + 1 == self.fields.len() => {
                self.focus = DialogFocus::Button(button);
            }
            _ => self.step(true, buttons.len()),
        }
    }

    /// Whether Enter in its last field accepts it: what it records can be corrected.
    pub fn is_quick(&self) -> bool {
        match self.kind {
            DialogKind::Ask(action) => action.danger != Danger::Asks && self.items.len() <= TYPED_ABOVE,
            DialogKind::Kinds | DialogKind::Moment | DialogKind::Results(_) | DialogKind::CutOff(_) => true,
        }
    }

    /// What is wrong or missing in a field.
    pub fn problem(&self, role: FieldRole) -> Option<&FormProblem> {
        self.validation.as_ref().err()?.iter().find(|problem| problem.role == Some(role))
    }
}
