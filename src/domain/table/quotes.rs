//! Which quotation marks the rows of a text have.

use super::dialect::{Dialect, Quotes, closing, is_between};
use super::rows::{RowFault, TextRow, TextRows};

/// Which way fewer rows are at fault. `\"` may also be the end of a cell that ends with a backslash.
pub(super) fn inside_cells(text: &str, layout: Dialect) -> Quotes {
    if memchr::memmem::find(text.as_bytes(), b"\\\"").is_none() {
        return Quotes::Doubled;
    }
    let faults = |quotes| TextRows::new(text, Dialect { quotes, ..layout }).filter(|row| row.fault.is_some()).count();
    let doubled = faults(Quotes::Doubled);
    if doubled > 0 && faults(Quotes::Backslash) < doubled { Quotes::Backslash } else { Quotes::Doubled }
}

/// The line of the first row with other quotation marks, and the mark, if that is how a list writes them: a separator lies
/// between them and makes a row wider than the first, or half of the rows have cells between them.
pub(super) fn other_marks(rows: TextRows<'_>) -> Option<(u64, char)> {
    let rows: Vec<TextRow<'_>> = rows.collect();
    let first = rows.first()?.cells.len();
    let is_wide = |row: &&TextRow<'_>| row.fault == Some(RowFault::OtherQuotes) && row.cells.len() > first;
    // A single cell between apostrophes may be a name.
    let has_marks = |row: &&TextRow<'_>| {
        let mut between = row.cells.iter().filter(|cell| is_between(cell));
        between.next().is_some_and(|first| !first.starts_with('\'') || between.next().is_some())
    };
    let between = || rows.iter().filter(has_marks);
    let many = between().count() * 2 >= rows.len();
    let row = rows.iter().find(is_wide).or_else(|| between().next().filter(|_| many))?;
    let mark = row.cells.iter().find_map(|cell| closing(cell).and_then(|_| cell.chars().next()))?;
    Some((row.line, mark))
}
