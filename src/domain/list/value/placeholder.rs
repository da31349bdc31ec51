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

/// What systems write in the column of an owner while nobody is one.
const NOBODY: &[&str] =
    &["no owner", "no one", "nobody", "not assigned", "unassigned", "unowned", "sin asignar", "non assigné"];

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

/// Whether a cell stands for no owner: a placeholder, `No owner`, `(Unassigned)`.
pub fn is_nobody(cell: &str) -> bool {
    if is_placeholder(cell) {
        return true;
    }
    let bare = unbracketed(cell.trim());
    bare.len() <= LONGEST && NOBODY.contains(&bare.to_lowercase().as_str())
}

/// Without the brackets that programs put around one.
fn unbracketed(cell: &str) -> &str {
    let inside = |(open, close)| cell.strip_prefix(open)?.strip_suffix(close);
    [('(', ')'), ('[', ']'), ('<', '>')].into_iter().find_map(inside).unwrap_or(cell)
}
