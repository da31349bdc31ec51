//! The rules of the test appointment: one at a time, one for each dealership, and none that nobody knows about.
//!
//! There is no public way to cancel, so a booking without an answer keeps every other one out until it was read back.

use chrono::NaiveDateTime;

use crate::domain::{
    AppointmentId, BookedAppointment, BookingEnd, Context, Fact, IntentId, Onboarding, OpcodeState, OpenBooking,
    Refusal, Timestamp, Untrusted,
};

pub(super) fn request(
    state: &Onboarding,
    intent: IntentId,
    opcode: &Untrusted,
    local: NaiveDateTime,
    vin: &Untrusted,
    moves: bool,
    ctx: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    may_book(state, opcode, moves, ctx)?;
    Ok(vec![Fact::AppointmentRequested { intent, opcode: opcode.clone(), local, vin: vin.clone(), moves }])
}

fn may_book(state: &Onboarding, opcode: &Untrusted, moves: bool, ctx: &Context<'_>) -> Result<(), Refusal> {
    if let Some(open) = &state.booking {
        return Err(Refusal::BookingOpen { local: open.local, by: open.by.to_string(), ago: ctx.now - open.at });
    }
    if !state.is_confirmed() {
        return Err(Refusal::NotConnected(state.stage(ctx.now)));
    }
    if opcode.raw() != state.opcode_code(&ctx.policy.default_opcode) {
        return Err(Refusal::OtherOpcode);
    }
    if state.opcode_state != OpcodeState::Ok {
        return Err(Refusal::OpcodeNotVisible(state.lacks().unwrap_or("unknown").into()));
    }
    state.appointment_to_move(moves)?;
    match state.standing_appointment(ctx.now) {
        Some(stands) if !moves => {
            Err(Refusal::AppointmentStands { id: stands.id.plain().into_owned(), local: stands.local })
        }
        _ => Ok(()),
    }
}

impl Onboarding {
    /// The appointment that a booking moves; `None` for one that moves nothing.
    pub fn appointment_to_move(&self, moves: bool) -> Result<Option<&BookedAppointment>, Refusal> {
        moves.then(|| self.appointment.as_deref().ok_or(Refusal::NothingToMove)).transpose()
    }
}

pub(super) fn ended(
    state: &Onboarding,
    intent: IntentId,
    end: &BookingEnd,
    ctx: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    let open = state.booking.as_deref().filter(|open| open.intent == intent).ok_or(Refusal::BookingClosed)?;
    Ok(match end {
        BookingEnd::Booked { id, read_back } => vec![Fact::AppointmentBooked {
            intent,
            id: id.clone(),
            opcode: open.opcode.clone(),
            local: open.local,
            read_back: *read_back,
        }],
        BookingEnd::Refused { reason, slot_taken } => {
            vec![Fact::AppointmentRefused { intent, reason: reason.as_str().into(), slot_taken: *slot_taken }]
        }
        BookingEnd::Unknown { reason } if open.unknown.as_deref() == Some(reason) => vec![],
        BookingEnd::Unknown { reason } => vec![Fact::AppointmentUnknown { intent, reason: reason.as_str().into() }],
        BookingEnd::Absent { asked_at } => absent(open, *asked_at, "read back: it is not there", ctx)?,
        BookingEnd::GivenUp => absent(open, ctx.now, "somebody looked into Xtime's calendar: it is not there", ctx)?,
    })
}

/// That it was not there at a moment counts only when it had had time to arrive.
fn absent(open: &OpenBooking, at: Timestamp, reason: &str, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    let age = at - open.at;
    if age < ctx.policy.booking_settles {
        return Err(Refusal::BookingUnsettled(ctx.policy.booking_settles - age));
    }
    Ok(vec![Fact::AppointmentRefused { intent: open.intent, reason: reason.into(), slot_taken: false }])
}

/// Reading it back once is worth an event; the hundredth time is not.
pub(super) fn seen(state: &Onboarding, id: &AppointmentId) -> Vec<Fact> {
    match &state.appointment {
        Some(stands) if stands.id == *id && stands.seen_at.is_none() => {
            vec![Fact::AppointmentVerified { id: id.clone() }]
        }
        _ => vec![],
    }
}
