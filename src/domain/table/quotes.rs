//! Quotation marks that are not written as most programs write them.

use std::borrow::Cow;

use crate::domain::text::unguard;

use super::layout::Dialect;
use super::rows::{RowFault, TextRow, TextRows};

/// How a quotation mark is written inside a cell between quotation marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    Doubled,
    /// `\"`, and a backslash `\\`.
    Backslash,
}

impl Quotes {
    /// What a cell holds that has these characters between its quotation marks.
    pub(super) fn text(self, inside: &str) -> Cow<'_, str> {
        match self {
            Self::Doubled if inside.contains('"') => Cow::Owned(inside.replace("\"\"", "\"")),
            Self::Backslash if inside.contains('\\') => Cow::Owned(without_backslashes(inside)),
            _ => Cow::Borrowed(inside),
        }
    }
}

/// Only what needs a backslash has one: `C:\new` keeps it.
fn without_backslashes(inside: &str) -> String {
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next_if(|next| matches!(next, '"' | '\\')) } else { None };
        text.push(escaped.unwrap_or(c));
    }
    text
}

/// Which way fewer rows are at fault. `\"` may also be the end of a cell that ends with a backslash.
pub(super) fn inside_cells(text: &str, layout: Dialect) -> Quotes {
    if memchr::memmem::find(text.as_bytes(), b"\\\"").is_none() {
        return Quotes::Doubled;
    }
    let faults = |quotes| TextRows::new(text, Dialect { quotes, ..layout }).filter(|row| row.fault.is_some()).count();
    let doubled = faults(Quotes::Doubled);
    if doubled > 0 && faults(Quotes::Backslash) < doubled { Quotes::Backslash } else { Quotes::Doubled }
}

/// The marks that close what a cell begins with, when that is a quotation mark and not the plain one.
fn closing(cell: &str) -> Option<&'static [char]> {
    match cell.chars().next()? {
        // The guard of our own lists.
        '\'' if unguard(cell) != cell => None,
        '\'' => Some(&['\'']),
        '‘' | '‚' => Some(&['’', '‘']),
        '“' | '„' => Some(&['”', '“']),
        '«' => Some(&['»']),
        _ => None,
    }
}

/// Whether a cell stands between such marks.
fn is_between(cell: &str) -> bool {
    closing(cell).is_some_and(|close| cell.chars().count() > 1 && cell.ends_with(close))
}

/// Watches the cells of a row that stand between no plain quotation marks.
#[derive(Debug, Default)]
pub(super) struct QuoteWatch {
    open: Option<&'static [char]>,
    /// Whether a separator lies between other marks. A name may begin with an apostrophe, so a later cell has to end with one.
    pub(super) are_torn: bool,
}

impl QuoteWatch {
    pub(super) fn see(&mut self, cell: &str) {
        self.are_torn |= self.open.is_some_and(|close| cell.ends_with(close));
        self.open = closing(cell).filter(|_| !is_between(cell)).or(self.open);
    }
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
