//! From a text to its rows.

use std::borrow::Cow;

use super::MOST_COLUMNS;
use super::cell::cell_text;
use super::dialect::{Dialect, QuoteWatch, Quotes};

/// A row with any text in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRow<'a> {
    /// The line on which it begins, counted from 1.
    pub line: u64,
    /// The line on which it ends: another one when a cell between quotation marks has line breaks.
    pub last_line: u64,
    /// Its cells, as far as they could be read; without quotation marks and without white space around them.
    pub cells: Vec<Cow<'a, str>>,
    /// Why it cannot be taken.
    pub fault: Option<RowFault>,
}

/// Why a row cannot be read. The line on which it begins is never lost, nor is a line after it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// A cell begins with a quotation mark, and there is no second one.
    #[error("a quotation mark on line {0} is not closed; what follows was read line by line")]
    Unclosed(u64),
    /// A quotation mark is closed in the middle of a cell, on the same line.
    #[error("text follows the closing quotation mark of a cell; inside a cell write a quotation mark twice")]
    TextBehind,
    /// The same, on another line.
    #[error(
        "a quotation mark on line {opened} is closed only on line {closed}, in the middle of a cell; what follows line {opened} was read line by line"
    )]
    ClosedLater { opened: u64, closed: u64 },
    /// A separator lies between marks that look like quotation marks.
    #[error("the quotes are not plain ones; write \" instead")]
    OtherQuotes,
    /// More columns than any list has.
    #[error("more than {MOST_COLUMNS} columns")]
    Wide,
}

impl TextRow<'_> {
    fn is_blank(&self) -> bool {
        self.fault.is_none() && self.cells.iter().all(|cell| cell.is_empty())
    }

    /// The lines that lie inside one of its cells although at least one of them looks like a row of so many columns.
    pub fn swallowed(&self, columns: usize, separator: char) -> Option<(u64, u64)> {
        let rows = |cell: &Cow<'_, str>| {
            let mut lines = cell.split(['\r', '\n']).skip(1);
            columns > 1 && lines.any(|line| line.matches(separator).count() + 1 >= columns)
        };
        (self.last_line > self.line && self.cells.iter().any(rows)).then_some((self.line + 1, self.last_line))
    }
}

/// The rows of a text, from first to last.
#[derive(Debug, Clone)]
pub struct TextRows<'a> {
    text: &'a str,
    separator: char,
    quotes: Quotes,
    at: usize,
    line: u64,
    left: usize,
}

enum End {
    Cell,
    Row,
}

impl<'a> TextRows<'a> {
    /// The rows of a text that begins with the first one.
    pub(super) fn new(text: &'a str, layout: Dialect) -> Self {
        let Dialect { separator, quotes, line, .. } = layout;
        Self { text, separator, quotes, at: 0, line, left: usize::MAX }
    }

    /// No more than so many.
    pub(super) fn at_most(self, left: usize) -> Self {
        Self { left, ..self }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes past the end of a line, if one stands here.
    fn line_end(&mut self) -> bool {
        let rest = self.rest();
        let length = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with(['\r', '\n'])) };
        self.at += length;
        self.line += u64::from(length > 0);
        length > 0
    }

    /// Goes past what is left of the line.
    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += memchr::memchr2(b'\r', b'\n', rest.as_bytes()).unwrap_or(rest.len());
        self.line_end();
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        let blank = |c: char| matches!(c, ' ' | '\t') && c != self.separator;
        self.at += rest.len() - rest.trim_start_matches(blank).len();
    }

    /// What stands behind a cell.
    fn end(&mut self) -> Option<End> {
        let rest = self.rest();
        if rest.is_empty() || self.line_end() {
            return Some(End::Row);
        }
        rest.starts_with(self.separator).then(|| {
            self.at += self.separator.len_utf8();
            End::Cell
        })
    }

    fn plain_cell(&mut self) -> Cow<'a, str> {
        let rest = self.rest();
        let separator = u8::try_from(self.separator).unwrap_or(b',');
        let length = memchr::memchr3(separator, b'\r', b'\n', rest.as_bytes()).unwrap_or(rest.len());
        self.at += length;
        Cow::Borrowed(rest.get(..length).unwrap_or_default().trim())
    }

    /// A cell between quotation marks, up to behind the closing one; `None`: there is none.
    fn quoted_cell(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at + 1;
        let close = start + self.closing(self.text.get(start..)?)?;
        let inside = self.text.get(start..close)?;
        self.at = close + 1;
        let bytes = inside.as_bytes();
        let ends = memchr::memchr2_iter(b'\r', b'\n', bytes);
        self.line += ends.filter(|at| !(bytes[*at] == b'\r' && bytes.get(at + 1) == Some(&b'\n'))).count() as u64;
        Some(self.quotes.text(inside.trim()))
    }

    /// Where the quotation mark stands that closes a cell.
    fn closing(&self, cell: &str) -> Option<usize> {
        let bytes = cell.as_bytes();
        let mut from = 0;
        loop {
            let rest = bytes.get(from..)?;
            let at = from
                + match self.quotes {
                    Quotes::Doubled => memchr::memchr(b'"', rest),
                    Quotes::Backslash => memchr::memchr2(b'"', b'\\', rest),
                }?;
            match (self.quotes, bytes.get(at)?, bytes.get(at + 1)) {
                (Quotes::Doubled, _, Some(b'"')) | (Quotes::Backslash, b'\\', Some(b'"' | b'\\')) => from = at + 2,
                (Quotes::Backslash, b'\\', _) => from = at + 1,
                _ => return Some(at),
            }
        }
    }

    fn row(&mut self) -> TextRow<'a> {
        let first = self.line;
        let mut row = TextRow { line: first, last_line: first, cells: Vec::new(), fault: None };
        let mut marks = QuoteWatch::default();
        loop {
            self.skip_blanks();
            let (opened_at, opened) = (self.at, self.line);
            let cell = match self.rest().starts_with('"') {
                true => self.quoted_cell(),
                false => Some(self.plain_cell()).inspect(|cell| marks.see(cell)),
            };
            let Some(cell) = cell else {
                row.fault = Some(RowFault::Unclosed(opened));
                self.skip_line();
                break;
            };
            if row.cells.len() < MOST_COLUMNS {
                row.cells.push(cell_text(cell));
            } else if !cell.is_empty() {
                row.fault = Some(RowFault::Wide);
            }
            self.skip_blanks();
            let closed = self.line;
            match self.end() {
                Some(End::Cell) => {}
                Some(End::Row) => {
                    row.last_line = closed;
                    break;
                }
                None => {
                    let later = RowFault::ClosedLater { opened, closed };
                    row.fault = Some(if closed > opened { later } else { RowFault::TextBehind });
                    // What the cell holds may be whole rows: only its own line is lost.
                    row.cells.pop();
                    (self.at, self.line) = (opened_at, opened);
                    self.skip_line();
                    break;
                }
            }
        }
        if row.fault.is_none() && marks.are_torn {
            row.fault = Some(RowFault::OtherQuotes);
        }
        row
    }
}

impl<'a> Iterator for TextRows<'a> {
    type Item = TextRow<'a>;

    fn next(&mut self) -> Option<TextRow<'a>> {
        while self.left > 0 && !self.rest().is_empty() {
            let row = self.row();
            if !row.is_blank() {
                self.left -= 1;
                return Some(row);
            }
        }
        None
    }
}
