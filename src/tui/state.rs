//! Everything that the screen knows, and what it tells of itself. Cursor, marks and dialogs hold ids, never row numbers.

mod chosen;
mod layout;
mod others;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::{ClockDoubt, DealershipId, Onboarding, Timestamp, connect_steps, guide};
use crate::protocol::{CutOff, OwnerState, Request, Status};

use super::action::{Action, PageKind};
use super::bulk_job::BulkJob;
use super::call_view::CallView;
use super::cursor::Cursor;
use super::dialog::{Dialog, ValidationContext};
use super::estimate::CodeEstimate;
use super::expired::Expired;
pub use super::filter_input::FilterInput;
use super::hit_map::ClickTarget;
use super::kept_desk::KeptDesk;
use super::keymap::Key;
use super::marks::MarkedSet;
pub use super::mode::Mode;
use super::msg::{ArrivalTime, Effect, Msg};
use super::notifier::Notifier;
pub use super::panes::{Detail, Focus, Panes};
use super::past::{PastDesk, PastReading};
use super::practice::Practice;
use super::presence::OwnPresence;
use super::queue::Queue;
use super::reading::LetterReader;
use super::reveal::Reveal;
use super::rows::{DealershipRow, DealershipRows};
use super::saved_view::{AppliedView, TableArrangement};
pub use super::setup::Setup;
use super::table_columns::TableColumns;
use super::tail::{EventTail, TailScope};
use super::theme::Tone;
use super::toasts::{Toasts, Topic};
use super::work::WorkId;

pub use layout::{
    LEADERLESS, PRACTICE_LINES, QUEUE_FOOT, QUEUE_FOOT_FROM, QUEUE_HEAD, SMALLEST, ScreenLayout, letters_in,
};
pub use others::presence_glyph;

/// Sooner than this nobody has read a dialog.
pub(super) const UNSEEN: Duration = Duration::from_millis(250);

/// How often a filter compares clocks again.
pub const FILTER_AGAIN: TimeDelta = TimeDelta::minutes(1);

/// Everything that the screen knows.
pub struct ScreenState {
    pub setup: Setup,
    /// The moment of the last message.
    pub now: ArrivalTime,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    pub rows: DealershipRows,
    pub columns: TableColumns,
    pub estimate: CodeEstimate,
    /// The past, while it is shown; what is of a moment is then of that.
    pub past: Option<Box<PastDesk>>,
    pub past_reading: Option<PastReading>,
    /// The saved view that is shown; `None`: no view.
    pub view: Option<AppliedView>,
    /// The store is being opened: there is nothing to show yet, nor anybody to ask.
    pub opening: bool,
    /// How the owner of the store is, when that is another process.
    pub owner: OwnerState,
    /// Whether all dealerships are there.
    pub loaded: bool,
    /// What was pressed, and when in the person's time, while only the first page of them is shown, uncounted; `None`: it
    /// is not.
    pub held: Option<Vec<(Msg, Duration)>>,
    pub status: Status,
    pub focus: Focus,
    pub cursor: Cursor,
    pub marks: MarkedSet,
    pub panes: Panes,
    pub mode: Mode,
    /// The view of all letters, in the place of the panes.
    pub queue: Option<Queue>,
    /// A letter that is read, over everything else.
    pub reading: Option<LetterReader>,
    /// Whose codes expired unused lately.
    pub expired: Expired,
    /// Of which unrecognised answers it was told.
    pub told: HashSet<(u16, Box<str>)>,
    pub tail: EventTail,
    pub detail: Detail,
    pub toasts: Toasts,
    pub presence: OwnPresence,
    pub notifier: Notifier,
    /// The tasks of a demo; `None`: this is none.
    pub practice: Option<Practice>,
    /// The keys of a chord that is not finished.
    pub chord: Vec<Key>,
    /// Until when, in the person's time, what arrives may belong to a paste that does nothing.
    pub pasted_until: Duration,
    /// Until when, in the person's time, nobody can have seen the dialog that was opened.
    pub unseen_until: Duration,
    /// What is done once the present action has ended: what was chosen in the palette.
    pub next_action: Option<Action>,
    /// What was clicked on last, and when in the person's time.
    pub clicked: Option<(ClickTarget, Duration)>,
    /// The call that the open dialog lies over.
    pub call_below: Option<CallView>,
    /// A code that is shown for a while.
    pub reveal: Option<Reveal>,
    /// What was asked of the engine and what came of it.
    pub jobs: Vec<BulkJob>,
    /// What was begun for many in an earlier run and is not done, the oldest first.
    pub cut_off: Vec<CutOff>,
    /// What was filtered by in this session, the newest last.
    pub filter_history: Vec<String>,
    /// The moment at which clocks in the filter were last compared.
    pub filtered_at: Timestamp,
    /// Whether something visible changed since the last frame.
    pub dirty: bool,
    next_work: u64,
    /// What was asked for and awaits its one answer.
    asked: BTreeMap<WorkId, Request>,
    /// What [`ScreenState::hidden_marks`] counted last, and for which rows and marks.
    hidden: Cell<Option<((u64, u64), usize)>>,
}

impl ScreenState {
    pub fn show_dialog(&mut self, dialog: Dialog) {
        self.call_below = match std::mem::replace(&mut self.mode, Mode::Dialog(Box::new(dialog))) {
            Mode::Call(call) => Some(call),
            // What came of the dialog before is shown in this one.
            Mode::Dialog(_) => self.call_below.take(),
            _ => None,
        };
        self.unseen_until = self.now.face + UNSEEN;
    }

    /// Takes the open dialog away, and leaves every other mode as it is.
    pub fn take_dialog(&mut self) -> Option<Box<Dialog>> {
        match std::mem::take(&mut self.mode) {
            Mode::Dialog(dialog) => Some(dialog),
            other => {
                self.mode = other;
                None
            }
        }
    }

    /// An empty screen of a size; the dealerships are still to be loaded.
    pub fn new(setup: Setup, size: (u16, u16), now: ArrivalTime) -> Self {
        let rows = DealershipRows::new(Vec::new(), Some(setup.me.clone()), setup.policy.clone(), now.at);
        let practice = setup.is_demo().then(Practice::default);
        Self {
            setup,
            now,
            size,
            rows,
            columns: TableColumns::default(),
            estimate: CodeEstimate::default(),
            past: None,
            past_reading: None,
            view: None,
            opening: false,
            owner: OwnerState::Answers,
            loaded: false,
            held: None,
            status: Status::default(),
            focus: Focus::default(),
            cursor: Cursor::default(),
            marks: MarkedSet::default(),
            panes: Panes::default(),
            mode: Mode::default(),
            queue: None,
            reading: None,
            expired: Expired::default(),
            told: HashSet::new(),
            tail: EventTail::default(),
            detail: Detail::default(),
            toasts: Toasts::default(),
            notifier: Notifier::default(),
            presence: OwnPresence::default(),
            practice,
            chord: Vec::new(),
            pasted_until: Duration::ZERO,
            unseen_until: Duration::ZERO,
            next_action: None,
            clicked: None,
            call_below: None,
            reveal: None,
            jobs: Vec::new(),
            cut_off: Vec::new(),
            filter_history: Vec::new(),
            filtered_at: now.at,
            dirty: true,
            next_work: 1,
            asked: BTreeMap::new(),
            hidden: Cell::new(None),
        }
    }

    /// Whether only those dealerships are shown that are seen first.
    pub fn has_first_page(&self) -> bool {
        self.held.is_some()
    }

    /// The code that may be shown in full now.
    pub fn revealed(&self, id: DealershipId, generation: u32) -> bool {
        self.reveal.is_some_and(|reveal| (reveal.id, reveal.generation) == (id, generation))
    }

    /// Why this machine's clock cannot be believed.
    pub fn clock_doubt(&self) -> Option<ClockDoubt> {
        if self.past.is_some() {
            return None;
        }
        self.context().clock_doubt()
    }

    /// What the clock says, also while the past is shown.
    pub fn present_now(&self) -> Timestamp {
        self.past.as_ref().map_or(self.now.at, |past| past.now)
    }

    /// What dialogs are made and validated by.
    pub fn context(&self) -> ValidationContext<'_> {
        ValidationContext {
            now: self.present_now(),
            rows: &self.rows,
            setup: &self.setup,
            status: &self.status,
            tail: &self.tail,
            last: self.last_dealership(),
        }
    }

    /// What the tail shows, besides its groups.
    pub fn tail_scope(&self) -> TailScope {
        let zone = self.setup.zone;
        TailScope { selected: self.cursor.id, since: self.tail.span.start(zone, self.now.at), zone }
    }

    /// What a saved view changes of the table, as it is now.
    pub fn arrangement(&self) -> TableArrangement {
        let (filter, sort) = (self.rows.query().text().to_owned(), self.rows.sort());
        TableArrangement { filter, sort, columns: self.columns.clone() }
    }

    /// The steps that are read out in a call: to connect, and from then on to a visible opcode.
    pub fn call_steps(&self, of: &Onboarding) -> Vec<String> {
        let (policy, partner) = (&self.setup.policy, self.setup.partner.as_str());
        if of.is_confirmed() {
            return guide(of, policy, partner).steps.into_iter().map(|step| step.title).collect();
        }
        connect_steps(&of.profile.name.screen(), &of.profile.dealer_code.screen(), partner).into()
    }

    /// What is left by now of what was cut off: some of it may have been done one by one.
    pub fn left_of(&self, one: &CutOff) -> Vec<DealershipId> {
        one.bulk.left(self.now.at, |id| self.rows.get(id).map(|row| row.state.as_ref()))
    }

    /// How the desk is left, for its next start.
    pub fn kept(&self) -> KeptDesk {
        let (tab, view) = (self.rows.tab(), self.view.as_ref());
        KeptDesk::new(tab, view, &self.arrangement(), self.panes, self.cursor.id)
    }

    /// The page that has the keyboard. One that is searched in has it only for moving and leaving.
    pub fn page(&self) -> Option<PageKind> {
        match &self.mode {
            _ if self.reading.is_some() => Some(PageKind::Letter),
            Mode::Help(_) => Some(PageKind::Help),
            Mode::Guide(..) => Some(PageKind::Guide),
            Mode::Call(_) => Some(PageKind::Call),
            Mode::Columns(_) => Some(PageKind::Columns),
            Mode::Insight(_) => Some(PageKind::Insight),
            Mode::Desk | Mode::Filter(_) | Mode::Palette(_) | Mode::Dialog(_) | Mode::TailLine(_) => None,
        }
    }

    pub(super) fn close_page(&mut self) {
        if self.reading.take().is_none() {
            self.mode = Mode::Desk;
        }
    }

    /// Whether a dealership needs the person: it needs somebody, and nobody else looks after it.
    pub fn needs_me(&self, row: &DealershipRow) -> bool {
        row.facts.attention.is_some() && row.state.profile.is_for(&self.setup.me)
    }

    /// When, in the person's time, it is looked at what is to be told. The past is of no hurry, and the rows are its rows.
    pub fn next_notification(&self) -> Option<Duration> {
        self.notifier.next_change().filter(|_| self.loaded && self.past.is_none())
    }

    /// Tells something for a while.
    pub fn toast(&mut self, tone: Tone, text: impl Into<String>) {
        self.toasts.push(tone, text, self.now.face);
    }

    /// Says what a key does not do here, and what would.
    pub(super) fn tell_of_key(&mut self, text: impl Into<String>) {
        self.toasts.replace(Topic::Key, Tone::Faint, text, self.now.face);
    }

    /// A number for a new piece of work.
    pub(super) fn new_work(&mut self) -> WorkId {
        self.next_work += 1;
        WorkId(self.next_work)
    }

    /// Asks for something that has one answer.
    pub(super) fn ask(&mut self, request: Request) -> Effect {
        let work = self.new_work();
        self.ask_as(work, request)
    }

    /// The same under a number that is known already.
    pub(super) fn ask_as(&mut self, work: WorkId, request: Request) -> Effect {
        self.asked.insert(work, request.clone());
        Effect::Ask(work, request)
    }

    /// Whether what awaits an answer was asked of a moment that is past.
    pub(super) fn asks_of_past(&self, work: WorkId) -> bool {
        matches!(self.asked.get(&work), Some(Request::Report(query)) if query.at.is_some())
    }

    /// What an answer is about.
    pub(super) fn answered(&mut self, work: WorkId) -> Option<Request> {
        self.asked.remove(&work)
    }

    /// Something is open over the panes, so that no message may lie there.
    pub fn is_covered(&self) -> bool {
        self.reading.is_some() || !matches!(self.mode, Mode::Desk | Mode::Filter(_) | Mode::TailLine(_))
    }

    pub fn job(&self, id: WorkId) -> Option<&BulkJob> {
        self.jobs.iter().find(|work| work.id == id)
    }

    /// What was asked for last for a dealership and is not done yet, in words.
    pub fn pending(&self, id: DealershipId) -> Option<String> {
        let job = self.jobs.iter().rev().find(|job| job.is_pending(id))?;
        Some(format!("◌ {}: under way", job.action.title))
    }

    /// When, in the desk's time, the next row changes or the filter compares clocks again.
    pub fn next_desk_change(&self) -> Option<Timestamp> {
        // Nothing changes any more.
        if self.past.is_some() {
            return None;
        }
        let filter =
            (!self.rows.query().is_empty()).then(|| self.filtered_at.checked_add_signed(FILTER_AGAIN)).flatten();
        [self.rows.next_change(), filter].into_iter().flatten().min()
    }

    /// When, in the person's time, the next message or revealed code goes away, or the others are to be shown something.
    pub fn next_face_change(&self) -> Option<Duration> {
        let reveal = self.reveal.map(|reveal| reveal.until);
        [self.toasts.next_change(), reveal, self.presence.next_change(), self.next_notification()]
            .into_iter()
            .flatten()
            .min()
    }
}
