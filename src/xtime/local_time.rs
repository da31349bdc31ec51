//! Dealer-local times as the platform writes them.

use std::borrow::Cow;

use chrono::NaiveDateTime;
use chrono::format::{Item, Numeric, Pad, Parsed, parse_and_remainder};

/// A dealer-local time: with or without seconds, with or without an offset (with or without its colon). The wall clock is what counts:
/// neither the offset nor a `Z` shifts it.
pub fn local_time(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    if text.len() > 40 {
        return None;
    }
    let text = if text.contains(' ') { Cow::Owned(text.replacen(' ', "T", 1)) } else { Cow::Borrowed(text) };
    let mut parsed = Parsed::new();
    let (local, rest) = match parse_and_remainder(&mut parsed, &text, TO_THE_MINUTE.iter()).ok()? {
        rest if rest.starts_with(':') => NaiveDateTime::parse_and_remainder(&text, "%Y-%m-%dT%H:%M:%S%.f").ok()?,
        rest => (parsed.to_naive_datetime_with_offset(0).ok()?, rest),
    };
    is_offset(rest).then_some(local)
}

/// `%Y-%m-%dT%H:%M`, read once: lists have hundreds of such times, nearly all without seconds.
const TO_THE_MINUTE: [Item<'static>; 9] = [
    Item::Numeric(Numeric::Year, Pad::Zero),
    Item::Literal("-"),
    Item::Numeric(Numeric::Month, Pad::Zero),
    Item::Literal("-"),
    Item::Numeric(Numeric::Day, Pad::Zero),
    Item::Literal("T"),
    Item::Numeric(Numeric::Hour, Pad::Zero),
    Item::Literal(":"),
    Item::Numeric(Numeric::Minute, Pad::Zero),
];

/// Nothing, `Z`, or an offset with or without its colon and its minutes.
fn is_offset(text: &str) -> bool {
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.strip_prefix(['+', '-']) {
        None => text.is_empty() || text.eq_ignore_ascii_case("z"),
        Some(offset) => match offset.split_at_checked(2) {
            Some((hours, minutes)) => {
                digits(hours) && (minutes.is_empty() || digits(minutes.strip_prefix(':').unwrap_or(minutes)))
            }
            None => false,
        },
    }
}
