//! From the cells of one row to what it says of a dealership, with everything that is wrong with it.

use std::borrow::Cow;

use crate::cli::opcode;
use crate::domain::address::{NamedAddress, addresses};
use crate::domain::list::value::{Mended, is_placeholder, read_value};
use crate::domain::list::{Columns, ListField};
use crate::domain::profile::check_text;
use crate::domain::text::{clean, tidy};
use crate::domain::zone::{Place, ZoneOfPlace, read_address, zone_fits_state, zone_of_place, zones_of_state};
use crate::domain::{Contact, ProfileEdit, ProfileField, ProfilePatch, Timestamp, read_zone};

use super::opcode_words::{LONGEST_WORD, OpcodeWords, opcode_value, opcode_words};
use super::reading::Options;
use super::remarks::Remarks;
use super::source::SourceRow;

/// Why a row was refused: the field and the reason. Cleaned: it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Problem {
    /// The field (or `row`).
    pub(in crate::cli) field: &'static str,
    /// In words.
    pub(in crate::cli) reason: String,
}

impl Problem {
    /// In the place of a field: the row as a whole.
    pub(super) const ROW: &'static str = "row";

    pub(super) fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field, reason: reason.into() }
    }
}

/// How the cells of a list are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout<'a> {
    /// Which column holds what.
    pub(super) columns: &'a Columns,
    /// What was asked for.
    pub(super) options: &'a Options,
}

/// What a row says.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadRow {
    /// The line of the file on which it begins, counted from 1.
    pub(super) line: u64,
    /// Its place among the rows of the file; a heading counts.
    pub(super) place: u64,
    /// The dealership, without its contact.
    pub(super) profile: ProfilePatch,
    /// The contact.
    pub(super) person: Vec<ProfileEdit>,
    /// More people, whose addresses stand in the same cell.
    pub(super) further_contacts: Vec<Contact>,
    /// Who looks after it, by a column that may mean something else.
    pub(super) offered_owner: Option<String>,
    /// How the zone of a new dealership was concluded.
    pub(super) concluded: Option<String>,
    /// Why no zone could be concluded, where none is said.
    pub(super) no_zone: Option<String>,
    /// What it says of the opcode.
    pub(super) opcode: OpcodeWords,
    /// What is wrong with its cells.
    pub(super) problems: Vec<Problem>,
}

/// A cell of a field.
enum Cell {
    /// The row does not have it: it says nothing.
    Absent,
    /// There, and empty.
    Empty,
    /// A value.
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
        self.profile.text_of(ProfileField::DealerCode)
    }

    /// The contact as one of several people.
    pub(super) fn contact(&self) -> Contact {
        let said = || self.person.iter().chain(&self.profile.defaults);
        let text = |field| said().find(|edit| edit.field == field).map_or("", |edit| edit.text.as_str());
        Contact {
            name: text(ProfileField::Contact).into(),
            email: text(ProfileField::Email).into(),
            phone: text(ProfileField::Phone).into(),
        }
    }

    /// Whether the row as a whole cannot be read.
    pub(super) fn is_unreadable(&self) -> bool {
        self.problems.iter().any(|problem| problem.field == Problem::ROW)
    }
}

/// The row that is being read.
struct Reading<'a, 'r> {
    layout: Layout<'a>,
    row: &'a SourceRow<'r>,
    remarks: &'a mut Remarks,
    read: ReadRow,
}

impl Layout<'_> {
    /// Reads a row.
    pub(super) fn read(&self, row: &SourceRow<'_>, remarks: &mut Remarks) -> ReadRow {
        let read = ReadRow { line: row.line, place: row.place, ..ReadRow::default() };
        let mut reading = Reading { layout: *self, row, remarks, read };
        reading.row_as_a_whole();
        reading.profile();
        reading.person();
        reading.owner();
        reading.zone();
        reading.opcode();
        reading.read
    }
}

impl Reading<'_, '_> {
    fn problem(&mut self, field: ListField, reason: impl Into<String>) {
        self.read.problems.push(Problem::new(field.word(), reason));
    }

    fn row_as_a_whole(&mut self) {
        let reason = match &self.row.fault {
            Some(fault) => Some(fault.clone()),
            None => wrong_count(self.row, self.layout.columns),
        };
        self.read.problems.extend(reason.map(|reason| Problem::new(Problem::ROW, reason)));
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
        match self.fixed(field).filter(|_| field != ListField::Profile(ProfileField::Timezone)) {
            Some(text) => Cell::Text(text.to_owned()),
            None if there => Cell::Empty,
            None => Cell::Absent,
        }
    }

    /// What a field reads in the whole list.
    fn fixed(&self, field: ListField) -> Option<&str> {
        self.layout.options.fixed.iter().find(|(fixed, _)| *fixed == field).map(|(_, text)| text.as_str())
    }

    fn value(&mut self, field: ListField, text: &str) -> Result<String, String> {
        let text = text.trim();
        let as_field = match field {
            ListField::Profile(field) => field,
            ListField::Opcode => return opcode_value(text),
            // Texts about people and places, as names are.
            _ => ProfileField::Contact,
        };
        let read = read_value(as_field, text)?;
        for mended in &read.mended {
            let words = format!("{}: {}", field.word(), mended.words());
            match mended {
                // What is left out is not lost: each text is told.
                Mended::NoPhone => self.remarks.of_row(self.row.line, format!("{words}: `{}`", clean(text))),
                _ if mended.needs_text() => self.remarks.of_text(self.row.line, words, text),
                _ => self.remarks.of_row(self.row.line, words),
            }
        }
        Ok(read.text)
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
            self.read.profile.edits.extend(edit);
        }
    }

    fn person(&mut self) {
        let first_of_several = self.several_addresses();
        for field in [ProfileField::Contact, ProfileField::Email, ProfileField::Phone] {
            let edit = match &first_of_several {
                Some(first) if field == ProfileField::Email => Some(ProfileEdit { field, text: first.clone() }),
                _ => self.edit(field),
            };
            self.read.person.extend(edit);
        }
        if self.read.person.iter().any(|edit| edit.field == ProfileField::Contact && !edit.text.is_empty()) {
            return;
        }
        let (first, last) = (self.cell(ListField::FirstName).text(), self.cell(ListField::LastName).text());
        let is_half = first.is_empty() != last.is_empty();
        let whole = [first, last].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        if whole.is_empty() {
            return;
        }
        self.read.person.retain(|edit| edit.field != ProfileField::Contact);
        let edit = ProfileEdit { field: ProfileField::Contact, text: whole };
        // Half a name shortens none that is known.
        if is_half { self.read.profile.defaults.push(edit) } else { self.read.person.push(edit) }
    }

    /// Of several addresses in one cell the first is the contact's, and is answered; the others are those of more people.
    fn several_addresses(&mut self) -> Option<String> {
        let columns = self.layout.columns.of(ListField::Profile(ProfileField::Email))?;
        let mut cells = columns.columns.iter().filter_map(|column| self.row.cells.get(*column)?.as_deref());
        let cell = cells.find(|cell| !cell.trim().is_empty())?;
        let mut several = addresses(cell).ok().filter(|several| several.len() > 1)?.into_iter();
        let first = several.next()?.address;
        let contact = |one: NamedAddress| Contact {
            name: one.name.as_str().into(),
            email: one.address.as_str().into(),
            ..Contact::default()
        };
        self.read.further_contacts = several.map(contact).collect();
        let words = "email: several addresses: the first is the contact's, the others are kept as further contacts";
        self.remarks.of_row(self.row.line, words.to_owned());
        Some(first)
    }

    /// Who looks after a dealership is decided at the desk: a list says it for new ones only.
    fn owner(&mut self) {
        let field = ProfileField::Owner;
        if let Some(edit) = self.edit(field).filter(|edit| !edit.text.is_empty()) {
            self.read.profile.defaults.push(edit);
            return;
        }
        let offered = self.layout.columns.offers().find(|offer| offer.field == ListField::Profile(field));
        let cell = offered.and_then(|offer| self.row.cells.get(*offer.columns.first()?)?.as_deref());
        let owner = cell.map(|text| tidy(text.trim()).into_owned());
        self.read.offered_owner = owner.filter(|text| !text.is_empty() && !is_placeholder(text));
    }

    fn zone(&mut self) {
        let mut city = self.read.profile.text_of(ProfileField::City).to_owned();
        let mut state = self.read.profile.text_of(ProfileField::State).to_owned();
        let mut postal_code = self.cell(ListField::PostalCode).text();
        let country = self.cell(ListField::Country).text();
        let address = self.cell(ListField::Address).text();
        if let Some(parts) = (!address.is_empty()).then(|| read_address(&address)).flatten() {
            for (field, own, other) in
                [(ProfileField::City, &mut city, parts.city), (ProfileField::State, &mut state, parts.state)]
            {
                if own.is_empty() && !other.is_empty() {
                    other.clone_into(own);
                    self.read.profile.defaults.push(ProfileEdit { field, text: other.to_owned() });
                }
            }
            if postal_code.is_empty() {
                parts.postal_code.clone_into(&mut postal_code);
            }
        }
        let written = self.read.profile.text_of(ProfileField::Timezone);
        if !written.is_empty() {
            let remark = about_zone(written, &state, self.layout.options.now);
            remark.into_iter().for_each(|words| self.remarks.of_row(self.row.line, words));
            return;
        }
        let place = Place { city: &city, state: &state, postal_code: &postal_code, country: &country };
        let word = ProfileField::Timezone.word();
        let text = match (zone_of_place(&place), self.fixed(ListField::Profile(ProfileField::Timezone))) {
            (ZoneOfPlace::Decided { zone, by }, _) => {
                self.read.concluded = Some(format!("{word}: taken from the {}", by.word()));
                zone.name().to_owned()
            }
            (_, Some(fixed)) => fixed.to_owned(),
            (undecided, None) => {
                self.read.no_zone = Some(undecided.to_string());
                return;
            }
        };
        self.read.profile.defaults.push(ProfileEdit { field: ProfileField::Timezone, text });
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

/// What is to be said of a zone as it was written.
fn about_zone(written: &str, state: &str, now: Timestamp) -> Option<String> {
    let word = ProfileField::Timezone.word();
    let zone = read_zone(written).ok()?;
    let possible = zones_of_state(state);
    if !possible.is_empty() && !zone_fits_state(zone, state, now) {
        let list: Vec<&str> = possible.iter().map(|zone| zone.name()).collect();
        return Some(format!("{word}: {} is no zone of {} ({})", zone.name(), clean(state), list.join(", ")));
    }
    (zone.name() != written).then(|| format!("{word}: `{}` was read as {}", clean(written), zone.name()))
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
    } else if needed.filter_map(|assigned| assigned.columns.first()).any(|column| *column >= has) {
        Some(format!("too few columns: {has} instead of {needs}"))
    } else {
        None
    }
}
