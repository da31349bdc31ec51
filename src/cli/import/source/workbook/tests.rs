//! Workbooks as spreadsheets write them, and as nobody should.

use std::io::{Cursor, Write};

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use zip::write::SimpleFileOptions;

use super::super::Source;
use super::super::tests::{open, rows, suits};
use super::*;

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A cover, a list below a title, and a hidden list.
fn xlsx() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Cover").unwrap().write_string(0, 0, "Dealers of Q4").unwrap();
    let sheet = book.add_worksheet().set_name("Dealers").unwrap();
    sheet.write_string(0, 0, "All of them").unwrap();
    for (column, name) in (0..).zip(["name", "code", "since", "share", "open"]) {
        sheet.write_string(2, column, name).unwrap();
    }
    sheet.write_string(3, 0, " Peña Kia ").unwrap();
    sheet.write_number(3, 1, 1234.0).unwrap();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_datetime_with_format(3, 2, ExcelDateTime::from_ymd(2026, 3, 14).unwrap(), &date).unwrap();
    sheet.write_number(3, 3, 0.1 + 0.2).unwrap();
    sheet.write_boolean(3, 4, true).unwrap();
    sheet.write_string(5, 0, "Harbor\nFord").unwrap();
    sheet.write_string(5, 1, "0012").unwrap();
    sheet.write_formula(5, 2, Formula::new("NA()").set_result("#N/A")).unwrap();
    sheet.write_number(5, 3, 1_234_567_890_123_456.0).unwrap();
    sheet.write_string(5, 4, "'=1").unwrap();
    let hidden = book.add_worksheet().set_name("Old").unwrap();
    hidden.set_hidden(true);
    for (column, name) in (0..).zip(["name", "code", "mail"]) {
        hidden.write_string(0, column, name).unwrap();
    }
    book.save_to_buffer().unwrap()
}

const MANIFEST: &[u8] =
    br#"<manifest:manifest xmlns:manifest="m"><manifest:file-entry manifest:full-path="/"/></manifest:manifest>"#;

fn ods(table: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="Dealers">{table}</office:spreadsheet></office:body></office:document-content>"#
    );
    zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", MANIFEST),
        ("content.xml", content.as_bytes()),
    ])
}

fn ods_row(cells: &[&str]) -> String {
    let cell = |text: &&str| {
        format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    format!("<table:table-row>{}</table:table-row>", cells.iter().map(cell).collect::<String>())
}

/// A record of an old workbook.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
}

fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    let head: Vec<u8> = [row, column, 0, length].iter().flat_map(|word| word.to_le_bytes()).collect();
    record(0x0204, &[&head[..], &[0], text.as_bytes()].concat())
}

fn number(row: u16, column: u16, value: f64) -> Vec<u8> {
    let head: Vec<u8> = [row, column, 0].iter().flat_map(|word| word.to_le_bytes()).collect();
    record(0x0203, &[&head[..], &value.to_le_bytes()].concat())
}

/// An old workbook with one sheet of these records; `shift` moves where the sheet is said to begin.
fn xls(cells: &[Vec<u8>], shift: u32) -> Vec<u8> {
    let begin = |kind: u16| record(0x0809, &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat());
    let sheet = |at: u32| record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, 7, 0], b"Dealers"].concat());
    let end = record(0x000A, &[]);
    let globals = |at| [begin(5), sheet(at), end.clone()].concat();
    let at = u32::try_from(globals(0).len()).unwrap();
    compound("Workbook", &[globals(at + shift), begin(0x10), cells.concat(), end.clone()].concat())
}

fn compound(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream(name).unwrap().write_all(bytes).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn dimensions(rows: u32, columns: u16) -> Vec<u8> {
    record(0x0200, &[&0_u32.to_le_bytes()[..], &rows.to_le_bytes(), &[0; 2], &columns.to_le_bytes(), &[0; 2]].concat())
}

fn sheet(bytes: Vec<u8>, name: &str) -> Result<Source, String> {
    Source::open(bytes, Some(name), suits)
}

#[test]
fn the_sheet_with_the_heading_is_read_as_it_is_shown() {
    let source = open(xlsx()).unwrap();
    let expected = [
        (1, "All of them////"),
        (3, "name/code/since/share/open"),
        (4, "Peña Kia/1234/2026-03-14/0.3/TRUE"),
        (6, "Harbor\nFord/0012/#N/A/1.23456789012346E+15/=1"),
    ];
    assert_eq!(rows(&source), expected.map(|(line, cells)| (line, cells.to_owned())));
    assert_eq!(source.columns(), None);
    let remark = "it is a workbook (xlsx), of which the sheet `Dealers` was read; --sheet reads another one: `Cover`; hidden: `Old`";
    assert_eq!(source.remarks(), [remark]);
}

#[test]
fn numbers_with_a_format_of_digits_are_read_as_they_are_shown() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["name", "code", "zip", "phone", "plain"]) {
        sheet.write_string(0, column, name).unwrap();
    }
    sheet.write_string(1, 0, "Harbor Ford").unwrap();
    for (column, number, code) in [
        (1, 42.0, "00000"),
        (2, 19_701_234.0, r"00000\-0000"),
        (3, 2_015_550_100.0, r"[<=9999999]###\-####;\(###\)\ ###\-####"),
        (4, 1_234.5, "#,##0.00"),
    ] {
        sheet.write_number_with_format(1, column, number, &Format::new().set_num_format(code)).unwrap();
    }
    let source = open(book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(rows(&source)[1].1, "Harbor Ford/00042/01970-1234/(201) 555-0100/1234.5");
}

#[test]
fn a_sheet_is_taken_by_its_name_hidden_or_not() {
    assert_eq!(rows(&sheet(xlsx(), "old").unwrap()), [(1, "name/code/mail".to_owned())]);
    assert_eq!(rows(&sheet(xlsx(), "Cover").unwrap()), [(1, "Dealers of Q4".to_owned())]);
    let error = sheet(xlsx(), "Dealer").unwrap_err();
    assert_eq!(
        error,
        "the workbook has no sheet `Dealer`; did you mean `Dealers`? (sheets: `Cover`, `Dealers`, `Old`)"
    );
}

#[test]
fn open_document_and_old_workbooks_are_read() {
    let empty = r#"<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#;
    let lake = r#"<table:table-row><table:table-cell office:value-type="string"><text:p>Lake</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="7"/></table:table-row>"#;
    let table = [&ods_row(&["name", "code"]), empty, lake, "</table:table>"].concat();
    let source = open(ods(&table)).unwrap();
    assert_eq!(rows(&source), [(1, "name/code".to_owned()), (4, "Lake/7".to_owned())]);
    assert_eq!(source.remarks(), ["it is a workbook (ods), of which the sheet `Dealers` was read"]);
    let cells = [dimensions(3, 2), label(0, 0, "name"), label(0, 1, "code"), label(2, 0, "Lake"), number(2, 1, 7.0)];
    let source = open(xls(&cells, 0)).unwrap();
    assert_eq!(rows(&source), [(1, "name/code".to_owned()), (3, "Lake/7".to_owned())]);
}

#[test]
fn what_is_locked_or_something_else_is_named() {
    for (bytes, what) in [
        (compound("EncryptedPackage", b"x"), "a workbook with a password"),
        (compound("WordDocument", b"x"), "a text document (Word)"),
        (compound("Other", b"x"), "an old Office file without a workbook"),
        (zipped(&[("word/document.xml", b"x")]), "a text document (Word)"),
        (zipped(&[("Index/Document.iwa", b"x")]), "a document of Numbers, Pages or Keynote"),
        (zipped(&[("mimetype", b"application/vnd.oasis.opendocument.text")]), "a text document (OpenDocument)"),
        (zipped(&[("dealers.csv", b"name")]), "it is packed (zip); unpack it"),
        (zipped(&[("xl/workbook.xml", b"x")]), "it is a workbook (xlsx) and cannot be read"),
        (compound("Workbook", &record(0x002F, &[1, 0])), "a workbook with a password"),
        (compound("Workbook", &record(0x000A, &[])), "the workbook has no sheet with rows"),
        (xls(&[], 0), "and it is empty"),
        (ods("</table:table>"), "and it is empty"),
    ] {
        let error = open(bytes).err().unwrap_or_default();
        assert!(error.contains(what), "{what}: {error}");
    }
}

#[test]
fn what_asks_for_too_much_memory_is_refused() {
    let zeros = vec![0; 1 << 20];
    let bomb = zipped(&[("a", &zeros), ("b", &zeros)]);
    assert!(bounds::unpacked(&bomb, 2 << 20).is_ok());
    assert!(matches!(bounds::unpacked(&bomb, (2 << 20) - 1), Err(Unread::Refused(_))));
    let repeated = |rows: u32, columns: u32| {
        ods(&format!(
            r#"<table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table>"#
        ))
    };
    for bytes in [
        repeated(1_000_000, 16_000),
        xls(&[dimensions(u32::MAX, 256)], 0),
        xls(&(0..200).flat_map(|_| [label(0, 0, "a"), label(65_535, 255, "b")]).collect::<Vec<_>>(), 0),
    ] {
        let error = open(bytes).unwrap_err();
        assert!(error.contains("more than 10,000,000 cells"), "{error}");
    }
    assert_eq!(open(repeated(3, 2)).unwrap().rows().count(), 3);
    assert!(open(repeated(260_000, 2)).unwrap_err().contains("more than 250000 rows"));
}

#[test]
fn what_its_reader_would_panic_or_hang_at_is_damaged() {
    let cut = ods(&ods_row(&["name", "code"])).clone();
    for bytes in [cut, xls(&[label(0, 0, "a")], 1 << 20), xls(&[record(0x0204, &[0])], 0)] {
        let error = open(bytes).unwrap_err();
        assert!(error.contains("cannot be read"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_workbook_panics(
        which in 0_usize..3,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let sample = match which {
            0 => xlsx(),
            1 => ods(&[&ods_row(&["name", "code"]), "</table:table>"].concat()),
            _ => xls(&[dimensions(3, 2), label(0, 0, "name"), number(2, 1, 7.0)], 0),
        };
        let mut bytes = sample;
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if !whole {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Err(error) = open(bytes) {
            prop_assert!(!error.contains('\n') && error.len() < 1_000, "{}", error);
        }
    }

    /// The parts of a workbook are changed before they are packed, so that they are reached.
    #[test]
    fn no_part_of_a_workbook_panics(
        old in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let changed = |mut bytes: Vec<u8>| {
            for (at, byte) in &changes {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            bytes.truncate(cut.index(bytes.len()).max(bytes.len() / 2));
            bytes
        };
        let bytes = if old {
            xls(&[changed([dimensions(3, 2), label(0, 0, "name"), number(2, 1, 7.0)].concat())], 0)
        } else {
            let mut archive = zip::ZipArchive::new(Cursor::new(xlsx())).unwrap();
            let mut parts = Vec::new();
            for at in 0..archive.len() {
                let mut file = archive.by_index(at).unwrap();
                let mut part = Vec::new();
                std::io::Read::read_to_end(&mut file, &mut part).unwrap();
                let name = file.name().unwrap().into_owned();
                let part = if name.contains("sheet") || name.contains("haredStrings") { changed(part) } else { part };
                parts.push((name, part));
            }
            let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, part)| (name.as_str(), part.as_slice())).collect();
            zipped(&parts)
        };
        let _ = open(bytes);
    }
}
