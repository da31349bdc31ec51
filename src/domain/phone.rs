//! Phone numbers as people write them: the digits that are dialled, an extension apart from them, several in one text.
//!
//! The country code of North America is left out of the digits: mostly it is not written.

use super::text::clean;

/// The length of a number of North America behind its country code.
const NATIONAL: usize = 10;

/// The fewest digits of a number, that without its area code, and the most of one anywhere.
const LENGTHS: std::ops::RangeInclusive<usize> = 7..=15;

const LONGEST_EXTENSION: usize = 7;

/// What announces an extension. One that begins with another comes first.
const EXTENSIONS: [&str; 7] = ["extension", "extn", "ext", "ex", "x", "poste", "#"];

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    /// What is dialled, without the country code of North America.
    pub digits: String,
    /// What is dialled behind it.
    pub extension: Option<String>,
}

impl PhoneNumber {
    /// Whether it says which number it is: it has an area code.
    pub fn is_whole(&self) -> bool {
        self.digits.len() >= NATIONAL
    }
}

/// Whether a text may stand for a phone: `555-010O` may not, although people read it as a number.
pub fn check(text: &str) -> Result<(), String> {
    match letter_for_digit(text) {
        Some((letter, place)) => {
            Err(format!("`{}` has the letter {letter} at character {place}, where a digit belongs", clean(text)))
        }
        None => Ok(()),
    }
}

/// A letter in the place of a digit, and where it stands, from 1: among digits alone, in what is long enough for a number.
/// The letters of a word (`1-800-FLOWERS`) are none.
pub fn letter_for_digit(text: &str) -> Option<(char, usize)> {
    let looks_like_digit = |c: char| matches!(c, 'O' | 'o' | 'l' | 'I' | '\u{39f}' | '\u{3bf}' | '\u{41e}' | '\u{43e}');
    if !text.contains(looks_like_digit) {
        return None;
    }
    let (mut count, mut found) = (0, None);
    let (mut has_digit, mut letter, mut is_word) = (false, None, false);
    for (c, place) in text.chars().chain(['\n']).zip(1..) {
        if digit(c).is_some() {
            (count, has_digit) = (count + 1, true);
        } else if looks_like_digit(c) {
            count += 1;
            letter = letter.or(Some((c, place)));
        } else {
            let in_word = c.is_alphanumeric() && !c.eq_ignore_ascii_case(&'x');
            if !in_word && !is_word && has_digit {
                found = found.or(letter);
            }
            (has_digit, letter, is_word) = (false, None, in_word);
            if !is_phone_mark(c) {
                if found.is_some() && count >= *LENGTHS.start() {
                    return found;
                }
                (count, found) = (0, None);
            }
        }
    }
    None
}

/// Every phone number in a text. `call Ana` has none.
pub fn numbers(text: &str) -> Vec<PhoneNumber> {
    // Mostly a text is one number.
    match digits(text).filter(|digits| digits.len() == NATIONAL) {
        Some(digits) => vec![PhoneNumber { digits, extension: None }],
        None => scan(text).numbers,
    }
}

/// The number of North America that a text is, and nothing else: only such a text may be written otherwise.
pub fn read(text: &str) -> Option<PhoneNumber> {
    let Scan { mut numbers, has_more } = scan(text);
    let number = numbers.pop().filter(|number| number.digits.len() == NATIONAL)?;
    (numbers.is_empty() && !has_more).then_some(number)
}

/// Whether two texts have a number in common. Two extensions of one number are different; none written may be any.
pub fn same_phone(one: &str, other: &str) -> bool {
    let others = numbers(other);
    numbers(one).iter().any(|one| others.iter().any(|other| is_same(one, other)))
}

/// Whether two numbers lead to the same phone, as far as they say.
pub fn is_same(one: &PhoneNumber, other: &PhoneNumber) -> bool {
    let extensions = one.extension.as_ref().zip(other.extension.as_ref());
    one.digits == other.digits && extensions.is_none_or(|(one, other)| one == other)
}

/// How a number is written in North America: `(201) 555-0100 ext. 12`. Digits of another length stay as they are.
pub fn written(number: &PhoneNumber) -> String {
    let digits = number.digits.as_str();
    let piece = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let mut text = match digits.len() {
        NATIONAL => format!("({}) {}-{}", piece(0, 3), piece(3, 6), piece(6, 10)),
        7 => format!("{}-{}", piece(0, 3), piece(3, 7)),
        _ => digits.to_owned(),
    };
    if let Some(extension) = &number.extension {
        text.push_str(" ext. ");
        text.push_str(extension);
    }
    text
}

/// What may stand between the digits of a phone number.
pub(super) fn is_phone_mark(c: char) -> bool {
    matches!(
        c,
        '+' | '(' | ')' | '-' | '.' | '/' | ' ' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}' | '\u{2010}'
            ..='\u{2014}' | '\u{2212}'
    )
}

/// The digits of a text that is nothing but a phone number or a part of one; `None` for everything else.
pub(super) fn digits(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(text.len());
    for c in text.chars() {
        match digit(c) {
            Some(digit) => digits.push(digit),
            None if is_phone_mark(c) => {}
            None => return None,
        }
    }
    // In a part of a number the country code is known by what stands around it.
    if ["+1", "1-", "1 "].iter().any(|code| text.trim_start().starts_with(code)) {
        digits.remove(0);
    } else {
        digits = national(digits);
    }
    (!digits.is_empty()).then_some(digits)
}

/// What a text is searched for as a phone number: every number of it, and behind them the text itself where there is
/// more than digits to it (`ext. 12`).
pub(super) fn searched(text: &str) -> String {
    if let Some(digits) = digits(text).filter(|digits| digits.len() <= *LENGTHS.end()) {
        return digits;
    }
    let mut found = String::new();
    for number in numbers(text) {
        found.push_str(&number.digits);
        found.push(' ');
    }
    found.push_str(text);
    found
}

/// The number that a text begins with, up to the end of a word, and its length in bytes. It must look like one: a few
/// figures in a row may be other things.
pub(super) fn leading(text: &str) -> Option<(String, usize)> {
    let (mut lengths, mut found) = (Vec::new(), None);
    for (word, end) in words(run(text)) {
        lengths.extend(word.split(|c| digit(c).is_none()).map(str::len).filter(|length| *length > 0));
        let (before, behind) = text.split_at_checked(end)?;
        let tail = extension(behind).map_or(0, |(_, rest)| behind.len() - rest.len());
        let ends = tail > 0 || behind.is_empty() || behind.starts_with(char::is_whitespace);
        if ends && is_grouped(before, &lengths) {
            found = digits(before).map(|digits| (digits, end + tail));
        }
    }
    found
}

/// Whether groups of so many digits are a number of North America, or one that says its country.
fn is_grouped(text: &str, lengths: &[usize]) -> bool {
    let groups = match lengths {
        _ if text.starts_with('+') => return true,
        [1, rest @ ..] if text.trim_start_matches('(').starts_with('1') => rest,
        [3, rest @ ..] if text.starts_with("001") || text.starts_with("011") => rest,
        all => all,
    };
    matches!(groups, [3, 3, 4] | [3, 4 | 7] | [6, 4] | [7 | 10 | 11 | 13])
}

/// What was found in a text.
#[derive(Default)]
struct Scan {
    numbers: Vec<PhoneNumber>,
    /// There are other words or figures.
    has_more: bool,
}

fn scan(text: &str) -> Scan {
    if letter_for_digit(text).is_some() {
        return Scan { has_more: true, ..Scan::default() };
    }
    let mut scan = Scan::default();
    let mut rest = text;
    while !rest.is_empty() {
        let run = run(rest);
        let ends_in_number = scan.take_run(run);
        rest = rest.get(run.len()..).unwrap_or_default();
        match extension(rest).filter(|_| ends_in_number).zip(scan.numbers.last_mut()) {
            Some(((extension, behind), number)) => {
                number.extension = Some(extension);
                rest = behind;
            }
            None => {
                let other = rest.find(|c| digit(c).is_some() || is_phone_mark(c)).unwrap_or(rest.len());
                scan.has_more |= other > 0;
                rest = rest.get(other..).unwrap_or_default();
            }
        }
    }
    scan
}

impl Scan {
    /// Takes the numbers of a text of nothing but digits and marks; whether it ends in one.
    fn take_run(&mut self, run: &str) -> bool {
        let counts = || run.split('/').map(count);
        // A stroke stands between two numbers, or within one.
        let between =
            counts().any(|count| count >= NATIONAL) || counts().filter(|count| LENGTHS.contains(count)).count() > 1;
        if !between {
            return self.take_row(run);
        }
        let pieces = run.split('/').filter(|piece| count(piece) > 0);
        pieces.fold(false, |_, piece| self.take_row(piece))
    }

    /// Takes numbers with nothing but spaces between them.
    fn take_row(&mut self, row: &str) -> bool {
        let (mut start, mut ends_in_number) = (0, false);
        if count(row) > *LENGTHS.end() {
            for (_, end) in words(row) {
                if let Some(piece) = row.get(start..end).filter(|piece| count(piece) >= NATIONAL) {
                    ends_in_number = self.take(piece);
                    start = end;
                }
            }
        }
        let rest = row.get(start..).unwrap_or_default();
        if count(rest) > 0 { self.take(rest) } else { ends_in_number }
    }

    fn take(&mut self, piece: &str) -> bool {
        let digits = national(only_digits(piece));
        let is_number = LENGTHS.contains(&digits.len());
        if is_number {
            self.numbers.push(PhoneNumber { digits, extension: None });
        } else {
            self.has_more |= !digits.is_empty();
        }
        is_number
    }
}

/// The extension that a text begins with, and what stands behind it.
fn extension(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches([' ', ',', ';', '(']);
    let behind = EXTENSIONS.into_iter().find_map(|word| {
        let (head, rest) = text.split_at_checked(word.len())?;
        head.eq_ignore_ascii_case(word).then_some(rest)
    })?;
    let behind = behind.trim_start_matches([' ', '\u{a0}', '.', ':', '=', '#']);
    let end = behind.find(|c| digit(c).is_none()).unwrap_or(behind.len());
    let (extension, rest) = behind.split_at(end);
    let ends = !rest.starts_with(char::is_alphabetic);
    let extension = only_digits(extension);
    (ends && (1..=LONGEST_EXTENSION).contains(&extension.len())).then_some((extension, rest))
}

/// The digits and marks that a text begins with.
fn run(text: &str) -> &str {
    let end = text.find(|c| digit(c).is_none() && !is_phone_mark(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The words of a text with the places where they end.
fn words(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let ends = text.split_inclusive(char::is_whitespace).scan(0, |end, piece| {
        *end += piece.len();
        let word = piece.trim_end();
        Some((word, *end + word.len() - piece.len()))
    });
    ends.filter(|(word, _)| !word.is_empty())
}

fn count(text: &str) -> usize {
    text.chars().filter_map(digit).count()
}

/// Digits without what is dialled to reach another country, and without the code of North America.
fn national(mut digits: String) -> String {
    let abroad = ["011", "00"].into_iter().find(|prefix| digits.starts_with(prefix) && digits.len() > NATIONAL);
    digits.drain(..abroad.map_or(0, str::len));
    if digits.len() == NATIONAL + 1 && digits.starts_with('1') {
        digits.remove(0);
    }
    digits
}

fn only_digits(text: &str) -> String {
    text.chars().filter_map(digit).collect()
}

/// A digit, also one as wide as the letters of East Asia.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(c) - 0xff10, 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
