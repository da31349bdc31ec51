//! The table's cursor: on which row it is when the rows move.

use std::sync::Arc;

use super::state::{Focus, State};
use crate::domain::{DealershipId, Onboarding};

/// Where the table's cursor is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cursor {
    /// On which dealership.
    pub id: Option<DealershipId>,
    /// On which place that was when last seen: where to go on when it leaves the table.
    pub place: usize,
    /// The place on the first line of the table.
    pub top: usize,
    /// Whether a key was pressed. Until then it stays on the first row, whichever that is.
    pub touched: bool,
    /// The dealership that something was done with while the cursor was on it. When that takes it elsewhere, the cursor
    /// does not go with it.
    pub acted: Option<DealershipId>,
}

impl State {
    /// Something is done with these dealerships.
    pub(super) fn acts_on(&mut self, mut ids: impl Iterator<Item = DealershipId>) {
        if self.cursor.id.is_some_and(|here| ids.any(|id| id == here)) {
            self.cursor.acted = self.cursor.id;
        }
    }

    /// After these were recorded: when what was done with the cursor's dealership took it elsewhere, the cursor stays.
    pub(super) fn settle_after(&mut self, states: &[Arc<Onboarding>]) {
        let cursor = &mut self.cursor;
        let acted = cursor.acted.filter(|acted| cursor.id == Some(*acted) && states.iter().any(|one| one.id == *acted));
        if acted.is_some_and(|acted| self.rows.place(acted) != Some(cursor.place)) {
            (cursor.id, cursor.acted) = (None, None);
        }
        self.settle();
    }

    /// Finds the cursor's dealership again after the rows moved, and keeps it in view.
    pub fn settle(&mut self) {
        let plan = self.plan();
        let placed = match self.focus {
            Focus::Table => true,
            Focus::Detail => plan.detail.is_some(),
            Focus::Tail => plan.tail.is_some(),
        };
        if !placed {
            // A pane for which there is no room any more has no keys.
            self.focus = Focus::Table;
        }
        let height = self.plan().table_rows();
        let shown = self.rows.shown();
        let cursor = &mut self.cursor;
        if !cursor.touched {
            *cursor = Cursor::default();
        }
        // How far from the top the cursor's line was: it stays there when its dealership moved.
        let line = cursor.place.saturating_sub(cursor.top);
        let place = cursor.id.and_then(|id| self.rows.place(id));
        let moved = place.is_some_and(|place| place != cursor.place);
        cursor.place = place.unwrap_or_else(|| cursor.place.min(shown.saturating_sub(1)));
        if place.is_none() {
            cursor.id = self.rows.at(cursor.place).map(|row| row.state.id);
        }
        // At the top of the table the most urgent rows stay in view, as long as the cursor does too.
        if moved && !(cursor.top == 0 && cursor.place < height) {
            cursor.top = cursor.place.saturating_sub(line);
        }
        let lowest_top = (cursor.place + 1).saturating_sub(height);
        cursor.top = cursor.top.clamp(lowest_top, cursor.place.max(lowest_top)).min(shown.saturating_sub(height));
    }
}
