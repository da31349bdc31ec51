//! What stands between the cells of a row.

use super::{MOST_ROWS, Rows, Table};

/// In the order in which they win where nothing else decides.
const CANDIDATES: [char; 4] = [',', ';', '\t', '|'];

/// How many rows are looked at, and how many bytes.
const LOOKED_AT: usize = 20;
const BYTES_LOOKED_AT: usize = 64 << 10;

/// Why a text is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The first line announces a separator and names none.
    #[error("line 1 begins with `sep=` and names no separator: write `sep=,`, or take the line out")]
    Announced,
    /// More rows than any list has.
    #[error("it has more than {MOST_ROWS} rows, and a part of it is not taken; split it")]
    TooLong,
}

pub(super) fn find<'a>(text: &'a str, suits: impl Fn(Rows<'a>) -> usize) -> Result<Table<'a>, TableError> {
    if let Some((separator, text, line)) = announced(text)? {
        return Ok(Table { text, separator, line, announced: true });
    }
    let end = (0..=text.len().min(BYTES_LOOKED_AT)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let head = text.get(..end).unwrap_or(text);
    let worth = |separator: char| {
        let cells = Rows::new(head, separator, 1).next().map_or(0, |row| row.cells.len());
        // Nobody writes a bar into a heading by chance, but into a name or a code perhaps.
        let cells = if separator == '|' { 0 } else { cells };
        (suits(Rows::new(head, separator, 1).at_most(LOOKED_AT)), cells)
    };
    let mut best = (CANDIDATES[0], worth(CANDIDATES[0]));
    for separator in CANDIDATES.into_iter().skip(1) {
        let found = worth(separator);
        if found > best.1 {
            best = (separator, found);
        }
    }
    Ok(Table { text, separator: best.0, line: 1, announced: false })
}

/// The separator that the first line announces, what follows the line, and its line.
fn announced(text: &str) -> Result<Option<(char, &str, u64)>, TableError> {
    let end = text.find(['\r', '\n']).unwrap_or(text.len());
    let (first, rest) = text.split_at(end);
    let first = first.trim_matches([' ', '"']);
    if !first.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep=")) {
        return Ok(None);
    }
    let mut chars = first.chars().skip(4);
    // A spreadsheet that saved such a file again has filled the line up with separators.
    match chars.next() {
        Some(separator)
            if separator.is_ascii() && !separator.is_ascii_alphanumeric() && chars.all(|c| c == separator) =>
        {
            let rest = rest.strip_prefix("\r\n").or_else(|| rest.get(1..)).unwrap_or_default();
            Ok(Some((separator, rest, 2)))
        }
        _ => Err(TableError::Announced),
    }
}
