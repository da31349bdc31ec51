//! Fuzzy words: letters that come in this order within a field, whatever stands between them.
//!
//! What the filter finds with plain letters is what the palette would find; a score is not needed.

#[derive(Debug, Clone)]
pub(super) struct Fuzzy(Box<[char]>);

impl Fuzzy {
    /// A needle in its normal form.
    pub(super) fn new(needle: &str) -> Self {
        Self(needle.chars().collect())
    }

    /// Whether a field has its letters in their order.
    pub(super) fn is_in(&self, field: &str) -> bool {
        if field.is_ascii() { self.in_order(field.bytes().map(char::from)) } else { self.in_order(field.chars()) }
    }

    fn in_order(&self, mut text: impl Iterator<Item = char>) -> bool {
        self.0.iter().all(|letter| text.any(|other| other == *letter))
    }
}

#[cfg(test)]
mod tests {
    use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
    use nucleo_matcher::{Matcher, Utf32Str};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::normal;

    fn is_in(needle: &str, field: &str) -> bool {
        Fuzzy::new(&normal(needle)).is_in(&normal(field))
    }

    #[test]
    fn letters_are_found_in_their_order_with_accents_or_without() {
        for (needle, field, found) in [
            ("nnz", "anders-núñez", true),
            ("núñ", "anders-núñez", true),
            ("núñ", "anders-nunez", true),
            ("zn", "núñez", false),
            ("cafe", "cafe\u{301} noir", true),
            ("oharaford", "O’Hara & Sons Ford", true),
            ("東京", "東京トヨタ", true),
            ("京東", "東京トヨタ", false),
        ] {
            assert_eq!(is_in(needle, field), found, "{needle} in {field}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn it_finds_what_the_matcher_of_the_palette_finds(
            needle in "[a-c 1áÁÇñ]{1,4}|[abáñ東京가]{1,4}",
            field in "[a-c 1áÁÇñ]{0,9}|[abcáñ東京가👍🇫]{0,9}",
        ) {
            let (needle, field) = (normal(&needle), normal(&field));
            let atom = Atom::new(&needle, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false);
            let nucleo = atom.score(Utf32Str::new(&field, &mut Vec::new()), &mut Matcher::default()).is_some();
            prop_assert_eq!(Fuzzy::new(&needle).is_in(&field), nucleo);
        }
    }
}
