//! What a dialog is about, and what follows from that.

use super::{Dialog, RecordingAction};
use crate::domain::Command;
use crate::protocol::{BulkId, Request};
use crate::tui::action::Danger;
use crate::tui::work::WorkId;

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

impl Dialog {
    /// The action whose dialog it is.
    pub fn recording(&self) -> Option<&'static RecordingAction> {
        match self.kind {
            DialogKind::Ask(action) => Some(action),
            DialogKind::Kinds | DialogKind::Moment | DialogKind::Results(_) | DialogKind::CutOff(_) => None,
        }
    }

    /// Whether it is done without asking.
    pub fn is_immediate(&self) -> bool {
        self.recording().is_some_and(|action| self.items.len() + self.left_out.len() <= action.unasked)
    }

    /// Whether Enter in its last field accepts it: what it records can be corrected.
    pub fn is_quick(&self) -> bool {
        match self.kind {
            DialogKind::Ask(action) => action.danger != Danger::Asks && self.items.len() <= TYPED_ABOVE,
            DialogKind::Kinds | DialogKind::Moment | DialogKind::Results(_) | DialogKind::CutOff(_) => true,
        }
    }

    /// Whether a dealership changed since it was shown.
    pub fn is_stale(&self) -> bool {
        self.items.iter().any(|item| item.changed.is_some())
    }

    /// The same command for each of its items.
    pub fn same_for_each(&self, command: &Command) -> Request {
        Request::Execute(self.items.iter().map(|item| (item.id, command.clone())).collect())
    }
}
