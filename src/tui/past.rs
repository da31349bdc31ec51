//! The past on the screen: the board of another moment in the place of the present one, which goes on underneath.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use chrono::TimeDelta;

use super::cursor::Cursor;
use super::estimate::CodeEstimate;
use super::marks::MarkedSet;
use super::mode::Mode;
use super::panes::{Detail, Focus, Panes};
use super::queue::Queue;
use super::reading::LetterReader;
use super::rows::DealershipRows;
use super::saved_view::AppliedView;
use super::table_columns::TableColumns;
use super::tail::EventTail;
use super::work::WorkId;
use crate::domain::past::PastLog;
use crate::domain::{Policy, Timestamp};

/// A place in the log: so many events had happened, and the clocks stood so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastMoment {
    pub position: usize,
    pub at: Timestamp,
}

/// The log while it is read.
#[derive(Debug)]
pub struct PastReading {
    pub work: WorkId,
    pub read: usize,
    /// Of how many events.
    pub of: u64,
    /// It is there, and waits for whatever has the keyboard.
    pub(super) ready: Option<Box<PastBoard>>,
}

impl PastReading {
    pub fn new(work: WorkId) -> Self {
        Self { work, read: 0, of: 0, ready: None }
    }
}

/// The rows of a moment.
#[derive(Debug)]
pub struct PastRows {
    pub(super) rows: DealershipRows,
    pub(super) there: PastMoment,
}

impl PastRows {
    /// Of another moment: what happened between the two is folded.
    #[must_use]
    pub fn go(mut self, log: &PastLog, to: PastMoment) -> Self {
        let changes = log.changes(self.there.position, to.position, |id| self.rows.get(id).map(|row| &row.state));
        self.rows.travel(&changes, to.at);
        Self { there: to, ..self }
    }
}

/// The whole log, and the board of its end, twice: the one that is not shown goes to another moment beside.
#[derive(Debug)]
pub struct PastBoard {
    pub(super) log: Arc<PastLog>,
    pub(super) shown: PastRows,
    pub(super) spare: PastRows,
}

impl PastBoard {
    pub fn new(log: PastLog, me: &str, policy: &Policy, at: Timestamp) -> Self {
        // What was recorded before the reading began may be of a clock that runs ahead.
        let at = log.moment(log.len()).map_or(at, |last| last.max(at));
        let there = PastMoment { position: log.len(), at };
        let all = log.board(there.position);
        let rows = || DealershipRows::new(all.clone(), Some(me.to_owned()), policy.clone(), at);
        let (shown, spare) = thread::scope(|scope| {
            let spare = scope.spawn(rows);
            (rows(), spare.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        let [shown, spare] = [shown, spare].map(|rows| PastRows { rows, there });
        Self { log: Arc::new(log), shown, spare }
    }
}

/// What is told of the past while it is read and folded.
#[derive(Debug)]
pub enum PastNews {
    Read {
        read: usize,
        of: u64,
    },
    Ready(Box<PastBoard>),
    Failed(String),
    /// The board of the moment that was asked for.
    Folded(Box<PastRows>),
}

/// A board that is folded beside.
#[derive(Debug, Clone, Copy)]
pub(super) struct PastFolding {
    pub(super) work: WorkId,
    /// Nobody has asked for it yet.
    pub(super) ahead: bool,
}

/// The past that is shown.
pub struct PastDesk {
    pub log: Arc<PastLog>,
    pub shown: PastMoment,
    /// Where it goes: another one while the board of that is folded.
    pub wanted: PastMoment,
    pub(super) folding: Option<PastFolding>,
    pub(super) spare: Option<PastRows>,
    /// How far the log goes that was read.
    pub end: Timestamp,
    /// By which step it came here: `+1`.
    pub step: String,
    /// How long that step was: the next one is likely to be as long.
    pub(super) pace: Option<TimeDelta>,
    /// By the clock.
    pub now: Timestamp,
    pub(super) present: PresentDesk,
}

/// What of the screen is of a moment: what is not shown of the two is kept here.
pub(super) struct PresentDesk {
    pub(super) at: Timestamp,
    pub(super) filtered_at: Timestamp,
    pub(super) rows: DealershipRows,
    pub(super) columns: TableColumns,
    pub(super) estimate: CodeEstimate,
    pub(super) view: Option<AppliedView>,
    pub(super) focus: Focus,
    pub(super) cursor: Cursor,
    pub(super) marks: MarkedSet,
    pub(super) panes: Panes,
    pub(super) mode: Mode,
    pub(super) queue: Option<Queue>,
    pub(super) reading: Option<LetterReader>,
    pub(super) tail: EventTail,
    pub(super) detail: Detail,
}

impl PastDesk {
    pub fn is_on_the_way(&self) -> bool {
        self.wanted != self.shown
    }

    /// The place of a moment in the log, clamped to its ends.
    pub fn moment_at(&self, at: Timestamp) -> PastMoment {
        let at = at.clamp(self.log.moment(0).unwrap_or(self.end).min(self.end), self.end);
        PastMoment { position: self.log.position(at), at }
    }

    /// Where another step like the last one leads.
    pub fn next_step(&self) -> Option<PastMoment> {
        let next = self.moment_at(self.shown.at.checked_add_signed(self.pace?)?);
        Some(next).filter(|next| *next != self.shown)
    }

    /// What another board is folded from.
    pub fn take_spare(&mut self) -> Option<(Arc<PastLog>, PastRows)> {
        Some((Arc::clone(&self.log), self.spare.take()?))
    }
}
