//! What is typed in the heading of the tail.

use crate::tui::line_edit::LineEdit;
use crate::tui::line_search::LineSearch;

/// A line of text that is typed in the tail's heading.
#[derive(Debug)]
pub struct TailInput {
    pub kind: TailInputKind,
    pub edit: LineEdit,
}

#[derive(Debug)]
pub enum TailInputKind {
    /// What to search for, in the place of what was before.
    Search { before: LineSearch },
    /// The file to save to.
    Save,
}
