//! Cuts a window of days into queries for slots that the platform allows, and puts their answers together. Pure.
//!
//! Whether the `end` of a query is the last day or the day after it is not public. So each query begins on the day on which the one before
//! it ends, and the last one ends on the day after the window: read either way, no day is missing. What is seen twice, or lies
//! outside, is dropped.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Slot, Timestamp};
use crate::timezone::Tz;

/// One query: what the platform's interface takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    pub start: NaiveDate,
    /// How many days its end lies after that.
    pub days: u8,
}

/// So many days from a first one, that one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotWindow {
    pub first: NaiveDate,
    pub days: u16,
}

impl SlotWindow {
    /// The next days at a dealership; the first one is what its calendar shows now.
    pub fn from_today(now: Timestamp, zone: Tz, days: u16) -> Self {
        Self { first: now.with_timezone(&zone).date_naive(), days }
    }

    pub fn contains(self, day: NaiveDate) -> bool {
        (0..i64::from(self.days)).contains(&day.signed_duration_since(self.first).num_days())
    }

    /// The queries, in their order in time; their ends lie at most `most` days (at least 1) after their starts.
    pub fn ranges(self, most: u8) -> Vec<DateRange> {
        let most = u16::from(most.max(1));
        (0..self.days)
            .step_by(most.into())
            .map_while(|after| {
                let start = self.first.checked_add_days(Days::new(after.into()))?;
                let days = most.min(self.days - after);
                Some(DateRange { start, days: u8::try_from(days).unwrap_or(u8::MAX) })
            })
            .collect()
    }

    /// The slots of all queries that lie in the window, in their order in time, each once.
    pub fn merged(self, answers: impl IntoIterator<Item = Vec<Slot>>) -> Vec<Slot> {
        let mut slots: Vec<Slot> =
            answers.into_iter().flatten().filter(|slot| self.contains(slot.local.date())).collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 3, number).unwrap()
    }

    #[test]
    fn fourteen_days_in_three_queries() {
        let window = SlotWindow { first: day(4), days: 14 };
        let ranges = [(day(4), 6), (day(10), 6), (day(16), 2)].map(|(start, days)| DateRange { start, days });
        assert_eq!(window.ranges(6), ranges);
        assert_eq!(SlotWindow { first: day(4), days: 6 }.ranges(6), [DateRange { start: day(4), days: 6 }]);
        assert_eq!(
            SlotWindow { first: day(4), days: 2 }.ranges(0),
            [(day(4), 1), (day(5), 1)].map(|(start, days)| DateRange { start, days })
        );
        assert!(SlotWindow { first: day(4), days: 0 }.ranges(6).is_empty());
        assert_eq!(SlotWindow { first: NaiveDate::MAX, days: 20 }.ranges(6).len(), 1);
    }

    #[test]
    fn the_first_day_is_the_dealerships_own() {
        let now = "2024-03-04T05:30:00Z".parse().unwrap();
        let first = |zone| SlotWindow::from_today(now, zone, 1).first;
        assert_eq!(first(chrono_tz::America::New_York.into()), day(4));
        assert_eq!(first(chrono_tz::America::Los_Angeles.into()), day(3));
        assert_eq!(first(chrono_tz::Pacific::Honolulu.into()), day(3));
    }

    proptest! {
        /// Whichever way the platform reads `end`: every slot of the window is seen once, and none outside.
        #[test]
        fn no_day_is_missing_and_none_is_seen_twice(days in 0u16..60, most in 1u8..10, inclusive: bool, shift in 0i64..400) {
            let first = day(1) + TimeDelta::days(shift);
            let window = SlotWindow { first, days };
            let on = |date: NaiveDate| [9, 14].map(|hour| Slot { local: date.and_hms_opt(hour, 0, 0).unwrap(), minutes: 15 });
            let answers = window.ranges(most).into_iter().map(|range| {
                assert!((1..=most).contains(&range.days));
                let seen = i64::from(range.days) + i64::from(inclusive);
                (0..seen).flat_map(|after| on(range.start + TimeDelta::days(after))).collect::<Vec<_>>()
            });
            let expected: Vec<Slot> = (0..days).flat_map(|after| on(first + TimeDelta::days(after.into()))).collect();
            prop_assert_eq!(window.merged(answers.rev()), expected);
        }
    }
}
