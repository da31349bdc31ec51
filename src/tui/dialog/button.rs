//! The buttons of a dialog.

use super::{Dialog, DialogKind};

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

impl Dialog {
    /// The buttons, the harmless one first; those of results have more (`bulk_job::buttons`).
    pub fn buttons(&self) -> Vec<Button> {
        match self.kind {
            DialogKind::Results(_) => vec![Button::Close],
            DialogKind::CutOff(_) => vec![Button::Close, Button::Resume, Button::PutAway],
            _ if self.appointment.as_ref().is_some_and(|appointment| !appointment.is_open()) => vec![Button::Close],
            _ if self.is_stale() => vec![Button::Cancel, Button::LookAgain],
            _ => vec![Button::Cancel, Button::Accept],
        }
    }

    /// Whether it has a button that acts.
    pub fn has_accept(&self) -> bool {
        self.buttons().contains(&Button::Accept)
    }
}
