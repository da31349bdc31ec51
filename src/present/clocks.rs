//! Texts that change by themselves: what is left, how long ago. Each one says when it will read differently, so that a
//! frame is drawn then and not before.

use std::cell::Cell;

use chrono::{SubsecRound, TimeDelta};

use crate::domain::when::short;
use crate::domain::{Timestamp, humanize};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The moment that a frame shows, and when the first of its texts will read differently.
#[derive(Debug)]
pub struct Clocks {
    now: Timestamp,
    next: Cell<Option<Timestamp>>,
}

impl Clocks {
    /// Texts as of a moment. All change together, at whole seconds, so that many need no more frames than one.
    pub fn at(now: Timestamp) -> Self {
        Self { now: whole(now), next: Cell::new(None) }
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// When the first of the texts that were asked for will read differently.
    pub fn next_change(&self) -> Option<Timestamp> {
        self.next.get()
    }

    /// Something else that was shown will read differently then.
    pub fn changes_at(&self, at: Timestamp) {
        if at > self.now && self.next.get().is_none_or(|next| at < next) {
            self.next.set(Some(at));
        }
    }

    /// What is left until a moment: `2d 05h`, `5h 12m`, and in the last hour `12m 03s`. `0s` when it is past.
    pub fn left(&self, until: Timestamp) -> String {
        self.counts_down_to(until);
        humanize(whole(until) - self.now)
    }

    /// Something else that was shown says what is left until a moment, in the same words.
    pub fn counts_down_to(&self, until: Timestamp) {
        let left = (whole(until) - self.now).num_milliseconds();
        if left > 0 {
            self.changes_below(until, left, if left < HOUR { 1_000 } else { unit_of_two(left) });
        }
    }

    /// How long a moment is past: `now`, `5m`, `3h`, `2d`. Never in seconds: it would only flicker.
    pub fn ago(&self, at: Timestamp) -> String {
        match self.since_in_one_unit(at).as_str() {
            "<1m" => "now".to_owned(),
            text => text.to_owned(),
        }
    }

    /// How long something runs already, in one unit: `<1m`, `5m`, `3h`, `2d`.
    pub fn since_in_one_unit(&self, at: Timestamp) -> String {
        short(self.passed(at, unit_of_one))
    }

    /// The same in a sentence: `just now`, `5m ago`.
    pub fn humanize_ago(&self, at: Timestamp) -> String {
        match self.ago(at).as_str() {
            "now" => "just now".to_owned(),
            text => format!("{text} ago"),
        }
    }

    /// What is left until a moment without seconds, for lists, which would be drawn anew every second: `<1m`, `14m`, `3h`, `2d`.
    pub fn until(&self, at: Timestamp) -> String {
        let left = (whole(at) - self.now).num_milliseconds().max(0);
        if left >= MINUTE {
            self.changes_below(at, left, unit_of_one(left));
        }
        short(TimeDelta::milliseconds(left))
    }

    /// How long something runs already, as precise as [`Clocks::left`] but without seconds: `5h 12m`, `<1m`.
    pub fn since(&self, at: Timestamp) -> String {
        let passed = self.passed(at, unit_of_two);
        if passed < TimeDelta::hours(1) { short(passed) } else { humanize(passed) }
    }

    /// How long a moment is past; a text of it changes when another unit is full.
    fn passed(&self, at: Timestamp, unit: fn(i64) -> i64) -> TimeDelta {
        let passed = (self.now - whole(at)).num_milliseconds().max(0);
        let unit = unit(passed);
        if let Some(at) = whole(at).checked_add_signed(TimeDelta::milliseconds((passed / unit + 1) * unit)) {
            self.changes_at(at);
        }
        TimeDelta::milliseconds(passed)
    }

    /// Rounded down, what is left reads differently a second after a whole unit is left.
    fn changes_below(&self, until: Timestamp, left: i64, unit: i64) {
        if let Some(at) = whole(until).checked_sub_signed(TimeDelta::milliseconds(left / unit * unit - 1_000)) {
            self.changes_at(at);
        }
    }

    /// The same within a sentence.
    pub fn humanize_since(&self, at: Timestamp) -> String {
        self.since(at).replace("<1m", "less than a minute")
    }
}

/// The moment without its part of a second.
fn whole(at: Timestamp) -> Timestamp {
    at.trunc_subsecs(0)
}

/// The smallest unit that a text of one unit shows.
const fn unit_of_one(length: i64) -> i64 {
    match length {
        0..HOUR => MINUTE,
        HOUR..DAY => HOUR,
        _ => DAY,
    }
}

/// The same of a text of two units, seconds aside.
const fn unit_of_two(length: i64) -> i64 {
    if length < DAY { MINUTE } else { HOUR }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn what_is_left_and_how_long_ago() {
        let now = at("2026-11-24T12:00:00Z");
        let clocks = Clocks::at(now);
        for (seconds, text) in [
            (2 * 86_400 + 5 * 3_600, "2d 05h"),
            (5 * 3_600 + 12 * 60 + 59, "5h 12m"),
            (3_599, "59m 59s"),
            (9, "9s"),
            (-9, "0s"),
        ] {
            assert_eq!(clocks.left(now + TimeDelta::seconds(seconds)), text);
        }
        for (seconds, text) in [(0, "now"), (59, "now"), (60, "1m"), (7_300, "2h"), (200_000, "2d"), (-5, "now")] {
            assert_eq!(clocks.ago(now - TimeDelta::seconds(seconds)), text);
        }
    }

    proptest! {
        /// Until the announced moment the text stays; at that moment it is another one.
        #[test]
        fn texts_change_exactly_when_announced(offset in -400_000_000i64..400_000_000, kind in 0..4, early in 1i64..2_000) {
            let now = at("2026-11-24T12:00:00Z");
            let moment = now + TimeDelta::milliseconds(offset);
            let text = |clocks: &Clocks| match kind {
                0 => clocks.left(moment),
                1 => clocks.ago(moment),
                2 => clocks.until(moment),
                _ => clocks.since(moment),
            };
            let clocks = Clocks::at(now);
            let shown = text(&clocks);
            if let Some(next) = clocks.next_change() {
                prop_assert!(next > now);
                prop_assert_ne!(&text(&Clocks::at(next)), &shown);
                let before = (next - TimeDelta::milliseconds(early)).max(now);
                prop_assert_eq!(&text(&Clocks::at(before)), &shown);
            } else {
                prop_assert_eq!(text(&Clocks::at(now + TimeDelta::days(30))), shown);
            }
        }
    }
}
