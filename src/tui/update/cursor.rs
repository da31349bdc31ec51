//! The table's cursor: on which row it is when the rows move, and what is asked about its dealership.

use std::sync::Arc;
use std::time::Duration;

use super::past_board;
use crate::domain::{DealershipId, Onboarding};
use crate::tui::actions::undo;
use crate::tui::cursor::{Acted, Cursor};
use crate::tui::list_cursor::ListCursor;
use crate::tui::msg::Effect;
use crate::tui::rows::{DealershipRow, Tab, TableLine};
use crate::tui::state::{Focus, Mode, ScreenState};

/// For how long after something was done the record of it may still arrive: the two come by different ways.
const RECORD_ARRIVES: Duration = Duration::from_secs(2);

/// Sooner than this nobody has seen where the cursor went by itself.
const UNSEEN: Duration = Duration::from_millis(300);

impl ScreenState {
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
        let below_top = cursor.line.saturating_sub(cursor.list.top);
        let place = cursor.id.and_then(|id| self.rows.place(id));
        cursor.list.place = place.unwrap_or_else(|| cursor.list.place.min(shown.saturating_sub(1)));
        if place.is_none() {
            cursor.id = self.rows.at(cursor.list.place).map(|row| row.state.id);
        }
        let line = self.rows.line_of(cursor.list.place);
        let moved = place.is_some() && line != cursor.line;
        cursor.line = line;
        // At the top of the table the most urgent rows stay in view, as long as the cursor does too.
        if moved && !(cursor.list.top == 0 && line < height) {
            cursor.list.top = line.saturating_sub(below_top);
        }
        let mut lines = ListCursor { place: line, top: cursor.list.top };
        lines.keep_in_view(self.rows.lines(), height);
        // The rule above a row belongs to it.
        let is_below_rule = lines.top == line && line > 0 && height > 1;
        if is_below_rule && matches!(self.rows.line(line - 1), Some(TableLine::Rule(..))) {
            lines.top -= 1;
        }
        cursor.list.top = lines.top;
    }

    /// Shows the table's tab, with the cursor on the same dealership if it is there.
    pub(in crate::tui) fn set_tab(&mut self, tab: Tab) {
        self.rows.set_tab(tab);
        self.settle();
    }
}

/// Something is done with these dealerships.
pub(super) fn acts_on(state: &mut ScreenState, mut ids: impl Iterator<Item = DealershipId>) {
    if state.cursor.id.is_some_and(|here| ids.any(|id| id == here)) {
        state.cursor.acted = state.cursor.id.map(|id| Acted { id, until: None });
    }
    state.cursor.left = None;
}

/// What was done with a dealership has ended: what happens to it later takes the cursor with it, and so does whatever
/// happens to one with which nothing was done after all.
pub(super) fn has_acted_on(state: &mut ScreenState, id: DealershipId, well: bool) {
    let acted = state.cursor.acted.as_mut().filter(|acted| acted.id == id && acted.until.is_none());
    if let Some(acted) = acted
        && !state.jobs.iter().any(|job| job.is_pending(id))
    {
        acted.until = Some(state.now.face.saturating_add(RECORD_ARRIVES));
        if !well {
            state.cursor.acted = None;
        }
    }
}

/// After these were recorded: when what was done with the cursor's dealership took it elsewhere, the cursor goes on to
/// the next one that needs whoever looks after these. Whoever reads the detail goes on reading it.
pub(super) fn settle_after(state: &mut ScreenState, states: &[Arc<Onboarding>]) {
    let (face, cursor) = (state.now.face, &mut state.cursor);
    cursor.acted = cursor.acted.filter(|acted| acted.until.is_none_or(|until| face <= until));
    let here = cursor.acted.map(|acted| acted.id).filter(|acted| cursor.id == Some(*acted));
    let recorded = here.filter(|here| states.iter().any(|one| one.id == *here));
    let moved = recorded.filter(|here| state.rows.place(*here) != Some(cursor.list.place));
    if let Some(here) = moved {
        state.cursor.acted = None;
        if state.focus != Focus::Detail {
            state.cursor.id = next_that_needs_us(state, here);
            state.settle();
            state.cursor.left = Some((here, state.cursor.id));
            state.cursor.unseen_until = face.saturating_add(UNSEEN);
        }
    }
    state.settle();
}

/// The next below the cursor that needs us, else the first above it: one that nobody owns, or I, or who owns the one
/// that I acted on.
fn next_that_needs_us(state: &ScreenState, acted: DealershipId) -> Option<DealershipId> {
    let owner = |row: &DealershipRow| row.state.profile.owner.clone();
    let its_owner = state.rows.get(acted).and_then(owner);
    let needs_us = |row: &&DealershipRow| {
        let of_its_owner = row.facts.attention.is_some() && row.state.profile.owner == its_owner;
        row.state.id != acted && (of_its_owner || state.needs_me(row))
    };
    let place = state.cursor.list.place;
    let found = state.rows.from(place).find(needs_us);
    found.or_else(|| state.rows.from(0).take(place).find(needs_us)).map(|row| row.state.id)
}

/// The effects that keep the detail pane about the cursor's dealership; an undo needs its events too.
pub(in crate::tui) fn follow(state: &mut ScreenState) -> Option<Effect> {
    let plan = state.plan();
    let undone = match &state.mode {
        Mode::Dialog(dialog) if dialog.recording() == Some(&undo::ACTION) => dialog.items.first(),
        _ => None,
    };
    let shown = plan.detail.is_some() || (state.tail.only_selected && plan.tail.is_some());
    let wanted = undone.map(|item| item.id).or(state.cursor.id.filter(|_| shown));
    if wanted == state.detail.asked {
        return None;
    }
    state.detail.asked = wanted;
    state.detail.scroll.reset();
    if state.past.is_some() {
        past_board::tell_detail(state);
        return None;
    }
    wanted.map(Effect::LoadTimeline)
}
