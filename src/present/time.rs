//! Moments in words. One rule for commands and screen: where one dealership is spoken of, its own zone with the
//! abbreviation; where many are, the operator's zone, named beside each moment or once for all, never mixed.
//!
//! Commands print the date as it is sorted and typed back ([`Zone::line`]);
//! the screen, which is read to people on the phone, the day of the week ([`Zone::show`]).

use std::cmp::Ordering;
use std::path::Path;

use crate::timezone::Tz;
use chrono::{DateTime, Datelike, Local, NaiveDate, NaiveDateTime};

use crate::domain::when::{WhenError, abbreviation, parse_ahead, parse_moment, parse_start};
use crate::domain::{Timestamp, humanize};

/// A zone in which moments are told: a dealership's, or the operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    Named(Tz),
    /// Whatever the system says; known only as an offset.
    #[default]
    System,
}

impl From<Tz> for Zone {
    fn from(zone: Tz) -> Self {
        Self::Named(zone)
    }
}

impl Zone {
    /// The operator's zone: the `TZ` variable's text, else what `/etc/localtime` points to, else the system's offset.
    pub fn find(tz: Option<&str>, localtime: Option<&Path>) -> Self {
        let named = |name: &str| name.trim_start_matches(':').parse().ok().map(Self::Named);
        let link = || localtime?.to_str()?.split_once("zoneinfo/").and_then(|(_, name)| named(name));
        tz.filter(|tz| !tz.is_empty()).and_then(named).or_else(link).unwrap_or(Self::System)
    }

    /// Its name, for a heading: true in summer and winter.
    pub fn name(self) -> &'static str {
        match self {
            Self::Named(tz) => tz.name(),
            Self::System => "this machine's zone",
        }
    }

    /// A moment for the screen: `Tue 24 Nov 14:05 CST`.
    pub fn show(self, at: Timestamp) -> String {
        let (local, zone) = self.local(at);
        format!("{} {zone}", local.format("%a %d %b %H:%M"))
    }

    /// A moment for commands: `2026-11-24 14:05 CST`.
    pub fn line(self, at: Timestamp) -> String {
        let (local, zone) = self.local(at);
        format!("{} {zone}", local.format("%Y-%m-%d %H:%M"))
    }

    /// Day, time and zone without the day of the week: `24 Nov 14:05 CST`; with its year when that is not the present one.
    pub fn stamp(self, at: Timestamp, now: Timestamp) -> String {
        let ((local, zone), (today, _)) = (self.local(at), self.local(now));
        let form = if local.year() == today.year() { "%d %b %H:%M" } else { "%d %b %Y %H:%M" };
        format!("{} {zone}", local.format(form))
    }

    /// A moment in little room, where the zone is named elsewhere: `14:05` today, `24 Nov 14:05` this year, else `24 Nov 2025`.
    pub fn short(self, at: Timestamp, now: Timestamp) -> String {
        let (there, today) = (self.local(at).0, self.local(now).0);
        let form = match () {
            () if there.date() == today.date() => "%H:%M",
            () if there.year() == today.year() => "%d %b %H:%M",
            () => "%d %b %Y",
        };
        there.format(form).to_string()
    }

    /// A day: `Tue 24 Nov`; with its year when that is not the present one.
    pub fn day(self, at: Timestamp, now: Timestamp) -> String {
        let ((there, _), (today, _)) = (self.local(at), self.local(now));
        let form = if there.year() == today.year() { "%a %d %b" } else { "%a %d %b %Y" };
        there.format(form).to_string()
    }

    /// The calendar day of a moment.
    pub fn date(self, at: Timestamp) -> NaiveDate {
        match self {
            Self::Named(tz) => at.with_timezone(&tz).date_naive(),
            Self::System => at.with_timezone(&Local).date_naive(),
        }
    }

    /// The time of the day, where day and zone are told elsewhere: `14:05`.
    pub fn time(self, at: Timestamp) -> String {
        self.local(at).0.format("%H:%M").to_string()
    }

    /// Reads a moment that names no zone in this one.
    pub fn read(self, text: &str, now: Timestamp) -> Result<Timestamp, WhenError> {
        match self {
            Self::Named(tz) => parse_moment(text, now, &tz),
            Self::System => parse_moment(text, now, &Local),
        }
    }

    /// Reads where a span of time begins or ends: a day stands for its start.
    pub fn read_start(self, text: &str, now: Timestamp) -> Result<Timestamp, WhenError> {
        match self {
            Self::Named(tz) => parse_start(text, now, &tz),
            Self::System => parse_start(text, now, &Local),
        }
    }

    /// Reads a moment that is to come; a length of time counts from now.
    pub fn read_ahead(self, text: &str, now: Timestamp) -> Result<Timestamp, WhenError> {
        match self {
            Self::Named(tz) => parse_ahead(text, now, &tz),
            Self::System => parse_ahead(text, now, &Local),
        }
    }

    /// The wall clock and what it is called.
    fn local(self, at: Timestamp) -> (NaiveDateTime, String) {
        match self {
            Self::Named(tz) => {
                let there = at.with_timezone(&tz);
                (there.naive_local(), abbreviation(there.offset()))
            }
            Self::System => {
                let here: DateTime<Local> = at.with_timezone(&Local);
                (here.naive_local(), abbreviation(here.offset()))
            }
        }
    }
}

/// How far away a moment is: `in 5h 12m`, `2d 03h ago`, `now`.
pub fn away(at: Timestamp, now: Timestamp) -> String {
    let left = at - now;
    match left.num_seconds().cmp(&0) {
        Ordering::Greater => format!("in {}", humanize(left)),
        Ordering::Less => format!("{} ago", humanize(-left)),
        Ordering::Equal => "now".to_owned(),
    }
}

/// Both: `2026-03-30 14:05 CDT, in 5h 12m`.
pub fn for_people(at: Timestamp, zone: Tz, now: Timestamp) -> String {
    format!("{}, {}", Zone::from(zone).line(at), away(at, now))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn a_moment_has_its_zone_in_every_form() {
        let moment = at("2026-11-24T20:05:00Z");
        let chicago = Zone::Named(chrono_tz::America::Chicago.into());
        assert_eq!(chicago.show(moment), "Tue 24 Nov 14:05 CST");
        assert_eq!(chicago.line(moment), "2026-11-24 14:05 CST");
        assert_eq!(chicago.stamp(moment, moment), "24 Nov 14:05 CST");
        assert_eq!(chicago.stamp(moment, moment + TimeDelta::days(60)), "24 Nov 2026 14:05 CST");
        assert_eq!(chicago.short(moment, moment), "14:05");
        assert_eq!(chicago.short(moment, moment + TimeDelta::days(2)), "24 Nov 14:05");
        assert_eq!(chicago.short(moment, moment + TimeDelta::days(60)), "24 Nov 2026");
        assert_eq!(Zone::find(Some("UTC"), None).show(moment), "Tue 24 Nov 20:05 UTC");
    }

    #[test]
    fn a_moment_is_told_in_the_zone_of_the_dealership() {
        let now = at("2026-03-30T12:00:00Z");
        let text = for_people(at("2026-03-30T17:12:00Z"), chrono_tz::America::Chicago.into(), now);
        assert_eq!(text, "2026-03-30 12:12 CDT, in 5h 12m");
        assert_eq!(away(now, now), "now");
        assert_eq!(away(at("2026-03-28T09:00:00Z"), now), "2d 03h ago");
        for zone in [chrono_tz::Etc::GMTPlus3, chrono_tz::America::Sao_Paulo] {
            assert_eq!(Zone::Named(zone.into()).line(now), "2026-03-30 09:00 UTC-03");
        }
    }

    #[test]
    fn the_operators_zone_is_found() {
        let moment = at("2026-11-24T20:05:00Z");
        assert_eq!(Zone::find(Some("Europe/Berlin"), None).show(moment), "Tue 24 Nov 21:05 CET");
        let link = Path::new("/usr/share/zoneinfo/America/Denver");
        assert_eq!(Zone::find(None, Some(link)), Zone::Named(chrono_tz::America::Denver.into()));
        assert_eq!(Zone::find(Some("nonsense"), None), Zone::System);
    }

    proptest! {
        /// What is read off the screen can be typed into a field, whatever the time of year.
        #[test]
        fn a_moment_of_the_screen_is_read_back(minutes in -250_000i64..250_000, hours in 0i64..200_000) {
            let now = at("2004-02-28T12:00:00Z") + TimeDelta::hours(hours);
            let moment = now + TimeDelta::minutes(minutes);
            for zone in [chrono_tz::America::Denver, chrono_tz::America::St_Johns, chrono_tz::America::Phoenix] {
                let zone = Zone::Named(zone.into());
                for text in [zone.show(moment), zone.line(moment), zone.stamp(moment, now)] {
                    prop_assert_eq!(zone.read(&text, now), Ok(moment), "{}", text);
                }
            }
        }
    }
}
