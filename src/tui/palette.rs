//! The palette: every action and every saved view by a few letters of its name, with the reason when it is not possible
//! now.

mod search;

pub use search::search;

use super::action::Action;
use super::line_edit::LineEdit;
use super::list_cursor::ListCursor;
use super::rows::step_round;

/// The palette while it is open.
#[derive(Debug, Default)]
pub struct Palette {
    pub edit: LineEdit,
    /// What fits, best first; of what fits alike, what is possible now first.
    pub found: Vec<PaletteEntry>,
    pub cursor: ListCursor,
    /// For which text that was found; `None`: it is to be found anew.
    searched: Option<String>,
    /// How many each view shows; empty: nobody looked for views.
    counts: Vec<usize>,
}

/// What can be chosen in the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaletteChoice {
    Action(Action),
    /// A saved view, by its place.
    View(usize),
}

#[derive(Debug, Clone)]
pub struct PaletteEntry {
    pub choice: PaletteChoice,
    pub title: String,
    pub about: String,
    /// Why it is not possible now.
    pub why_not: Option<String>,
}

/// What stands before the name of a view.
const VIEW: &str = "view ";

impl Palette {
    pub fn of_views() -> Self {
        Self { edit: LineEdit::with(VIEW), ..Self::default() }
    }

    /// Whether only views are looked for.
    pub fn is_of_views(&self) -> bool {
        self.edit.text().starts_with(VIEW)
    }

    /// Whether other letters are typed than those that were looked for.
    pub(super) fn is_behind(&self) -> bool {
        self.searched.as_deref() != Some(self.edit.text())
    }

    /// What can be found has changed.
    pub(super) fn forget(&mut self) {
        self.searched = None;
    }

    /// How many a view shows, where that was counted.
    pub fn count(&self, entry: &PaletteEntry) -> Option<usize> {
        match entry.choice {
            PaletteChoice::View(place) => self.counts.get(place).copied(),
            PaletteChoice::Action(_) => None,
        }
    }

    pub fn step(&mut self, by: isize) {
        self.cursor.place = step_round(self.cursor.place, by, self.found.len());
    }

    pub fn choice(&self) -> Option<PaletteChoice> {
        self.found.get(self.cursor.place).map(|entry| entry.choice)
    }
}
