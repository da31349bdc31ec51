//! A test appointment: what is asked of the platform, what is offered, and what is read back. Pure; the checks here are the last
//! thing that stands between a typing error and a stranger's calendar.

use std::borrow::Cow;
use std::fmt;

use crate::timezone::Tz;
use chrono::{Datelike, NaiveDateTime, TimeZone, Timelike};
use serde::{Deserialize, Serialize};

use super::phone::is_phone_mark;
use super::text::{clean, is_invisible};
use super::{Service, Untrusted, address};

/// The fewest digits of a telephone number: area code and number in North America.
const FEWEST_DIGITS: usize = 10;
/// The most: what E.164 allows.
const MOST_DIGITS: usize = 15;
/// The longest name, and the longest comment, in characters.
const NAME_CHARS: usize = 100;
const COMMENT_CHARS: usize = 1_000;
/// Every vehicle since 1981 has so many characters.
const VIN_CHARS: usize = 17;
/// The longest opcode, in bytes.
const OPCODE_BYTES: usize = 512;
/// How many offered times are named to somebody who chose another.
const NAMED_TIMES: usize = 3;

/// One time that a customer would be offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// The wall clock of the dealership; a `Z` on it is not UTC.
    pub local: NaiveDateTime,
    pub minutes: u32,
}

/// The car that an appointment is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vehicle {
    /// The model year; `None`: the one that the platform client is set to.
    pub year: Option<i32>,
    /// The make; `OTHER` when none in particular is meant.
    pub make: String,
    /// The model; `OTHER` when none in particular is meant.
    pub model: String,
    /// Its number. Without one an appointment cannot be read back.
    pub vin: Option<String>,
}

/// A label of an appointment at the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    pub value: String,
    pub context: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub first_name: Untrusted,
    pub last_name: Untrusted,
    pub email: Untrusted,
    /// The telephone number as it was written; [`phone_digits`] makes of it what is sent.
    pub phone: Untrusted,
}

/// The platform's identifier of an appointment: opaque, never blank, of bounded length. Sent back exactly as it came.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppointmentId(Box<str>);

impl AppointmentId {
    /// The longest that is taken in.
    pub const MOST_CHARS: usize = 200;

    /// Takes an identifier as it came; `None`: it is none.
    pub fn new(text: impl Into<Box<str>>) -> Option<Self> {
        let text = text.into();
        (!text.trim().is_empty() && text.chars().nth(Self::MOST_CHARS).is_none()).then_some(Self(text))
    }

    /// As it came: for sending, comparing and JSON, never for printing.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// For people: whatever is invisible or would act on a terminal is `�`.
    pub fn plain(&self) -> Cow<'_, str> {
        clean(&self.0)
    }
}

impl fmt::Debug for AppointmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.plain())
    }
}

impl TryFrom<String> for AppointmentId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::new(text)
            .ok_or_else(|| format!("an identifier of an appointment is 1 to {} characters", Self::MOST_CHARS))
    }
}

impl From<AppointmentId> for String {
    fn from(id: AppointmentId) -> Self {
        id.0.into()
    }
}

/// What is asked of the platform: one appointment, with exactly one opcode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// The appointment that is moved; `None`: a new one.
    pub appointment_id: Option<AppointmentId>,
    /// When, by the wall clock of the dealership.
    pub local: NaiveDateTime,
    pub zone: Tz,
    pub customer: Customer,
    /// A word for the dealership; may be empty.
    pub comment: String,
    /// The service operations code, exactly as the dealership published it.
    pub opcode: Untrusted,
    pub label: Label,
    /// The label for reports: the partner's name.
    pub reporting_label: Label,
    pub vehicle: Vehicle,
}

/// An appointment as the platform shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    pub id: AppointmentId,
    /// The car's number; empty when the platform does not say.
    pub vin: Untrusted,
    /// When, by the wall clock of the dealership.
    pub local: NaiveDateTime,
    /// The comment; may be empty.
    pub comment: Untrusted,
    /// Who comes, as far as the platform says.
    pub customer: Customer,
    pub services: Vec<Service>,
}

/// Why a booking is not sent. The words say what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum BookingProblem {
    /// The time is not among those that the platform offered.
    #[error("{} was not offered{}", local.format("%Y-%m-%d %H:%M"), instead(nearest))]
    NotOffered {
        local: NaiveDateTime,
        /// Offered times nearest to it, in their order in time.
        nearest: Vec<NaiveDateTime>,
    },
    /// The clocks skip the time on that day.
    #[error("{} does not exist in {zone} (the clocks skip it): choose another time", local.format("%Y-%m-%d %H:%M"))]
    NoSuchTime {
        local: NaiveDateTime,
        /// The zone in which it is missing.
        zone: Tz,
    },
    /// A time that the request cannot carry.
    #[error("{local} is no time of an appointment: give a full minute between the years 1970 and 9999")]
    OddTime { local: NaiveDateTime },
    /// The telephone number cannot be sent.
    #[error("the customer's phone number cannot be sent: {0}")]
    Phone(#[from] PhoneProblem),
    /// The mail address is none.
    #[error("the customer's e-mail is not usable: {0}")]
    Email(String),
    /// Something without which nothing is sent.
    #[error("{0} is missing: {remedy}", remedy = .0.remedy())]
    Missing(BookingField),
    /// A text that cannot be sent as it is.
    #[error("{field} cannot be sent: {why}")]
    Unsendable {
        field: BookingField,
        /// Why, and what to do.
        why: String,
    },
}

/// A text of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BookingField {
    Opcode,
    FirstName,
    LastName,
    Email,
    Comment,
    Make,
    Model,
    Vin,
}

impl BookingField {
    const fn remedy(self) -> &'static str {
        match self {
            Self::Opcode => "record the dealership's choice first",
            Self::Make | Self::Model => "write OTHER when none in particular is meant",
            Self::FirstName | Self::LastName | Self::Email | Self::Comment | Self::Vin => "give one",
        }
    }
}

impl fmt::Display for BookingField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Opcode => "the opcode",
            Self::FirstName => "the customer's first name",
            Self::LastName => "the customer's last name",
            Self::Email => "the customer's e-mail",
            Self::Comment => "the comment",
            Self::Make => "the vehicle's make",
            Self::Model => "the vehicle's model",
            Self::Vin => "the VIN",
        })
    }
}

fn instead(nearest: &[NaiveDateTime]) -> String {
    if nearest.is_empty() {
        return ": no time is offered at all; look for slots again".to_owned();
    }
    let times: Vec<String> = nearest.iter().map(|time| time.format("%Y-%m-%d %H:%M").to_string()).collect();
    format!(": choose an offered time, the nearest are {}", times.join(", "))
}

/// Why a telephone number cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum PhoneProblem {
    #[error("it is missing; give one")]
    Missing,
    #[error("{0} digits are too few; give it with its area code, like (797) 555-0950")]
    TooFew(usize),
    #[error("{0} digits are too many; give one number, without an extension")]
    TooMany(usize),
    /// Something that belongs in no number.
    #[error("only digits, spaces and + ( ) - . / can be in it; leave out letters and extensions")]
    NotADigit,
}

/// What is sent of a telephone number: its digits. `(797) 555-0950` becomes `7975550950`.
pub fn phone_digits(text: &str) -> Result<String, PhoneProblem> {
    let mut digits = String::new();
    let mut count = 0;
    for c in text.trim().chars() {
        match c {
            '0'..='9' => {
                count += 1;
                if count <= MOST_DIGITS {
                    digits.push(c);
                }
            }
            _ if is_phone_mark(c) => {}
            _ => return Err(PhoneProblem::NotADigit),
        }
    }
    match count {
        0 if text.trim().is_empty() => Err(PhoneProblem::Missing),
        0..FEWEST_DIGITS => Err(PhoneProblem::TooFew(count)),
        FEWEST_DIGITS..=MOST_DIGITS => Ok(digits),
        _ => Err(PhoneProblem::TooMany(count)),
    }
}

/// A wall clock as the platform wants it: `2024-03-30T14:00-0500`, the offset without a colon. Of a time that the clocks repeat it is
/// the first one; a time that they skip is a problem.
pub fn wall_with_offset(local: NaiveDateTime, zone: Tz) -> Result<String, BookingProblem> {
    if local.second() != 0 || local.nanosecond() != 0 || !(1970..=9999).contains(&local.year()) {
        return Err(BookingProblem::OddTime { local });
    }
    let moment = zone.from_local_datetime(&local).earliest().ok_or(BookingProblem::NoSuchTime { local, zone })?;
    Ok(moment.format("%Y-%m-%dT%H:%M%z").to_string())
}

impl Booking {
    /// Everything that must hold before this is sent: it is complete, and its time is among those offered a moment ago.
    pub fn check(&self, offered: &[Slot]) -> Result<(), BookingProblem> {
        self.complete()?;
        if offered.iter().any(|slot| slot.local == self.local) {
            return Ok(());
        }
        let mut nearest: Vec<NaiveDateTime> = offered.iter().map(|slot| slot.local).collect();
        nearest.sort_unstable_by_key(|time| (time.signed_duration_since(self.local).abs(), *time));
        nearest.dedup();
        nearest.truncate(NAMED_TIMES);
        nearest.sort_unstable();
        Err(BookingProblem::NotOffered { local: self.local, nearest })
    }

    /// Whether it can be sent at all, whatever is offered: a real time, a customer who can be reached, an opcode, a car.
    pub fn complete(&self) -> Result<(), BookingProblem> {
        let Customer { first_name, last_name, email, phone } = &self.customer;
        if self.opcode.raw().trim().is_empty() {
            return Err(BookingProblem::Missing(BookingField::Opcode));
        }
        // What is in it is the dealership's affair: it has to be sent exactly as it was published.
        if self.opcode.raw().len() > OPCODE_BYTES {
            let why = format!("it is longer than {OPCODE_BYTES} bytes: record the dealership's choice anew");
            return Err(BookingProblem::Unsendable { field: BookingField::Opcode, why });
        }
        name(BookingField::FirstName, first_name.raw())?;
        name(BookingField::LastName, last_name.raw())?;
        if email.raw().trim().is_empty() {
            return Err(BookingProblem::Missing(BookingField::Email));
        }
        address::check(email.raw()).map_err(|problem| BookingProblem::Email(problem.to_string()))?;
        phone_digits(phone.raw())?;
        line(BookingField::Comment, &self.comment.replace('\n', " "), COMMENT_CHARS)?;
        self.vehicle.complete()?;
        wall_with_offset(self.local, self.zone).map(drop)
    }
}

impl Vehicle {
    fn complete(&self) -> Result<(), BookingProblem> {
        name(BookingField::Make, &self.make)?;
        name(BookingField::Model, &self.model)?;
        match &self.vin {
            Some(vin) if !is_vin(vin) => {
                let why = format!("it is not {VIN_CHARS} letters and digits without I, O and Q: copy it again");
                Err(BookingProblem::Unsendable { field: BookingField::Vin, why })
            }
            _ => Ok(()),
        }
    }
}

/// Whether a text has the form of a vehicle's number; its check digit is not looked at, because not every market has one.
fn is_vin(text: &str) -> bool {
    text.len() == VIN_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric() && !b"IOQioq".contains(&byte))
}

fn name(field: BookingField, text: &str) -> Result<(), BookingProblem> {
    if text.trim().is_empty() { Err(BookingProblem::Missing(field)) } else { line(field, text, NAME_CHARS) }
}

/// One line of bounded length without anything invisible.
fn line(field: BookingField, text: &str, most: usize) -> Result<(), BookingProblem> {
    if text.chars().nth(most).is_some() {
        let why = format!("it is longer than {most} characters: shorten it");
        return Err(BookingProblem::Unsendable { field, why });
    }
    if text.chars().any(is_invisible) {
        let why = "it has an invisible character: type it anew".to_owned();
        return Err(BookingProblem::Unsendable { field, why });
    }
    Ok(())
}

#[cfg(test)]
#[path = "appointment_tests.rs"]
mod tests;
