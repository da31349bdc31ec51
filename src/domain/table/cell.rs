//! What spreadsheets do to the texts by which things are known: they take them for numbers, dates and formulas.

use std::borrow::Cow;

use crate::domain::text::unguarded;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const ERRORS: [&str; 10] =
    ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#ERROR!"];

/// The text of a cell without our own guard against formulas.
pub(super) fn cell_text(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(unguarded(text)),
        Cow::Owned(text) => Cow::Owned(unguarded(&text).to_owned()),
    }
}

/// A key without what keeps a spreadsheet from taking it for a number: `="00123"` is `00123`.
pub fn plain_key(text: &str) -> Cow<'_, str> {
    match text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        Some(plain) => Cow::Owned(plain.trim().replace("\"\"", "\"")),
        None => Cow::Borrowed(text),
    }
}

/// Whether a spreadsheet has put something else in the place of a text; what, in words. The text can no longer be had.
pub fn damage(text: &str, is_key: bool) -> Option<&'static str> {
    if ERRORS.iter().any(|error| text.eq_ignore_ascii_case(error)) || text.bytes().all(|b| b == b'#') && text.len() > 2
    {
        return Some("is an error value of the spreadsheet");
    }
    if !is_key {
        return None;
    }
    if text.starts_with('=') {
        return Some("is a formula; save the values");
    }
    if is_shortened(text) {
        return Some("the spreadsheet shortened the number; format the column as text and save it again");
    }
    is_date(text).then_some("the spreadsheet made a date of it; format the column as text and save it again")
}

/// `1.23E+11`.
fn is_shortened(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    // Without the sign it may be a code: 12E34.
    digits(whole) && digits(fraction) && exponent.strip_prefix('+').is_some_and(digits)
}

/// `3/14/2026`, `14-Mar`, `Mar-14`, `2026-03-14`.
fn is_date(text: &str) -> bool {
    let number =
        |part: &str, from: u16, to: u16| part.len() <= 4 && part.parse().is_ok_and(|n: u16| (from..=to).contains(&n));
    let name = |part: &str| MONTHS.iter().any(|month| part.eq_ignore_ascii_case(month));
    let year = |part: &str| part.len() == 4 && number(part, 1900, 2100);
    let (month, day) = (|part: &str| number(part, 1, 12), |part: &str| number(part, 1, 31));
    match text.split(['/', '-']).collect::<Vec<_>>().as_slice() {
        [a, b] => name(a) && number(b, 1, 9999) || name(b) && number(a, 1, 9999),
        [a, b, c] if year(c) => day(a) && (name(b) || month(b)) || month(a) && day(b),
        [a, b, c] => year(a) && month(b) && day(c),
        _ => false,
    }
}
