//! Moments as a letter says them: nothing that two people could read as two things.

use crate::domain::Timestamp;
use crate::timezone::Tz;

/// `Monday, 3 October 2022, 14:05 EDT`, by a dealership's clock; seconds are cut off, to promise none that is over.
pub(super) fn moment(at: Timestamp, zone: Tz) -> String {
    let there = at.with_timezone(&zone);
    format!("{} {}", there.format("%A, %-d %B %Y, %H:%M"), abbreviation(&there.format("%Z").to_string()))
}

/// The abbreviation of a zone. Where it has only a number, `-03`, that is said to be one: `UTC-3`.
fn abbreviation(zone: &str) -> String {
    let Some((sign, digits)) = zone.split_at_checked(1).filter(|(sign, _)| matches!(*sign, "+" | "-")) else {
        return zone.to_owned();
    };
    let (hours, minutes) = digits.split_at_checked(2).unwrap_or((digits, ""));
    let hours = hours.trim_start_matches('0');
    let hours = if hours.is_empty() { "0" } else { hours };
    let minutes = minutes.trim_start_matches(':');
    if minutes.is_empty() { format!("UTC{sign}{hours}") } else { format!("UTC{sign}{hours}:{minutes}") }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    fn at(text: &str) -> Timestamp {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn moments_by_the_clock_of_the_dealership() {
        for (utc, zone, words) in [
            ("2022-10-03T18:05:59Z", "America/New_York", "Monday, 3 October 2022, 14:05 EDT"),
            ("2022-10-03T18:05:00Z", "America/Los_Angeles", "Monday, 3 October 2022, 11:05 PDT"),
            ("2022-10-03T18:05:00Z", "America/Phoenix", "Monday, 3 October 2022, 11:05 MST"),
            ("2022-10-04T03:00:00Z", "Pacific/Honolulu", "Monday, 3 October 2022, 17:00 HST"),
            ("2022-10-03T18:05:00Z", "UTC", "Monday, 3 October 2022, 18:05 UTC"),
            ("2022-10-03T18:05:00Z", "America/Sao_Paulo", "Monday, 3 October 2022, 15:05 UTC-3"),
            ("2022-10-03T18:05:00Z", "Asia/Kathmandu", "Monday, 3 October 2022, 23:50 UTC+5:45"),
            ("2022-10-03T18:05:00Z", "America/St_Johns", "Monday, 3 October 2022, 15:35 NDT"),
            ("2024-02-29T05:00:00Z", "America/Chicago", "Wednesday, 28 February 2024, 23:00 CST"),
            ("2026-12-31T23:30:00Z", "America/Halifax", "Thursday, 31 December 2026, 19:30 AST"),
            ("2027-01-01T05:00:00Z", "America/New_York", "Friday, 1 January 2027, 00:00 EST"),
        ] {
            assert_eq!(moment(at(utc), zone.parse().unwrap()), words, "{utc} {zone}");
        }
    }

    #[test]
    fn the_hour_that_comes_twice_and_the_one_that_does_not_come() {
        let new_york: Tz = "America/New_York".parse().unwrap();
        let said = |utc: &str| moment(at(utc), new_york);
        assert_eq!(said("2026-11-01T05:30:00Z"), "Sunday, 1 November 2026, 01:30 EDT");
        assert_eq!(said("2026-11-01T06:30:00Z"), "Sunday, 1 November 2026, 01:30 EST");
        assert_eq!(said("2026-03-08T06:59:00Z"), "Sunday, 8 March 2026, 01:59 EST");
        assert_eq!(said("2026-03-08T07:00:00Z"), "Sunday, 8 March 2026, 03:00 EDT");
        // 72 hours over the change are not the same wall clock three days later.
        let generated = at("2026-03-06T19:05:00Z");
        assert_eq!(moment(generated, new_york), "Friday, 6 March 2026, 14:05 EST");
        assert_eq!(moment(generated + TimeDelta::hours(72), new_york), "Monday, 9 March 2026, 15:05 EDT");
    }

    #[test]
    fn no_zone_is_without_a_name() {
        for zone in Tz::all() {
            for utc in ["2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z"] {
                let words = moment(at(utc), zone);
                let name = words.rsplit(' ').next().unwrap();
                assert!(name.chars().next().is_some_and(|c| c.is_ascii_uppercase()), "{zone}: {words}");
            }
        }
    }
}
