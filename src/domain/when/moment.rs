//! Moments as people write them.
//!
//! A wall-clock time that a zone skips or repeats (daylight saving) is refused with the two readings: a code's 72 hours
//! are too dear to guess an hour of them.

use std::fmt::Display;

use crate::timezone::Tz;
use chrono::{
    DateTime, Datelike, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
    Weekday,
};

use super::{WhenError, abbreviation, parse_duration, wrong};
use crate::domain::Timestamp;
use crate::domain::text::clean;
use crate::domain::zone::{abbreviated_zone, read_zone};

/// What may be written, in every refusal.
const FORMS: &str = "`2026-03-30 14:05`, `3/30/2026 2:05pm`, `06:05`, `yesterday 14:05`, `2 hours ago` or `now`";

/// Reads a moment, in `zone` unless it names its own: `2026-03-30 14:05`, `3/30/2026 2:05pm`, `Mon 30 Mar 14:05 CDT`,
/// `06:05`, `9:30am`, `yesterday 14:05`, RFC 3339 (seconds and the colon of the offset may be left out), or relative to
/// `now`: `-71h`, `2 hours ago`, `in 2d`.
/// Fails when it is none of these, is a day without a time, lies outside the years 1970 to 9998, or names a wall-clock time that
/// the zone skips or has twice.
pub fn parse_moment<Z: TimeZone>(text: &str, now: Timestamp, zone: &Z) -> Result<Timestamp, WhenError>
where
    Z::Offset: Display,
{
    match read(text, now, zone)? {
        Read::Moment(moment) => Ok(moment),
        Read::Day(_) => wrong(format!("`{0}` is a day: add the time, like `{0} 14:05`", clean(text.trim()))),
    }
}

/// Reads where a span of time begins or ends: a moment, or a day, which stands for its start.
pub fn parse_start<Z: TimeZone>(text: &str, now: Timestamp, zone: &Z) -> Result<Timestamp, WhenError>
where
    Z::Offset: Display,
{
    match read(text, now, zone)? {
        Read::Moment(moment) => Ok(moment),
        // Where clocks are set forward at midnight a day starts later.
        Read::Day(date) => (0..4)
            .filter_map(|hour| date.and_hms_opt(hour, 0, 0))
            .find_map(|local| zone.from_local_datetime(&local).earliest())
            .map_or_else(|| wrong(format!("{date} does not exist in this zone")), |at| in_range(at.to_utc())),
    }
}

enum Read {
    Moment(Timestamp),
    Day(NaiveDate),
}

fn read<Z: TimeZone>(text: &str, now: Timestamp, zone: &Z) -> Result<Read, WhenError>
where
    Z::Offset: Display,
{
    let text = text.trim();
    if text.is_empty() {
        return wrong(format!("a moment is missing: {FORMS}"));
    }
    if text.eq_ignore_ascii_case("now") {
        return Ok(Read::Moment(now));
    }
    if let Some(moment) = relative(text, now) {
        return moment.map(Read::Moment);
    }
    let no_moment = || {
        let shown = clean(text);
        match parse_duration(text) {
            Ok(_) => wrong(format!("`{shown}` is a length of time, not a moment: write `{shown} ago` or `in {shown}`")),
            Err(_) => wrong(format!("`{shown}` is not a moment: {FORMS}")),
        }
    };
    let today = now.with_timezone(zone).date_naive();
    let (date, rest) = match day(text, today)? {
        Some((date, "")) => return Ok(Read::Day(date)),
        Some((date, rest)) => (date, rest),
        None => (today, text),
    };
    let (word, after) = token(rest);
    let rest = if word.eq_ignore_ascii_case("at") { after } else { rest };
    let Some((time, rest)) = time_of_day(rest) else { return no_moment() };
    let moment = place(date.and_time(time), rest.trim(), zone)?;
    in_range(moment).map(Read::Moment)
}

fn relative(text: &str, now: Timestamp) -> Option<Result<Timestamp, WhenError>> {
    let lower = text.to_ascii_lowercase();
    let (length, back) = if let Some(length) = lower.strip_suffix(" ago") {
        (length.trim_start_matches('-'), true)
    } else if let Some(length) = lower.strip_prefix("in ") {
        (length, false)
    } else if let Some(length) = lower.strip_prefix('-') {
        (length, true)
    } else {
        (lower.strip_prefix('+')?, false)
    };
    Some(parse_duration(length).and_then(|length| {
        let moment = if back { now.checked_sub_signed(length) } else { now.checked_add_signed(length) };
        moment.map_or_else(|| wrong("that is too far away"), in_range)
    }))
}

/// The day at the beginning of a text, and what follows it; `None`: there is none.
fn day(text: &str, today: NaiveDate) -> Result<Option<(NaiveDate, &str)>, WhenError> {
    let (first, rest) = token(text);
    let near = match first.to_ascii_lowercase().as_str() {
        "today" => Some(Some(today)),
        "yesterday" => Some(today.pred_opt()),
        "tomorrow" => Some(today.succ_opt()),
        _ => None,
    };
    if let Some(near) = near {
        return Ok(near.map(|date| (date, rest)));
    }
    if let Some(found) = iso_day(text) {
        return found.map(Some);
    }
    if first.matches('/').count() == 2 {
        return slashed(first).map(|date| Some((date, rest)));
    }
    named_day(text, today)
}

/// A word or number, and what follows it; commas are spaces.
fn token(text: &str) -> (&str, &str) {
    let separates = |c: char| c.is_whitespace() || c == ',';
    let end = text.find(separates).unwrap_or(text.len());
    let (first, rest) = text.split_at(end);
    (first, rest.trim_start_matches(separates))
}

/// `2026-03-30`, and what follows it, perhaps behind a `T`.
fn iso_day(text: &str) -> Option<Result<(NaiveDate, &str), WhenError>> {
    let (written, rest) = text.split_at_checked(10)?;
    let shape = |(place, byte): (usize, u8)| if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    if !written.bytes().enumerate().all(shape) {
        return None;
    }
    let time = rest.trim_start_matches([' ', ',']);
    let time = if time.len() == rest.len() { rest.strip_prefix(['T', 't']).unwrap_or(rest) } else { time };
    if time.len() == rest.len() && !rest.is_empty() {
        return None;
    }
    Some(match written.parse::<NaiveDate>() {
        Ok(date) => Ok((date, time)),
        Err(_) => wrong(format!("there is no day {written}")),
    })
}

/// `3/30/2026`, `3/30/26`, and `2026/3/30`.
fn slashed(written: &str) -> Result<NaiveDate, WhenError> {
    let shown = clean(written);
    let parts: Vec<&str> = written.split('/').collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (year, month, day),
        [month, day, year] => (year, month, day),
        _ => return wrong(format!("`{shown}` is not a day")),
    };
    let year = match year.len() {
        4 => number(year, 4),
        2 => number(year, 2).map(|year| 2_000 + year),
        _ => None,
    };
    let (Some(month), Some(day), Some(year)) = (number(month, 2), number(day, 2), year) else {
        return wrong(format!("`{shown}` is not a day: write it like 11/28/2026 or 2026-11-28"));
    };
    if month > 12 && (1..=12).contains(&day) {
        return wrong(format!("`{shown}`: the month comes before the day, like {day}/{month}/{year}"));
    }
    let date = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    date.map_or_else(|| wrong(format!("there is no day {shown}")), Ok)
}

/// `Mon 30 Mar`, `30 Mar 2026`, `Mar 30th, 2026`; without a year the nearest one is meant.
fn named_day(text: &str, today: NaiveDate) -> Result<Option<(NaiveDate, &str)>, WhenError> {
    let (first, rest) = token(text);
    let weekday: Option<Weekday> = first.parse().ok();
    let (one, rest) = if weekday.is_some() { token(rest) } else { (first, rest) };
    let (other, rest) = token(rest);
    let found = (day_of_month(one).zip(month(other))).or_else(|| day_of_month(other).zip(month(one)));
    let Some((day, month)) = found else { return Ok(None) };
    let (year, after) = token(rest);
    let date = match number(year, 4).filter(|_| year.len() == 4).and_then(|year| i32::try_from(year).ok()) {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day).map(|date| (date, after)),
        None => (today.year() - 1..=today.year() + 1)
            .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
            .min_by_key(|date| (*date - today).abs())
            .map(|date| (date, rest)),
    };
    match (date, weekday) {
        (None, _) => wrong(format!("there is no day {} {}", clean(one), clean(other))),
        (Some((date, _)), Some(weekday)) if date.weekday() != weekday => {
            wrong(format!("{date} is a {}, not a {weekday}", date.weekday()))
        }
        (Some(found), _) => Ok(Some(found)),
    }
}

fn month(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.');
    let word = if word.eq_ignore_ascii_case("sept") { "sep" } else { word };
    word.parse::<chrono::Month>().ok().map(|month| month.number_from_month())
}

/// `28`, `28th`.
fn day_of_month(word: &str) -> Option<u32> {
    let (day, ordinal) = digits(word);
    let fits = ["", "st", "nd", "rd", "th"].iter().any(|known| ordinal.eq_ignore_ascii_case(known));
    number(day, 2).filter(|_| fits)
}

/// A number of at most so many digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    let fits = !text.is_empty() && text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// `14:05`, `14:05:09.5`, `9:30am`, `9 am`, and what follows it.
fn time_of_day(text: &str) -> Option<(NaiveTime, &str)> {
    let (hour, rest) = digits(text);
    let hour = number(hour, 2)?;
    let (minute, rest) = match rest.strip_prefix(':') {
        Some(rest) => {
            let (minute, rest) = digits(rest);
            (Some(number(minute, 2).filter(|_| minute.len() == 2)?), rest)
        }
        None => (None, rest),
    };
    let (second, milli, rest) = match rest.strip_prefix(':').filter(|_| minute.is_some()) {
        Some(rest) => {
            let (second, rest) = digits(rest);
            let (fraction, rest) = rest.strip_prefix('.').map_or(("", rest), digits);
            (number(second, 2)?, thousandths(fraction), rest)
        }
        None => (0, 0, rest),
    };
    let word = rest.trim_start();
    let letters = word.find(|c: char| !c.is_ascii_alphabetic() && c != '.').unwrap_or(word.len());
    let (word, after) = word.split_at(letters);
    let afternoon = match word.replace('.', "").to_ascii_lowercase().as_str() {
        "am" => Some(false),
        "pm" => Some(true),
        _ => None,
    };
    let (hour, rest) = match afternoon {
        Some(pm) if (1..=12).contains(&hour) => (hour % 12 + if pm { 12 } else { 0 }, after),
        Some(_) => return None,
        None if minute.is_none() => return None,
        None => (hour, rest),
    };
    Some((NaiveTime::from_hms_milli_opt(hour, minute.unwrap_or(0), second, milli)?, rest))
}

/// The digits behind a decimal point, cut after the third.
fn thousandths(digits: &str) -> u32 {
    digits.bytes().chain(*b"000").take(3).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// A wall clock in the zone that is written behind it, else in that of the reader.
fn place<Z: TimeZone>(local: NaiveDateTime, written: &str, zone: &Z) -> Result<Timestamp, WhenError>
where
    Z::Offset: Display,
{
    if written.is_empty() {
        return pick(local, zone);
    }
    let upper = written.to_ascii_uppercase();
    let offset = upper.strip_prefix("UTC").or_else(|| upper.strip_prefix("GMT")).unwrap_or(&upper);
    if matches!(offset, "" | "Z") {
        return Ok(local.and_utc());
    }
    if offset.starts_with(['+', '-', '−']) {
        let moment = offset_of(offset).and_then(|offset| offset.from_local_datetime(&local).single());
        return moment.map_or_else(
            || wrong(format!("`{}` is not an offset: write it like -05:00", clean(written))),
            |moment| Ok(moment.to_utc()),
        );
    }
    if let Some(moment) = called(local, zone, written) {
        return Ok(moment);
    }
    match (abbreviated_zone(written), read_zone(written)) {
        // Two letters stand for the zone, three for what its clocks show in one season.
        (Some(zone), _) if written.len() > 2 => {
            called(local, &zone, written).map_or_else(|| out_of_season(local, written, zone), Ok)
        }
        (Some(zone), _) | (None, Ok(zone)) => pick(local, &zone),
        (None, Err(_)) => {
            wrong(format!("`{}` is not a zone: write it like CST, -06:00 or America/Chicago", clean(written)))
        }
    }
}

/// `-05:00`, `-0500`, `-05`.
fn offset_of(text: &str) -> Option<FixedOffset> {
    let east = text.starts_with('+');
    let digits = text.trim_start_matches(['+', '-', '−']);
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let seconds = i32::try_from(number(hours, 2)? * 3_600 + number(minutes, 2).filter(|minutes| *minutes < 60)? * 60);
    let seconds = seconds.ok()?;
    FixedOffset::east_opt(if east { seconds } else { -seconds })
}

/// The reading of a wall clock at which clocks of a zone show an abbreviation.
fn called<Z: TimeZone>(local: NaiveDateTime, zone: &Z, word: &str) -> Option<Timestamp>
where
    Z::Offset: Display,
{
    let shows = |at: &DateTime<Z>| abbreviation(at.offset()).eq_ignore_ascii_case(word);
    let readings = zone.from_local_datetime(&local);
    let readings = [readings.clone().earliest(), readings.latest()];
    readings.into_iter().flatten().find(shows).map(|at| at.to_utc())
}

/// Whoever writes EST in summer may mean EDT: an hour is not guessed.
fn out_of_season(local: NaiveDateTime, written: &str, zone: Tz) -> Result<Timestamp, WhenError> {
    let moment = pick(local, &zone)?.with_timezone(&zone);
    wrong(format!(
        "clocks in {} do not show {} then, but {}: write `{}`, or an offset",
        zone.name(),
        clean(written),
        abbreviation(moment.offset()),
        spelled(&moment)
    ))
}

fn pick<Z: TimeZone>(local: NaiveDateTime, zone: &Z) -> Result<Timestamp, WhenError>
where
    Z::Offset: Display,
{
    let shown = local.format("%Y-%m-%d %H:%M");
    match zone.from_local_datetime(&local) {
        LocalResult::Single(moment) => Ok(moment.with_timezone(&Utc)),
        LocalResult::Ambiguous(first, second) => wrong(format!(
            "{shown} happens twice in this zone, because clocks are set back: write `{}` or `{}`",
            spelled(&first),
            spelled(&second),
        )),
        LocalResult::None => {
            let near = |delta: TimeDelta| {
                let there = local.checked_add_signed(delta)?;
                Some(format!("`{}`", spelled(&zone.from_local_datetime(&there).earliest()?)))
            };
            let readings = [near(TimeDelta::hours(-1)), near(TimeDelta::hours(1))];
            let readings: Vec<String> = readings.into_iter().flatten().collect();
            wrong(format!(
                "{shown} does not exist in this zone, because clocks are set forward: write {}",
                if readings.is_empty() { "it with an offset".to_owned() } else { readings.join(" or ") }
            ))
        }
    }
}

/// A moment so that it is read back.
fn spelled<Z: TimeZone>(at: &DateTime<Z>) -> String
where
    Z::Offset: Display,
{
    format!("{} {}", at.format("%Y-%m-%d %H:%M"), abbreviation(at.offset()))
}

/// Moments beyond these years are mistakes, and sums with them could overflow later.
fn in_range(moment: Timestamp) -> Result<Timestamp, WhenError> {
    let year = moment.year();
    if (1970..=9998).contains(&year) {
        Ok(chrono::SubsecRound::trunc_subsecs(moment, 3))
    } else {
        wrong(format!("the year {year} is not taken (1970 to 9998)"))
    }
}
