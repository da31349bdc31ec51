//! The apostrophe before a text of our CSV files that a spreadsheet would take for a formula: put on once, taken off once.
//!
//! | text | in our file | read back |
//! |---|---|---|
//! | `=1+1`, `+1 201 555 0101`, `-Dash`, `@Home`, `|x`, `%x`, wide `＝1` | `'=1+1`, … | as it was |
//! | `'Til Dawn Motors` | `''Til Dawn Motors` | `'Til Dawn Motors` |
//! | `'=1+1` | `''=1+1` | `'=1+1` |
//! | a text that begins with a space | `' …` | as it was: cells lose the spaces around them |
//! | `O'Hara Ford`, `Lake Ford` | as it is | as it was |
//!
//! In other people's files:
//!
//! | cell | read as | why |
//! |---|---|---|
//! | `'Til Dawn Motors` | `'Til Dawn Motors` | we would not have written it so |
//! | `'+1 201 555 0101` | `+1 201 555 0101` | others guard in the same way |
//! | `''Til Dawn Motors` | `'Til Dawn Motors` | it cannot be told from ours |
//!
//! Every text that begins with an apostrophe is guarded, not only what could be mistaken for a guarded one: some
//! spreadsheets take the first apostrophe for their own mark and save the cell without it.

use std::borrow::Cow;

/// A text as it goes into a CSV file.
pub fn guard(text: Cow<'_, str>) -> Cow<'_, str> {
    if wants_guard(&text) { Cow::Owned(format!("'{text}")) } else { text }
}

/// The text of a cell of a CSV file.
pub fn unguard(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| wants_guard(rest)).unwrap_or(text)
}

/// Whether a spreadsheet would take a text for a formula, or it could not be told from a guarded one. The wide forms are
/// formulas where people write with them.
fn wants_guard(text: &str) -> bool {
    text.starts_with(['\'', ' '])
        || text.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_a_formula_is_guarded_once() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+1 201 555 0101", "'+1 201 555 0101"),
            ("-Dash Auto", "'-Dash Auto"),
            ("@Home Auto", "'@Home Auto"),
            ("|cmd", "'|cmd"),
            ("%x", "'%x"),
            ("＝1+1", "'＝1+1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠x", "'＠x"),
            (" =1", "' =1"),
            ("\t=1", "'\t=1"),
            (" x", "' x"),
            ("'=1", "''=1"),
            ("'Til Dawn Motors", "''Til Dawn Motors"),
            ("D'Amico Ford", "D'Amico Ford"),
            ("", ""),
        ] {
            assert_eq!(guard(text.into()), written);
            assert_eq!(unguard(written), text);
        }
    }

    #[test]
    fn a_list_of_others_keeps_its_apostrophes() {
        for (cell, text) in [
            ("'Til Dawn Motors", "'Til Dawn Motors"),
            ("'", "'"),
            ("'39 Ford Museum", "'39 Ford Museum"),
            ("'+1 201 555 0101", "+1 201 555 0101"),
        ] {
            assert_eq!(unguard(cell), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn the_guard_comes_off_as_it_went_on(text in "[-=+@%|' ＝a\t]{0,6}|\\PC{0,20}|(?s).{0,12}") {
            let mut written = text.clone();
            // Round after round, as files go to and fro.
            for _ in 0..3 {
                written = unguard(&guard(Cow::Borrowed(&written))).to_owned();
                proptest::prop_assert_eq!(&written, &text);
            }
        }
    }
}
