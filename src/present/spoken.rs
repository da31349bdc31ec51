//! What is said by phone: a code spelled out, and moments as people say them.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Days, TimeZone, Timelike, Weekday};

use regex::{Captures, Regex};

use crate::domain::Timestamp;
use crate::timezone::Tz;

/// The ICAO (NATO) words of the letters.
const LETTERS: [&str; 26] = [
    "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima",
    "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "x-ray",
    "yankee", "zulu",
];
const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/// Each character with the word for it. Capital letters have theirs in capitals.
pub fn spell(code: &str) -> Vec<(char, String)> {
    code.chars().map(|c| (c, word(c))).collect()
}

fn word(c: char) -> String {
    let of = |words: &[&str], first: char| words[usize::from(c.to_ascii_lowercase() as u8 - first as u8)].to_owned();
    match c {
        'a'..='z' => of(&LETTERS, 'a'),
        'A'..='Z' => of(&LETTERS, 'a').to_uppercase(),
        '0'..='9' => of(&DIGITS, '0'),
        '-' => "dash".to_owned(),
        '_' => "underscore".to_owned(),
        '.' => "dot".to_owned(),
        '/' => "slash".to_owned(),
        '#' => "hash".to_owned(),
        other => other.to_string(),
    }
}

/// A sentence in which lengths like `5h 06m` are written out: `5 hours 6 minutes`.
pub fn lengths(sentence: &str) -> String {
    static LENGTH: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#""[^"]*"|(<?)\b(\d+)([dhms])\b"#).ok());
    let Some(length) = &*LENGTH else { return sentence.to_owned() };
    let written = |found: &Captures<'_>| {
        // What is quoted is somebody's name for something.
        let Some(number) = found.get(2) else { return found[0].to_owned() };
        let (number, unit) = (number.as_str(), &found[3]);
        let unit = match unit {
            "d" => "day",
            "h" => "hour",
            "m" => "minute",
            _ => "second",
        };
        let less = if found[1].is_empty() { "" } else { "less than " };
        format!("{less}{number} {unit}{}", if number == "1" { "" } else { "s" })
    };
    length.replace_all(sentence, written).into_owned()
}

/// Whether a code has both small and capital letters, so that it must be said which is which.
pub fn has_both_cases(code: &str) -> bool {
    code.chars().any(char::is_lowercase) && code.chars().any(char::is_uppercase)
}

/// A moment as it is said to somebody in a zone: `Thursday at 2:05 in the afternoon`.
pub fn spoken(at: Timestamp, now: Timestamp, zone: Tz) -> String {
    let (there, today) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let days = (there.date_naive() - today.date_naive()).num_days();
    let day = match days {
        -1 => "yesterday".to_owned(),
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        2..=6 => there.format("%A").to_string(),
        _ => there.format("%A, %-d %B").to_string(),
    };
    format!("{day} at {}", time_of_day(&there))
}

fn time_of_day<Z: TimeZone>(there: &DateTime<Z>) -> String {
    let (_, hour) = there.hour12();
    let clock = if there.minute() == 0 { hour.to_string() } else { format!("{hour}:{:02}", there.minute()) };
    match (there.hour(), there.minute()) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "noon".to_owned(),
        (5..=11, _) => format!("{clock} in the morning"),
        (12..=17, _) => format!("{clock} in the afternoon"),
        (18..=21, _) => format!("{clock} in the evening"),
        _ => format!("{clock} at night"),
    }
}

/// Whether somebody is likely at a service desk there: on weekdays from 8 to 18, on Saturdays until 13 (our assumption).
pub fn is_likely_in(now: Timestamp, zone: Tz) -> bool {
    let there = now.with_timezone(&zone);
    match there.weekday() {
        Weekday::Sun => false,
        Weekday::Sat => (8..13).contains(&there.hour()),
        _ => (8..18).contains(&there.hour()),
    }
}

/// The next morning on which somebody is likely in, at nine: what is offered for calling back.
pub fn next_morning(now: Timestamp, zone: Tz) -> Option<Timestamp> {
    let today = now.with_timezone(&zone).date_naive();
    let dates = (1..=3).filter_map(|days| today.checked_add_days(Days::new(days)));
    dates
        .filter(|date| date.weekday() != Weekday::Sun)
        .find_map(|date| zone.from_local_datetime(&date.and_hms_opt(9, 0, 0)?).earliest())
        .map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chicago() -> Tz {
        chrono_tz::America::Chicago.into()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_code_is_spelled_character_by_character() {
        let words: Vec<String> = spell("K7-b.").into_iter().map(|(_, word)| word).collect();
        assert_eq!(words, ["KILO", "seven", "dash", "bravo", "dot"]);
        assert_eq!(spell("ß")[0], ('ß', "ß".to_owned()));
        assert!(has_both_cases("K7-b") && !has_both_cases("K7-B") && !has_both_cases("7-7"));
    }

    #[test]
    fn moments_are_said_as_people_say_them_where_the_dealer_is() {
        // 12:00 CDT on a Monday.
        let now = at("2026-03-30T17:00:00Z");
        for (moment, words) in [
            ("2026-03-30T19:05:00Z", "today at 2:05 in the afternoon"),
            ("2026-03-30T17:00:00Z", "today at noon"),
            ("2026-03-31T05:00:00Z", "tomorrow at midnight"),
            ("2026-03-31T04:30:00Z", "today at 11:30 at night"),
            ("2026-04-02T14:00:00Z", "Thursday at 9 in the morning"),
            ("2026-04-07T00:15:00Z", "Monday, 6 April at 7:15 in the evening"),
            ("2026-03-29T17:00:00Z", "yesterday at noon"),
        ] {
            assert_eq!(spoken(at(moment), now, chicago()), words, "{moment}");
        }
    }

    #[test]
    fn nobody_is_likely_in_at_night_and_on_sundays() {
        for (moment, likely) in [
            ("2026-03-30T13:00:00Z", true),
            ("2026-03-30T12:59:00Z", false),
            ("2026-03-30T23:00:00Z", false),
            ("2026-04-04T17:00:00Z", true),
            ("2026-04-04T18:00:00Z", false),
            ("2026-04-05T17:00:00Z", false),
        ] {
            assert_eq!(is_likely_in(at(moment), chicago()), likely, "{moment}");
        }
        // A Saturday: the next morning is on Monday.
        assert_eq!(next_morning(at("2026-04-04T17:00:00Z"), chicago()), Some(at("2026-04-06T14:00:00Z")));
    }
}
