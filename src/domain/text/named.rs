//! Characters in words, for whoever is told that one cannot stand where it stands.

use unicode_script::{Script, UnicodeScript};

use super::{acts_on_direction, is_invisible};

/// Whether a character ends a line, also as other programs write it.
pub fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A character in words; nothing that is printed acts on a terminal.
pub fn named(c: char) -> String {
    let number = u32::from(c);
    let words = match c {
        _ if is_line_break(c) => return "a line break".to_owned(),
        '\t' => return "a tab".to_owned(),
        ' ' => return "a space".to_owned(),
        '\0' => return "a null character".to_owned(),
        '\u{1b}' => return "an escape character".to_owned(),
        _ if acts_on_direction(c) => "a character that turns text round",
        _ if c.is_control() => "a control character",
        _ if is_invisible(c) => "a character that cannot be seen",
        _ if c.is_whitespace() => "an odd space",
        _ if c.is_ascii() => return format!("`{c}`"),
        _ => {
            return match c.script() {
                Script::Common | Script::Inherited | Script::Unknown => format!("`{c}` (U+{number:04X})"),
                script => format!("`{c}` (U+{number:04X}, {})", script.full_name()),
            };
        }
    };
    format!("{words} (U+{number:04X})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_named_so_that_it_can_be_found() {
        for (c, words) in [
            ('\n', "a line break"),
            ('\r', "a line break"),
            ('\u{2028}', "a line break"),
            ('\t', "a tab"),
            ('\u{1b}', "an escape character"),
            ('\0', "a null character"),
            ('\u{7}', "a control character (U+0007)"),
            ('\u{9b}', "a control character (U+009B)"),
            ('\u{202e}', "a character that turns text round (U+202E)"),
            ('\u{200b}', "a character that cannot be seen (U+200B)"),
            ('\u{a0}', "an odd space (U+00A0)"),
            ('_', "`_`"),
            (' ', "a space"),
            ('а', "`а` (U+0430, Cyrillic)"),
            ('ο', "`ο` (U+03BF, Greek)"),
            ('＠', "`＠` (U+FF20)"),
        ] {
            assert_eq!(named(c), words);
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_of_it_acts(c in proptest::prelude::any::<char>()) {
            proptest::prop_assert!(!named(c).contains(is_invisible));
        }
    }
}
