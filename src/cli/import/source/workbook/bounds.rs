//! What a workbook would take of memory, before its reader is let at it. It unpacks whatever is there, and makes room for
//! the rectangle around all cells: a small file can ask for more than there is.

use std::io::{Cursor, Read};

use quick_xml::events::{BytesStart, Event};

use super::super::kind::WorkbookFormat;
use super::{Unread, opened::damaged};

/// The most bytes that a workbook may unpack to.
const MOST_UNPACKED: u64 = 512 << 20;

/// The most cells of all sheets together, empty ones between them counted: forty columns of as many rows as are read.
const MOST_CELLS: u64 = 10_000_000;

pub(super) fn check(bytes: &[u8], book: WorkbookFormat) -> Result<(), Unread> {
    match book {
        WorkbookFormat::Xlsx | WorkbookFormat::Xlsb => unpacked(bytes, MOST_UNPACKED),
        WorkbookFormat::Ods => unpacked(bytes, MOST_UNPACKED).and_then(|()| ods(bytes)),
        WorkbookFormat::Xls => xls(bytes),
    }
}

fn too_large(what: &str) -> Unread {
    Unread::Refused(format!(
        "it is a workbook {what}, and a part of it is not taken; save the sheet with the list alone, or as CSV"
    ))
}

/// Unpacks everything, because sizes that a file declares need not be true.
pub(super) fn unpacked(bytes: &[u8], most: u64) -> Result<(), Unread> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut left = most;
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).map_err(damaged)?.take(left + 1);
        let size = std::io::copy(&mut file, &mut std::io::sink()).map_err(damaged)?;
        left = left.checked_sub(size).ok_or_else(|| too_large("that unpacks to more than 512 MiB"))?;
    }
    Ok(())
}

/// The rectangles around the cells of all sheets.
#[derive(Default)]
struct Cells {
    taken: u64,
    rows: u64,
    columns: u64,
}

impl Cells {
    /// There is a cell so far down and to the right.
    fn reach(&mut self, rows: u64, columns: u64) -> Result<(), Unread> {
        self.rows = self.rows.max(rows);
        self.columns = self.columns.max(columns);
        let all = self.rows.saturating_mul(self.columns).saturating_add(self.taken);
        if all > MOST_CELLS { Err(too_large("with more than 10,000,000 cells")) } else { Ok(()) }
    }

    fn next_sheet(&mut self) {
        *self = Self { taken: self.taken.saturating_add(self.rows.saturating_mul(self.columns)), ..Self::default() };
    }
}

/// Rows and cells say how often they are repeated.
fn ods(bytes: &[u8]) -> Result<(), Unread> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let content = archive.by_name("content.xml").map_err(damaged)?;
    let mut reader = quick_xml::Reader::from_reader(std::io::BufReader::new(content));
    reader.config_mut().expand_empty_elements = true;
    let (mut cells, mut buffer) = (Cells::default(), Vec::new());
    let (mut row, mut column, mut repeated, mut depth) = (0_u64, 0_u64, 1, 0_u64);
    loop {
        match reader.read_event_into(&mut buffer).map_err(damaged)? {
            Event::Start(start) => {
                depth += 1;
                match start.name().as_ref() {
                    "table:table" => (row, column) = (0, 0),
                    "table:table-row" => {
                        repeated = repeats(&start, "table:number-rows-repeated");
                        column = 0;
                    }
                    "table:table-cell" | "table:covered-table-cell" => {
                        column = column.saturating_add(repeats(&start, "table:number-columns-repeated"));
                        let filled = |key: &[u8]| key.starts_with(b"office:") || key == b"table:formula";
                        if start.attributes().flatten().any(|attribute| filled(attribute.key.as_ref().as_ref())) {
                            cells.reach(row.saturating_add(repeated), column)?;
                        }
                    }
                    _ => {}
                }
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                match end.name().as_ref() {
                    "table:table-row" => row = row.saturating_add(repeated),
                    "table:table" => cells.next_sheet(),
                    _ => {}
                }
            }
            // The reader would wait for the end of the table for ever.
            Event::Eof if depth > 0 => return Err(damaged("it ends too soon")),
            Event::Eof => return Ok(()),
            _ => {}
        }
        buffer.clear();
    }
}

fn repeats(start: &BytesStart<'_>, name: &str) -> u64 {
    let value = start.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
    value.and_then(|attribute| attribute.value.parse().ok()).unwrap_or(1)
}

/// The records of each sheet: where its cells are, and how many it says that it has.
fn xls(bytes: &[u8]) -> Result<(), Unread> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    let name = if file.is_stream("Workbook") { "Workbook" } else { "Book" };
    let mut stream = Vec::new();
    let most = bytes.len() as u64;
    file.open_stream(name).map_err(damaged)?.take(most).read_to_end(&mut stream).map_err(damaged)?;
    let mut cells = Cells::default();
    let sheets = records(&stream).filter(|(kind, _)| *kind == 0x0085).filter_map(|(_, data)| word32(data, 0));
    for start in sheets {
        let sheet = stream.get(start as usize..).ok_or_else(|| damaged("a sheet begins behind its end"))?;
        // Charts stand inside a sheet, with a beginning and an end of their own.
        let mut depth = 0_usize;
        for (kind, data) in records(sheet) {
            let word =
                |at: usize| data.get(at..at + 2).map_or(0, |two| u64::from(u16::from_le_bytes([two[0], two[1]])));
            match kind {
                0x0809 => depth += 1,
                0x000A if depth <= 1 => break,
                0x000A => depth -= 1,
                // Dimensions, as they were written before and since 1997.
                0x0200 if data.len() == 10 => cells.reach(word(2), word(6))?,
                0x0200 => cells.reach(word32(data, 4).unwrap_or(0).into(), word(10))?,
                // Several numbers in a row; the last column stands at the end.
                0x00BD => cells.reach(word(0) + 1, word(data.len().saturating_sub(2)) + 1)?,
                0x0006 | 0x00D6 | 0x00FD | 0x0203..=0x0205 | 0x027E => cells.reach(word(0) + 1, word(2) + 1)?,
                _ => {}
            }
        }
        cells.next_sheet();
    }
    Ok(())
}

/// The records of a stream: their kinds and their bytes.
fn records(mut stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let ([a, b, c, d], rest) = stream.split_first_chunk::<4>()?;
        let (kind, length) = (u16::from_le_bytes([*a, *b]), usize::from(u16::from_le_bytes([*c, *d])));
        let (data, rest) = rest.split_at_checked(length)?;
        stream = rest;
        Some((kind, data))
    })
}

fn word32(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..).and_then(|bytes| bytes.first_chunk::<4>()).map(|four| u32::from_le_bytes(*four))
}
