//! What spreadsheets do to the texts by which things are known: they take them for numbers, dates and formulas.

use std::borrow::Cow;

use crate::domain::text::unguard;

const ERRORS: [&str; 10] =
    ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#ERROR!"];

/// The text of a cell without our own guard against formulas.
pub fn cell_text(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(unguard(text)),
        Cow::Owned(text) => Cow::Owned(unguard(&text).to_owned()),
    }
}

/// A key without what keeps a spreadsheet from taking it for a number: `="00123"` is `00123`.
pub fn plain_key(text: &str) -> Cow<'_, str> {
    match text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        Some(plain) => Cow::Owned(plain.trim().replace("\"\"", "\"")),
        None => Cow::Borrowed(text),
    }
}

/// Whether a spreadsheet shows that it has no value: `#N/A`, or a column too narrow for it.
pub fn is_error_value(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('#') else { return false };
    ERRORS.iter().any(|error| text.eq_ignore_ascii_case(error)) || rest.len() > 1 && rest.bytes().all(|b| b == b'#')
}

/// Whether a spreadsheet has put something else in the place of a text; what, in words. The text can no longer be had.
pub fn damage(text: &str, is_key: bool) -> Option<&'static str> {
    if is_error_value(text) {
        return Some("is an error value of the spreadsheet");
    }
    if !is_key {
        return None;
    }
    if text.starts_with('=') {
        return Some("is a formula; save the values");
    }
    if let Some(digits) = shortened(text) {
        return Some(match digits < SPREADSHEET_DIGITS {
            true => "the spreadsheet shortened the number; format the column as text and save it again",
            false => {
                "a spreadsheet keeps 15 digits of a number, so the last ones are lost; format the column as text and type it anew"
            }
        });
    }
    if matches!(text, "TRUE" | "FALSE") {
        return Some("the spreadsheet made a truth value of it; format the column as text and type it anew");
    }
    if is_formatted(text) {
        return Some("the spreadsheet wrote it as a number; format the column as text and save it again");
    }
    is_date(text).then_some("the spreadsheet made a date of it; format the column as text and save it again")
}

/// Why a text can be no key by which somebody is known, beyond [`damage`]: a number with a fraction. An opcode or an
/// invitation code may be one.
pub fn fraction(text: &str) -> Option<&'static str> {
    let (whole, fraction) = text.split_once(['.', ','])?;
    let is_number = is_digits(whole) && is_digits(fraction);
    is_number.then_some("is a number with a fraction; format the column as text and type it as it was")
}

/// `123.0` and `1,234`, as which spreadsheets and programs write a whole number.
fn is_formatted(text: &str) -> bool {
    let is_whole =
        |(whole, zeros): (&str, &str)| is_digits(whole) && !zeros.is_empty() && zeros.bytes().all(|b| b == b'0');
    let mut groups = text.split(',');
    let leads = groups.next().is_some_and(|first| is_digits(first) && first.len() <= 3 && !first.starts_with('0'));
    text.split_once('.').is_some_and(is_whole)
        || leads && text.contains(',') && groups.all(|group| is_digits(group) && group.len() == 3)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How many digits of a number a spreadsheet keeps.
const SPREADSHEET_DIGITS: usize = 15;

/// The digits that are left of a number that a spreadsheet shortened: `1.23E+11` has three.
pub fn shortened(text: &str) -> Option<usize> {
    let (number, exponent) = text.split_once(['E', 'e'])?;
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    // Without the sign it may be a code: 12E34.
    let is_number = is_digits(whole) && is_digits(fraction) && exponent.strip_prefix('+').is_some_and(is_digits);
    is_number.then(|| number.bytes().filter(u8::is_ascii_digit).count())
}

/// `3/14/2026`, `3/14/26 0:00`, `14-Mar`, `March-14`, `Mar 14, 2026`, `2026-03-14T00:00:00`.
fn is_date(text: &str) -> bool {
    let number =
        |part: &str, from: u16, to: u16| part.len() <= 4 && part.parse().is_ok_and(|n: u16| (from..=to).contains(&n));
    let name = |part: &str| part.parse::<chrono::Month>().is_ok();
    let date = without_time(text);
    // Numbers with dashes may be a code: 12-11-10.
    let short = |part: &str| part.len() == 2 && number(part, 0, 99) && date.contains('/');
    let year = |part: &str| part.len() == 4 && number(part, 1900, 2100) || short(part);
    let (month, day) = (|part: &str| number(part, 1, 12), |part: &str| number(part, 1, 31));
    let parts = date.split(['/', '-', ' ', ',']).filter(|part| !part.is_empty());
    match parts.collect::<Vec<_>>().as_slice() {
        [a, b] => name(a) && number(b, 1, 9999) || name(b) && number(a, 1, 9999),
        [a, b, c] if year(a) && month(b) && day(c) => true,
        [a, b, c] => year(c) && (day(a) && (name(b) || month(b)) || (month(a) || name(a)) && day(b)),
        _ => false,
    }
}

/// A date without the time of day behind it: `2026-03-14 00:00:00`, `3/14/2026 12:00 AM`.
fn without_time(text: &str) -> &str {
    let half = text.len().saturating_sub(3);
    let clock = match text.get(half..) {
        Some(suffix) if [" am", " pm"].iter().any(|half| suffix.eq_ignore_ascii_case(half)) => &text[..half],
        _ => text,
    };
    let is_time = |time: &str| {
        time.starts_with(|c: char| c.is_ascii_digit())
            && time.contains(':')
            && time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'Z'))
    };
    clock.rsplit_once([' ', 'T']).filter(|(_, time)| is_time(time)).map_or(text, |(date, _)| date)
}
