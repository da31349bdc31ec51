//! Which dealerships are meant: the one under the cursor, those marked, the one that a page is about.

use super::ScreenState;
use crate::domain::DealershipId;
use crate::tui::call_view::CallView;
use crate::tui::mode::Mode;
use crate::tui::rows::DealershipRow;

impl ScreenState {
    /// The dealership under the cursor.
    pub fn selected(&self) -> Option<&DealershipRow> {
        self.rows.get(self.cursor.id?)
    }

    /// The dealership that the whole page is about: its guide, or a call with it.
    pub fn page_dealership(&self) -> Option<DealershipId> {
        match &self.mode {
            Mode::Guide(id, _) | Mode::Call(CallView { id, .. }) => Some(*id),
            _ => None,
        }
    }

    /// The dealership of the page that is read, else the one under the cursor.
    pub fn shown_dealership(&self) -> Option<DealershipId> {
        self.page_dealership().or(self.cursor.id)
    }

    pub fn shown_row(&self) -> Option<&DealershipRow> {
        self.rows.get(self.shown_dealership()?)
    }

    /// What an action on dealerships is about: the one that a page is about, else those marked, in the order of the table, else the one under the cursor.
    pub fn targets(&self) -> Vec<DealershipId> {
        if let Some(id) = self.page_dealership() {
            return vec![id];
        }
        if self.marks.is_empty() {
            return self.cursor.id.into_iter().collect();
        }
        self.rows.in_order(self.marks.iter())
    }

    /// The one that something was done with last, as long as nobody has moved on; else the one under the cursor.
    pub fn last_dealership(&self) -> Option<DealershipId> {
        let left = self.cursor.left.filter(|(_, to)| *to == self.cursor.id).map(|(left, _)| left);
        self.page_dealership().or(left).or(self.cursor.id)
    }

    /// How many marked dealerships the table does not show.
    pub fn hidden_marks(&self) -> usize {
        let version = (self.rows.version(), self.marks.version());
        match self.hidden.get() {
            Some((known, hidden)) if known == version => hidden,
            _ => {
                // Whichever is less to look at.
                let hidden = if self.rows.len() - self.rows.shown() < self.marks.len() {
                    self.rows.ids_hidden().filter(|id| self.marks.contains(*id)).count()
                } else {
                    self.marks.iter().filter(|id| !self.rows.is_shown(*id)).count()
                };
                self.hidden.set(Some((version, hidden)));
                hidden
            }
        }
    }
}
