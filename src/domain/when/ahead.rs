//! Moments that are to come.

use std::fmt::Display;

use chrono::TimeZone;

use super::{WhenError, parse_duration, parse_moment, wrong};
use crate::domain::Timestamp;

/// Reads a moment that is to come: a length of time from now (`2h`, `1d`), or a moment, after `until` if one likes.
pub fn parse_ahead<Z: TimeZone>(text: &str, now: Timestamp, zone: &Z) -> Result<Timestamp, WhenError>
where
    Z::Offset: Display,
{
    let at = match parse_duration(text) {
        Ok(length) => match now.checked_add_signed(length) {
            Some(at) => at,
            None => return wrong("that is too far away"),
        },
        Err(no_length) => {
            let moment = text.trim().strip_prefix("until").unwrap_or(text);
            parse_moment(moment, now, zone)
                .map_err(|no_moment| if is_meant_as_length(text) { no_length } else { no_moment })?
        }
    };
    if at > now { Ok(at) } else { wrong("that moment is past") }
}

/// A number and a word behind it, as in `2 parsecs`.
fn is_meant_as_length(text: &str) -> bool {
    let rest = text.trim().trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    rest.len() < text.trim().len() && rest.trim_start().starts_with(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, Utc};

    use super::*;

    #[test]
    fn a_length_counts_from_now_and_what_is_past_is_refused() {
        let now: Timestamp = "2026-03-30T12:00:00Z".parse().unwrap();
        let read = |text: &str| parse_ahead(text, now, &Utc).map_err(|error| error.to_string());
        for text in ["2h", "in 2h", "14:00", "until 14:00", "2026-03-30 14:00"] {
            assert_eq!(read(text), Ok(now + TimeDelta::hours(2)), "{text}");
        }
        for text in ["0", "11:00", "now", "yesterday 14:00"] {
            assert_eq!(read(text), Err("that moment is past".to_owned()), "{text}");
        }
        assert!(read("2 parsecs").unwrap_err().contains("is not a unit of time"));
        assert!(read("soon").unwrap_err().contains("is not a moment"));
    }
}
