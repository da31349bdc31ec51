//! The test appointment of the desk: what it says, and how it is recognised when it is read back.

use chrono::{NaiveDateTime, TimeDelta, TimeZone};
use serde::{Deserialize, Serialize};

use super::appointment::{Appointment, AppointmentId, Booking, Customer, Label, Vehicle};
use super::{BookedAppointment, IntentId, Onboarding, OpenBooking, Policy, Timestamp, Untrusted};

/// What a test appointment says, by configuration. What is empty here is the dealership's own contact: whatever the platform sends
/// about the appointment reaches them and nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestBooking {
    pub customer: Customer,
    /// A word for the dealership; the mark of the attempt follows it.
    pub comment: String,
    pub label: Label,
    /// The label for reports: the partner's name.
    pub reporting_label: Label,
    /// The car. Without a VIN nothing could be read back.
    pub vehicle: Vehicle,
}

impl TestBooking {
    /// The booking for one dealership, with the one opcode that it chose.
    pub fn booking(
        &self,
        state: &Onboarding,
        local: NaiveDateTime,
        intent: IntentId,
        moves: Option<AppointmentId>,
        policy: &Policy,
    ) -> Booking {
        let contact = &state.profile.contact;
        let or = |own: &Untrusted, theirs: &Untrusted| if own.is_empty() { theirs.clone() } else { own.clone() };
        let customer = Customer {
            email: or(&self.customer.email, &contact.email),
            phone: or(&self.customer.phone, &contact.phone),
            ..self.customer.clone()
        };
        Booking {
            appointment_id: moves,
            local,
            zone: state.profile.timezone,
            customer,
            comment: format!("{} [{intent}]", self.comment).trim_start().to_owned(),
            opcode: state.opcode_code(&policy.default_opcode).into(),
            label: self.label.clone(),
            reporting_label: self.reporting_label.clone(),
            vehicle: self.vehicle.clone(),
        }
    }
}

impl OpenBooking {
    /// The appointment at the platform that this booking made: the one with its mark, else the one at its time. Deliberately
    /// loose: one that is taken for missing would be made twice, and there is no cancel.
    pub fn among<'a>(&self, list: &'a [Appointment], stands: Option<&BookedAppointment>) -> Option<&'a Appointment> {
        let mark = self.intent.to_string();
        let marked = |one: &&Appointment| one.comment.raw().contains(&mark);
        let in_time = |one: &&Appointment| {
            one.local == self.local && stands.is_some_and(|stands| stands.id == one.id) == self.moves
        };
        list.iter().find(marked).or_else(|| list.iter().find(in_time))
    }
}

impl Onboarding {
    /// The test appointment that is still to come. Of a time that the zone skips the end counts a day later.
    pub fn standing_appointment(&self, now: Timestamp) -> Option<&BookedAppointment> {
        let stands = self.appointment.as_deref()?;
        let over = match self.profile.timezone.from_local_datetime(&stands.local).latest() {
            Some(at) => at.to_utc() < now,
            None => stands.local.and_utc() + TimeDelta::days(1) < now,
        };
        (!over).then_some(stands)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::*;

    fn at(hour: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 12, 1).unwrap().and_hms_opt(hour, 0, 0).unwrap()
    }

    fn found(id: &str, hour: u32, comment: &str) -> Appointment {
        Appointment {
            id: AppointmentId::new(id).unwrap(),
            vin: "1HGCM82633A004352".into(),
            local: at(hour),
            comment: comment.into(),
            customer: Customer::default(),
            services: Vec::new(),
        }
    }

    fn open(moves: bool) -> OpenBooking {
        OpenBooking {
            intent: IntentId::from_bits(7),
            local: at(9),
            opcode: "Tell Us More".into(),
            vin: "1HGCM82633A004352".into(),
            moves,
            at: DateTime::UNIX_EPOCH,
            by: "ana".into(),
            unknown: None,
        }
    }

    #[test]
    fn ours_is_recognised_by_its_mark_or_by_its_time() {
        let mark = format!("x [{}]", IntentId::from_bits(7));
        let stands = BookedAppointment {
            id: AppointmentId::new("old").unwrap(),
            local: at(8),
            opcode: "Tell Us More".into(),
            vin: "1HGCM82633A004352".into(),
            at: DateTime::UNIX_EPOCH,
            seen_at: None,
        };
        let is = |moves, one: Appointment, stands| open(moves).among(&[one], stands).is_some();
        assert!(is(false, found("a", 9, ""), None));
        assert!(is(false, found("a", 11, &mark), None));
        assert!(!is(false, found("a", 11, "x [other]"), None));
        assert!(!is(false, found("old", 9, ""), Some(&stands)), "that one stood before");
        assert!(is(true, found("old", 9, ""), Some(&stands)), "it was moved");
        assert!(!is(true, found("old", 8, ""), Some(&stands)), "it still stands where it stood");
        assert!(!is(true, found("new", 9, ""), Some(&stands)), "a move makes no second one");
        let both = [found("stranger", 9, "mine"), found("ours", 11, &mark)];
        assert_eq!(open(false).among(&both, None).unwrap().id.raw(), "ours", "the mark comes first");
    }
}
