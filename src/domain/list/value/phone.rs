//! Phones of a list.

use crate::domain::phone::{numbers, read, written};

/// What stands between two numbers.
const BETWEEN: &str = " / ";

/// Whether there is no figure in a text: `call Ana`.
pub(super) fn is_none(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_numeric)
}

/// One line of several. Two numbers stay apart, what belongs to one (`ext. 5`) comes behind it.
pub(super) fn joined(lines: &[String]) -> String {
    let mut all = String::new();
    let mut is_number = false;
    for line in lines {
        let next = !numbers(line).is_empty();
        if !all.is_empty() {
            all.push_str(if is_number && next { BETWEEN } else { " " });
        }
        is_number |= next;
        all.push_str(line);
    }
    all
}

/// The text with the extensions of its numbers of North America in their one form; `None` when they are, or there is
/// none. Everything else stays as people wrote it.
pub(super) fn extensions_apart(text: &str) -> Option<String> {
    if !text.contains(|c: char| c.is_alphabetic() || c == '#') {
        return None;
    }
    let apart = |piece: &str| read(piece).filter(|number| number.extension.is_some()).map(|number| written(&number));
    let pieces = text.split(BETWEEN).map(|piece| apart(piece).unwrap_or_else(|| piece.to_owned()));
    let all = pieces.collect::<Vec<_>>().join(BETWEEN);
    (all != text).then_some(all)
}
