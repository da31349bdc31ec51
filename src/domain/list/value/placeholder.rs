//! What people and programs write where there is no value.

use crate::domain::table::is_error_value;

/// In whatever case. A brand, a city or a person may be called like a part of one, so the whole cell counts.
const WORDS: &[&str] = &[
    "n/a",
    "n.a.",
    "n.a",
    "n\\a",
    "na",
    "null",
    "nil",
    "none",
    "none listed",
    "none given",
    "not listed",
    "not available",
    "not applicable",
    "not provided",
    "no data",
    "tbd",
    "t.b.d.",
    "tba",
    "unknown",
    "undefined",
    "\\n",
    "s/o",
    "inconnu",
    "aucun",
    "aucune",
    "ninguno",
    "ninguna",
    "desconocido",
];

/// Only in this case: Nan is somebody's first name.
const NOT_A_NUMBER: [&str; 3] = ["nan", "NaN", "NAN"];

/// The most bytes of one.
const LONGEST: usize = 24;

/// Whether a cell stands for no value: `N/A`, `(null)`, `none listed`, `--`, `?`, `#N/A`. An empty one does not.
pub fn is_placeholder(cell: &str) -> bool {
    let cell = cell.trim();
    if cell.is_empty() || cell.len() > LONGEST {
        return false;
    }
    let bare = unbracketed(cell);
    WORDS.iter().any(|word| bare.eq_ignore_ascii_case(word))
        || NOT_A_NUMBER.contains(&bare)
        || bare.len() != cell.len() && ["blank", "empty"].iter().any(|word| bare.eq_ignore_ascii_case(word))
        || cell.chars().all(|c| matches!(c, '-' | '_' | '.' | '?' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '…'))
        || is_error_value(cell)
}

/// Without the brackets that programs put around one.
fn unbracketed(cell: &str) -> &str {
    let inside = |(open, close)| cell.strip_prefix(open)?.strip_suffix(close);
    [('(', ')'), ('[', ']'), ('<', '>')].into_iter().find_map(inside).unwrap_or(cell)
}
