//! The buttons of a dialog.

use super::{Dialog, DialogKind};
use crate::tui::bulk_job::{BulkJob, JobPhase};

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
}
