//! From the cells of one row to what it says of a dealership, with everything that is wrong with it.

use std::borrow::Cow;

use crate::cli::opcode;
use crate::domain::address::{NamedAddress, addresses};
use crate::domain::list::value::{Mended, is_nobody, is_placeholder, read_value};
use crate::domain::list::{Columns, ListEntry, ListField, Repetition};
use crate::domain::profile::check_text;
use crate::domain::text::{clean, tidy};
use crate::domain::zone::read_address;
use crate::domain::{Contact, ProfileEdit, ProfileField};

use super::opcode_words::{LONGEST_WORD, OpcodeWords, opcode_value, opcode_words};
use super::options::ImportOptions;
use super::problem::RowProblem;
use super::remarks::Remarks;
use super::source::SourceRow;

/// How the cells of a list are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowLayout<'a> {
    pub(super) columns: &'a Columns,
    pub(super) options: &'a ImportOptions,
}

#[derive(Debug, Clone, Default)]
pub(super) struct ReadRow {
    /// The line of the file on which it begins, counted from 1.
    pub(super) line: u64,
    /// Its place among the rows of the file; a heading counts.
    pub(super) place: u64,
    /// The dealership and the person.
    pub(super) entry: ListEntry,
    /// The postal code, which tells the time zone.
    pub(super) postal_code: String,
    /// The country, for the same.
    pub(super) country: String,
    /// Who looks after it, by a column that may mean something else.
    pub(super) offered_owner: Option<String>,
    /// What it says of the opcode.
    pub(super) opcode: OpcodeWords,
    /// What is wrong with its cells.
    pub(super) problems: Vec<RowProblem>,
    /// What stands for no value in fields that a new dealership needs.
    pub(super) placeholders: Vec<RowProblem>,
}

/// A cell of a field.
enum Cell {
    /// The row does not have it: it says nothing.
    Absent,
    Empty,
    Text(String),
}

impl Cell {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Absent | Self::Empty => String::new(),
        }
    }
}

impl ReadRow {
    /// By what it is known.
    pub(super) fn dealer_code(&self) -> &str {
        self.entry.dealer_code()
    }

    /// What the row is beside an earlier one with its dealerCode.
    pub(super) fn repetition(&self, earlier: &Self) -> Repetition {
        match self.opcode == OpcodeWords::default() || self.opcode == earlier.opcode {
            true => self.entry.beside(&earlier.entry),
            false => Repetition::Contradicts,
        }
    }

    /// Whether the row as a whole cannot be read.
    pub(super) fn is_unreadable(&self) -> bool {
        self.problems.iter().any(|problem| problem.field == RowProblem::ROW)
    }
}

/// The row that is being read.
struct Reading<'a, 'r> {
    layout: RowLayout<'a>,
    row: &'a SourceRow<'r>,
    remarks: &'a mut Remarks,
    read: ReadRow,
}

impl RowLayout<'_> {
    /// Reads rows, with what was read otherwise than it stands.
    pub(super) fn read_all(&self, rows: &[SourceRow<'_>]) -> (Vec<ReadRow>, Remarks) {
        let mut remarks = Remarks::default();
        let mut one = |row: &SourceRow<'_>| {
            if let Some((first, last)) = row.swallowed {
                let words = format!(
                    "lines {first} to {last} stand inside a cell of line {}, between quotation marks, and were not read as \
                     rows; is one missing?",
                    row.line
                );
                remarks.of_row(row.line, words);
            }
            self.read(row, &mut remarks)
        };
        (rows.iter().map(&mut one).collect(), remarks)
    }

    pub(super) fn read(&self, row: &SourceRow<'_>, remarks: &mut Remarks) -> ReadRow {
        let read = ReadRow { line: row.line, place: row.place, ..ReadRow::default() };
        let mut reading = Reading { layout: *self, row, remarks, read };
        reading.row_as_a_whole();
        reading.profile();
        reading.person();
        reading.owner();
        reading.place();
        reading.opcode();
        reading.read
    }
}

impl Reading<'_, '_> {
    fn problem(&mut self, field: ListField, reason: impl Into<String>) {
        self.read.problems.push(RowProblem::new(field.as_str(), reason));
    }

    fn row_as_a_whole(&mut self) {
        let reason = match &self.row.fault {
            Some(fault) => Some(fault.clone()),
            None => wrong_count(self.row, self.layout.columns),
        };
        self.read.problems.extend(reason.map(|reason| RowProblem::new(RowProblem::ROW, reason)));
    }

    /// The first filled column of a field; else what holds for the whole file.
    fn cell(&mut self, field: ListField) -> Cell {
        let mut there = false;
        let columns = self.layout.columns.of(field).map(|assigned| assigned.columns.as_slice()).unwrap_or_default();
        for column in columns {
            if self.row.not_text.contains(column) {
                self.problem(field, "is not text");
                return Cell::Absent;
            }
            let Some(text) = self.row.cells.get(*column).and_then(Option::as_ref) else { continue };
            // What stands for no value says as little as no cell: only an empty one clears.
            there |= text.trim().is_empty();
            if field.is_needed() && is_placeholder(text) {
                let reason = format!("`{}` stands for no value, and one is needed", clean(text.trim()));
                self.read.placeholders.push(RowProblem::new(field.as_str(), reason));
                continue;
            }
            match self.value(field, text) {
                Ok(text) if text.is_empty() => {}
                Ok(text) => return Cell::Text(text),
                Err(reason) => {
                    self.problem(field, reason);
                    return Cell::Absent;
                }
            }
        }
        // Where a row says nothing of its zone, its place may.
        match self.layout.options.fixed(field).filter(|_| field != ListField::Profile(ProfileField::Timezone)) {
            Some(text) => Cell::Text(text.to_owned()),
            None if there => Cell::Empty,
            None => Cell::Absent,
        }
    }

    fn value(&mut self, field: ListField, text: &str) -> Result<String, String> {
        let text = text.trim();
        let as_field = match field {
            ListField::Profile(field) => field,
            ListField::Opcode => return opcode_value(text),
            // Texts about people and places, as names are.
            _ => ProfileField::Contact,
        };
        let (read, mended) = read_value(as_field, text)?;
        for mended in mended {
            let words = format!("{}: {}", field.as_str(), mended.message());
            match mended {
                // What is left out is not lost: each text is told.
                Mended::NoPhone => self.remarks.of_row(self.row.line, format!("{words}: `{}`", clean(text))),
                _ if mended.needs_text() => self.remarks.of_text(self.row.line, words, text),
                _ => self.remarks.of_row(self.row.line, words),
            }
        }
        Ok(read)
    }

    /// Takes a cell over as what a field shall read.
    fn edit(&mut self, field: ProfileField) -> Option<ProfileEdit> {
        let text = match self.cell(ListField::Profile(field)) {
            Cell::Text(text) => text,
            Cell::Empty if self.layout.options.clear && !field.is_needed() => String::new(),
            Cell::Empty | Cell::Absent => return None,
        };
        Some(ProfileEdit { field, text })
    }

    fn profile(&mut self) {
        self.read.entry.profile.edits.reserve(ProfileField::ALL.len());
        for field in [
            ProfileField::Name,
            ProfileField::DealerCode,
            ProfileField::Group,
            ProfileField::Brand,
            ProfileField::City,
            ProfileField::State,
            ProfileField::Timezone,
        ] {
            let edit = self.edit(field);
            self.read.entry.profile.edits.extend(edit);
        }
    }

    fn person(&mut self) {
        let first_of_several = self.several_addresses();
        for field in ProfileField::PERSON {
            let edit = match &first_of_several {
                Some(first) if field == ProfileField::Email => Some(ProfileEdit { field, text: first.clone() }),
                _ => self.edit(field),
            };
            self.read.entry.person.extend(edit);
        }
        if self.read.entry.person.iter().any(|edit| edit.field == ProfileField::Contact && !edit.text.is_empty()) {
            return;
        }
        let (first, last) = (self.cell(ListField::FirstName).text(), self.cell(ListField::LastName).text());
        let is_half = first.is_empty() != last.is_empty();
        let whole = [first, last].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        if whole.is_empty() {
            return;
        }
        self.read.entry.person.retain(|edit| edit.field != ProfileField::Contact);
        let edit = ProfileEdit { field: ProfileField::Contact, text: whole };
        // Half a name shortens none that is known.
        let entry = &mut self.read.entry;
        if is_half { entry.person_defaults.push(edit) } else { entry.person.push(edit) }
    }

    /// Of several addresses in one cell the first is the contact's, and is answered; the others are those of more people.
    fn several_addresses(&mut self) -> Option<String> {
        let columns = self.layout.columns.of(ListField::Profile(ProfileField::Email))?;
        let mut cells = columns.columns.iter().filter_map(|column| self.row.cells.get(*column)?.as_deref());
        let cell = cells.find(|cell| !cell.trim().is_empty() && !is_placeholder(cell))?;
        // Most cells have one, and need not be taken apart.
        cell.match_indices('@').nth(1)?;
        let mut several = addresses(cell).ok().filter(|several| several.len() > 1)?.into_iter();
        let first = several.next()?.address;
        let contact = |one: NamedAddress| Contact {
            name: one.name.as_str().into(),
            email: one.address.as_str().into(),
            ..Contact::default()
        };
        self.read.entry.further_contacts = several.map(contact).collect();
        let words = "email: several addresses: the first is the contact's, the others are kept as further contacts";
        self.remarks.of_row(self.row.line, words.to_owned());
        Some(first)
    }

    /// Who looks after a dealership is decided at the desk: a list says it for new ones only.
    fn owner(&mut self) {
        let field = ProfileField::Owner;
        if let Some(edit) = self.edit(field).filter(|edit| !edit.text.is_empty()) {
            self.read.entry.profile.defaults.push(edit);
            return;
        }
        let offered = self.layout.columns.offers().find(|offer| offer.field == ListField::Profile(field));
        let cell = offered.and_then(|offer| self.row.cells.get(*offer.columns.first()?)?.as_deref());
        let owner = cell.map(|text| tidy(text.trim()).into_owned());
        self.read.offered_owner = owner.filter(|text| !text.is_empty() && !is_nobody(text));
    }

    fn place(&mut self) {
        self.read.postal_code = self.cell(ListField::PostalCode).text();
        self.read.country = self.cell(ListField::Country).text();
        let address = self.cell(ListField::Address).text();
        let Some(parts) = (!address.is_empty()).then(|| read_address(&address)).flatten() else { return };
        for (field, text) in [(ProfileField::City, parts.city), (ProfileField::State, parts.state)] {
            if self.read.entry.profile.text_of(field).is_empty() && !text.is_empty() {
                self.read.entry.profile.defaults.push(ProfileEdit { field, text: text.to_owned() });
            }
        }
        if self.read.postal_code.is_empty() {
            parts.postal_code.clone_into(&mut self.read.postal_code);
        }
    }

    fn opcode(&mut self) {
        let code = self.opcode_cell(ListField::Opcode, opcode::LONGEST);
        let option = self.opcode_cell(ListField::OpcodeOption, LONGEST_WORD);
        let word = self.opcode_cell(ListField::OpcodeWord, LONGEST_WORD);
        match opcode_words(code, option.as_deref(), word) {
            Ok(words) => self.read.opcode = words,
            Err(problem) => self.read.problems.push(problem),
        }
    }

    fn opcode_cell(&mut self, field: ListField, longest: usize) -> Option<String> {
        let Cell::Text(text) = self.cell(field) else { return None };
        match check_text(&text, longest) {
            Ok(()) => Some(text),
            Err(reason) => {
                self.problem(field, reason);
                None
            }
        }
    }
}

/// Cells that are not there say nothing, and empty ones too many are nothing.
fn wrong_count(row: &SourceRow<'_>, columns: &Columns) -> Option<String> {
    let needs = columns.headings.len();
    let has = row.cells.len();
    let filled = |cell: &Option<Cow<'_, str>>| cell.as_deref().is_some_and(|text| !text.is_empty());
    let last = row.cells.iter().rposition(filled).map_or(0, |last| last + 1);
    let needed =
        columns.assigned.iter().filter(|assigned| columns.of(assigned.field).is_some() && assigned.field.is_needed());
    if needs > 0 && last > needs {
        Some(format!("too many columns: {last} instead of {needs}"))
    } else if needed.into_iter().any(|assigned| assigned.columns.iter().all(|column| *column >= has)) {
        Some(format!("too few columns: {has} instead of {needs}"))
    } else {
        None
    }
}
