//! Cuts a window of days into looks for slots that the platform allows, and puts their answers together. Pure.
//!
//! Whether the `end` of a look is the last day or the day after it is not public. So each look begins on the day on which the one before
//! it ends, and the last one ends on the day after the window: read either way, no day is missing. What is seen twice, or lies
//! outside, is dropped.

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;

use crate::domain::{Slot, Timestamp};

/// How many days are looked at when nobody says.
pub const DEFAULT_DAYS: u16 = 14;

/// The longest look that the platform takes, in days between its ends (public: "at most 6 days apart").
pub const LONGEST_STRETCH: u8 = 6;

/// One look: what [`super::Platform::slots`] takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first day.
    pub start: NaiveDate,
    /// How many days its end lies after that.
    pub days: u8,
}

/// So many days from a first one, that one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first day.
    pub first: NaiveDate,
    /// How many days.
    pub days: u16,
}

impl Window {
    /// The next days at a dealership; the first one is what its calendar shows now.
    pub fn from_today(now: Timestamp, zone: Tz, days: u16) -> Self {
        Self { first: now.with_timezone(&zone).date_naive(), days }
    }

    /// The looks, in their order in time; their ends lie at most `most` days (at least 1) after their starts.
    pub fn stretches(self, most: u8) -> Vec<Stretch> {
        let most = u16::from(most.max(1));
        (0..self.days)
            .step_by(most.into())
            .map_while(|after| {
                let start = self.first.checked_add_days(Days::new(after.into()))?;
                let days = most.min(self.days - after);
                Some(Stretch { start, days: u8::try_from(days).unwrap_or(u8::MAX) })
            })
            .collect()
    }

    /// The slots of all looks that lie in the window, in their order in time, each once.
    pub fn merged(self, answers: impl IntoIterator<Item = Vec<Slot>>) -> Vec<Slot> {
        let inside = |slot: &Slot| {
            let day = slot.local.date().signed_duration_since(self.first).num_days();
            (0..i64::from(self.days)).contains(&day)
        };
        let mut slots: Vec<Slot> = answers.into_iter().flatten().filter(inside).collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }
}
