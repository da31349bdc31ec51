//! How the rows of a text are written.

use super::dialect::Dialect;
use super::quotes;
use super::{MOST_ROWS, TextRows};

/// The separators, in the order in which they win where nothing else decides.
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
    /// Cells are put between other marks than `"`.
    #[error(
        "the quotes are not plain ones: line {line} has a cell between {mark}; write \" instead, in the whole file"
    )]
    Quotes {
        line: u64,
        /// The mark with which the cell begins.
        mark: char,
    },
    /// More rows than any list has.
    #[error("it has more than {MOST_ROWS} rows, and a part of it is not taken; split it")]
    TooLong,
}

pub(super) fn find<'a>(text: &'a str, suits: impl Fn(TextRows<'a>) -> usize) -> Result<Dialect, TableError> {
    let layout = announced(text)?.unwrap_or_else(|| fitting(text, suits));
    let quotes = quotes::inside_cells(text.get(layout.start..).unwrap_or_default(), layout);
    let layout = Dialect { quotes, ..layout };
    match quotes::other_marks(head(text, layout)) {
        Some((line, mark)) => Err(TableError::Quotes { line, mark }),
        None => Ok(layout),
    }
}

/// The rows that are looked at.
fn head(text: &str, layout: Dialect) -> TextRows<'_> {
    let end = (0..=text.len().min(BYTES_LOOKED_AT)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    TextRows::new(text.get(layout.start..end).unwrap_or_default(), layout).at_most(LOOKED_AT)
}

fn fitting<'a>(text: &'a str, suits: impl Fn(TextRows<'a>) -> usize) -> Dialect {
    let worth = |separator: char| {
        let rows = || head(text, Dialect { separator, ..Dialect::PLAIN });
        // A title above a list has one cell. Nobody writes a bar into a heading by chance, but into a name perhaps.
        let first = rows().find(|row| row.cells.len() > 1 || row.fault.is_some());
        let cells = first.filter(|row| row.fault.is_none() && separator != '|').map(|row| row.cells.len());
        (suits(rows()), cells)
    };
    let mut best = (CANDIDATES[0], worth(CANDIDATES[0]));
    for separator in CANDIDATES.into_iter().skip(1) {
        let found = worth(separator);
        if found > best.1 {
            best = (separator, found);
        }
    }
    Dialect { separator: best.0, ..Dialect::PLAIN }
}

/// The layout when the first line announces the separator.
fn announced(text: &str) -> Result<Option<Dialect>, TableError> {
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
            let line_end = if rest.starts_with("\r\n") { 2 } else { rest.len().min(1) };
            Ok(Some(Dialect { separator, start: end + line_end, line: 2, announced: true, ..Dialect::PLAIN }))
        }
        _ => Err(TableError::Announced),
    }
}
