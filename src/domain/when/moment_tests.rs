use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::{America, Pacific};
use proptest::prelude::*;

use super::*;
use crate::domain::Timestamp;
use crate::timezone::Tz;

fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

const NOW: &str = "2026-03-30T12:00:00Z";

#[test]
fn moments_of_every_form() {
    let now = at(NOW);
    for (text, expected) in [
        (" NOW ", NOW),
        // Relative.
        ("-71h", "2026-03-27T13:00:00Z"),
        ("-74.0h", "2026-03-27T10:00:00Z"),
        ("2d ago", "2026-03-28T12:00:00Z"),
        ("2 hours ago", "2026-03-30T10:00:00Z"),
        ("90 Minutes Ago", "2026-03-30T10:30:00Z"),
        ("in 2d", "2026-04-01T12:00:00Z"),
        ("+30m", "2026-03-30T12:30:00Z"),
        // In the reader's zone.
        ("2026-03-30 14:05", "2026-03-30T19:05:00Z"),
        ("2026-03-30T14:05:09", "2026-03-30T19:05:09Z"),
        ("06:05", "2026-03-30T11:05:00Z"),
        ("9:30am", "2026-03-30T14:30:00Z"),
        ("9:30 PM", "2026-03-31T02:30:00Z"),
        ("9 a.m.", "2026-03-30T14:00:00Z"),
        ("12:05am", "2026-03-30T05:05:00Z"),
        ("12pm", "2026-03-30T17:00:00Z"),
        ("today 06:05", "2026-03-30T11:05:00Z"),
        ("Yesterday, 14:05", "2026-03-29T19:05:00Z"),
        ("tomorrow 9:30am", "2026-03-31T14:30:00Z"),
        ("11/28/2026 05:00", "2026-11-28T11:00:00Z"),
        ("3/30/2026 2:05:00 PM", "2026-03-30T19:05:00Z"),
        ("Mon 30 Mar 14:05", "2026-03-30T19:05:00Z"),
        ("30 Mar 2025 14:05", "2025-03-30T19:05:00Z"),
        ("December 24, 2026 9:30am", "2026-12-24T15:30:00Z"),
        ("today at 2:05pm", "2026-03-30T19:05:00Z"),
        ("at 2:05pm", "2026-03-30T19:05:00Z"),
        ("Nov 28th, 2026 at 5 am CST", "2026-11-28T11:00:00Z"),
        ("Nov. 28th 05:00", "2025-11-28T11:00:00Z"),
        ("1st Sept 2026 05:00", "2026-09-01T10:00:00Z"),
        ("11/28/26 05:00", "2026-11-28T11:00:00Z"),
        ("2026/11/28 05:00", "2026-11-28T11:00:00Z"),
        ("2026/3/30, 2:05pm", "2026-03-30T19:05:00Z"),
        // Without a year the nearest day is meant.
        ("28 Dec 14:05", "2025-12-28T20:05:00Z"),
        // With a zone of their own.
        ("2026-03-30T14:05:00-05:00", "2026-03-30T19:05:00Z"),
        ("2026-03-30T14:05-05:00", "2026-03-30T19:05:00Z"),
        ("2024-03-30T14:00-0500", "2024-03-30T19:00:00Z"),
        ("2026-03-30T14:05Z", "2026-03-30T14:05:00Z"),
        ("2026-03-30T14:05-00:00", "2026-03-30T14:05:00Z"),
        ("2026-03-30T14:05:00+0000", "2026-03-30T14:05:00Z"),
        ("2026-03-30 14:05+00:00", "2026-03-30T14:05:00Z"),
        ("2026-03-30 14:05 -05", "2026-03-30T19:05:00Z"),
        ("2026-03-30t14:05:09.123456z", "2026-03-30T14:05:09.123Z"),
        ("2026-03-30 14:05:09.5", "2026-03-30T19:05:09.500Z"),
        ("2026-11-28 05:00 CST", "2026-11-28T11:00:00Z"),
        ("2026-11-28 05:00 est", "2026-11-28T10:00:00Z"),
        ("2026-07-28 05:00 PT", "2026-07-28T12:00:00Z"),
        ("2026-11-28 05:00 HST", "2026-11-28T15:00:00Z"),
        ("06:05 UTC", "2026-03-30T06:05:00Z"),
        ("06:05 UTC-03", "2026-03-30T09:05:00Z"),
        ("2026-11-28 05:00 America/Denver", "2026-11-28T12:00:00Z"),
        // What clocks show decides between the two readings of a repeated hour.
        ("2026-11-01 01:30 CDT", "2026-11-01T06:30:00Z"),
        ("2026-11-01 01:30 CST", "2026-11-01T07:30:00Z"),
    ] {
        assert_eq!(parse_moment(text, now, &Tz::of(America::Chicago)), Ok(at(expected)), "{text}");
    }
}

#[test]
fn what_is_no_moment_is_refused_with_what_would_be() {
    let now = at(NOW);
    for (text, words) in [
        ("", "a moment is missing"),
        ("soon", "is not a moment: `2026-03-30 14:05`"),
        ("2d", "write `2d ago` or `in 2d`"),
        ("-5", "has no unit"),
        ("2026-13-01 10:00", "there is no day 2026-13-01"),
        ("2/30/2026 10:00", "there is no day 2/30/2026"),
        ("28/11/2026 05:00", "the month comes before the day, like 11/28/2026"),
        ("11/28/026 05:00", "write it like 11/28/2026"),
        ("28/11/26 05:00", "before the day, like 11/28/2026"),
        ("2026/28/11 05:00", "before the day, like 11/28/2026"),
        ("2026/2/30 05:00", "there is no day 2026/2/30"),
        ("Nov 28x 05:00", "is not a moment"),
        ("today at", "is not a moment"),
        ("30.03.2026", "is not a moment"),
        ("Tue 30 Mar 14:05", "2026-03-30 is a Mon, not a Tue"),
        ("25:00", "is not a moment"),
        ("13:00pm", "is not a moment"),
        ("9", "is not a moment"),
        ("06:05 XST", "`XST` is not a zone"),
        ("06:05 +1:5", "is not an offset"),
        ("2026-07-01 05:00 CST", "do not show CST then, but CDT: write `2026-07-01 05:00 CDT`"),
        ("1969-01-01 10:00", "the year 1969"),
        ("-36525d", "the year"),
        ("ago", "is not a moment"),
    ] {
        let refused = parse_moment(text, now, &Tz::of(America::Chicago)).unwrap_err().to_string();
        assert!(refused.contains(words), "{text}: {refused}");
    }
}

#[test]
fn the_month_comes_first_also_where_the_day_could_be_one() {
    let now = at(NOW);
    for (text, expected) in [
        ("3/5/2026 14:05", "2026-03-05T20:05:00Z"),
        ("12/5/2026 14:05", "2026-12-05T20:05:00Z"),
        ("12/31/2026 14:05", "2026-12-31T20:05:00Z"),
        ("2026/12/12 14:05", "2026-12-12T20:05:00Z"),
    ] {
        assert_eq!(parse_moment(text, now, &Tz::of(America::Chicago)), Ok(at(expected)), "{text}");
    }
    for text in ["003/30/2026 14:05", "3/+3/2026 14:05", "3/030/2026 14:05"] {
        assert!(parse_moment(text, now, &Tz::of(America::Chicago)).is_err(), "{text}");
    }
}

#[test]
fn a_day_without_its_year_may_be_of_the_next_one() {
    let zone = Tz::of(America::Chicago);
    for (now, text, expected) in [
        ("2026-12-30T12:00:00Z", "2 Jan 14:05", "2027-01-02T20:05:00Z"),
        ("2026-12-30T12:00:00Z", "28 Dec 14:05", "2026-12-28T20:05:00Z"),
        ("2026-01-02T12:00:00Z", "28 Dec 14:05", "2025-12-28T20:05:00Z"),
    ] {
        assert_eq!(parse_moment(text, at(now), &zone), Ok(at(expected)), "{text} read at {now}");
    }
}

#[test]
fn an_offset_may_have_minutes_fewer_than_sixty() {
    let now = at(NOW);
    for (text, expected) in [
        ("2026-03-30T14:05+05:30", "2026-03-30T08:35:00Z"),
        ("2026-03-30T14:05-0330", "2026-03-30T17:35:00Z"),
        ("2026-03-30T14:05+00:59", "2026-03-30T13:06:00Z"),
    ] {
        assert_eq!(parse_moment(text, now, &Tz::of(America::Chicago)), Ok(at(expected)), "{text}");
    }
    let refused = parse_moment("2026-03-30 14:05 +05:60", now, &Tz::of(America::Chicago)).unwrap_err().to_string();
    assert!(refused.contains("is not an offset"), "{refused}");
}

#[test]
fn a_day_is_no_moment_but_a_span_starts_with_it() {
    let now = at(NOW);
    for (text, start) in [
        ("2026-03-28", "2026-03-28T05:00:00Z"),
        ("3/28/2026", "2026-03-28T05:00:00Z"),
        ("2026/03/28", "2026-03-28T05:00:00Z"),
        ("yesterday", "2026-03-29T05:00:00Z"),
        ("28 Mar", "2026-03-28T05:00:00Z"),
    ] {
        let refused = parse_moment(text, now, &Tz::of(America::Chicago)).unwrap_err().to_string();
        assert!(refused.contains(&format!("is a day: add the time, like `{text} 14:05`")), "{refused}");
        assert_eq!(parse_start(text, now, &Tz::of(America::Chicago)), Ok(at(start)), "{text}");
    }
    // Its midnight is skipped there.
    assert_eq!(parse_start("2026-03-08", now, &America::Havana), Ok(at("2026-03-08T05:00:00Z")));
}

#[test]
fn a_wall_clock_that_is_skipped_or_repeated_is_refused_with_both_readings() {
    let now = at(NOW);
    let zone = Tz::of(America::New_York);
    let twice = parse_moment("2026-11-01 01:30", now, &zone).unwrap_err().to_string();
    assert!(twice.contains("`2026-11-01 01:30 EDT` or `2026-11-01 01:30 EST`"), "{twice}");
    let never = parse_moment("2026-03-08 02:30", now, &zone).unwrap_err().to_string();
    assert!(never.contains("`2026-03-08 01:30 EST` or `2026-03-08 03:30 EDT`"), "{never}");
    for reading in ["2026-11-01 01:30 EDT", "2026-11-01 01:30 EST", "2026-03-08 01:30 EST", "2026-03-08 03:30 EDT"] {
        assert!(parse_moment(reading, now, &zone).is_ok(), "{reading}");
    }
}

fn zones() -> impl Strategy<Value = Tz> {
    proptest::sample::select(vec![
        America::New_York,
        America::Chicago,
        America::Denver,
        America::Phoenix,
        America::Los_Angeles,
        America::Anchorage,
        America::St_Johns,
        America::Sao_Paulo,
        Pacific::Honolulu,
        chrono_tz::Europe::London,
        chrono_tz::UTC,
    ])
    .prop_map(Tz::of)
}

proptest! {
    #[test]
    fn a_moment_that_was_printed_is_read_back(minutes in 0i64..36_000_000, zone in zones()) {
        let moment = at("1970-01-02T00:00:00Z") + TimeDelta::minutes(minutes);
        let there = moment.with_timezone(&zone);
        let printed = format!("{} {}", there.format("%Y-%m-%d %H:%M"), abbreviation(there.offset()));
        prop_assert_eq!(parse_moment(&printed, at(NOW), &zone), Ok(moment));
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,40}|[-+0-9a-z:/, TZ]{0,30}|(Mon|today|3/30/2026|2026-03-30)[ T,]\\PC{0,20}") {
        let _ = parse_duration(&text);
        let _ = parse_moment(&text, at(NOW), &Tz::of(America::Chicago));
        let _ = parse_start(&text, at(NOW), &Tz::of(America::Chicago));
    }
}
