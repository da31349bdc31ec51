//! Fuzzy words: letters that come in this order within a field, whatever stands between them.
//!
//! What is a letter is what nucleo takes for one, so that the filter finds what the palette would; a score is not needed.

use nucleo_matcher::chars::{graphemes, normalize, to_lower_case};

/// A fuzzy needle.
#[derive(Debug, Clone)]
pub(super) struct Fuzzy {
    letters: Box<[char]>,
    /// It has plain letters only: they find those with accents too.
    plain: bool,
    /// Accents in the text do not count: there are none in the needle.
    bare: bool,
}

impl Fuzzy {
    /// A needle, folded already.
    pub(super) fn new(needle: &str) -> Self {
        let letters: Box<[char]> = graphemes(needle).map(to_lower_case).collect();
        let bare = letters.iter().all(|letter| normalize(*letter) == *letter);
        Self { letters, plain: needle.is_ascii(), bare }
    }

    /// Whether a field has its letters in their order.
    pub(super) fn is_in(&self, field: &str) -> bool {
        if field.is_ascii() {
            return self.plain && self.in_order(field.bytes().map(char::from));
        }
        self.in_order(field.chars().map(|c| self.read(c)))
            && (stands_alone(field) || self.in_order(graphemes(field).map(|c| self.read(c))))
            && (self.plain || graphemes(field).any(|c| !c.is_ascii()))
    }

    fn in_order(&self, mut text: impl Iterator<Item = char>) -> bool {
        self.letters.iter().all(|letter| text.any(|other| other == *letter))
    }

    fn read(&self, c: char) -> char {
        match c.is_ascii() {
            true => c,
            false => to_lower_case(if self.bare { normalize(c) } else { c }),
        }
    }
}

/// Whether every character is a letter of its own: those that join the one before them come later in Unicode.
fn stands_alone(text: &str) -> bool {
    const JOINING: u8 = 0xcc;
    text.bytes().all(|byte| byte < JOINING)
}

#[cfg(test)]
mod tests {
    use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
    use nucleo_matcher::{Matcher, Utf32Str};
    use proptest::prelude::*;

    use super::super::searchable::fold;
    use super::*;

    /// What the palette's matcher says.
    fn nucleo(needle: &str, field: &str) -> bool {
        let atom = Atom::new(needle, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false);
        atom.score(Utf32Str::new(field, &mut Vec::new()), &mut Matcher::default()).is_some()
    }

    #[test]
    fn plain_letters_find_accents_and_accents_find_themselves() {
        for (needle, field, found) in [
            ("nnz", "anders-núñez", true),
            ("núñ", "anders-núñez", true),
            ("núñ", "anders-nunez", false),
            ("zn", "núñez", false),
            ("cafe", "cafe\u{301} noir", true),
            ("東京", "東京トヨタ", true),
            ("京東", "東京トヨタ", false),
        ] {
            assert_eq!(Fuzzy::new(needle).is_in(field), found, "{needle} in {field}");
            assert_eq!(nucleo(needle, field), found, "{needle} in {field}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn it_finds_what_the_matcher_of_the_palette_finds(
            needle in "[a-c 1áÁÇñßğ]{1,4}|[abáñ\u{301}\u{308}東京가🏽🇫🇷\u{200d}]{1,4}",
            field in "[a-c 1áÁÇñßğ]{0,9}|[abcáñ\u{301}\u{308}東京가👍🏽🇫🇷\u{200d}]{0,9}",
        ) {
            let (needle, field) = (fold(&needle), fold(&field));
            prop_assert_eq!(Fuzzy::new(&needle).is_in(&field), nucleo(&needle, &field));
        }
    }
}
