//! From a file to its good and its refused rows. Pure: no store, no file system.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::text::clean;
use crate::domain::{Profile, ProfileField};

use super::field::{Field, Mapping};
use super::row::{Problem, Values, Written, profile, written};

/// A row that can be taken.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) struct Row {
    /// The line of the file on which it begins, counted from 1.
    pub(in crate::cli) line: u64,
    /// Its place among the rows of the file; a heading counts.
    pub(in crate::cli) place: u64,
    /// Who it is.
    pub(in crate::cli) profile: Profile,
    /// What it says of the opcode.
    pub(in crate::cli) written: Written,
}

/// A row that cannot be taken.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) struct Refused {
    /// The line of the file on which it begins, counted from 1.
    pub(in crate::cli) line: u64,
    /// Its place among the rows of the file; a heading counts.
    pub(in crate::cli) row: u64,
    /// Its `dealerCode`, as far as there is one; cleaned.
    pub(in crate::cli) dealer_code: String,
    /// Why.
    pub(in crate::cli) problem: Problem,
}

/// A file that was read.
#[derive(Debug, Default)]
pub(in crate::cli) struct Sheet {
    /// The rows that can be taken, in order.
    pub(in crate::cli) rows: Vec<Row>,
    /// The rows that cannot, in order.
    pub(in crate::cli) refused: Vec<Refused>,
    /// Columns that no field wants; cleaned.
    pub(in crate::cli) ignored: Vec<String>,
    /// On which line every `dealerCode` was first seen.
    seen: HashMap<String, u64>,
}

/// Reads a whole file, CSV or JSON; what it is shows in its first character. An error is about the file as a whole.
pub(in crate::cli) fn read(bytes: &[u8], mapping: &Mapping) -> Result<Sheet, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("the file is UTF-16; save it as UTF-8".to_owned());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut sheet = Sheet::default();
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => return Err("the file is empty".to_owned()),
        Some(b'[' | b'{') => sheet.json(bytes, mapping)?,
        Some(_) => sheet.csv(bytes, mapping)?,
    }
    Ok(sheet)
}

impl Sheet {
    /// Takes a row in, or notes why not.
    fn take(&mut self, line: u64, row: u64, (values, problem): (Values, Option<Problem>)) {
        let code = values.get(Field::Profile(ProfileField::DealerCode));
        let first = if code.is_empty() { None } else { self.seen.get(code).copied() };
        let outcome = match (problem, profile(&values).and_then(|profile| Ok((profile, written(&values)?))), first) {
            (Some(problem), ..) | (None, Err(problem), _) => Err(problem),
            // Two rows with one dealerCode: which is right is not for us to guess, so the first one stands.
            (None, Ok(_), Some(first)) => Err(Problem::new(
                ProfileField::DealerCode.word(),
                format!("`{}` stands already on line {first}", clean(code)),
            )),
            (None, Ok(good), None) => Ok(good),
        };
        if first.is_none() && !code.is_empty() {
            self.seen.insert(code.to_owned(), line);
        }
        match outcome {
            Ok((profile, written)) => self.rows.push(Row { line, place: row, profile, written }),
            Err(problem) => {
                self.refused.push(Refused { line, row, dealer_code: clean(code).into_owned(), problem });
            }
        }
    }

    fn csv(&mut self, bytes: &[u8], mapping: &Mapping) -> Result<(), String> {
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).has_headers(false).delimiter(delimiter(bytes)).from_reader(bytes);
        let mut record = csv::ByteRecord::new();
        let mut next =
            |record: &mut csv::ByteRecord| reader.read_byte_record(record).map_err(|error| error.to_string());
        if !next(&mut record)? {
            return Err("the file is empty".to_owned());
        }
        let heading: Vec<String> = record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let fields = self.heading(&heading, mapping)?;
        let mut lines = Lines { bytes, at: 0, line: 1 };
        let mut row = 1;
        while next(&mut record)? {
            row += 1;
            // The reader's own count is wrong after CR LF and empty lines: it takes them for a part of the next record.
            let at = record.position().map_or(0, |place| usize::try_from(place.byte()).unwrap_or(usize::MAX));
            let skipped = bytes.get(at..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
            let at = at + skipped.count();
            self.take(lines.of(at), row, cells(&record, &fields));
        }
        Ok(())
    }

    /// The field of every column; what cannot work is told before any row is read.
    fn heading(&mut self, columns: &[String], mapping: &Mapping) -> Result<Vec<Option<Field>>, String> {
        mapping.check(columns)?;
        let fields: Vec<Option<Field>> = columns.iter().map(|column| mapping.field_of(column)).collect();
        for field in Field::all() {
            let of: Vec<String> = columns
                .iter()
                .zip(&fields)
                .filter(|(_, found)| **found == Some(field))
                .map(|(column, _)| format!("`{}`", clean(column)))
                .collect();
            if of.len() > 1 {
                return Err(format!(
                    "the columns {} are all `{}`; say which with --map",
                    of.join(" and "),
                    field.word()
                ));
            }
        }
        let missing: Vec<&str> = Field::all()
            .filter(|field| field.is_needed() && !fields.contains(&Some(*field)))
            .map(Field::word)
            .collect();
        if !missing.is_empty() {
            let list: Vec<String> = columns.iter().map(|column| format!("`{}`", clean(column))).collect();
            return Err(format!(
                "no column holds {}; say which does: {} (columns: {})",
                missing.join(", "),
                missing.iter().map(|field| format!("--map 'COLUMN={field}'")).collect::<Vec<_>>().join(" "),
                list.join(", ")
            ));
        }
        let unused = columns.iter().zip(&fields).filter(|(_, field)| field.is_none());
        self.ignored = unused.map(|(column, _)| clean(column).into_owned()).collect();
        Ok(fields)
    }

    fn json(&mut self, bytes: &[u8], mapping: &Mapping) -> Result<(), String> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| format!("the file is not UTF-8 (byte {})", error.valid_up_to()))?;
        let mut lines = Lines { bytes, at: 0, line: 1 };
        for (place, raw) in objects(text)?.into_iter().enumerate() {
            // The pieces lie inside the text, so the distance is the place.
            let at = (raw.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            let values = object(raw, mapping);
            self.take(lines.of(at), place as u64 + 1, values);
        }
        Ok(())
    }
}

/// The most common separator of the first line, outside quotes.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in bytes.iter().take(64 * 1024) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => counts.iter_mut().filter(|(mark, _)| mark == byte).for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    // With equal counts the comma wins, so the search is for a strictly greater one.
    counts.into_iter().fold((b',', 0), |best, found| if found.1 > best.1 { found } else { best }).0
}

fn cells(record: &csv::ByteRecord, fields: &[Option<Field>]) -> (Values, Option<Problem>) {
    let mut values = Values::default();
    let mut problem = None;
    for (cell, field) in record.iter().zip(fields) {
        let Some(field) = field else { continue };
        match std::str::from_utf8(cell) {
            Ok(cell) => values.set(*field, cell),
            Err(_) => problem = problem.or_else(|| Some(Problem::new(field.word(), "is not UTF-8"))),
        }
    }
    let (has, needs) = (record.len(), fields.len());
    if has != needs {
        let what = if has < needs { "too few" } else { "too many" };
        problem = Some(Problem::new("row", format!("{what} columns: {has} instead of {needs}")));
    }
    (values, problem)
}

/// The objects of a JSON array, of the list that `list --json` prints, or of JSON lines.
fn objects(text: &str) -> Result<Vec<&str>, String> {
    #[derive(serde::Deserialize)]
    struct Listed<'a> {
        #[serde(borrow)]
        dealerships: Vec<&'a RawValue>,
    }
    let wrong = |error: serde_json::Error| format!("not JSON: {}", clean(&error.to_string()));
    if text.trim_start().starts_with('[') {
        let all: Vec<&RawValue> = serde_json::from_str(text).map_err(wrong)?;
        return Ok(all.into_iter().map(RawValue::get).collect());
    }
    if let Ok(listed) = serde_json::from_str::<Listed<'_>>(text) {
        return Ok(listed.dealerships.into_iter().map(RawValue::get).collect());
    }
    let all = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    all.map(|one| one.map(RawValue::get).map_err(wrong)).collect()
}

fn object(raw: &str, mapping: &Mapping) -> (Values, Option<Problem>) {
    let mut values = Values::default();
    let Ok(Value::Object(object)) = serde_json::from_str(raw) else {
        return (values, Some(Problem::new("row", "is not a JSON object")));
    };
    let mut problem = None;
    // The form in which dealerships are listed: a contact, and an opcode that counts only when it was chosen.
    let nested = |key: &str| object.get(key).and_then(Value::as_object);
    let (contact, opcode) = (nested("contact"), nested("opcode"));
    let chosen = opcode.filter(|opcode| opcode.get("option").is_some_and(Value::is_string));
    let of_contact = contact.into_iter().flatten().map(|(key, value)| (format!("contact_{key}"), value));
    let of_opcode = chosen.into_iter().flat_map(|chosen| {
        let named = [("choice", "opcode"), ("option", "opcode_option"), ("word", "opcode_word")];
        named.into_iter().filter_map(|(key, name)| Some((name.to_owned(), chosen.get(key)?)))
    });
    let flat = |key: &str| !(key == "contact" && contact.is_some() || key == "opcode" && opcode.is_some());
    let outer = object.iter().filter(|(key, _)| flat(key)).map(|(key, value)| (key.clone(), value));
    for (key, value) in of_contact.chain(of_opcode).chain(outer) {
        let Some(field) = mapping.field_of(&key) else { continue };
        let text: Cow<'_, str> = match value {
            Value::Null => Cow::Borrowed(""),
            Value::String(text) => Cow::Borrowed(text),
            Value::Number(number) => Cow::Owned(number.to_string()),
            _ => {
                problem = problem.or_else(|| Some(Problem::new(field.word(), "is not text")));
                continue;
            }
        };
        values.set(field, &text);
    }
    (values, problem)
}

/// Counts lines along a file, each byte once.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of a place; places come in ascending order.
    fn of(&mut self, place: usize) -> u64 {
        let passed = self.bytes.get(self.at..place).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at = place.max(self.at);
        self.line
    }
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
