//! A file of rows, whatever its form: text with separators, a workbook, JSON, address cards. What it is shows in its
//! bytes, never in its name. It knows no field.

mod cards;
mod grid;
mod json;
mod kind;
mod text;
mod workbook;

use std::borrow::Cow;

use crate::cli::input::DecodedText;
use crate::domain::table::Dialect;

use grid::Grid;
use json::Objects;

/// How many columns there are for things of a kind: the telephones of a card, the objects in a list.
const MOST_OF_A_KIND: usize = 9;

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct SourceRow<'a> {
    /// Where it begins, counted from 1: the line of the file, or the row of the sheet.
    pub(in crate::cli) line: u64,
    /// Its number among the rows, counted from 1; a heading is a row.
    pub(in crate::cli) place: u64,
    /// Its cells. `None`: this row says nothing of the column. `Some("")`: the cell is there, and empty.
    pub(in crate::cli) cells: Vec<Option<Cow<'a, str>>>,
    /// The columns whose value is no text: a list of objects, a yes or no. Their cells are `None`.
    pub(in crate::cli) not_text: Vec<usize>,
    /// Why it cannot be taken.
    pub(in crate::cli) fault: Option<String>,
    /// The lines that lie inside one of its cells although they look like rows.
    pub(in crate::cli) swallowed: Option<(u64, u64)>,
}

impl<'a> SourceRow<'a> {
    fn of(line: u64, place: u64, cells: Vec<Option<Cow<'a, str>>>) -> Self {
        Self { line, place, cells, not_text: Vec::new(), fault: None, swallowed: None }
    }
}

/// How well the first rows of a list suit.
type Suits<'a> = dyn Fn(&mut dyn Iterator<Item = SourceRow<'_>>) -> usize + 'a;

/// A file opened as a list.
#[derive(Debug)]
pub(in crate::cli) struct Source {
    form: Form,
    remarks: Vec<String>,
}

#[derive(Debug)]
enum Form {
    Text { text: DecodedText, layout: Dialect, width: usize },
    Objects(Objects),
    Grid(Grid),
}

impl Source {
    /// Finds out what a file is, and how its rows are written. `suits` says how well the first rows suit as a list: of
    /// several readings the one that suits best is taken.
    pub(in crate::cli) fn open(
        bytes: Vec<u8>,
        sheet: Option<&str>,
        suits: impl Fn(&mut dyn Iterator<Item = SourceRow<'_>>) -> usize,
    ) -> Result<Self, String> {
        match (kind::workbook(&bytes)?, sheet) {
            (Some(book), sheet) => {
                let (grid, remarks) = workbook::read(bytes, book, sheet, &suits)?;
                Ok(Self { form: Form::Grid(grid), remarks })
            }
            (None, Some(_)) => Err("it is no workbook, and has no sheets; leave out --sheet".to_owned()),
            (None, None) => Self::of_text(DecodedText::decode(bytes).map_err(|error| error.to_string())?, &suits),
        }
    }

    fn of_text(text: DecodedText, suits: &Suits<'_>) -> Result<Self, String> {
        let mut remarks: Vec<String> = text.remark().into_iter().collect();
        kind::refuse_text(text.as_str())?;
        let (form, more) = match text.as_str().trim_start() {
            "" => return Err("the file is empty".to_owned()),
            start if start.starts_with(['[', '{']) => json::open(text, suits)?,
            start if cards::is_card(start) => {
                let (grid, remarks) = cards::read(text.as_str())?;
                (Form::Grid(grid), remarks)
            }
            _ => text::open(text, suits)?,
        };
        remarks.extend(more);
        Ok(Self { form, remarks })
    }

    /// The columns, where rows name them themselves: the keys of JSON objects and cards, in the order in which they first
    /// appear. Where there are none, some row is the heading.
    pub(in crate::cli) fn columns(&self) -> Option<&[String]> {
        match &self.form {
            Form::Text { .. } => None,
            Form::Objects(objects) => objects.columns(),
            Form::Grid(grid) => grid.columns(),
        }
    }

    /// The rows, from first to last; those without any text are left out.
    pub(in crate::cli) fn rows(&self) -> Box<dyn Iterator<Item = SourceRow<'_>> + '_> {
        match &self.form {
            Form::Text { text, layout, width } => Box::new(text::rows(text, *layout, *width)),
            Form::Objects(objects) => Box::new(objects.rows()),
            Form::Grid(grid) => Box::new(grid.rows()),
        }
    }

    /// What is to be said of the file as a whole.
    pub(in crate::cli) fn remarks(&self) -> &[String] {
        &self.remarks
    }
}

#[cfg(test)]
mod tests;
