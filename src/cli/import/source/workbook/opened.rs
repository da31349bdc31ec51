//! A workbook in the hands of its reader.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::Cursor;

use calamine::{
    Cell, Data, DataRef, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Style, Xls, XlsError, Xlsb, XlsbError,
    Xlsx,
};

use crate::domain::table::{MOST_COLUMNS, cell_text};
use crate::domain::text::{clean, first_few};

use super::super::grid::{Grid, MOST_TEXT, too_much_text};
use super::super::kind::WorkbookFormat;
use super::Unread;
use super::cell;
use super::format::NumberFormat;

/// The most names of sheets that are listed.
const MOST_LISTED: usize = 12;

type Bytes = Cursor<Vec<u8>>;

pub(super) enum OpenWorkbook {
    Xlsx(Box<Xlsx<Bytes>>),
    Xlsb(Box<Xlsb<Bytes>>),
    Xls(Box<Xls<Bytes>>),
    Ods(Box<Ods<Bytes>>),
}

/// The sheets with cells, in order.
pub(super) struct SheetNames {
    pub(super) visible: Vec<String>,
    pub(super) hidden: Vec<String>,
}

impl SheetNames {
    /// Which sheet was read, and which others there are.
    pub(super) fn remark(&self, read: &str, book: WorkbookFormat) -> String {
        let mut remark = format!("it is a workbook ({}), of which the sheet `{}` was read", book.as_str(), clean(read));
        let others: Vec<&String> = self.visible.iter().filter(|name| *name != read).collect();
        if !others.is_empty() {
            remark += &format!("; --sheet reads another one: {}", listed(others));
        }
        let hidden: Vec<&String> = self.hidden.iter().filter(|name| *name != read).collect();
        if !hidden.is_empty() {
            remark += &format!("; hidden: {}", listed(hidden));
        }
        remark
    }
}

/// Names of sheets for a message.
pub(super) fn listed<'n>(names: impl IntoIterator<Item = &'n String>) -> String {
    first_few(names.into_iter().map(|name| format!("`{}`", clean(name))), MOST_LISTED)
}

pub(super) fn damaged(error: impl Display) -> Unread {
    Unread::Damaged(error.to_string())
}

impl OpenWorkbook {
    pub(super) fn open(bytes: Vec<u8>, book: WorkbookFormat) -> Result<Self, Unread> {
        let bytes = Cursor::new(bytes);
        let locked =
            || Unread::Refused("it is a workbook with a password; save it without one, and import that".to_owned());
        Ok(match book {
            WorkbookFormat::Xlsx => Self::Xlsx(Box::new(Xlsx::new(bytes).map_err(damaged)?)),
            WorkbookFormat::Xlsb => Self::Xlsb(Box::new(Xlsb::new(bytes).map_err(damaged)?)),
            WorkbookFormat::Xls => Self::Xls(Box::new(Xls::new(bytes).map_err(|error| match error {
                XlsError::Password => locked(),
                error => damaged(error),
            })?)),
            WorkbookFormat::Ods => Self::Ods(Box::new(Ods::new(bytes).map_err(|error| match error {
                OdsError::Password => locked(),
                error => damaged(error),
            })?)),
        })
    }

    pub(super) fn names(&self) -> SheetNames {
        let sheets = match self {
            Self::Xlsx(book) => book.sheets_metadata(),
            Self::Xlsb(book) => book.sheets_metadata(),
            Self::Xls(book) => book.sheets_metadata(),
            Self::Ods(book) => book.sheets_metadata(),
        };
        let sheets = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        let (visible, hidden): (Vec<_>, Vec<_>) = sheets.partition(|sheet| sheet.visible == SheetVisible::Visible);
        let names = |sheets: Vec<&calamine::Sheet>| sheets.into_iter().map(|sheet| sheet.name.clone()).collect();
        SheetNames { visible: names(visible), hidden: names(hidden) }
    }

    /// The rows of a sheet, at most so many.
    pub(super) fn rows(&mut self, sheet: &str, most: usize) -> Result<Grid, Unread> {
        match self {
            Self::Xlsx(book) => {
                let mut cells = book.worksheet_cells_reader(sheet).map_err(damaged)?;
                let code = |style: &Style| style.number_format.as_ref().map(|format| format.format_code.clone());
                let formats: Vec<_> = cells.styles().iter().map(|style| NumberFormat::read(&code(style)?)).collect();
                from_reader(most, &formats, || cells.next_cell_with_style_id())
            }
            Self::Xlsb(book) => {
                let mut cells = book.worksheet_cells_reader(sheet).map_err(damaged)?;
                from_reader(most, &[], || Ok::<_, XlsbError>(cells.next_cell()?.map(|cell| (cell, 0))))
            }
            Self::Xls(book) => from_range(most, &book.worksheet_range(sheet).map_err(damaged)?),
            Self::Ods(book) => from_range(most, &book.worksheet_range(sheet).map_err(damaged)?),
        }
    }
}

/// Cells come with their styles, which have a place among the formats.
fn from_reader<'a, E: Display>(
    most: usize,
    formats: &[Option<NumberFormat>],
    mut next: impl FnMut() -> Result<Option<(Cell<DataRef<'a>>, usize)>, E>,
) -> Result<Grid, Unread> {
    let mut filling = Filling::new(most);
    while let Some((cell, style)) = next().map_err(damaged)? {
        let text = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::SharedString(text) => Cow::Borrowed(*text),
            DataRef::String(text) => Cow::Borrowed(text.as_str()),
            other => {
                let format = formats.get(style).and_then(Option::as_ref);
                Cow::Owned(cell::shown(&Data::from(other.clone()), format))
            }
        };
        if filling.is_full_before(cell.get_position(), &text)? {
            return Ok(filling.grid);
        }
    }
    filling.end()
}

fn from_range(most: usize, range: &Range<Data>) -> Result<Grid, Unread> {
    let mut filling = Filling::new(most);
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        let at = |first: u32, here: usize| first.saturating_add(u32::try_from(here).unwrap_or(u32::MAX));
        let text = match value {
            Data::String(text) => Cow::Borrowed(text.as_str()),
            other => Cow::Owned(cell::text(other)),
        };
        if filling.is_full_before((at(first_row, row), at(first_column, column)), &text)? {
            return Ok(filling.grid);
        }
    }
    filling.end()
}

/// Puts cells together to rows.
struct Filling {
    grid: Grid,
    most: usize,
    row: u32,
    cells: Vec<String>,
    /// How many bytes of text this row was given.
    held: usize,
}

impl Filling {
    fn new(most: usize) -> Self {
        Self { grid: Grid::default(), most, row: 0, cells: Vec::new(), held: 0 }
    }

    /// Takes a cell in, unless it begins a row too many.
    fn is_full_before(&mut self, (row, column): (u32, u32), text: &str) -> Result<bool, Unread> {
        if row != self.row {
            self.flush()?;
            self.row = row;
        }
        if self.grid.len() >= self.most {
            return Ok(true);
        }
        // Whatever stands beyond the last column that is read makes the row too wide.
        let column = (column as usize).min(MOST_COLUMNS);
        if column >= self.cells.len() {
            self.cells.resize(column + 1, String::new());
        }
        if let Some(cell) = self.cells.get_mut(column) {
            let text = cell_text(Cow::Borrowed(text.trim()));
            self.held += text.len();
            if self.held > MOST_TEXT {
                return Err(Unread::Refused(too_much_text()));
            }
            // A sheet has one text in a place; of several the last counts.
            text.as_ref().clone_into(cell);
        }
        Ok(false)
    }

    fn flush(&mut self) -> Result<(), Unread> {
        let filled = self.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let cells = self.cells.iter().take(filled).map(|cell| Some(cell.as_str()));
        self.grid.push(u64::from(self.row) + 1, cells, None).map_err(Unread::Refused)?;
        self.cells.iter_mut().for_each(String::clear);
        self.held = 0;
        Ok(())
    }

    fn end(mut self) -> Result<Grid, Unread> {
        self.flush()?;
        Ok(self.grid)
    }
}
