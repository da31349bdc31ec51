//! Moments in words.

use std::cmp::Ordering;
use std::fmt::Display;

use crate::timezone::Tz;
use chrono::{NaiveDateTime, TimeZone};

use super::in_words;
use crate::domain::Timestamp;

/// What clocks call an offset, as chrono prints it: `CST`. Where there is only a number it says of what: `UTC-03`; and
/// UTC has one name.
pub fn abbreviation(offset: &impl Display) -> String {
    let text = offset.to_string();
    if !text.starts_with(['+', '-']) {
        return text;
    }
    let zero = text.bytes().all(|byte| matches!(byte, b'+' | b'-' | b'0' | b':'));
    if zero { "UTC".to_owned() } else { format!("UTC{text}") }
}

/// A moment for people, in a zone with its abbreviation: `2026-03-30 14:05 CDT`.
pub fn in_zone(at: Timestamp, zone: Tz) -> String {
    let there = at.with_timezone(&zone);
    format!("{} {}", there.format("%Y-%m-%d %H:%M"), abbreviation(there.offset()))
}

/// How far away a moment is: `in 5h 12m`, `2d 03h ago`, `now`.
pub fn away(at: Timestamp, now: Timestamp) -> String {
    let left = at - now;
    match left.num_seconds().cmp(&0) {
        Ordering::Greater => format!("in {}", in_words(left)),
        Ordering::Less => format!("{} ago", in_words(-left)),
        Ordering::Equal => "now".to_owned(),
    }
}

/// Both: `2026-03-30 14:05 CDT, in 5h 12m`.
pub fn for_people(at: Timestamp, zone: Tz, now: Timestamp) -> String {
    format!("{}, {}", in_zone(at, zone), away(at, now))
}

/// A dealership's wall clock in a form, with the abbreviation of its zone behind it ("EST"); without one where the zone
/// skips that hour. Of an hour that comes twice the first is meant.
pub fn with_abbreviation(local: NaiveDateTime, zone: Tz, form: &str) -> String {
    match zone.from_local_datetime(&local).earliest() {
        Some(at) => format!("{} {}", at.format(form), abbreviation(at.offset())),
        None => local.format(form).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    fn at(text: &str) -> Timestamp {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    #[test]
    fn a_moment_is_told_in_the_zone_of_the_dealership() {
        let now = at("2026-03-30T12:00:00Z");
        let text = for_people(at("2026-03-30T17:12:00Z"), chrono_tz::America::Chicago.into(), now);
        assert_eq!(text, "2026-03-30 12:12 CDT, in 5h 12m");
        assert_eq!(away(now, now), "now");
        assert_eq!(away(at("2026-03-28T09:00:00Z"), now), "2d 03h ago");
    }

    #[test]
    fn utc_has_one_name_and_a_number_says_of_what() {
        let now = at("2026-03-30T12:00:00Z");
        for (zone, text) in [
            (Tz::UTC, "2026-03-30 12:00 UTC"),
            (chrono_tz::Etc::GMTPlus3.into(), "2026-03-30 09:00 UTC-03"),
            (chrono_tz::America::Sao_Paulo.into(), "2026-03-30 09:00 UTC-03"),
        ] {
            assert_eq!(in_zone(now, zone), text);
        }
        assert_eq!(abbreviation(&"+00:00"), "UTC");
    }
}
