//! Phone numbers as people write them: the digits that are dialled, an extension apart from them, several in one text.
//!
//! The country code of North America is left out of the digits: mostly it is not written.

/// The length of a number of North America behind its country code.
const NATIONAL: usize = 10;

/// The fewest digits of a number, that without its area code, and the most of one anywhere.
const LENGTHS: std::ops::RangeInclusive<usize> = 7..=15;

/// The longest extension.
const LONGEST_EXTENSION: usize = 7;

/// What announces an extension. One that begins with another comes first.
const EXTENSIONS: [&str; 7] = ["extension", "extn", "ext", "ex", "x", "poste", "#"];

/// A phone number.
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

/// Whether two texts have a number in common. Two extensions of one number are different; one that is not written may
/// be any.
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
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let one = |number: PhoneNumber| match number.extension {
            Some(extension) => format!("{}x{extension}", number.digits),
            None => number.digits,
        };
        numbers(text).into_iter().map(one).collect()
    }

    #[test]
    fn a_number_is_read_however_it_is_written() {
        for text in [
            "(797) 555-0950",
            "797.555.0950",
            "+1 797 555 0950",
            "1-797-555-0950",
            "001 797 555 0950",
            "011 1 797 555 0950",
            "7975550950",
            " 797/555-0950 ",
            "797\u{a0}555\u{2011}0950",
            "７９７ ５５５ ０９５０",
        ] {
            assert_eq!(all(text), ["7975550950"], "{text}");
            assert_eq!(digits(text).as_deref(), Some("7975550950"), "{text}");
            assert_eq!(read(text).map(|number| written(&number)).as_deref(), Some("(797) 555-0950"), "{text}");
        }
        assert_eq!(all("555-0950"), ["5550950"]);
        assert_eq!(all("+44 20 7946 0958"), ["442079460958"]);
        assert_eq!(all("011 44 20 7946 0958"), ["442079460958"]);
    }

    #[test]
    fn an_extension_is_kept_apart() {
        for text in [
            "(201) 555-0100 x12",
            "201.555.0100 ext. 12",
            "201-555-0100 EXT 12",
            "201-555-0100, ext: 12",
            "201-555-0100 Extension 12",
            "201-555-0100 #12",
            "201-555-0100x12",
            "514-555-0100 poste 12".replace("514", "201").as_str(),
            "+1-201-555-0100;ext=12",
            "(201) 555-0100 (ext. 12)",
        ] {
            assert_eq!(all(text), ["2015550100x12"], "{text}");
            assert_eq!(read(text).map(|number| written(&number)).as_deref(), Some("(201) 555-0100 ext. 12"), "{text}");
        }
        assert_eq!(all("ext. 12"), [""; 0]);
        assert_eq!(all("201-555-0100 x12a"), ["2015550100"]);
    }

    #[test]
    fn several_numbers_in_one_text_are_told_apart() {
        for text in [
            "201-555-0103 / 201-555-0104",
            "201-555-0103/201-555-0104",
            "201-555-0103 or 201-555-0104",
            "201-555-0103, +1 201-555-0104",
            "201-555-0103 201-555-0104",
            "(201) 555-0103 - (201) 555-0104",
            "office 201-555-0103; cell 201-555-0104",
        ] {
            assert_eq!(all(text), ["2015550103", "2015550104"], "{text}");
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(all("201-555-0103 x1 / 201-555-0104 x2"), ["2015550103x1", "2015550104x2"]);
        assert_eq!(all("555-0103 / 555-0104"), ["5550103", "5550104"]);
    }

    #[test]
    fn words_are_no_number_and_a_text_with_more_than_a_number_is_not_rewritten() {
        for text in ["", "-", "call Ana", "ext 3", "1-800-FORD-NOW", "12", "+", "/", "12345678901234567890"] {
            assert_eq!(all(text), [""; 0], "{text}");
            assert_eq!(read(text), None, "{text}");
        }
        for text in ["call Ana 201-555-0100", "201-555-0103/04", "(201) 555-0100 office", "201-555-0100, 12"] {
            assert_eq!(numbers(text).len(), 1, "{text}");
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("555-0100"), None, "its area code is not known");
        assert_eq!(written(&numbers("555-0100").remove(0)), "555-0100");
    }

    #[test]
    fn one_number_in_common_makes_the_same_phone() {
        for (one, other, same) in [
            ("(201) 555-0100 x12", "+1 201.555.0100 ext. 12", true),
            ("(201) 555-0100 x12", "201-555-0100", true),
            ("(201) 555-0100 x12", "(201) 555-0100 x13", false),
            ("201-555-0103 / 201-555-0104", "2015550104", true),
            ("2015550103", "2015550104", false),
            ("call Ana", "call Ana", false),
            ("", "", false),
        ] {
            assert_eq!(same_phone(one, other), same, "{one} {other}");
            assert_eq!(same_phone(other, one), same, "{other} {one}");
        }
    }

    #[test]
    fn a_number_at_the_beginning_of_a_text_ends_where_it_is_whole() {
        for (text, digits, taken) in [
            ("(201) 555-0100 ford", "2015550100", "(201) 555-0100"),
            ("201 555 0100", "2015550100", "201 555 0100"),
            ("+1 201 555 0101", "2015550101", "+1 201 555 0101"),
            ("+1 201 555", "201555", "+1 201 555"),
            ("1 (201) 555-0101", "2015550101", "1 (201) 555-0101"),
            ("001 201 555 0108 x", "2015550108", "001 201 555 0108"),
            ("555 0104", "5550104", "555 0104"),
            ("201-555-0100 ext. 12 ford", "2015550100", "201-555-0100 ext. 12"),
            ("201-555-0100x12", "2015550100", "201-555-0100x12"),
        ] {
            let end = taken.len();
            assert_eq!(leading(text), Some((digits.to_owned(), end)), "{text}");
        }
        for text in ["02042 2042 1", "12", "ford 201 555 0100", "201 555 0100a", "", "2020 2021"] {
            assert_eq!(leading(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn anything_is_read_and_a_written_number_reads_as_itself(text in "[0-9+()./ x#-]{0,40}|\\PC{0,30}") {
            for number in numbers(&text) {
                let again = numbers(&written(&number));
                if number.digits.len() == NATIONAL && !number.digits.starts_with('1') || number.digits.len() == 7 {
                    proptest::prop_assert_eq!(again, vec![number]);
                }
            }
            if let Some((_, end)) = leading(&text) {
                proptest::prop_assert!(text.is_char_boundary(end));
            }
            proptest::prop_assert!(same_phone(&text, &text) || numbers(&text).is_empty());
        }
    }
}
