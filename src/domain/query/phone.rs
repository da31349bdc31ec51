//! Phone numbers are compared by their digits: however they are written, `(797) 555-0950` and `797.555.0950` are one.

use crate::domain::appointment::is_phone_mark;

/// The length of a number of the United States behind its country code.
const NATIONAL: usize = 10;

/// The digits of a text that is nothing but a phone number or a part of one; `None` for everything else. The country code
/// of the United States is left out: mostly it is not written.
pub(super) fn digits(text: &str) -> Option<String> {
    let plain = text.chars().all(|c| c.is_ascii_digit() || is_phone_mark(c));
    let digits = only_digits(text);
    let national = match digits.strip_prefix('1') {
        Some(rest) if rest.len() == NATIONAL => rest.to_owned(),
        _ => digits,
    };
    (plain && !national.is_empty()).then_some(national)
}

/// What a phone number is found by: its digits, and behind them the text itself where there is more than digits to it
/// (`ext. 12`).
pub(super) fn searched(raw: &str) -> String {
    match digits(raw) {
        Some(digits) => digits,
        None => {
            let digits = only_digits(raw);
            if digits.is_empty() { raw.to_owned() } else { format!("{digits} {raw}") }
        }
    }
}

fn only_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_one_way_to_be_found_however_it_is_written() {
        for text in [
            "(797) 555-0950",
            "797.555.0950",
            "+1 797 555 0950",
            "1-797-555-0950",
            "7975550950",
            " 797/555-0950 ",
            "797\u{a0}555\u{2011}0950",
        ] {
            assert_eq!(digits(text).as_deref(), Some("7975550950"), "{text}");
            assert_eq!(searched(text), "7975550950", "{text}");
        }
        for text in ["", "-", "ask for Kim", "555-0950 ext 3", "a1"] {
            assert_eq!(digits(text), None, "{text}");
        }
        assert_eq!(searched("555-0950 ext 3"), "55509503 555-0950 ext 3");
        assert_eq!(searched("none"), "none");
    }
}
