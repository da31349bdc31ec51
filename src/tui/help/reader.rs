//! The help while it is open.

use crate::tui::line_edit::LineEdit;
use crate::tui::list_cursor::Scroll;

/// Which line with what is searched for is to be shown.
#[derive(Debug, Clone, Copy)]
pub enum HelpHit {
    First,
    Next,
    Previous,
}

/// Where somebody is in the help, and what is searched for there.
#[derive(Debug, Default)]
pub struct Help {
    pub scroll: Scroll,
    pub search: LineEdit,
    /// Whether that is being typed.
    pub types: bool,
    /// What is to be shown next: its lines are made of everything that can be done.
    pub wanted: Option<HelpHit>,
    /// The line of the hit that is shown.
    pub(super) at: Option<usize>,
}

impl Help {
    /// The line of the hit that is shown.
    pub fn at(&self) -> Option<usize> {
        self.at
    }

    pub fn forget(&mut self) {
        (self.search, self.types, self.wanted, self.at) = (LineEdit::default(), false, None, None);
    }
}
