//! The test appointment of the desk: what it says, and how it is recognised when it is read back.

use chrono::NaiveDateTime;

use super::appointment::{Appointment, AppointmentId, Booking, Customer, Label, Vehicle};
use super::{BookedAppointment, IntentId, Onboarding, OpenBooking, Policy, Untrusted};

/// What a test appointment says, by configuration. What is empty here is the dealership's own contact: whatever the platform sends
/// about the appointment reaches them and nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestBooking {
    /// Who comes.
    pub customer: Customer,
    /// A word for the dealership; the mark of the attempt follows it.
    pub comment: String,
    /// The appointment's label.
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
    /// Whether an appointment at the platform is the one that this booking made. Deliberately loose: one that is taken for missing
    /// would be made twice, and there is no cancel.
    pub fn is(&self, found: &Appointment, stands: Option<&BookedAppointment>) -> bool {
        let marked = found.comment.raw().contains(&self.intent.to_string());
        let stands = stands.is_some_and(|stands| stands.id == found.id);
        marked || (found.local == self.local && stands == self.moves)
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
        assert!(open(false).is(&found("a", 9, ""), None));
        assert!(open(false).is(&found("a", 11, &mark), None));
        assert!(!open(false).is(&found("a", 11, "x [other]"), None));
        assert!(!open(false).is(&found("old", 9, ""), Some(&stands)), "that one stood before");
        assert!(open(true).is(&found("old", 9, ""), Some(&stands)), "it was moved");
        assert!(!open(true).is(&found("old", 8, ""), Some(&stands)), "it still stands where it stood");
        assert!(!open(true).is(&found("new", 9, ""), Some(&stands)), "a move makes no second one");
    }
}
