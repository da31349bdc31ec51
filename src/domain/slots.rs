//! Times that a customer would be offered for the chosen opcode.

use std::collections::BTreeMap;

use crate::timezone::Tz;
use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::when::with_abbreviation;
use super::{Timestamp, moment};

/// Why a customer is usually offered no time, likeliest first (domain: "opcode present, no slots").
pub const NO_SLOTS_CAUSES: [&str; 4] = [
    "Configure → Resources → Capacity: type Web is not NL (no limit)",
    "no advisor is Reservable, or none has working times",
    "the web horizon is too short",
    "the days are closed (hours, holidays)",
];

/// How many slots one day has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySlots {
    /// The day at the dealership.
    pub date: NaiveDate,
    pub count: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotCounts {
    pub count: u32,
    /// The earliest one, by the dealership's wall clock.
    pub next: Option<NaiveDateTime>,
    /// The days that have any, in order.
    pub by_day: Vec<DaySlots>,
}

impl SlotCounts {
    /// Counts slots by their wall clocks; the order does not matter.
    pub fn of(slots: impl IntoIterator<Item = NaiveDateTime>) -> Self {
        let (mut days, mut next, mut count) = (BTreeMap::<NaiveDate, u32>::new(), None::<NaiveDateTime>, 0_u32);
        for local in slots {
            let day = days.entry(local.date()).or_default();
            *day = day.saturating_add(1);
            count = count.saturating_add(1);
            next = Some(next.map_or(local, |known| known.min(local)));
        }
        let by_day = days.into_iter().map(|(date, count)| DaySlots { date, count }).collect();
        Self { count, next, by_day }
    }

    /// On how many days there are any.
    pub fn days(&self) -> u32 {
        u32::try_from(self.by_day.len()).unwrap_or(u32::MAX)
    }
}

/// What is known of the slots for the chosen opcode: as it was when that changed last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slots {
    /// When this was first seen so.
    #[serde(with = "moment")]
    pub checked_at: Timestamp,
    pub count: u32,
    /// Days that have at least one of them.
    pub days: u32,
    /// The earliest one, by the dealership's wall clock.
    pub next: Option<NaiveDateTime>,
    /// The days that had any, in order.
    pub by_day: Vec<DaySlots>,
}

/// The next slot, by the dealership's wall clock: one that is over by now is no next one.
pub fn slot_ahead(next: Option<NaiveDateTime>, now: Timestamp, zone: Tz) -> Option<NaiveDateTime> {
    next.filter(|next| *next > now.with_timezone(&zone).naive_local())
}

/// "23 slots on 6 days, next Tue 09:15 EST", in the dealership's zone.
pub fn humanize_slots(count: u32, days: u32, next: Option<NaiveDateTime>, zone: Tz) -> String {
    let plural = |number: u32, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    match (count, next) {
        (0, _) => "no slot would be offered".to_owned(),
        (_, None) => format!("{} on {}", plural(count, "slot"), plural(days, "day")),
        (_, Some(next)) => {
            let next = with_abbreviation(next, zone, "%a %H:%M");
            format!("{} on {}, next {next}", plural(count, "slot"), plural(days, "day"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    #[test]
    fn counted_by_day_whatever_the_order() {
        let counts = SlotCounts::of(["2026-12-02 09:30", "2026-12-01 09:15", "2026-12-02 08:00"].map(local));
        assert_eq!((counts.count, counts.days(), counts.next), (3, 2, Some(local("2026-12-01 09:15"))));
        assert_eq!(counts.by_day.iter().map(|day| day.count).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(SlotCounts::of([]), SlotCounts::default());
    }

    #[test]
    fn humanize() {
        let zone = Tz::of(chrono_tz::America::New_York);
        let next = Some(local("2026-12-01 09:15"));
        assert_eq!(humanize_slots(23, 6, next, zone), "23 slots on 6 days, next Tue 09:15 EST");
        assert_eq!(humanize_slots(1, 1, next, zone), "1 slot on 1 day, next Tue 09:15 EST");
        assert_eq!(humanize_slots(5, 1, None, zone), "5 slots on 1 day");
        assert_eq!(humanize_slots(0, 0, None, zone), "no slot would be offered");
        // A wall clock that the change to summer time skips is shown as it was said.
        assert_eq!(humanize_slots(1, 1, Some(local("2026-03-08 02:30")), zone), "1 slot on 1 day, next Sun 02:30");
    }

    #[test]
    fn a_slot_that_is_over_on_the_dealerships_clock_is_no_next_one() {
        let zone = Tz::of(chrono_tz::America::New_York);
        let now = "2026-12-01T14:15:00Z".parse().unwrap();
        for (next, ahead) in [("2026-12-01 09:14", false), ("2026-12-01 09:15", false), ("2026-12-01 09:16", true)] {
            assert_eq!(slot_ahead(Some(local(next)), now, zone), Some(local(next)).filter(|_| ahead), "{next}");
        }
        assert_eq!(slot_ahead(None, now, zone), None);
    }
}
