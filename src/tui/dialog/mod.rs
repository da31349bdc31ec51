//! Dialogs as data: what they show, what can be entered, and what comes of it. They hold the values that they showed;
//! when a dealership changes under them, they say so and refuse.

mod appointment;
mod button;
mod context;
mod field;
mod focus;
mod item;
mod kind;
mod letter;
mod open;
mod problem;
mod profile;
mod recording;
mod rule;
mod suggestions;
mod target;
mod validate;

use super::list_cursor::Scroll;
use crate::protocol::Request;

pub use appointment::{AppointmentForm, AppointmentStep, meaning};
pub use button::{Button, submitting};
pub use context::{DryRun, ValidationContext, refusal_message};
pub use field::{FieldRole, FormField, Input};
pub use focus::DialogFocus;
pub use item::{Item, Watch};
pub use kind::{DialogKind, TYPED_ABOVE};
pub use letter::{LetterDraft, stand_in};
pub use open::open;
pub use problem::{FormProblem, Problems, missing, wrong};
pub use profile::profile_label;
pub use recording::{DialogHead, LetterUse, NO_UNDO, RecordingAction, SOME_TEXT, Subject};
pub use rule::RuleForm;
pub use suggestions::{LoadState, Offered, Suggestions};
pub use target::Target;

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
