//! Tables as people have them: text in rows and columns, as spreadsheets, exports and clipboards write it.
//!
//! The one reader of files with dealerships and of files and blocks with codes. It knows no field: whoever reads says how
//! well a row suits, and gets rows with the lines they stand on. `csv` reads the same rows, but tells neither that a
//! quotation mark is not closed nor on which line a row of a file with CR line ends begins.

mod cell;
mod dialect;
mod layout;
mod quotes;
mod rows;

pub use cell::{cell_text, damage, fraction, is_error_value, plain_key, shortened};
pub use dialect::Dialect;
pub use layout::TableError;
pub use rows::{RowFault, TextRow, TextRows};

/// The most columns that are read.
pub const MOST_COLUMNS: usize = 1_000;

/// The most rows that are read: more than twice as many as the desk is made for.
pub const MOST_ROWS: usize = 250_000;

/// A text and how its rows are written.
#[derive(Debug, Clone, Copy)]
pub struct TextTable<'a> {
    text: &'a str,
    layout: Dialect,
}

impl<'a> TextTable<'a> {
    /// Finds out how the rows of a text are written: by its `sep=` line, or else by the separator with which its beginning
    /// suits best, and of several the one that makes the most columns.
    pub fn open(text: &'a str, suits: impl Fn(TextRows<'a>) -> usize) -> Result<Self, TableError> {
        let text = body(text);
        Ok(Self { text, layout: layout::find(text, suits)? })
    }

    /// A text whose layout is known.
    pub fn with(text: &'a str, layout: Dialect) -> Self {
        Self { text: body(text), layout }
    }

    /// Its rows, those without any text left out. A heading is a row.
    pub fn rows(&self) -> TextRows<'a> {
        TextRows::new(self.text.get(self.layout.start..).unwrap_or_default(), self.layout)
    }

    /// How its rows are written.
    pub fn layout(&self) -> Dialect {
        self.layout
    }

    /// What stands between its cells.
    pub fn separator(&self) -> char {
        self.layout.separator
    }

    /// The same in words, where somebody may want to know.
    pub fn separator_words(&self) -> Option<&'static str> {
        match self.layout.separator {
            _ if self.layout.announced => None,
            ';' => Some("semicolons"),
            '\t' => Some("tabs"),
            '|' => Some("vertical bars"),
            _ => None,
        }
    }
}

/// A text without the mark at its start and the end of a text file, to old programs.
fn body(text: &str) -> &str {
    let text = text.trim_end_matches(['\u{1a}', '\r', '\n']);
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests;
