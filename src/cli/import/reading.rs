//! From a file to its rows: the heading, the columns, and what stands above and below the list. Pure.

use crate::domain::ProfileField;
use crate::domain::list::{Columns, Footer, HEADING_ROWS, ListField, Mapping, find_heading, footer, heading_score};
use crate::domain::table::{MOST_ROWS, TableError};
use crate::domain::text::{clean, first_few};

use super::options::ImportOptions;
use super::parallel::in_shares;
use super::remarks::Remarks;
use super::row::{ReadRow, RowLayout};
use super::source::{Source, SourceRow};

/// A list that was read.
#[derive(Debug, Default)]
pub(in crate::cli) struct ImportedList {
    pub(super) rows: Vec<ReadRow>,
    pub(super) columns: Columns,
    /// The cells of its first rows, below the heading.
    pub(super) first: Vec<Vec<String>>,
    /// The line of its heading, where it has one.
    pub(super) heading_line: Option<u64>,
    /// What was read otherwise than it stands.
    pub(super) remarks: Remarks,
}

/// Why a list cannot be read as a whole.
#[derive(Debug, PartialEq)]
pub(in crate::cli) enum Unreadable {
    Never(String),
    /// Nobody knows which column holds the dealerCode, without which no row can be told from another.
    Columns {
        columns: Columns,
        /// The first rows below the heading.
        rows: Vec<Vec<String>>,
    },
    /// No row is a heading.
    NoHeading {
        /// The columns, by their numbers.
        columns: Columns,
        rows: Vec<Vec<String>>,
    },
}

pub(in crate::cli) fn read(bytes: Vec<u8>, options: &ImportOptions) -> Result<ImportedList, Unreadable> {
    let suits = |rows: &mut dyn Iterator<Item = SourceRow<'_>>| {
        let first: Vec<Vec<String>> = rows.take(HEADING_ROWS).map(|row| texts(&row)).collect();
        heading_score(&first, &options.mapping)
    };
    let source = Source::open(bytes, options.sheet.as_deref(), suits).map_err(Unreadable::Never)?;
    let mut list = ImportedList::default();
    source.remarks().iter().for_each(|remark| list.remarks.of_file(remark.clone()));
    let above = list.find_columns(&source, options)?;
    list.first = source.rows().skip(above).take(HEADING_ROWS).map(|row| texts(&row)).collect();
    if !options.fixed.iter().any(|(field, _)| ListField::TELLS_ZONE.contains(field)) {
        list.columns = list.columns.with_cells(&list.first, |place| {
            source
                .rows()
                .skip(above)
                .filter_map(move |mut row| (place < row.cells.len()).then(|| row.cells.swap_remove(place)).flatten())
        });
    }
    if list.columns.of(DEALER_CODE).is_none() {
        return Err(Unreadable::Columns { columns: list.columns, rows: list.first });
    }
    list.read_rows(&source, above, options)?;
    Ok(list)
}

/// How many rows are held as they stand.
const BATCH: usize = 16_384;

const DEALER_CODE: ListField = ListField::Profile(ProfileField::DealerCode);

impl ImportedList {
    /// Finds out which column holds what; answers how many rows stand above the list, its heading included.
    fn find_columns(&mut self, source: &Source, options: &ImportOptions) -> Result<usize, Unreadable> {
        let wrong = |error: crate::domain::list::MappingError| Unreadable::Never(error.to_string());
        if let Some(columns) = source.columns() {
            self.columns = Columns::assign(columns.to_vec(), &options.mapping).map_err(wrong)?;
            return Ok(0);
        }
        let first: Vec<SourceRow<'_>> = source.rows().take(HEADING_ROWS.max(options.heading.unwrap_or(0))).collect();
        let cells: Vec<Vec<String>> = first.iter().map(texts).collect();
        if cells.is_empty() {
            return Err(Unreadable::Never("the file is empty".to_owned()));
        }
        let row = match options.heading {
            Some(0) => None,
            Some(number) => Some(number - 1),
            None => match find_heading(&cells, &options.mapping) {
                Some(row) => Some(row),
                None if options.mapping.is_by_number() => None,
                None => {
                    let columns = Columns::numbered(&cells, &options.mapping);
                    let columns = columns.or_else(|_| Columns::numbered(&cells, &Mapping::default())).map_err(wrong)?;
                    return Err(Unreadable::NoHeading { columns, rows: cells });
                }
            },
        };
        let Some(row) = row else {
            self.columns = Columns::numbered(&cells, &options.mapping).map_err(wrong)?;
            return Ok(0);
        };
        let Some((heading, mut headings)) = first.get(row).zip(cells.get(row).cloned()) else {
            return Err(Unreadable::Never(format!("there is no row {}", row + 1)));
        };
        if let Some(fault) = &heading.fault {
            return Err(Unreadable::Never(format!("the heading on line {}: {fault}", heading.line)));
        }
        let named = headings.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        headings.truncate(named);
        self.heading_line = Some(heading.line);
        self.columns = Columns::assign(headings, &options.mapping).map_err(wrong)?;
        self.tell_above(cells.get(..row).unwrap_or_default(), heading.line);
        Ok(row + 1)
    }

    fn tell_above(&mut self, above: &[Vec<String>], line: u64) {
        let mut texts = above.iter().flatten().filter(|cell| !cell.is_empty()).peekable();
        if texts.peek().is_some() {
            let some = some_of(texts);
            self.remarks.of_file(format!("the heading is on line {line}; what stands above it was left out: {some}"));
        }
    }

    fn read_rows(&mut self, source: &Source, above: usize, options: &ImportOptions) -> Result<(), Unreadable> {
        let columns = self.columns.clone();
        let layout = RowLayout { columns: &columns, options };
        // Only the rows behind them tell whether such rows are below the list.
        let mut held: Vec<Held<'_>> = Vec::new();
        let mut batch: Vec<SourceRow<'_>> = Vec::new();
        let mut line = 0;
        for (count, row) in source.rows().skip(above).enumerate() {
            if count >= MOST_ROWS {
                return Err(Unreadable::Never(TableError::TooLong.to_string()));
            }
            let is_apart = row.line > line + 1;
            line = row.line;
            let may_be_below = self.heading_line.is_some() && row.fault.is_none() && held.len() < HEADING_ROWS;
            let footer = footer(row.cells.iter().filter_map(Option::as_deref));
            if may_be_below && (footer.is_some() || has_one_text(&row)) {
                held.push(Held { row, footer, is_apart });
                continue;
            }
            batch.extend(held.drain(..).map(|held| held.row).chain([row]));
            if batch.len() >= BATCH {
                self.take(&layout, std::mem::take(&mut batch));
            }
        }
        let footer = held.split_off(below(&held));
        batch.extend(held.into_iter().map(|held| held.row));
        self.take(&layout, batch);
        self.tell_footer(&footer);
        Ok(())
    }

    fn take(&mut self, layout: &RowLayout<'_>, rows: Vec<SourceRow<'_>>) {
        for (read, remarks) in in_shares(rows, |rows| layout.read_all(&rows)) {
            self.rows.extend(read);
            self.remarks.append(remarks);
        }
    }

    fn tell_footer(&mut self, footer: &[Held<'_>]) {
        if let (Some(Held { row: first, .. }), Some(Held { row: last, .. })) = (footer.first(), footer.last()) {
            let texts = footer.iter().flat_map(|held| texts(&held.row)).filter(|cell| !cell.is_empty());
            let lines = match first.line == last.line {
                true => format!("line {} is", first.line),
                false => format!("lines {} to {} are", first.line, last.line),
            };
            self.remarks.of_file(format!("{lines} below the list and left out: {}", some_of(texts)));
        }
    }
}

fn texts(row: &SourceRow<'_>) -> Vec<String> {
    row.cells.iter().map(|cell| cell.as_deref().unwrap_or_default().trim().to_owned()).collect()
}

/// A row that may stand below the list.
struct Held<'a> {
    row: SourceRow<'a>,
    footer: Option<Footer>,
    /// Whether there are empty lines above it.
    is_apart: bool,
}

/// Where what stands below a list begins. A single text is a part of it between notes: behind one, or above one and apart from
/// the list, as the title and the company of a report are. Anywhere else it is a row that lacks everything else.
fn below(held: &[Held<'_>]) -> usize {
    let mut start = held.len();
    for (place, one) in held.iter().enumerate().rev() {
        let note_behind = held.get(place + 1).is_some_and(|next| next.footer == Some(Footer::Note));
        let note_before = held.iter().take(place).rev().find_map(|before| before.footer) == Some(Footer::Note);
        if one.footer.is_none() && !note_before && !(note_behind && one.is_apart) {
            break;
        }
        start = place;
    }
    start
}

fn has_one_text(row: &SourceRow<'_>) -> bool {
    row.cells.iter().flatten().filter(|text| !text.trim().is_empty()).count() == 1
}

/// The first of many texts of a file.
pub(super) fn some_of<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    const MOST: usize = 5;
    let quoted = texts.into_iter().map(|text| format!("`{}`", clean(text.as_ref())));
    first_few(quoted, MOST)
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
