//! Reads the platform's JSON: the envelope, the lists, and dealer-local times. Pure, tolerant where nothing hangs on it, and
//! never guessing where something does.
//!
//! Decided here: unknown fields are ignored; a field given twice, or nesting that no answer needs, makes the whole answer unreadable; a
//! `success` that is no boolean counts as `false`; services are read wholly or not at all, because an opcode that was overlooked would be
//! called missing; a slot that cannot be read is skipped (it could not be booked by it), but a list of which no slot can be read is no
//! list; a list longer than allowed is no list.

use memchr::memchr2;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::envelope::{ListedRows, ReplyEnvelope, given, scalar};
use super::gateway::read_other_names;
use super::local_time::local_time;
use crate::domain::classification::{BodyShape, ResponseDetails};
use crate::domain::text::one_line;
use crate::domain::{Appointment, AppointmentId, Customer, Service, Slot, Untrusted};

/// Longest message and code that take part in matching, in characters.
const MESSAGE_CHARS: usize = 2_000;
const CODE_CHARS: usize = 100;
/// No slot is longer than a day.
const LONGEST_SLOT: u32 = 24 * 60;
/// How deep an answer may be nested: the deepest that is public has four levels.
const DEEPEST: usize = 32;

/// Which list of the envelope was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedList {
    Services,
    Slots,
    Appointments,
}

impl RequestedList {
    /// What its rows are called, in words and in the log.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Slots => "slots",
            Self::Appointments => "appointments",
        }
    }
}

/// The list that was asked for, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyList {
    Absent,
    /// `null`: the platform's other way to say "empty".
    Null,
    /// An array; each row as its JSON text.
    Rows(JsonArrayRows),
    /// An array with more rows than allowed; how many it had at least.
    TooLong(usize),
    /// Something else, or services of which not every one can be read.
    Odd,
}

/// The rows of an array, each as its JSON text: one copy of them all, and where each stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonArrayRows {
    text: Box<str>,
    places: Box<[std::ops::Range<usize>]>,
}

impl JsonArrayRows {
    fn of(rows: &[&RawValue]) -> Self {
        let mut text = String::with_capacity(rows.iter().map(|row| row.get().len()).sum());
        let place = |row: &&RawValue| {
            let start = text.len();
            text.push_str(row.get());
            start..text.len()
        };
        let places = rows.iter().map(place).collect();
        Self { text: text.into(), places }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether the array is empty.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.places.iter().filter_map(|place| self.text.get(place.clone()))
    }
}

/// One answer, read as far as it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformReply {
    pub status: u16,
    pub shape: BodyShape,
    /// The envelope's `success`; anything but a boolean counts as `false`.
    pub success: Option<bool>,
    /// The envelope's code: one line.
    pub code: Option<String>,
    /// The envelope's or gateway's message: one line.
    pub message: Option<String>,
    /// The list that was asked for.
    pub list: ReplyList,
    /// The services; `None` when they were not asked for, there was no list, or any of its rows could not be read.
    pub services: Option<Vec<Service>>,
}

/// A row of any list: of services, of slots or of appointments.
#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow, default, deserialize_with = "given")]
    opcode: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "serviceName", deserialize_with = "given")]
    name: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "appointmentId", deserialize_with = "given")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    vin: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "appointmentDateTimeLocal", deserialize_with = "given")]
    at: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "durationMinutes", deserialize_with = "given")]
    minutes: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    comment: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "firstName", deserialize_with = "given")]
    first_name: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "lastName", deserialize_with = "given")]
    last_name: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "emailAddress", deserialize_with = "given")]
    email: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "phoneNumber", deserialize_with = "given")]
    phone: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    services: Option<&'a RawValue>,
}

/// A code as it takes part in matching.
pub(super) fn short_code(code: &str) -> String {
    one_line(code, CODE_CHARS)
}

/// A message as it takes part in matching.
pub(super) fn short_message(message: &str) -> String {
    one_line(message, MESSAGE_CHARS)
}

fn service(row: &str) -> Option<Service> {
    let row: Row<'_> = serde_json::from_str(row).ok()?;
    let name = scalar(row.name).unwrap_or_default();
    Some(Service { opcode: Untrusted::from(scalar(row.opcode)?), name: Untrusted::from(name) })
}

fn appointment(row: &str) -> Option<Appointment> {
    let row: Row<'_> = serde_json::from_str(row).ok()?;
    let text = |raw| Untrusted::from(scalar(raw).unwrap_or_default());
    let services = match row.services.map(RawValue::get) {
        None | Some("null") => Vec::new(),
        Some(list) => {
            let rows = serde_json::from_str::<Vec<&RawValue>>(list).ok()?;
            rows.into_iter().filter_map(|row| service(row.get())).collect()
        }
    };
    Some(Appointment {
        id: AppointmentId::new(scalar(row.id)?)?,
        vin: text(row.vin),
        local: local_time(&scalar(row.at)?)?,
        comment: text(row.comment),
        customer: Customer {
            first_name: text(row.first_name),
            last_name: text(row.last_name),
            email: text(row.email),
            phone: text(row.phone),
        },
        services,
    })
}

impl PlatformReply {
    /// Reads a status and a body. Never fails: what cannot be read is a [`BodyShape`] of its own.
    pub fn read(status: u16, body: &[u8], wanted: RequestedList, max_rows: usize) -> Self {
        let (shape, body) = BodyShape::of(body);
        let bare = |shape| Self {
            status,
            shape,
            success: None,
            code: None,
            message: None,
            list: ReplyList::Absent,
            services: None,
        };
        if shape != BodyShape::Object {
            return bare(shape);
        }
        if is_deep(body) {
            return bare(BodyShape::Other);
        }
        let Ok(envelope) = serde_json::from_slice::<ReplyEnvelope<'_>>(body) else { return bare(BodyShape::Other) };
        let success = envelope.success.map(|raw| raw.get() == "true");
        let (mut code, mut message) = (scalar(envelope.code), scalar(envelope.message));
        // An error beside a success contradicts it, under whatever name.
        if success != Some(true) || envelope.error.is_some() || envelope.errors.is_some() {
            read_other_names(body, &mut code, &mut message);
        }
        let list = match wanted {
            RequestedList::Services => envelope.services,
            RequestedList::Slots => envelope.slots,
            RequestedList::Appointments => envelope.appointments,
        };
        let mut list = match list {
            ListedRows::Absent => ReplyList::Absent,
            ListedRows::Null => ReplyList::Null,
            ListedRows::Rows(rows) if rows.len() > max_rows => ReplyList::TooLong(rows.len()),
            ListedRows::Rows(rows) => ReplyList::Rows(JsonArrayRows::of(&rows)),
            ListedRows::Odd => ReplyList::Odd,
        };
        let services = match (wanted, &list) {
            (RequestedList::Services, ReplyList::Null) => Some(Vec::new()),
            (RequestedList::Services, ReplyList::Rows(rows)) => rows.iter().map(service).collect(),
            _ => None,
        };
        if matches!((wanted, &list, &services), (RequestedList::Services, ReplyList::Rows(_), None)) {
            list = ReplyList::Odd;
        }
        Self {
            status,
            shape: BodyShape::Object,
            success,
            code: code.map(|code| short_code(&code)),
            message: message.map(|message| short_message(&message)),
            list,
            services,
        }
    }

    /// What counts for the meaning.
    pub fn details(&self) -> ResponseDetails<'_> {
        let listed = match self.list {
            ReplyList::Rows(_) | ReplyList::Null => true,
            ReplyList::Absent | ReplyList::TooLong(_) | ReplyList::Odd => false,
        };
        ResponseDetails {
            status: self.status,
            shape: self.shape,
            success: self.success,
            listed,
            code: self.code.as_deref(),
            message: self.message.as_deref(),
        }
    }

    /// The appointments as they came; `None` without an explicit success, without a list (a `null` proves nothing here), or when any of
    /// its rows could not be read: what was overlooked would be booked again.
    pub fn appointments(&self) -> Option<Vec<Appointment>> {
        if self.success != Some(true) {
            return None;
        }
        match &self.list {
            ReplyList::Rows(rows) => rows.iter().map(appointment).collect(),
            ReplyList::Null | ReplyList::Absent | ReplyList::TooLong(_) | ReplyList::Odd => None,
        }
    }

    /// The slots in their order in time, each moment and length once; `None` when there was no list, or none of its rows could be read.
    pub fn slots(&self, default_minutes: u32) -> Option<Vec<Slot>> {
        let read = |row: &str| {
            let row: Row<'_> = serde_json::from_str(row).ok()?;
            let minutes = match row.minutes.map(RawValue::get) {
                None | Some("null") => default_minutes,
                Some(_) => scalar(row.minutes)?.trim().parse().ok()?,
            };
            let local = local_time(&scalar(row.at)?)?;
            (1..=LONGEST_SLOT).contains(&minutes).then_some(Slot { local, minutes })
        };
        let mut slots = match &self.list {
            ReplyList::Null => Vec::new(),
            ReplyList::Rows(rows) => {
                let found: Vec<Slot> = rows.iter().filter_map(read).collect();
                (rows.is_empty() || !found.is_empty()).then_some(found)?
            }
            ReplyList::Absent | ReplyList::TooLong(_) | ReplyList::Odd => return None,
        };
        slots.sort_unstable_by_key(|slot| (slot.local, slot.minutes));
        slots.dedup();
        Some(slots)
    }
}

/// Whether brackets are nested deeper than any answer needs.
fn is_deep(body: &[u8]) -> bool {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = body.get(at) {
        at += 1;
        match byte {
            b'"' => at += text_end(body.get(at..).unwrap_or_default()),
            b'{' | b'[' if depth == DEEPEST => return true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// Where a text ends, behind its closing quote.
fn text_end(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr2(b'"', b'\\', text.get(at..).unwrap_or_default()) {
        at += found;
        if text.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;
