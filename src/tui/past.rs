//! The past on the screen: the board of another moment in the place of the present one, which goes on underneath.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use super::cursor::Cursor;
use super::estimate::CodeEstimate;
use super::marks::MarkedSet;
use super::msg::WorkId;
use super::queue::Queue;
use super::reading::LetterReader;
use super::rows::DealershipRows;
use super::saved_view::AppliedView;
use super::state::{Detail, Focus, Mode, Panes, ScreenState};
use super::table_columns::TableColumns;
use super::tail::EventTail;
use crate::domain::past::PastLog;
use crate::domain::{Policy, ProbeStatus, Timestamp};

/// How many events the tail has.
const TAIL: usize = 1_000;

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
    rows: DealershipRows,
    there: PastMoment,
}

impl PastRows {
    /// Of another moment: what happened between the two is folded.
    #[must_use]
    pub fn go(mut self, log: &PastLog, to: PastMoment) -> Self {
        self.rows.travel(&log.changes(self.there.position, to.position), to.at);
        Self { there: to, ..self }
    }
}

/// The whole log, and the board of its end, twice: the one that is not shown goes to another moment beside.
#[derive(Debug)]
pub struct PastBoard {
    log: Arc<PastLog>,
    shown: PastRows,
    spare: PastRows,
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

/// The past that is shown.
pub struct PastDesk {
    pub log: Arc<PastLog>,
    pub shown: PastMoment,
    /// Where it goes, when the board of that is being folded.
    pub wanted: PastMoment,
    pub(super) folding: Option<WorkId>,
    spare: Option<PastRows>,
    /// How far the log goes that was read.
    pub end: Timestamp,
    /// By which step it came here: `+1`.
    pub step: String,
    /// By the clock.
    pub now: Timestamp,
    present: PresentDesk,
}

/// What of the screen is of a moment: what is not shown of the two is kept here.
struct PresentDesk {
    at: Timestamp,
    filtered_at: Timestamp,
    rows: DealershipRows,
    columns: TableColumns,
    estimate: CodeEstimate,
    view: Option<AppliedView>,
    focus: Focus,
    cursor: Cursor,
    marks: MarkedSet,
    panes: Panes,
    mode: Mode,
    queue: Option<Queue>,
    reading: Option<LetterReader>,
    tail: EventTail,
    detail: Detail,
}

impl PastDesk {
    pub fn is_folding(&self) -> bool {
        self.folding.is_some()
    }
}

impl ScreenState {
    /// What the clock says, also while the past is shown.
    pub fn present_now(&self) -> Timestamp {
        self.past.as_ref().map_or(self.now.at, |past| past.now)
    }

    /// Shows the past as it is when it was read.
    pub(super) fn enter_past(&mut self, board: PastBoard) {
        let PastBoard { log, shown: PastRows { mut rows, there: shown }, spare } = board;
        let (at, spare) = (shown.at, Some(spare));
        rows.arrange_as(&self.rows, at);
        let present = PresentDesk {
            at,
            filtered_at: at,
            rows,
            columns: self.columns.clone(),
            estimate: CodeEstimate::default(),
            view: self.view.clone(),
            focus: self.focus,
            cursor: self.cursor,
            marks: MarkedSet::default(),
            panes: self.panes,
            mode: Mode::Desk,
            queue: None,
            reading: None,
            tail: EventTail::default(),
            detail: Detail::default(),
        };
        let step = String::new();
        let (now, folding) = (self.now.at, None);
        let mut past = Box::new(PastDesk { log, shown, wanted: shown, folding, spare, end: at, step, now, present });
        self.exchange(&mut past.present);
        self.past = Some(past);
        self.reveal = None;
        self.settle();
        self.refresh_past();
    }

    /// Shows the present again, as it was left. What the past took of memory is freed beside: it is as much as the store.
    pub fn leave_past(&mut self) {
        let Some(mut past) = self.past.take() else { return };
        self.exchange(&mut past.present);
        // What was missed meanwhile was read again for whoever the past showed.
        self.detail.asked = None;
        let back = past.now < self.now.at;
        self.now.at = past.now;
        if back {
            self.rows.derive_again(past.now);
        }
        self.settle();
        thread::spawn(move || drop(past));
    }

    /// Does something with the present while the past is shown.
    pub(super) fn underneath<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let Some(mut past) = self.past.take() else { return act(self) };
        self.exchange(&mut past.present);
        let done = act(self);
        self.exchange(&mut past.present);
        self.past = Some(past);
        done
    }

    fn exchange(&mut self, other: &mut PresentDesk) {
        use std::mem::swap;
        swap(&mut self.now.at, &mut other.at);
        swap(&mut self.filtered_at, &mut other.filtered_at);
        swap(&mut self.rows, &mut other.rows);
        swap(&mut self.columns, &mut other.columns);
        swap(&mut self.estimate, &mut other.estimate);
        swap(&mut self.view, &mut other.view);
        swap(&mut self.focus, &mut other.focus);
        swap(&mut self.cursor, &mut other.cursor);
        swap(&mut self.marks, &mut other.marks);
        swap(&mut self.panes, &mut other.panes);
        swap(&mut self.mode, &mut other.mode);
        swap(&mut self.queue, &mut other.queue);
        swap(&mut self.reading, &mut other.reading);
        swap(&mut self.tail, &mut other.tail);
        swap(&mut self.detail, &mut other.detail);
    }

    /// What another board is folded from.
    pub fn take_spare_past(&mut self) -> Option<(Arc<PastLog>, PastRows)> {
        let past = self.past.as_mut()?;
        Some((Arc::clone(&past.log), past.spare.take()?))
    }

    /// Shows a board that was folded.
    pub(super) fn show_past(&mut self, PastRows { mut rows, there }: PastRows) {
        rows.arrange_as(&self.rows, there.at);
        let rows = std::mem::replace(&mut self.rows, rows);
        if let Some(past) = &mut self.past {
            (past.folding, past.spare) = (None, Some(PastRows { rows, there: past.shown }));
        }
        self.arrive(there);
    }

    /// The rows are of a moment of the past: so is everything beside them.
    pub(super) fn arrive(&mut self, there: PastMoment) {
        if let Some(past) = &mut self.past {
            past.shown = there;
        }
        (self.now.at, self.filtered_at, self.dirty) = (there.at, there.at, true);
        self.settle();
        self.refresh_past();
    }

    fn refresh_past(&mut self) {
        if let Some(past) = &self.past {
            let position = past.shown.position;
            let events: Vec<_> = past.log.events_before(position, TAIL).cloned().map(Arc::new).collect();
            self.tail = self.tail.as_of(past.log.seq(position) + 1, &events);
        }
        self.tell_detail_of_past();
    }

    /// What had happened to the dealership of the detail, and what was last seen of it.
    pub(super) fn tell_detail_of_past(&mut self) {
        let Some((past, id)) = self.past.as_ref().zip(self.detail.asked) else { return };
        let events = past.log.timeline(id, past.shown.position).iter().cloned().map(Arc::new);
        self.tail.set_history(id, events.collect());
        let (at, policy) = (past.shown.at, &self.setup.policy);
        let probe = self.rows.get(id).map(|row| (id, ProbeStatus::of(&row.state, None, at, policy, None)));
        self.detail.probe = probe;
    }
}
