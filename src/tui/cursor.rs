//! The table's cursor: on which row it is when the rows move.

use std::sync::Arc;
use std::time::Duration;

use super::actions::undo;
use super::list_cursor::ListCursor;
use super::msg::Effect;
use super::rows::{DealershipRow, TableLine};
use super::state::{Focus, Mode, ScreenState};
use crate::domain::{DealershipId, Onboarding};

/// For how long after something was done the record of it may still arrive: the two come by different ways.
const RECORD_ARRIVES: Duration = Duration::from_secs(2);

/// Sooner than this nobody has seen where the cursor went by itself.
const UNSEEN: Duration = Duration::from_millis(300);

/// Where the table's cursor is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cursor {
    pub id: Option<DealershipId>,
    /// Where that was when last seen: there it goes on when it leaves the table. Its top is a line of the table.
    pub list: ListCursor,
    /// The line of the table that it was on.
    pub line: usize,
    /// Whether a key was pressed. Until then it stays on the first row, whichever that is.
    pub touched: bool,
    /// The dealership that something was done with while the cursor was on it. When that takes it elsewhere, the cursor
    /// does not go with it.
    pub acted: Option<Acted>,
    /// The one that it left by itself after something was done with it, and where it went.
    pub left: Option<(DealershipId, Option<DealershipId>)>,
    /// Until when, in the person's time, nobody can have seen where it went.
    pub unseen_until: Duration,
}

/// A dealership that something is done with.
#[derive(Debug, Clone, Copy)]
pub struct Acted {
    pub id: DealershipId,
    /// Until when, in the person's time, what is recorded about it comes of that; `None`: it is under way.
    pub until: Option<Duration>,
}

impl Cursor {
    /// Somebody moves it, and so has seen where it is.
    pub(super) fn moved_by_hand(&mut self) {
        (self.acted, self.left, self.unseen_until) = (None, None, Duration::ZERO);
    }
}

impl ScreenState {
    /// Something is done with these dealerships.
    pub(super) fn acts_on(&mut self, mut ids: impl Iterator<Item = DealershipId>) {
        if self.cursor.id.is_some_and(|here| ids.any(|id| id == here)) {
            self.cursor.acted = self.cursor.id.map(|id| Acted { id, until: None });
        }
        self.cursor.left = None;
    }

    /// What was done with a dealership has ended: what happens to it later takes the cursor with it, and so does whatever
    /// happens to one with which nothing was done after all.
    pub(super) fn has_acted_on(&mut self, id: DealershipId, well: bool) {
        let acted = self.cursor.acted.as_mut().filter(|acted| acted.id == id && acted.until.is_none());
        if let Some(acted) = acted
            && !self.jobs.iter().any(|job| job.is_pending(id))
        {
            acted.until = Some(self.now.face.saturating_add(RECORD_ARRIVES));
            if !well {
                self.cursor.acted = None;
            }
        }
    }

    /// After these were recorded: when what was done with the cursor's dealership took it elsewhere, the cursor goes on to
    /// the next one that needs whoever looks after these. Whoever reads the detail goes on reading it.
    pub(super) fn settle_after(&mut self, states: &[Arc<Onboarding>]) {
        let (face, cursor) = (self.now.face, &mut self.cursor);
        cursor.acted = cursor.acted.filter(|acted| acted.until.is_none_or(|until| face <= until));
        let here = cursor.acted.map(|acted| acted.id).filter(|acted| cursor.id == Some(*acted));
        let recorded = here.filter(|here| states.iter().any(|one| one.id == *here));
        let moved = recorded.filter(|here| self.rows.place(*here) != Some(cursor.list.place));
        if let Some(here) = moved {
            self.cursor.acted = None;
            if self.focus != Focus::Detail {
                self.cursor.id = self.next_that_needs_us(here);
                self.settle();
                self.cursor.left = Some((here, self.cursor.id));
                self.cursor.unseen_until = face.saturating_add(UNSEEN);
            }
        }
        self.settle();
    }

    /// The next below the cursor that needs us, else the first above it: one that nobody owns, or I, or who owns the one
    /// that I acted on.
    fn next_that_needs_us(&self, acted: DealershipId) -> Option<DealershipId> {
        let owner = |row: &DealershipRow| row.state.profile.owner.clone();
        let its_owner = self.rows.get(acted).and_then(owner);
        let needs_us = |row: &&DealershipRow| {
            let of_its_owner = row.facts.attention.is_some() && row.state.profile.owner == its_owner;
            row.state.id != acted && (of_its_owner || self.needs_me(row))
        };
        let place = self.cursor.list.place;
        let found = self.rows.from(place).find(needs_us);
        found.or_else(|| self.rows.from(0).take(place).find(needs_us)).map(|row| row.state.id)
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

    /// The effects that keep the detail pane about the cursor's dealership; an undo needs its events too.
    pub(super) fn follow_cursor(&mut self) -> Option<Effect> {
        let plan = self.plan();
        let undone = match &self.mode {
            Mode::Dialog(dialog) if dialog.recording() == Some(&undo::ACTION) => dialog.items.first(),
            _ => None,
        };
        let shown = plan.detail.is_some() || (self.tail.only_selected && plan.tail.is_some());
        let wanted = undone.map(|item| item.id).or(self.cursor.id.filter(|_| shown));
        if wanted == self.detail.asked {
            return None;
        }
        self.detail.asked = wanted;
        self.detail.scroll.reset();
        if self.past.is_some() {
            self.tell_detail_of_past();
            return None;
        }
        wanted.map(Effect::LoadTimeline)
    }
}
