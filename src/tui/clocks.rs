//! Texts that change by themselves: what is left, how long ago. Each one says when it will read differently, so that a
//! frame is drawn then and not before.

use std::cell::Cell;

use chrono::{DateTime, Local, SubsecRound, TimeDelta};
use chrono_tz::Tz;

use crate::domain::Timestamp;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// From how little time left seconds are shown.
const SECONDS_BELOW: i64 = HOUR;

/// The moment that a frame shows, and when the first of its texts will read differently.
#[derive(Debug)]
pub struct Clocks {
    now: Timestamp,
    next: Cell<Option<Timestamp>>,
}

impl Clocks {
    /// Texts as of a moment. They all change at whole seconds, together, so that many of them need no more frames than
    /// one.
    pub fn at(now: Timestamp) -> Self {
        Self { now: whole(now), next: Cell::new(None) }
    }

    /// The moment.
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
        let until = whole(until);
        let left = until - self.now;
        if left > TimeDelta::zero() {
            // Rounded down, the text changes a second after a whole unit is left.
            let unit = unit_of_countdown(left.num_milliseconds());
            let rest = left.num_milliseconds() / unit * unit;
            if let Some(at) = until.checked_sub_signed(TimeDelta::milliseconds(rest - 1_000)) {
                self.changes_at(at);
            }
        }
        countdown(left)
    }

    /// How long a moment is past: `now`, `5m`, `3h`, `2d`. Never in seconds: it would only flicker.
    pub fn ago(&self, at: Timestamp) -> String {
        let at = whole(at);
        let passed = (self.now - at).num_milliseconds().max(0);
        let unit = match passed {
            0..HOUR => MINUTE,
            HOUR..DAY => HOUR,
            _ => DAY,
        };
        if let Some(at) = at.checked_add_signed(TimeDelta::milliseconds((passed / unit + 1) * unit)) {
            self.changes_at(at);
        }
        match passed {
            0..MINUTE => "now".to_owned(),
            MINUTE..HOUR => format!("{}m", passed / MINUTE),
            HOUR..DAY => format!("{}h", passed / HOUR),
            _ => format!("{}d", passed / DAY),
        }
    }

    /// How long something runs already, as precise as [`Clocks::left`] but without seconds: `5h 12m`.
    pub fn since(&self, at: Timestamp) -> String {
        let at = whole(at);
        let passed = (self.now - at).num_milliseconds().max(0);
        let unit = if passed < DAY { MINUTE } else { HOUR };
        if let Some(at) = at.checked_add_signed(TimeDelta::milliseconds((passed / unit + 1) * unit)) {
            self.changes_at(at);
        }
        match passed {
            0..HOUR => format!("{}m", passed / MINUTE),
            HOUR..DAY => format!("{}h {:02}m", passed / HOUR, passed / MINUTE % 60),
            _ => format!("{}d {:02}h", passed / DAY, passed / HOUR % 24),
        }
    }
}

/// The moment without its part of a second.
fn whole(at: Timestamp) -> Timestamp {
    at.trunc_subsecs(0)
}

fn unit_of_countdown(left: i64) -> i64 {
    match left {
        0..SECONDS_BELOW => 1_000,
        SECONDS_BELOW..DAY => MINUTE,
        _ => HOUR,
    }
}

fn countdown(left: TimeDelta) -> String {
    let left = left.num_milliseconds().max(0);
    match left {
        0..MINUTE => format!("{}s", left / 1_000),
        MINUTE..SECONDS_BELOW => format!("{}m {:02}s", left / MINUTE, left / 1_000 % 60),
        SECONDS_BELOW..DAY => format!("{}h {:02}m", left / HOUR, left / MINUTE % 60),
        _ => format!("{}d {:02}h", left / DAY, left / HOUR % 24),
    }
}

/// The zone of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    /// A named zone.
    Named(Tz),
    /// Whatever the system says; known only as an offset.
    #[default]
    System,
}

impl Zone {
    /// The desk's zone: the `TZ` variable's text, else what `/etc/localtime` points to, else the system's offset.
    pub fn find(tz: Option<&str>, localtime: Option<&std::path::Path>) -> Self {
        let named = |name: &str| name.trim_start_matches(':').parse().ok().map(Self::Named);
        let link = || localtime?.to_str()?.split_once("zoneinfo/").and_then(|(_, name)| named(name));
        tz.filter(|tz| !tz.is_empty()).and_then(named).or_else(link).unwrap_or(Self::System)
    }

    /// A moment in this zone: `Tue 24 Nov 14:05 CST`.
    pub fn show(self, at: Timestamp) -> String {
        match self {
            Self::Named(tz) => in_zone(at, tz),
            Self::System => {
                let local: DateTime<Local> = at.with_timezone(&Local);
                format!("{} UTC{}", local.format("%a %d %b %H:%M"), local.format("%:z"))
            }
        }
    }

    /// The time of day in this zone.
    pub fn time(self, at: Timestamp) -> String {
        match self {
            Self::Named(tz) => at.with_timezone(&tz).format("%H:%M:%S").to_string(),
            Self::System => at.with_timezone(&Local).format("%H:%M:%S").to_string(),
        }
    }

    /// The day in this zone, as a number that differs from day to day.
    pub fn day(self, at: Timestamp) -> i32 {
        use chrono::Datelike;
        match self {
            Self::Named(tz) => at.with_timezone(&tz).num_days_from_ce(),
            Self::System => at.with_timezone(&Local).num_days_from_ce(),
        }
    }

    /// Day and time in this zone, short: `24 Nov 14:05`.
    pub fn day_and_time(self, at: Timestamp) -> String {
        match self {
            Self::Named(tz) => at.with_timezone(&tz).format("%d %b %H:%M").to_string(),
            Self::System => at.with_timezone(&Local).format("%d %b %H:%M").to_string(),
        }
    }
}

/// A moment in a dealership's zone with its abbreviation: `Tue 24 Nov 14:05 CST`.
pub fn in_zone(at: Timestamp, zone: Tz) -> String {
    at.with_timezone(&zone).format("%a %d %b %H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn both_zones_have_their_abbreviation() {
        let moment = at("2026-11-24T20:05:00Z");
        assert_eq!(in_zone(moment, chrono_tz::America::Chicago), "Tue 24 Nov 14:05 CST");
        assert_eq!(Zone::find(Some("Europe/Berlin"), None).show(moment), "Tue 24 Nov 21:05 CET");
        let link = std::path::Path::new("/usr/share/zoneinfo/America/Denver");
        assert_eq!(Zone::find(None, Some(link)), Zone::Named(chrono_tz::America::Denver));
        assert_eq!(Zone::find(Some("nonsense"), None), Zone::System);
    }

    proptest! {
        /// Until the announced moment the text stays; at that moment it is another one.
        #[test]
        fn texts_change_exactly_when_announced(offset in -400_000_000i64..400_000_000, kind in 0..3, early in 1i64..2_000) {
            let now = at("2026-11-24T12:00:00Z");
            let moment = now + TimeDelta::milliseconds(offset);
            let text = |clocks: &Clocks| match kind {
                0 => clocks.left(moment),
                1 => clocks.ago(moment),
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
