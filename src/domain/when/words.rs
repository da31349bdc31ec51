//! Moments in words.

use std::fmt::Display;

use crate::timezone::Tz;
use chrono::{NaiveDateTime, TimeZone};

/// What clocks call an offset, as chrono prints it: `CST`. A mere number becomes `UTC-03`; UTC has one name.
pub fn abbreviation(offset: &impl Display) -> String {
    let text = offset.to_string();
    if !text.starts_with(['+', '-']) {
        return text;
    }
    let zero = text.bytes().all(|byte| matches!(byte, b'+' | b'-' | b'0' | b':'));
    if zero { "UTC".to_owned() } else { format!("UTC{text}") }
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
    use super::*;

    #[test]
    fn utc_has_one_name_and_a_number_says_of_what() {
        for (offset, text) in [("+00:00", "UTC"), ("-03", "UTC-03"), ("CST", "CST")] {
            assert_eq!(abbreviation(&offset), text);
        }
    }
}
