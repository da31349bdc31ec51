//! From a file to its good and its refused rows. Pure: no store, no file system.

use std::collections::HashMap;

use crate::cli::input::Text;
use crate::domain::table::{MOST_COLUMNS, MOST_ROWS, Row as TableRow, RowFault, Rows, Table, TableError};
use crate::domain::text::clean;
use crate::domain::{Profile, ProfileField};

use super::field::{Field, Mapping};
use super::json::{object, objects};
use super::remarks::Remarks;
use super::row::{Problem, Values, Written, damaged, profile, written};

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
    /// What was read otherwise than it stands.
    pub(in crate::cli) remarks: Remarks,
    /// On which line every `dealerCode` was first seen.
    seen: HashMap<String, u64>,
}

/// Reads a whole file, CSV or JSON; what it is shows in its first character. An error is about the file as a whole.
pub(in crate::cli) fn read(text: &Text, mapping: &Mapping) -> Result<Sheet, String> {
    let mut sheet = Sheet::default();
    if let Some(remark) = text.remark() {
        sheet.remarks.of_file(remark);
    }
    let text = text.as_str();
    match text.trim_start().chars().next() {
        None => return Err("the file is empty".to_owned()),
        Some('[' | '{') => sheet.json(text, mapping)?,
        Some(_) => sheet.csv(text, mapping)?,
    }
    Ok(sheet)
}

impl Sheet {
    /// Takes a row in, or notes why not.
    fn take(&mut self, line: u64, row: u64, (values, problem): (Values, Option<Problem>)) -> Result<(), String> {
        if self.rows.len() + self.refused.len() >= MOST_ROWS {
            return Err(TableError::TooLong.to_string());
        }
        let code = values.get(Field::Profile(ProfileField::DealerCode));
        let first = if code.is_empty() { None } else { self.seen.get(code).copied() };
        let problem = problem.or_else(|| damaged(&values));
        let is_row = problem.as_ref().is_none_or(|problem| problem.field != Problem::ROW);
        let outcome = match (problem, profile(&values).and_then(|profile| Ok((profile, written(&values)?))), first) {
            (Some(problem), ..) | (None, Err(problem), _) => Err(problem),
            // Two rows with one dealerCode: which is right is not for us to guess, so the first one stands.
            (None, Ok(_), Some(first)) => Err(Problem::new(
                ProfileField::DealerCode.word(),
                format!("`{}` stands already on line {first}", clean(code)),
            )),
            (None, Ok(good), None) => Ok(good),
        };
        if first.is_none() && !code.is_empty() && is_row {
            self.seen.insert(code.to_owned(), line);
        }
        match outcome {
            Ok((profile, written)) => {
                values.remarks(&profile).for_each(|remark| self.remarks.of_row(line, remark));
                self.rows.push(Row { line, place: row, profile, written });
            }
            Err(problem) => {
                self.refused.push(Refused { line, row, dealer_code: clean(code).into_owned(), problem });
            }
        }
        Ok(())
    }

    fn csv(&mut self, text: &str, mapping: &Mapping) -> Result<(), String> {
        let suits = |mut rows: Rows<'_>| rows.next().map_or(0, |row| fields_in(&row, mapping));
        let table = Table::open(text, suits).map_err(|error| error.to_string())?;
        let mut rows = table.rows();
        let Some(heading) = rows.next() else { return Err("the file is empty".to_owned()) };
        if let Some(fault) = heading.fault {
            return Err(format!("the heading on line {}: {fault}", heading.line));
        }
        let named = heading.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let heading: Vec<String> = heading.cells.iter().take(named).map(|cell| cell.clone().into_owned()).collect();
        let fields = self.heading(&heading, mapping)?;
        if let Some(words) = table.separator_words() {
            self.remarks.of_file(format!("its columns are separated by {words}"));
        }
        for (row, place) in rows.zip(2..) {
            if let Some((first, last)) = row.swallowed(fields.len(), table.separator()) {
                let remark = format!(
                    "lines {first} to {last} stand inside a cell of line {}, between quotation marks, and were not read as rows; \
                     is one missing?",
                    row.line
                );
                self.remarks.of_row(row.line, remark);
            }
            self.take(row.line, place, cells(&row, &fields))?;
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
        let unused = columns.iter().zip(&fields).filter(|(column, field)| field.is_none() && !column.is_empty());
        self.ignored = unused.map(|(column, _)| clean(column).into_owned()).collect();
        Ok(fields)
    }

    fn json(&mut self, text: &str, mapping: &Mapping) -> Result<(), String> {
        let mut lines = Lines { bytes: text.as_bytes(), at: 0, line: 1 };
        for (raw, place) in objects(text)?.into_iter().zip(1..) {
            // The pieces lie inside the text, so the distance is the place.
            let at = (raw.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            let values = object(raw, mapping);
            self.take(lines.of(at), place, values)?;
        }
        Ok(())
    }
}

/// How many fields a heading names.
fn fields_in(heading: &TableRow<'_>, mapping: &Mapping) -> usize {
    let found: Vec<Field> = heading.cells.iter().filter_map(|cell| mapping.field_of(cell)).collect();
    Field::all().filter(|field| found.contains(field)).count()
}

fn cells(row: &TableRow<'_>, fields: &[Option<Field>]) -> (Values, Option<Problem>) {
    let mut values = Values::default();
    for (cell, field) in row.cells.iter().zip(fields) {
        if let Some(field) = field {
            values.set(*field, cell);
        }
    }
    let problem = match &row.fault {
        Some(RowFault::Wide) => Some(format!("too many columns: more than {MOST_COLUMNS} instead of {}", fields.len())),
        Some(fault) => Some(fault.to_string()),
        None => wrong_count(row, fields),
    };
    (values, problem.map(|reason| Problem::new(Problem::ROW, reason)))
}

/// Cells that are not there are empty, and empty ones too many are nothing.
fn wrong_count(row: &TableRow<'_>, fields: &[Option<Field>]) -> Option<String> {
    let needs = fields.len();
    let has = row.cells.len();
    let last = row.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    let needed = |field: &Option<Field>| field.is_some_and(Field::is_needed);
    if last > needs {
        Some(format!("too many columns: {last} instead of {needs}"))
    } else if fields.iter().skip(has).any(needed) {
        Some(format!("too few columns: {has} instead of {needs}"))
    } else {
        None
    }
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
