//! The form in which texts are searched and compared: what people write in several ways is written in one.
//!
//! Case is folded (`ß` is `ss`), accents are left out whether they are composed or not, and so are quotation marks,
//! apostrophes and whatever cannot be seen; `&` is `and`, every dash is `-`, white space is one space, and none at the ends.

use unicode_normalization::UnicodeNormalization;

use super::is_invisible;

/// A text in its normal form. It has no line ends.
pub fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_normal(&mut out, text);
    out
}

/// The normal form of a piece of a longer text, to be looked for in one: a space at an end of it says that a word ends there.
pub fn normal_piece(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.starts_with(char::is_whitespace) {
        out.push(' ');
    }
    push_normal(&mut out, text);
    if text.ends_with(char::is_whitespace) && !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

/// Writes the normal form of a text behind another one.
pub fn push_normal(out: &mut String, text: &str) {
    let start = out.len();
    // Most texts are plain, and each of 100,000 dealerships has a dozen.
    if is_plain(text) {
        out.push_str(text);
        if let Some(new) = out.get_mut(start..) {
            new.make_ascii_lowercase();
        }
        return;
    }
    let mut writer = Writer { out, start, space: false };
    let mut rest = text;
    while !rest.is_empty() {
        let plain = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let (ascii, other) = rest.split_at(plain);
        ascii.chars().for_each(|c| writer.push_ascii(c));
        let odd = other.bytes().position(|byte| byte.is_ascii()).unwrap_or(other.len());
        let (odd, behind) = other.split_at(odd);
        // Taken apart, the accent that is typed as an apostrophe would become a space, and the sign two letters.
        odd.chars().filter(|c| !matches!(c, '´' | '\u{1ffd}' | '™')).nfkd().for_each(|c| writer.push(c));
        rest = behind;
    }
    // Marks between which something was left out may stand in another order than when they are read again.
    if out.get(start..).is_some_and(|form| !form.is_ascii()) {
        let form = out.split_off(start);
        out.extend(form.nfd());
    }
}

/// Where in a text something is whose normal form this is, as far as that can be told.
pub fn find_normal(text: &str, form: &str) -> Option<std::ops::Range<usize>> {
    let found = normal(text).find(form).filter(|_| !form.is_empty())?;
    if is_plain(text) {
        return Some(found..found + form.len());
    }
    // What stands before a place in the text stands before its form: the longest and the shortest that do.
    let places: Vec<usize> = text.char_indices().map(|(place, _)| place).chain([text.len()]).collect();
    let before = |place: &usize| text.get(..*place).map_or(0, |text| normal(text).len());
    let start = places.partition_point(|place| before(place) <= found).checked_sub(1)?;
    let end = places.partition_point(|place| before(place) < found + form.len());
    Some(*places.get(start)?..*places.get(end)?)
}

/// Whether a text is the one that has this normal form.
pub fn is_normally(text: &str, form: &str) -> bool {
    if is_plain(text) { text.eq_ignore_ascii_case(form) } else { normal(text) == form }
}

/// The normal form of a key, like a dealerCode: without the spaces and dashes that people put into it and leave out.
pub fn normal_key(text: &str) -> String {
    let mut key = normal(text);
    if key.contains([' ', '-']) {
        key.retain(|c| !matches!(c, ' ' | '-'));
    }
    key
}

/// What a byte does to its text: nothing, it is a space, or it is written otherwise.
const KINDS: [u8; 256] = {
    let mut kinds = [ODD; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        kinds[byte as usize] = match byte {
            b' ' => SPACE,
            b'"' | b'\'' | b'`' | b'&' => ODD,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};
const SPACE: u8 = 1;
const ODD: u8 = 2;

/// Whether nothing but the case of its letters has to be changed.
fn is_plain(text: &str) -> bool {
    // Two spaces side by side, or one at an end, are as odd as what is. Without branches it is several times faster.
    let (mut odd, mut before) = (0, SPACE);
    for byte in text.bytes() {
        let kind = KINDS[usize::from(byte)];
        odd |= kind | (kind & before) << 1;
        before = kind;
    }
    text.is_empty() || (odd & ODD) == 0 && before != SPACE
}

/// Writes characters, and a space between words only.
struct Writer<'a> {
    out: &'a mut String,
    start: usize,
    space: bool,
}

impl Writer<'_> {
    fn push_ascii(&mut self, c: char) {
        match c {
            '!'..='~' if KINDS[c as usize & 0x7f] == 0 => self.put_one(c.to_ascii_lowercase()),
            '&' => {
                self.space = true;
                self.put("and");
                self.space = true;
            }
            '!'..='~' => {}
            _ => self.space = true,
        }
    }

    /// A character without anything that could be taken off it.
    fn push(&mut self, c: char) {
        match c {
            c if c.is_ascii() => self.push_ascii(c),
            c if c.is_whitespace() || c.is_control() => self.space = true,
            c if is_accent(c) || is_quote(c) || is_invisible(c) || is_registered(c) => {}
            c if is_dash(c) => self.put_one('-'),
            c => match letters_of(c) {
                Some(letters) => self.put(letters),
                None => c.to_lowercase().for_each(|c| self.put_one(c)),
            },
        }
    }

    fn put_one(&mut self, c: char) {
        self.put(c.encode_utf8(&mut [0; 4]));
    }

    fn put(&mut self, letters: &str) {
        if self.space && self.out.len() > self.start {
            self.out.push(' ');
        }
        self.space = false;
        self.out.push_str(letters);
    }
}

/// Letters that have an accent within, and those of which folding their case makes others.
fn letters_of(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "ss",
        'ς' => "σ",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ħ' | 'Ħ' => "h",
        'ŧ' | 'Ŧ' => "t",
        'ı' => "i",
        'ŋ' | 'Ŋ' => "n",
        _ => return None,
    })
}

/// The accents of Latin, Greek and Cyrillic. In other scripts marks are letters.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

fn is_registered(c: char) -> bool {
    matches!(c, '®' | '©')
}

/// Apostrophes, quotation marks, and what is typed in their place.
fn is_quote(c: char) -> bool {
    matches!(c,
        '"' | '\'' | '`' | '´' | '«' | '»' | '\u{2b9}'..='\u{2bd}' | '\u{2018}'..='\u{201f}' | '\u{2032}'..='\u{2037}' | '‹' | '›'
        | '\u{300c}'..='\u{300f}' | '\u{301d}'..='\u{301f}' | '＂' | '＇')
}

fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{58a}' | '\u{5be}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{2212}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{301c}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '－'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_in_the_form_is_found_in_the_text() {
        for (text, form, found) in [
            ("Quill GMC", "gmc", "GMC"),
            ("O'Hara Ford & Sons", "ohara", "O'Hara"),
            ("Ford & Sons", "sons", "Sons"),
            ("Ford & Sons", "and", "&"),
            ("Peña Kia", "pen", "Peñ"),
            ("東京トヨタ自動車", "トヨタ", "トヨタ"),
        ] {
            assert_eq!(find_normal(text, form).and_then(|range| text.get(range)).map(str::trim), Some(found), "{text}");
        }
        assert_eq!((find_normal("Kia", ""), find_normal("Kia", "ford")), (None, None));
    }

    #[test]
    fn what_is_written_in_several_ways_has_one_form() {
        for (texts, form) in [
            (
                &["O'Hara Ford & Sons", "o’hara  FORD and sons", " O`Hara Ford&Sons ", "OʼHara Ford & Sons"][..],
                "ohara ford and sons",
            ),
            (&["Peña Kia", "Pen\u{303}a Kia", "PENA\u{a0}KIA", "P\u{200b}ena\tKia"], "pena kia"),
            (&["Straße", "STRASSE", "STRAẞE", "Straſſe"], "strasse"),
            (&["Łódź Smørrebrød Đorđe", "lodz smorrebrod dorde"], "lodz smorrebrod dorde"),
            (&["Æther œuvre", "AETHER OEUVRE"], "aether oeuvre"),
            (&["Auto-Haus", "auto–haus", "AUTO\u{2011}HAUS", "auto−haus"], "auto-haus"),
            (&["„Haus“ «Kia» ‚x‘", "haus kia x"], "haus kia x"),
            (&["Ｆｏｒｄ １２", "ford 12"], "ford 12"),
            (&["ΣΊΣΥΦΟΣ", "σίσυφος"], "σισυφοσ"),
            (&["İstanbul ılık", "istanbul ilik"], "istanbul ilik"),
            (&["ﬁne Acme™ Ford®", "fine acme ford"], "fine acme ford"),
            (&["a\nb\u{2028}c\r\n", "a b c"], "a b c"),
            (&["東京トヨタ", "東京ﾄﾖﾀ"], "東京トヨタ"),
            (&["A & B", "a&b", "A ＆ B"], "a and b"),
            (&["", " ", "'", "\u{200b}"], ""),
        ] {
            for text in texts {
                assert_eq!(normal(text), form, "{text:?}");
                assert!(is_normally(text, form), "{text:?}");
            }
        }
        for marks in ["\u{10a3a}®\u{16ff0}", "\u{10a3a}'\u{16ff0}", "\u{10a3a}\u{200b}\u{16ff0}"] {
            assert_eq!(normal(marks), "\u{16ff0}\u{10a3a}");
        }
        assert_ne!(normal("が"), normal("か"), "in this script the mark makes another letter");
        assert!(!is_normally("Ford", "kia"));
    }

    #[test]
    fn a_piece_keeps_the_borders_of_its_words() {
        for (text, form) in
            [(" Kia", " kia"), ("ford ", "ford "), (" & ", " and "), ("&sons", "and sons"), ("  ", " "), ("é", "e")]
        {
            assert_eq!(normal_piece(text), form, "{text:?}");
        }
    }

    #[test]
    fn a_key_is_known_without_its_spaces_and_dashes() {
        for text in ["xts77", "XTS 77", "Xts-77", "xts–77", " xts77 "] {
            assert_eq!(normal_key(text), "xts77", "{text:?}");
        }
        assert_ne!(normal_key("02042"), normal_key("2042"));
    }

    #[test]
    fn letters_that_other_keyboards_lack_are_written_with_theirs() {
        for (text, form) in
            [("Þór þing", "thor thing"), ("Ħamrun ħobż", "hamrun hobz"), ("Ŧana ŧ", "tana t"), ("Ŋaio aŋa", "naio ana")]
        {
            assert_eq!(normal(text), form);
        }
    }

    #[test]
    fn no_space_is_left_at_the_ends_of_a_plain_text() {
        for text in ["Harbor Ford", " Harbor Ford", "Harbor Ford ", "Harbor  Ford", "harbor ford"] {
            assert_eq!(normal(text), "harbor ford", "{text:?}");
        }
    }

    #[test]
    fn in_a_plain_text_the_spaces_of_what_is_found_are_found_too() {
        assert_eq!(find_normal("Quill GMC", " gmc"), Some(5..9));
        assert_eq!(find_normal("Quill Lake GMC", " lake g"), Some(5..12));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_normal_form_of_a_normal_form_is_itself(text in "\\PC{0,20}|[ -~]{0,20}|[aÉéß&'’ \u{301}\u{a0}\n–-]{0,12}") {
            let form = normal(&text);
            proptest::prop_assert_eq!(&normal(&form), &form, "{:?}", text);
            proptest::prop_assert!(!form.chars().any(|c| c.is_control() || is_invisible(c)));
            proptest::prop_assert!(!form.contains("  ") && form.trim() == form);
            proptest::prop_assert!(is_normally(&text, &form));
        }

        #[test]
        fn composing_it_otherwise_changes_nothing(text in "[A-Za-zÀ-žΑ-ώ' &]{0,16}|\\PC{0,12}") {
            let form = normal(&text);
            proptest::prop_assert_eq!(&normal(&text.nfc().collect::<String>()), &form);
            proptest::prop_assert_eq!(&normal(&text.nfd().collect::<String>()), &form);
        }

        #[test]
        fn case_does_not_count(text in "[A-Za-zÀ-ž ]{0,16}") {
            proptest::prop_assert_eq!(normal(&text.to_lowercase()), normal(&text));
            proptest::prop_assert_eq!(normal(&text.to_uppercase()), normal(&text));
        }
    }
}
