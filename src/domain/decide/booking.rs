//! The rules of the test appointment: one at a time, one for each dealership, and none that nobody knows about.
//!
//! There is no public way to cancel, so a booking without an answer keeps every other one out until it was read back.

use crate::domain::{
    AppointmentId, BookingEnd, Command, Context, Fact, IntentId, Onboarding, OpcodeState, OpenBooking, Refusal,
    Timestamp, Untrusted,
};

pub(super) fn decide(state: &Onboarding, command: &Command, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    match command {
        Command::RequestBooking { intent, opcode, local, vin, moves } => {
            may_book(state, opcode, *moves, ctx)?;
            let (opcode, vin) = (opcode.clone(), vin.clone());
            Ok(vec![Fact::AppointmentRequested { intent: *intent, opcode, local: *local, vin, moves: *moves }])
        }
        Command::EndBooking { intent, end } => ended(state, *intent, end, ctx),
        Command::SeeAppointment { id } => Ok(seen(state, id)),
        _ => Ok(vec![]),
    }
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
    match state.standing_appointment(ctx.now) {
        _ if moves && state.appointment.is_none() => Err(Refusal::NothingToMove),
        Some(stands) if !moves => {
            Err(Refusal::AppointmentStands { id: stands.id.plain().into_owned(), local: stands.local })
        }
        _ => Ok(()),
    }
}

fn ended(state: &Onboarding, intent: IntentId, end: &BookingEnd, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
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
fn seen(state: &Onboarding, id: &AppointmentId) -> Vec<Fact> {
    match &state.appointment {
        Some(stands) if stands.id == *id && stands.seen_at.is_none() => {
            vec![Fact::AppointmentVerified { id: id.clone() }]
        }
        _ => vec![],
    }
}
