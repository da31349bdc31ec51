//! Moments and lengths of time as people write and read them.
//!
//! A wall-clock time that a zone skips or repeats (daylight saving) is refused with the two readings: a code's 72 hours
//! are too dear to guess an hour of them.

use std::cmp::Ordering;
use std::fmt::Write as _;

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::{Timestamp, in_words};

/// The longest length of time that is taken: a hundred years. Longer ones are mistakes, and could overflow later.
const LONGEST: TimeDelta = TimeDelta::days(36_525);

/// Text that is not a moment or a length of time; says what would be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WhenError(String);

fn wrong<T>(words: impl Into<String>) -> Result<T, WhenError> {
    Err(WhenError(words.into()))
}

/// Reads a length of time: `72h`, `15s`, `1h30m`, `2d`, `1w`, `500ms`; parts may be spaced. Never negative.
///
/// # Errors
/// When it is empty, has no or unknown units, or is longer than a hundred years.
pub fn parse_duration(text: &str) -> Result<TimeDelta, WhenError> {
    let shown = super::text::clean(text.trim()).into_owned();
    let mut rest = text.trim();
    if rest.is_empty() {
        return wrong("a length of time is missing (like 72h, 1h30m or 2d)");
    }
    if rest == "0" {
        return Ok(TimeDelta::zero());
    }
    let mut total = TimeDelta::zero();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        if number.is_empty() {
            return wrong(format!("`{shown}` is not a length of time (write 72h, 1h30m or 2d)"));
        }
        let millis: i64 = match unit {
            "" => return wrong(format!("`{shown}` has no unit (ms, s, m, h, d or w: 72h, 1h30m, 2d)")),
            "ms" => 1,
            "s" | "sec" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return wrong(format!("`{unit}` is not a unit of time (ms, s, m, h, d or w)")),
        };
        let part = number.parse::<i64>().ok().and_then(|number| number.checked_mul(millis));
        let sum = part.and_then(TimeDelta::try_milliseconds).and_then(|part| total.checked_add(&part));
        match sum {
            Some(sum) if sum <= LONGEST => total = sum,
            _ => return wrong(format!("`{shown}` is too long; at most 36525d are taken")),
        }
        rest = after.trim_start();
    }
    Ok(total)
}

/// Reads a moment: RFC 3339, `YYYY-MM-DD HH:MM[:SS]` or `YYYY-MM-DD` (its midnight) in `zone`, `now`, or relative to
/// `now`: `-71h`, `+2h`, `2d ago`, `in 2d`.
///
/// # Errors
/// When it is none of these, lies outside the years 1970 to 9998, or names a wall-clock time that the zone skips or has
/// twice.
pub fn parse_moment<Z: TimeZone>(text: &str, now: Timestamp, zone: &Z) -> Result<Timestamp, WhenError>
where
    Z::Offset: std::fmt::Display,
{
    let text = text.trim();
    if text.is_empty() {
        return wrong("a moment is missing (RFC 3339, `2026-03-30 14:05`, `-71h` or `now`)");
    }
    if text.eq_ignore_ascii_case("now") {
        return Ok(now);
    }
    if let Some(moment) = relative(text, now) {
        return moment;
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return in_range(moment.with_timezone(&Utc));
    }
    match wall_clock(text) {
        Some(local) => in_range(pick(local, zone)?),
        None if parse_duration(text).is_ok() => wrong(format!(
            "`{0}` is a length of time, not a moment: write `{0} ago` or `in {0}`",
            super::text::clean(text)
        )),
        None => wrong(format!(
            "`{}` is not a moment (RFC 3339, `2026-03-30 14:05`, `-71h`, `2d ago` or `now`)",
            super::text::clean(text)
        )),
    }
}

fn relative(text: &str, now: Timestamp) -> Option<Result<Timestamp, WhenError>> {
    let (length, back) = if let Some(length) = text.strip_suffix(" ago") {
        (length.trim_start_matches('-'), true)
    } else if let Some(length) = text.strip_prefix("in ") {
        (length, false)
    } else if let Some(length) = text.strip_prefix('-') {
        (length, true)
    } else {
        (text.strip_prefix('+')?, false)
    };
    Some(parse_duration(length).and_then(|length| {
        let moment = if back { now.checked_sub_signed(length) } else { now.checked_add_signed(length) };
        moment.map_or_else(|| wrong("that is too far away"), in_range)
    }))
}

/// A dealership's wall clock in a form, with the abbreviation of its zone behind it ("EST"); without one where the zone
/// skips that hour. Of an hour that comes twice the first is meant.
pub fn with_abbreviation(local: NaiveDateTime, zone: Tz, form: &str) -> String {
    match zone.from_local_datetime(&local).earliest() {
        Some(at) => at.format(&format!("{form} %Z")).to_string(),
        None => local.format(form).to_string(),
    }
}

fn wall_clock(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN)))
}

fn pick<Z: TimeZone>(local: NaiveDateTime, zone: &Z) -> Result<Timestamp, WhenError>
where
    Z::Offset: std::fmt::Display,
{
    match zone.from_local_datetime(&local) {
        LocalResult::Single(moment) => Ok(moment.with_timezone(&Utc)),
        LocalResult::Ambiguous(first, second) => wrong(format!(
            "{local} happens twice in this zone, because clocks are set back; write {} or {}",
            first.to_rfc3339_opts(SecondsFormat::Secs, false),
            second.to_rfc3339_opts(SecondsFormat::Secs, false),
        )),
        LocalResult::None => {
            let near = |delta: TimeDelta| {
                let there = local.checked_add_signed(delta)?;
                Some(zone.from_local_datetime(&there).earliest()?.to_rfc3339_opts(SecondsFormat::Secs, false))
            };
            let readings = [near(TimeDelta::hours(-1)), near(TimeDelta::hours(1))];
            let readings: Vec<String> = readings.into_iter().flatten().collect();
            wrong(format!(
                "{local} does not exist in this zone, because clocks are set forward; write {}",
                if readings.is_empty() { "it with an offset".to_owned() } else { readings.join(" or ") }
            ))
        }
    }
}

/// Moments beyond these years are mistakes, and sums with them could overflow later.
fn in_range(moment: Timestamp) -> Result<Timestamp, WhenError> {
    let year = chrono::Datelike::year(&moment);
    if (1970..=9998).contains(&year) {
        Ok(chrono::SubsecRound::trunc_subsecs(moment, 3))
    } else {
        wrong(format!("the year {year} is not taken (1970 to 9998)"))
    }
}

/// A moment for people, in a zone with its abbreviation: `2026-03-30 14:05 CDT`.
pub fn in_zone(at: Timestamp, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

/// How far away a moment is: `in 5 h 12 m`, `2 d 3 h ago`, `now`.
pub fn away(at: Timestamp, now: Timestamp) -> String {
    let left = at - now;
    match left.num_seconds().cmp(&0) {
        Ordering::Greater => format!("in {}", in_words(left)),
        Ordering::Less => format!("{} ago", in_words(-left)),
        Ordering::Equal => "now".to_owned(),
    }
}

/// Both: `2026-03-30 14:05 CDT, in 5 h 12 m`.
pub fn for_people(at: Timestamp, zone: Tz, now: Timestamp) -> String {
    format!("{}, {}", in_zone(at, zone), away(at, now))
}

/// A length of time in the form that [`parse_duration`] reads: `72h`, `1h30m`, `15s`. Exact to the millisecond.
pub fn duration_text(length: TimeDelta) -> String {
    let mut millis = length.num_milliseconds().max(0);
    if millis == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (unit, size) in [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
        if millis >= size {
            let _ = write!(text, "{}{unit}", millis / size);
            millis %= size;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    const NOW: &str = "2026-03-30T12:00:00Z";

    #[test]
    fn durations() {
        for (text, seconds) in [
            ("72h", 259_200),
            ("15s", 15),
            ("1h30m", 5_400),
            ("1h 30m", 5_400),
            ("2d", 172_800),
            ("1w", 604_800),
            ("0", 0),
        ] {
            assert_eq!(parse_duration(text), Ok(TimeDelta::seconds(seconds)), "{text}");
        }
        assert_eq!(parse_duration("500ms"), Ok(TimeDelta::milliseconds(500)));
        for bad in
            ["", "h", "5", "5y", "-5h", "1.5h", "h5", "99999999999999999999h", "9223372036854775807w", "5h3", "５h"]
        {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
        assert!(parse_duration("5").unwrap_err().to_string().contains("no unit"));
    }

    #[test]
    fn moments_of_every_form() {
        let now = at(NOW);
        let zone = chrono_tz::America::Chicago;
        for (text, expected) in [
            ("2026-03-30T14:05:00-05:00", "2026-03-30T19:05:00Z"),
            ("2026-03-30 14:05", "2026-03-30T19:05:00Z"),
            ("2026-03-30T14:05:09", "2026-03-30T19:05:09Z"),
            ("2026-03-30", "2026-03-30T05:00:00Z"),
            ("-71h", "2026-03-27T13:00:00Z"),
            ("2d ago", "2026-03-28T12:00:00Z"),
            ("in 2d", "2026-04-01T12:00:00Z"),
            ("+30m", "2026-03-30T12:30:00Z"),
            (" NOW ", NOW),
        ] {
            assert_eq!(parse_moment(text, now, &zone), Ok(at(expected)), "{text}");
        }
        for bad in
            ["", "tomorrow", "2026-13-01 10:00", "30.03.2026", "-", "ago", "-5", "1969-01-01", "0001-01-01T00:00:00Z"]
        {
            assert!(parse_moment(bad, now, &zone).is_err(), "{bad}");
        }
        assert!(parse_moment("2d", now, &zone).unwrap_err().to_string().contains("`2d ago`"));
        assert!(parse_moment("-36525d", now, &zone).is_err());
    }

    #[test]
    fn a_wall_clock_that_is_skipped_or_repeated_is_refused_with_both_readings() {
        let now = at(NOW);
        let zone = chrono_tz::America::New_York;
        let twice = parse_moment("2026-11-01 01:30", now, &zone).unwrap_err().to_string();
        assert!(twice.contains("2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00"), "{twice}");
        let never = parse_moment("2026-03-08 02:30", now, &zone).unwrap_err().to_string();
        assert!(never.contains("2026-03-08T01:30:00-05:00 or 2026-03-08T03:30:00-04:00"), "{never}");
    }

    #[test]
    fn for_people_in_the_zone_of_the_dealership() {
        let text = for_people(at("2026-03-30T17:12:00Z"), chrono_tz::America::Chicago, at(NOW));
        assert_eq!(text, "2026-03-30 12:12 CDT, in 5 h 12 m");
        assert_eq!(away(at(NOW), at(NOW)), "now");
        assert_eq!(away(at("2026-03-28T09:00:00Z"), at(NOW)), "2 d 3 h ago");
    }

    proptest! {
        #[test]
        fn durations_survive_printing(millis in 0i64..3_000_000_000_000) {
            let length = TimeDelta::milliseconds(millis);
            prop_assert_eq!(parse_duration(&duration_text(length)), Ok(length));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}|[-+0-9a-z: TZ]{0,30}") {
            let _ = parse_duration(&text);
            let _ = parse_moment(&text, at(NOW), &chrono_tz::America::Chicago);
        }
    }
}
