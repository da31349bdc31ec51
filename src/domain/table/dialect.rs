//! How cells are separated, and what stands around and inside them.

use std::borrow::Cow;

use crate::domain::text::unguard;

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

/// What stands between cells, how quotation marks are written inside them, and where the rows begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    pub(super) separator: char,
    pub(super) quotes: Quotes,
    /// The first byte of the first row, and its line.
    pub(super) start: usize,
    pub(super) line: u64,
    /// Whether a `sep=` line said so.
    pub(super) announced: bool,
}

impl Dialect {
    pub(super) const PLAIN: Self =
        Self { separator: ',', quotes: Quotes::Doubled, start: 0, line: 1, announced: false };

    /// Whether its quotation marks are written `\"` inside a cell.
    pub fn has_backslashes(self) -> bool {
        self.quotes == Quotes::Backslash
    }
}

/// The marks that close what a cell begins with, when that is a quotation mark and not the plain one.
pub(super) fn closing(cell: &str) -> Option<&'static [char]> {
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
pub(super) fn is_between(cell: &str) -> bool {
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
