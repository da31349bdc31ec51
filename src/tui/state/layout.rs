//! Where everything goes: from 200 columns and 60 rows down to 40 and 10.

use chrono::TimeDelta;
use ratatui::layout::Rect;

use super::ScreenState;
use crate::domain::Timestamp;
use crate::protocol::{LeaderState, MailState, OwnerState, PlatformState};
use crate::tui::mode::Mode;
use crate::tui::panes::Focus;
use crate::tui::practice::PracticePhase;

/// The smallest screen that can be worked on.
pub const SMALLEST: (u16, u16) = (40, 10);

/// From this width on the detail stands beside the table.
const BESIDE: u16 = 100;
/// From this size of the body on the detail is open by itself.
const DETAIL_BY_ITSELF: (u16, u16) = (140, 14);
/// From this height of the body on the tail is open by itself.
const TAIL_BY_ITSELF: u16 = 14;
/// From this height of the body on the tail fits under the table at all.
const TAIL_FITS: u16 = 9;

/// The lines of a task of the practice.
pub const PRACTICE_LINES: u16 = 3;

/// Above the letters: the title, how the server is doing, and the names of the columns.
pub const QUEUE_HEAD: u16 = 3;
/// The lines about the letter under the cursor, with the line above them.
pub const QUEUE_FOOT: u16 = 5;
/// From which height on there is room for them; below there is one, what the server said.
pub const QUEUE_FOOT_FROM: u16 = 16;

/// For how long nobody may lead until it is an alarm: a lease has to end first.
pub const LEADERLESS: TimeDelta = TimeDelta::minutes(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScreenLayout {
    /// The terminal is too small for anything.
    pub too_small: bool,
    /// The task of the practice, above everything else.
    pub practice: Option<Rect>,
    /// Everything else.
    pub below: Rect,
    pub tabs: Rect,
    /// The filter, and while it is typed lines below it: for its mistake, for what its word may become, and for a hint.
    pub filter: Option<Rect>,
    pub banner: Option<Rect>,
    /// The table with its heading; `None` when another pane has its place.
    pub table: Option<Rect>,
    pub detail: Option<Rect>,
    /// The tail with its heading.
    pub tail: Option<Rect>,
    /// All letters, in the place of everything above the keys.
    pub queue: Option<Rect>,
    pub footer: Rect,
    /// How the program is doing.
    pub status: Rect,
}

impl ScreenState {
    /// Where everything goes on the screen.
    pub fn plan(&self) -> ScreenLayout {
        ScreenLayout::of(self)
    }

    /// How many lines the practice wants.
    fn practice_lines(&self) -> u16 {
        match self.practice.as_ref().map(|practice| (practice.phase, practice.place)) {
            None | Some((PracticePhase::Away, _)) => 0,
            Some((_, None)) => 1,
            Some((_, Some(_))) => PRACTICE_LINES,
        }
    }

    /// Whether there is something to say above the table.
    fn has_banner(&self) -> bool {
        if self.past.is_some() {
            return false;
        }
        let platform = &self.status.platform;
        let room = self.size.1 >= 20;
        self.owner != OwnerState::Answers
            || self.status.store_away.is_some()
            || self.leaderless().is_some()
            || platform.is_alarm()
            || self.clock_doubt().is_some()
            || matches!(self.status.mail.state, MailState::Down { .. })
            || !self.status.alarms.is_empty()
            || (room && !self.rows.is_empty() && (*platform == PlatformState::Unconfigured || self.setup.only_files()))
    }

    /// Since when nobody does what is due. Where the database is away that is said already.
    pub fn leaderless(&self) -> Option<Timestamp> {
        match self.status.leader {
            LeaderState::Nobody { since } if self.status.store_away.is_none() => {
                Some(since).filter(|since| self.now.at - *since >= LEADERLESS)
            }
            _ => None,
        }
    }
}

impl ScreenLayout {
    fn of(state: &ScreenState) -> Self {
        let (width, height) = state.size;
        if width < SMALLEST.0 || height < SMALLEST.1 {
            return Self { too_small: true, ..Self::default() };
        }
        let line = |y| Rect { x: 0, y, width, height: 1 };
        // What is left is enough to work on.
        let above = state.practice_lines().min(height - SMALLEST.1);
        let practice = (above > 0).then(|| Rect { height: above, ..line(0) });
        let mut top = above + 1;
        let filter = match &state.mode {
            Mode::Filter(input) => {
                let below = match height {
                    ..12 => 0,
                    12..24 => 1,
                    _ => 2,
                };
                Some(1 + u16::from(input.mistake.is_some()) + below)
            }
            _ if !state.rows.query().is_empty() || state.view.is_some() => Some(1),
            _ => None,
        };
        let filter = filter.map(|height| {
            let area = Rect { height, ..line(top) };
            top += height;
            area
        });
        let banner = state.has_banner().then(|| {
            let area = line(top);
            top += 1;
            area
        });
        let body = Rect { x: 0, y: top, width, height: height.saturating_sub(top + 2) };
        let mut plan = Self {
            practice,
            below: Rect { y: above, height: height - above, ..line(0) },
            tabs: line(above),
            filter,
            banner,
            footer: line(height - 2),
            status: line(height - 1),
            ..Self::default()
        };
        plan.divide(body, state);
        if state.queue.is_some() {
            plan.queue = Some(Rect { height: height - above - 2, ..line(above) });
        }
        plan
    }

    fn divide(&mut self, body: Rect, state: &ScreenState) {
        let panes = state.panes;
        if panes.zoom {
            match state.focus {
                Focus::Table => self.table = Some(body),
                Focus::Detail => self.detail = Some(body),
                Focus::Tail => self.tail = Some(body),
            }
            return;
        }
        let by_itself = body.width >= DETAIL_BY_ITSELF.0 && body.height >= DETAIL_BY_ITSELF.1;
        let beside = body.width >= BESIDE;
        if !beside && state.focus == Focus::Detail {
            // Where it does not fit beside the table it is there as long as it has the keys.
            self.detail = Some(body);
            return;
        }
        let detail = beside && panes.detail.unwrap_or(by_itself);
        let tail = panes.tail.unwrap_or(body.height >= TAIL_BY_ITSELF) && body.height >= TAIL_FITS;
        let mut upper = body;
        if tail {
            let height = (body.height / 4).clamp(4, 14);
            upper.height -= height;
            self.tail = Some(Rect { y: upper.bottom(), height, ..body });
        }
        if detail {
            let width = (body.width * 2 / 5).clamp(44, 76);
            upper.width -= width;
            self.detail = Some(Rect { x: upper.right(), width, ..upper });
        }
        self.table = Some(upper);
    }

    /// How many dealerships fit into the table.
    pub fn table_rows(&self) -> usize {
        self.table.map_or(0, |area| area.height.saturating_sub(1).into())
    }

    /// How many letters fit into their view.
    pub fn queue_rows(&self) -> usize {
        self.queue.map_or(0, |area| letters_in(area).into())
    }

    /// How many events fit into the tail.
    pub fn tail_rows(&self) -> usize {
        self.tail.map_or(0, |area| area.height.saturating_sub(1).into())
    }
}

/// How many letters fit into an area of their view.
pub fn letters_in(area: Rect) -> u16 {
    let foot = if area.height >= QUEUE_FOOT_FROM { QUEUE_FOOT } else { 1 };
    area.height.saturating_sub(QUEUE_HEAD + foot)
}
