//! Phones of a list.

use crate::domain::phone::{PhoneNumber, is_phone_mark, letter_for_digit, numbers, read, written};
use crate::domain::table::shortened;

/// What stands between two numbers.
const BETWEEN: &str = " / ";

/// What people write between two numbers, in lower case.
const SEPARATORS: [&str; 9] = [":::", ";", "/", "|", ",", "&", " or ", " and ", " y "];

/// What people write for a number where there is none.
const NO_NUMBER: [&str; 2] = ["1234567890", "9999999999"];

/// Whether a text with these numbers in it is no phone: `call Ana`, `123`, `000-000-0000`, more digits than a number has.
pub(super) fn is_none(text: &str, found: &[PhoneNumber]) -> bool {
    if letter_for_digit(text).is_some() {
        return false;
    }
    let is_of = |digit: u8, number: &PhoneNumber| number.digits.bytes().all(|byte| byte == digit);
    let stands_for_none = |number: &PhoneNumber| {
        NO_NUMBER.contains(&number.digits.as_str()) || is_of(b'0', number) || is_of(b'1', number)
    };
    if found.is_empty() {
        // Digits of other scripts are read by nobody here.
        !is_word_number(text) && !text.contains(|c: char| c.is_numeric() && !c.is_ascii())
    } else {
        shortened(text).is_some() || found.iter().all(stands_for_none)
    }
}

/// `1-800-FLOWERS`: an area code, and behind it letters for digits; keypads ignore those too many.
fn is_word_number(text: &str) -> bool {
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.strip_prefix('1').unwrap_or(&plain);
    let is_area = plain.get(..3).is_some_and(|area| area.bytes().all(|byte| byte.is_ascii_digit()));
    let is_long = (10..=20).contains(&plain.len());
    let fits = |c: char| c.is_ascii_alphanumeric() || is_phone_mark(c);
    is_area
        && is_long
        && !plain.starts_with(['0', '1'])
        && plain.contains(char::is_alphabetic)
        && text.chars().all(fits)
}

/// Several numbers in their one form: as each is written, with one separator between them. `None` when nobody can tell
/// where one ends, or when it would read as other numbers.
pub(super) fn separated(text: &str, found: &[PhoneNumber]) -> Option<String> {
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    let mut first = None;
    for (start, end) in between_separators(text) {
        let has_number = text.get(start..end).is_some_and(|piece| !numbers(piece).is_empty());
        match pieces.last_mut() {
            // A word, or an extension, belongs to the number before it.
            Some(last) if !has_number => last.1 = end,
            None if !has_number => first = first.or(Some(start)),
            _ => pieces.push((first.take().unwrap_or(start), end)),
        }
    }
    let pieces: Vec<&str> = pieces.into_iter().filter_map(|(start, end)| text.get(start..end)).map(str::trim).collect();
    let again: Vec<PhoneNumber> = pieces.iter().flat_map(|piece| numbers(piece)).collect();
    let all = pieces.join(BETWEEN);
    (again == found && numbers(&all) == found).then_some(all)
}

/// Where the pieces between separators begin and end; empty ones are left out.
fn between_separators(text: &str) -> Vec<(usize, usize)> {
    let lower = text.to_ascii_lowercase();
    let (mut pieces, mut start) = (Vec::new(), 0);
    while let Some(rest) = lower.get(start..) {
        let places = SEPARATORS.iter().filter_map(|separator| Some((rest.find(separator)?, separator.len())));
        let (length, separator) = places.min().unwrap_or((rest.len(), 1));
        if rest.get(..length).is_some_and(|piece| !piece.trim().is_empty()) {
            pieces.push((start, start + length));
        }
        start += length + separator;
    }
    pieces
}

/// One line of several. Two numbers stay apart, what belongs to one (`ext. 5`) comes behind it.
pub(super) fn joined(lines: &[String]) -> String {
    let mut all = String::new();
    let mut is_number = false;
    for line in lines {
        let next = !numbers(line).is_empty();
        if !all.is_empty() {
            all.push_str(if is_number && next { BETWEEN } else { " " });
        }
        is_number |= next;
        all.push_str(line);
    }
    all
}

/// The text with the extensions of its numbers of North America in their one form; `None` when they are, or there is
/// none. Everything else stays as people wrote it.
pub(super) fn extensions_apart(text: &str) -> Option<String> {
    if !text.contains(|c: char| c.is_alphabetic() || c == '#') {
        return None;
    }
    let apart = |piece: &str| read(piece).filter(|number| number.extension.is_some()).map(|number| written(&number));
    let pieces = text.split(BETWEEN).map(|piece| apart(piece).unwrap_or_else(|| piece.to_owned()));
    let all = pieces.collect::<Vec<_>>().join(BETWEEN);
    (all != text).then_some(all)
}
