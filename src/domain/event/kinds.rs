//! The kinds of facts: their names, and their places.

use super::Fact;

impl Fact {
    /// Every kind there is, for filters and completions.
    pub const KINDS: &'static [&'static str] = &[
        "dealership.added",
        "dealership.updated",
        "invitation.requested",
        "invitation.request-failed",
        "invitation.issued",
        "invitation.superseded",
        "invitation.expired",
        "invitation.revoked",
        "dealer.confirmed",
        "integration.confirmed",
        "integration.overdue",
        "integration.lost",
        "probe.changed",
        "opcode.chosen",
        "opcode.verified",
        "opcode.near-miss",
        "opcode.missing",
        "opcode.unknown",
        "slots.seen",
        "slots.missing",
        "note.added",
        "owner.assigned",
        "dealership.snoozed",
        "dealership.archived",
        "dealership.unarchived",
        "appointment.requested",
        "appointment.booked",
        "appointment.refused",
        "appointment.unknown",
        "appointment.verified",
        "email.queued",
        "email.begun",
        "email.sent",
        "email.failed",
        "email.uncertain",
        "email.suppressed",
        "email.bounced",
        "email.retried",
        "reminders.set",
        "platform.failing",
        "platform.answers",
        "email.written",
        "email.delayed",
        "invitation.misdated",
        "contacts.added",
    ];

    /// The dotted kind, as serialized.
    pub fn kind(&self) -> &'static str {
        Self::KINDS[self.index() as usize]
    }

    /// The place of the kind in [`Fact::KINDS`]. The index keeps it: new kinds go to the end.
    pub fn index(&self) -> u8 {
        match self {
            Self::DealershipAdded { .. } => 0,
            Self::DealershipUpdated { .. } => 1,
            Self::InvitationRequested { .. } => 2,
            Self::InvitationRequestFailed { .. } => 3,
            Self::InvitationIssued { .. } => 4,
            Self::InvitationSuperseded { .. } => 5,
            Self::InvitationExpired { .. } => 6,
            Self::InvitationRevoked { .. } => 7,
            Self::DealerConfirmed { .. } => 8,
            Self::IntegrationConfirmed { .. } => 9,
            Self::ConfirmationOverdue { .. } => 10,
            Self::IntegrationLost { .. } => 11,
            Self::ProbeChanged { .. } => 12,
            Self::OpcodeChosen { .. } => 13,
            Self::OpcodeVerified { .. } => 14,
            Self::OpcodeNearMiss { .. } => 15,
            Self::OpcodeMissing { .. } => 16,
            Self::OpcodeUnknown { .. } => 17,
            Self::SlotsSeen { .. } => 18,
            Self::SlotsMissing { .. } => 19,
            Self::NoteAdded { .. } => 20,
            Self::OwnerAssigned { .. } => 21,
            Self::Snoozed { .. } => 22,
            Self::Archived {} => 23,
            Self::Unarchived {} => 24,
            Self::AppointmentRequested { .. } => 25,
            Self::AppointmentBooked { .. } => 26,
            Self::AppointmentRefused { .. } => 27,
            Self::AppointmentUnknown { .. } => 28,
            Self::AppointmentVerified { .. } => 29,
            Self::EmailQueued { .. } => 30,
            Self::EmailBegun { .. } => 31,
            Self::EmailSent { .. } => 32,
            Self::EmailFailed { .. } => 33,
            Self::EmailUncertain { .. } => 34,
            Self::EmailSuppressed { .. } => 35,
            Self::EmailBounced { .. } => 36,
            Self::EmailRetried { .. } => 37,
            Self::RemindersSet { .. } => 38,
            Self::PlatformFailing { .. } => 39,
            Self::PlatformAnswers { .. } => 40,
            Self::EmailWritten { .. } => 41,
            Self::EmailDelayed { .. } => 42,
            Self::InvitationMisdated { .. } => 43,
            Self::ContactsAdded { .. } => 44,
        }
    }

    /// The places of some kinds, by their names.
    pub fn places(wanted: impl Fn(&str) -> bool) -> Vec<u8> {
        (0_u8..).zip(Self::KINDS).filter(|(_, kind)| wanted(kind)).map(|(place, _)| place).collect()
    }

    /// Whether it is of the platform as a whole: such events name no dealership, and no state follows from them.
    pub fn is_of_platform(&self) -> bool {
        matches!(self, Self::PlatformFailing { .. } | Self::PlatformAnswers { .. })
    }
}
