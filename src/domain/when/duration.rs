//! Lengths of time.

use std::fmt::Write as _;

use chrono::TimeDelta;

use super::{WhenError, wrong};
use crate::domain::text::clean;

/// The longest length of time that is taken: a hundred years. Longer ones are mistakes, and could overflow later.
const LONGEST: TimeDelta = TimeDelta::days(36_525);

/// More digits behind a decimal point are below a millisecond for every unit but days and weeks.
const MOST_DECIMALS: usize = 6;

/// Reads a length of time: `72h`, `15s`, `1h30m`, `1.5h`, `2 hours`, `2d`, `500ms`; parts may be spaced. Never negative.
/// Fails when it is empty, has no or unknown units, or is longer than a hundred years.
pub fn parse_duration(text: &str) -> Result<TimeDelta, WhenError> {
    let shown = clean(text.trim()).into_owned();
    let mut rest = text.trim();
    if rest.is_empty() {
        return wrong("a length of time is missing (like 72h, 1h30m or 2d)");
    }
    if rest == "0" {
        return Ok(TimeDelta::zero());
    }
    let mut total = TimeDelta::zero();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        if !is_decimal(number) {
            return wrong(format!("`{shown}` is not a length of time (write 72h, 1h30m or 2d)"));
        }
        let millis: i64 = match unit.to_ascii_lowercase().as_str() {
            "" => return wrong(format!("`{shown}` has no unit (ms, s, m, h, d or w: 72h, 1h30m, 2d)")),
            "ms" => 1,
            "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
            "m" | "min" | "mins" | "minute" | "minutes" => 60_000,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000,
            "d" | "day" | "days" => 86_400_000,
            "w" | "week" | "weeks" => 604_800_000,
            _ => return wrong(format!("`{unit}` is not a unit of time (ms, s, m, h, d or w)")),
        };
        let sum = times(number, millis).and_then(TimeDelta::try_milliseconds).and_then(|part| total.checked_add(&part));
        match sum {
            Some(sum) if sum <= LONGEST => total = sum,
            _ => return wrong(format!("`{shown}` is too long; at most 36525d are taken")),
        }
        rest = after.trim_start();
    }
    Ok(total)
}

/// The digits before and behind the decimal point.
fn parts(number: &str) -> (&str, &str) {
    number.split_once('.').unwrap_or((number, "0"))
}

fn is_decimal(number: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = parts(number);
    digits(whole) && digits(decimals) && decimals.len() <= MOST_DECIMALS
}

/// Floating point would turn `72.1h` into something else. `None`: it is too long.
fn times(number: &str, millis: i64) -> Option<i64> {
    let (whole, decimals) = parts(number);
    let scale = 10_i64.pow(u32::try_from(decimals.len()).ok()?);
    let part = decimals.parse::<i64>().ok()?.checked_mul(millis)? / scale;
    whole.parse::<i64>().ok()?.checked_mul(millis)?.checked_add(part)
}

/// A length of time in words for people: the two largest units, `2d 05h`, `5h 04m`, `12m 03s`, `40s`.
pub fn humanize(length: TimeDelta) -> String {
    let seconds = length.num_seconds().max(0);
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest}s"),
        (0, 0, _) => format!("{minutes}m {rest:02}s"),
        (0, _, _) => format!("{hours}h {minutes:02}m"),
        _ => format!("{days}d {hours:02}h"),
    }
}

/// The same in one unit, for lists: `<1m`, `14m`, `3h`, `2d`.
pub fn short(length: TimeDelta) -> String {
    match (length.num_days(), length.num_hours(), length.num_minutes()) {
        (..=0, ..=0, ..=0) => "<1m".to_owned(),
        (..=0, ..=0, minutes) => format!("{minutes}m"),
        (..=0, hours, _) => format!("{hours}h"),
        (days, ..) => format!("{days}d"),
    }
}

/// Up to this many hours a duration is said in hours: 72 hours are 72 hours, not three calendar days.
const MOST_HOURS: i64 = 99;

/// A duration in whole words, never more than there is: `72 hours`, `5 hours and 40 minutes`, `8 days and 1 hour`.
pub fn in_full(length: TimeDelta) -> String {
    let minutes = length.num_minutes();
    let parts = match minutes {
        ..=0 => return "less than a minute".to_owned(),
        1..60 => [(minutes, "minute"), (0, "")],
        _ if minutes / 60 <= MOST_HOURS => [(minutes / 60, "hour"), (minutes % 60, "minute")],
        _ => [(minutes / 1_440, "day"), (minutes / 60 % 24, "hour")],
    };
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> =
        parts.map(|(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" })).collect();
    parts.join(" and ")
}

/// A length of time in the form of the settings: `72h`, `1h30m`, `15s`. Exact to the millisecond.
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

    #[test]
    fn durations_of_every_form() {
        for (text, seconds) in [
            ("72h", 259_200),
            ("15s", 15),
            ("1h30m", 5_400),
            ("1h 30m", 5_400),
            ("2d", 172_800),
            ("1w", 604_800),
            ("0", 0),
            ("74.0h", 266_400),
            ("1.5h", 5_400),
            ("0.25 d", 21_600),
            ("2 hours", 7_200),
            ("1 hour 5 minutes", 3_900),
            ("90 min", 5_400),
            ("72H", 259_200),
        ] {
            assert_eq!(parse_duration(text), Ok(TimeDelta::seconds(seconds)), "{text}");
        }
        assert_eq!(parse_duration("500ms"), Ok(TimeDelta::milliseconds(500)));
        for bad in [
            "",
            "h",
            "5",
            "5y",
            "-5h",
            "1.h",
            ".5h",
            "1.2.3h",
            "1,5h",
            "h5",
            "99999999999999999999h",
            "9223372036854775807w",
            "5h3",
            "５h",
        ] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
        assert!(parse_duration("5").unwrap_err().to_string().contains("no unit"));
    }

    #[test]
    fn a_length_of_time_has_one_style() {
        for (seconds, text) in [
            (-5, "0s"),
            (40, "40s"),
            (723, "12m 03s"),
            (18_240, "5h 04m"),
            (86_400, "1d 00h"),
            (151_200, "1d 18h"),
            (30 * 86_400, "30d 00h"),
        ] {
            assert_eq!(humanize(TimeDelta::seconds(seconds)), text);
        }
    }

    proptest! {
        #[test]
        fn durations_survive_printing(millis in 0i64..3_000_000_000_000) {
            let length = TimeDelta::milliseconds(millis);
            prop_assert_eq!(parse_duration(&duration_text(length)), Ok(length));
        }

        /// Down to the smaller of the two units that are shown.
        #[test]
        fn what_people_are_told_is_read_back(seconds in 0i64..300_000_000) {
            let length = TimeDelta::seconds(seconds);
            let unit = match seconds { 0..3_600 => 1, 3_600..86_400 => 60, _ => 3_600 };
            prop_assert_eq!(parse_duration(&humanize(length)), Ok(TimeDelta::seconds(seconds / unit * unit)));
        }
    }

    #[test]
    fn durations_in_words() {
        for (seconds, words) in [
            (-5, "less than a minute"),
            (59, "less than a minute"),
            (60, "1 minute"),
            (3_599, "59 minutes"),
            (3_600, "1 hour"),
            (20_400, "5 hours and 40 minutes"),
            (259_200, "72 hours"),
            (259_199, "71 hours and 59 minutes"),
            (360_000, "4 days and 4 hours"),
            (604_800, "7 days"),
        ] {
            assert_eq!(in_full(TimeDelta::seconds(seconds)), words);
        }
    }

    #[test]
    fn a_mistake_in_a_number_is_told_from_one_that_is_too_long() {
        for text in ["h", "1.h", ".5h", "1.2.3h", ".", "1.1234567h", "5h3.m"] {
            let refused = parse_duration(text).unwrap_err().to_string();
            assert!(refused.contains("is not a length of time"), "{text}: {refused}");
        }
        assert_eq!(parse_duration("1.123456s"), Ok(TimeDelta::milliseconds(1_123)));
        assert_eq!(parse_duration("36525d"), Ok(LONGEST));
        for text in ["36525d 1ms", "36526d", "99999999999999999999h"] {
            let refused = parse_duration(text).unwrap_err().to_string();
            assert!(refused.contains("is too long; at most 36525d"), "{text}: {refused}");
        }
    }

    #[test]
    fn in_lists_a_length_of_time_has_one_unit() {
        for (seconds, text) in [
            (-90_000, "<1m"),
            (0, "<1m"),
            (59, "<1m"),
            (60, "1m"),
            (3_599, "59m"),
            (3_600, "1h"),
            (86_399, "23h"),
            (86_400, "1d"),
            (30 * 86_400, "30d"),
        ] {
            assert_eq!(short(TimeDelta::seconds(seconds)), text, "{seconds}");
        }
    }
}
