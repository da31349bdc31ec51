//! Text with separators.

use std::borrow::Cow;

use crate::cli::input::DecodedText;
use crate::domain::list::HEADING_ROWS;
use crate::domain::table::{Dialect, TextRow, TextTable};

use super::{Form, SourceRow, Suits};

pub(super) fn open(text: DecodedText, suits: &Suits<'_>) -> Result<(Form, Vec<String>), String> {
    let table = TextTable::open(text.as_str(), |rows| {
        let mut rows = rows.zip(1..).map(|(row, place)| SourceRow::of(row.line, place, filled(row.cells)));
        suits(&mut rows)
    });
    let table = table.map_err(|error| error.to_string())?;
    let layout = table.layout();
    let width = table.rows().take(HEADING_ROWS).map(|row| named(&row)).max().unwrap_or_default();
    let mut remarks = Vec::new();
    remarks.extend(table.separator_words().map(|words| format!("its columns are separated by {words}")));
    if layout.has_backslashes() {
        remarks.push("its quotation marks inside cells are written with a backslash".to_owned());
    }
    Ok((Form::Text { text, layout, width }, remarks))
}

pub(super) fn rows(text: &DecodedText, layout: Dialect, width: usize) -> impl Iterator<Item = SourceRow<'_>> {
    let table = TextTable::with(text.as_str(), layout);
    table.rows().zip(1..).map(move |(row, place)| SourceRow {
        fault: row.fault.as_ref().map(ToString::to_string),
        swallowed: row.swallowed(width, table.separator()),
        ..SourceRow::of(row.line, place, filled(row.cells))
    })
}

/// How many cells a row has without the empty ones at its end.
fn named(row: &TextRow<'_>) -> usize {
    row.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1)
}

fn filled(cells: Vec<Cow<'_, str>>) -> Vec<Option<Cow<'_, str>>> {
    cells.into_iter().map(Some).collect()
}
