//! The rows of a file that is no text of rows itself, such as a workbook, kept in one piece of memory.

use std::borrow::Cow;

use crate::domain::table::{MOST_COLUMNS, MOST_ROWS, TableError};

use super::SourceRow;

/// The most bytes of text that are kept: what a list has in a file of text of the largest size, several times over.
pub(super) const MOST_TEXT: usize = 256 << 20;

/// What is said of more.
pub(super) fn too_much_text() -> String {
    format!("it has more than {} MiB of text, and a part of it is not taken; split it", MOST_TEXT >> 20)
}

/// Marks a cell that is not there, in the place of its end.
const MISSING: u32 = u32::MAX;

#[derive(Debug, Default)]
pub(super) struct Grid {
    columns: Option<Vec<String>>,
    text: String,
    /// Where each cell ends in the text; it begins where the one before ends.
    ends: Vec<u32>,
    rows: Vec<GridRow>,
    /// How many cells the widest row has.
    widest: usize,
}

#[derive(Debug)]
struct GridRow {
    line: u64,
    /// How many cells, and how many bytes of text, all rows up to this one have.
    cells: usize,
    text: u32,
    fault: Option<&'static str>,
}

impl Grid {
    /// Takes a row in; one without any text is left out. Cells that a row does not have at its end need not be given.
    pub(super) fn push<'c>(
        &mut self,
        line: u64,
        cells: impl IntoIterator<Item = Option<&'c str>>,
        fault: Option<&'static str>,
    ) -> Result<(), String> {
        let (text, ends) = (self.text.len(), self.ends.len());
        let mut fault = fault;
        for (at, cell) in cells.into_iter().enumerate() {
            let cell = cell.map(str::trim);
            if at >= MOST_COLUMNS {
                fault = fault.or_else(|| cell.filter(|cell| !cell.is_empty()).map(|_| "more than 1000 columns"));
                continue;
            }
            self.text.push_str(cell.unwrap_or_default());
            let end = u32::try_from(self.text.len()).unwrap_or(MISSING);
            self.ends.push(if cell.is_some() { end } else { MISSING });
        }
        if self.text.len() > MOST_TEXT {
            return Err(too_much_text());
        }
        if self.text.len() == text && fault.is_none() {
            self.ends.truncate(ends);
            return Ok(());
        }
        // One of them may be a heading.
        if self.rows.len() > MOST_ROWS {
            return Err(TableError::TooLong.to_string());
        }
        let text = u32::try_from(self.text.len()).unwrap_or(MISSING);
        self.widest = self.widest.max(self.ends.len() - ends);
        self.rows.push(GridRow { line, cells: self.ends.len(), text, fault });
        Ok(())
    }

    pub(super) fn name(&mut self, columns: Vec<String>) {
        self.columns = Some(columns);
    }

    /// The names of the columns, where the rows have no heading.
    pub(super) fn columns(&self) -> Option<&[String]> {
        self.columns.as_deref()
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows. Where columns are named, what a row does not have says nothing; in a sheet its last cells are there, and empty.
    pub(super) fn rows(&self) -> impl Iterator<Item = SourceRow<'_>> {
        let (width, missing) = match &self.columns {
            Some(columns) => (columns.len(), None),
            None => (self.widest, Some(Cow::Borrowed(""))),
        };
        let (mut cell, mut start) = (0, 0_u32);
        self.rows.iter().zip(1..).map(move |(row, place)| {
            let ends = self.ends.get(cell..row.cells).unwrap_or_default();
            let mut cells: Vec<_> = ends
                .iter()
                .map(|end| {
                    let end = Some(*end).filter(|end| *end != MISSING)?;
                    let text = self.text.get(start as usize..end as usize);
                    start = end;
                    text.map(Cow::Borrowed)
                })
                .collect();
            cells.resize(cells.len().max(width), missing.clone());
            (cell, start) = (row.cells, row.text);
            SourceRow { fault: row.fault.map(str::to_owned), ..SourceRow::of(row.line, place, cells) }
        })
    }
}
