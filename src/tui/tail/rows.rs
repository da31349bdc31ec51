//! The lines of the screen that the tail takes: events, and what divides them.

use chrono::NaiveDate;

use super::{Adjacent, EventTail};
use crate::domain::{DealershipId, Timestamp};
use crate::present::log_line::LogLine;
use crate::present::time::Zone;

/// So many times what is in view is read ahead.
const AHEAD: usize = 3;

/// What is shown, besides the groups.
#[derive(Debug, Clone, Copy)]
pub struct TailScope {
    /// The dealership under the table's cursor.
    pub selected: Option<DealershipId>,
    pub since: Option<Timestamp>,
    /// Whose days divide the lines.
    pub zone: Zone,
}

#[derive(Debug)]
pub enum TailRow<'t> {
    /// From here on it is the day of this moment.
    Day(Timestamp),
    Line(LogLine<'t>),
    /// What stands here is still being read.
    Pending,
}

impl TailRow<'_> {
    pub fn seq(&self) -> Option<u64> {
        match self {
            Self::Line(line) => Some(line.newest.seq),
            Self::Day(_) | Self::Pending => None,
        }
    }
}

impl EventTail {
    /// What is on so many lines of the screen, from the top.
    pub fn rows(&self, height: usize, scope: TailScope) -> Vec<TailRow<'_>> {
        let mut rows = Vec::with_capacity(height);
        let mut seq = self.held.map_or(u64::MAX, |held| held + 1);
        let mut below: Option<(NaiveDate, Timestamp)> = None;
        while rows.len() < height {
            match self.next_line(seq, false, scope) {
                Adjacent::Here(line) => {
                    let (day, at) = (scope.zone.date(line.newest.at), line.newest.at);
                    if let Some((_, later)) = below.filter(|(later, _)| *later != day) {
                        rows.push(TailRow::Day(later));
                    }
                    (seq, below) = (line.newest.seq, Some((day, at)));
                    rows.push(TailRow::Line(line));
                }
                Adjacent::Unread(_) => {
                    rows.push(TailRow::Pending);
                    break;
                }
                Adjacent::End => {
                    rows.extend(below.map(|(_, at)| TailRow::Day(at)));
                    break;
                }
            }
        }
        rows.truncate(height);
        rows.reverse();
        rows
    }

    /// The lowest line when one is on top.
    pub(super) fn lowest_below(&self, top: u64, height: usize, scope: TailScope) -> u64 {
        let (mut lowest, mut used) = (top, 1);
        let mut day = self.source(scope).and_then(|pages| pages.get(top)).map(|event| scope.zone.date(event.at));
        while let Adjacent::Here(line) = self.next_line(lowest, true, scope) {
            let its = scope.zone.date(line.newest.at);
            used += if day.is_some_and(|day| day != its) { 2 } else { 1 };
            if used > height {
                break;
            }
            (lowest, day) = (line.newest.seq, Some(its));
        }
        lowest
    }

    /// From where, and in which direction, it is to be known what stands beyond the view.
    pub(super) fn edges(&self, height: usize, scope: TailScope) -> Vec<(u64, bool)> {
        let beyond = |mut seq: u64, forward: bool| {
            for _ in 0..height * AHEAD {
                match self.next_line(seq, forward, scope) {
                    Adjacent::Here(line) => seq = line.newest.seq,
                    Adjacent::Unread(_) => return Some((seq, forward)),
                    Adjacent::End => return None,
                }
            }
            None
        };
        let below = self.held.and_then(|held| beyond(held, true));
        let above = beyond(self.held.map_or(u64::MAX, |held| held + 1), false);
        above.into_iter().chain(below).collect()
    }
}
