//! A clock as a track: how much of its span has passed, where now is, and what is marked on the way.

use crate::domain::{QuietHours, Timestamp};
use crate::timezone::Tz;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackCell {
    Passed,
    Ahead,
    /// Ahead, within the hours in which no reminder goes out.
    Quiet,
    Reminder,
    Now,
}

impl TrackCell {
    pub const fn glyph(self) -> &'static str {
        match self {
            Self::Passed => "━",
            Self::Ahead => "─",
            Self::Quiet => "┄",
            Self::Reminder => "▾",
            Self::Now => "●",
        }
    }
}

/// The span of a clock and what is marked in it.
pub struct Track<'a> {
    pub from: Timestamp,
    pub until: Timestamp,
    pub reminders: &'a [Timestamp],
    pub quiet: Option<(QuietHours, Tz)>,
}

impl Track<'_> {
    /// The track in so many cells. A span that is over has no cell for now.
    pub fn cells(&self, now: Timestamp, cells: u16) -> Vec<TrackCell> {
        let cells = i64::from(cells);
        let span = (self.until - self.from).num_milliseconds().max(1);
        let place = |at: Timestamp| (at - self.from).num_milliseconds().saturating_mul(cells).div_euclid(span);
        let middle = |cell: i64| {
            let passed = chrono::TimeDelta::milliseconds(span.saturating_mul(2 * cell + 1) / (2 * cells));
            self.from.checked_add_signed(passed)
        };
        let is_quiet = |cell| {
            let quiet = self.quiet.zip(middle(cell));
            quiet.is_some_and(|((hours, zone), at)| hours.end(at, zone).is_some())
        };
        let now = place(now);
        let cell = |cell: i64| match cell {
            _ if cell == now => TrackCell::Now,
            _ if self.reminders.iter().any(|at| place(*at) == cell) => TrackCell::Reminder,
            _ if cell < now => TrackCell::Passed,
            _ if is_quiet(cell) => TrackCell::Quiet,
            _ => TrackCell::Ahead,
        };
        (0..cells).map(cell).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn drawn(track: &Track<'_>, passed: i64, cells: u16) -> String {
        track.cells(track.from + TimeDelta::hours(passed), cells).into_iter().map(TrackCell::glyph).collect()
    }

    #[test]
    fn now_reminders_and_quiet_hours_stand_where_they_fall() {
        // 08:00 in Chicago.
        let from: Timestamp = "2026-11-24T14:00:00Z".parse().unwrap();
        let until = from + TimeDelta::hours(24);
        let reminders = [from + TimeDelta::hours(10)];
        let quiet = QuietHours::parse("21:00-06:00").ok().map(|quiet| (quiet, chrono_tz::America::Chicago.into()));
        let track = Track { from, until, reminders: &reminders, quiet };
        assert_eq!(drawn(&track, 4, 24), "━━━━●─────▾──┄┄┄┄┄┄┄┄┄──");
        assert_eq!(drawn(&track, 12, 12), "━━━━━▾●┄┄┄┄─");
        assert_eq!(drawn(&track, 30, 6), "━━▾━━━");
        assert_eq!(drawn(&track, -1, 6), "──▾┄┄─");
        assert_eq!(drawn(&Track { until: from, ..track }, 0, 0), "");
    }
}
