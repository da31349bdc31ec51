//! What a file is, by its bytes.

use std::io::Cursor;

use crate::domain::text::clean;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WorkbookFormat {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
}

impl WorkbookFormat {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
        }
    }
}

/// How files begin that are no list, and what they are.
const OTHERS: [(&[u8], &str); 17] = [
    (b"%PDF-", "a PDF"),
    (b"\x1f\x8b", "packed (gzip)"),
    (b"BZh", "packed (bzip2)"),
    (b"\xfd7zXZ\0", "packed (xz)"),
    (b"7z\xbc\xaf\x27\x1c", "packed (7z)"),
    (b"Rar!\x1a\x07", "packed (rar)"),
    (b"\x28\xb5\x2f\xfd", "packed (zstd)"),
    (b"\x89PNG\r\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\0", "a picture (TIFF)"),
    (b"MM\0*", "a picture (TIFF)"),
    (b"SQLite format 3\0", "a database (SQLite)"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"PAR1", "a Parquet file"),
    (b"bplist", "a property list"),
    (b"\x7fELF", "a program"),
];

/// What to do with a file that is something else.
const WAY_OUT: &str = "export the list as CSV or as a workbook, and import that";

/// What a zip file is that has an entry of this name.
const ZIPS: [(&str, &str); 7] = [
    ("word/document.xml", "a text document (Word)"),
    ("ppt/presentation.xml", "slides (PowerPoint)"),
    ("Index/Document.iwa", "a document of Numbers, Pages or Keynote"),
    ("Index.zip", "a document of Numbers, Pages or Keynote"),
    ("index.apxl", "a document of Keynote"),
    ("doc.kml", "a map (KMZ)"),
    ("META-INF/container.xml", "a book (EPUB)"),
];

/// Which workbook a file is; `None`: it is text. An error says what it is when it is no list.
pub(super) fn workbook(bytes: &[u8]) -> Result<Option<WorkbookFormat>, String> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zip(bytes).map(Some);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return compound(bytes).map(Some);
    }
    match OTHERS.iter().find(|(start, _)| bytes.starts_with(start)) {
        Some((_, what)) => Err(named(what)),
        None if bytes.get(8..12) == Some(b"WEBP") => Err(named("a picture (WebP)")),
        None => Ok(None),
    }
}

fn named(what: &str) -> String {
    format!("it is {what}; {WAY_OUT}")
}

/// A text that is no list.
pub(super) fn refuse_text(text: &str) -> Result<(), String> {
    let head: String = text.trim_start().chars().take(2_000).collect::<String>().to_ascii_lowercase();
    if !head.starts_with('<') {
        return Ok(());
    }
    let what =
        if head.contains("progid=\"excel.sheet\"") || head.contains("urn:schemas-microsoft-com:office:spreadsheet") {
            "an XML spreadsheet of 2003"
        } else if ["<html", "<!doctype html", "<table", "<head", "<body", "<meta", "<div"]
            .iter()
            .any(|tag| head.contains(tag))
        {
            "a web page (HTML)"
        } else if head.starts_with("<?xml") || head.contains("</") {
            "XML"
        } else {
            return Ok(());
        };
    Err(format!(
        "it is {what}, whatever it is called; open it in a spreadsheet program, save it as a workbook or as CSV, and import that"
    ))
}

fn zip(bytes: &[u8]) -> Result<WorkbookFormat, String> {
    let damaged =
        |error| format!("it is a workbook or another packed file, and damaged ({})", clean(&format!("{error}")));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let has =
        |name: &str| archive.file_names().flatten().any(|found| found.replace('\\', "/").eq_ignore_ascii_case(name));
    if has("xl/workbook.xml") {
        return Ok(WorkbookFormat::Xlsx);
    }
    if has("xl/workbook.bin") {
        return Ok(WorkbookFormat::Xlsb);
    }
    if let Some((_, what)) = ZIPS.iter().find(|(name, _)| has(name)) {
        return Err(named(what));
    }
    let mut declared = String::new();
    if let Ok(file) = archive.by_name("mimetype") {
        let _ = std::io::Read::read_to_string(&mut std::io::Read::take(file, 100), &mut declared);
    }
    match declared.trim() {
        "application/vnd.oasis.opendocument.spreadsheet" => Ok(WorkbookFormat::Ods),
        other if other.starts_with("application/vnd.oasis.opendocument.text") => {
            Err(named("a text document (OpenDocument)"))
        }
        other if other.starts_with("application/epub") => Err(named("a book (EPUB)")),
        _ => Err("it is packed (zip); unpack it, and import the list inside".to_owned()),
    }
}

/// A file of the old Office, or an encrypted one of the new.
fn compound(bytes: &[u8]) -> Result<WorkbookFormat, String> {
    let damaged = |error| format!("it is an old workbook (xls), and damaged ({})", clean(&format!("{error}")));
    let file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    let has = |name: &str| file.is_stream(name);
    if has("EncryptedPackage") {
        Err("it is a workbook with a password; save it without one, and import that".to_owned())
    } else if has("Workbook") || has("Book") {
        Ok(WorkbookFormat::Xls)
    } else if has("WordDocument") {
        Err(named("a text document (Word)"))
    } else if has("PowerPoint Document") {
        Err(named("slides (PowerPoint)"))
    } else if has("__properties_version1.0") {
        Err(named("a mail (Outlook)"))
    } else {
        Err(named("an old Office file without a workbook"))
    }
}
