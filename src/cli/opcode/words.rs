//! The opcode, the slots and the test appointment of a dealership in words, as `show`, `check` and the others say them.

use crate::domain::text::clean;
use crate::domain::when::with_abbreviation;
use crate::domain::{
    BookedAppointment, Onboarding, OpcodeState, OpenBooking, Slots, Timestamp, humanize_slots, slot_ahead,
};
use crate::present::time::{away, for_people};
use crate::present::{booking, opcode};

/// Whose choice it is: "existing, chosen by ana, 2026-11-26 09:12 CST, 2 h ago, on the word of Carla".
pub(in crate::cli) fn choice(state: &Onboarding, now: Timestamp) -> String {
    let recorded = opcode::recorded(state, |at| for_people(at, state.profile.timezone, now));
    let recorded = recorded.map_or_else(String::new, |recorded| format!(", chosen {recorded}"));
    format!("{}{recorded}", opcode::option(state))
}

/// What was found of it, a line each.
pub(in crate::cli) fn findings(state: &Onboarding, now: Timestamp) -> Vec<String> {
    match (state.opcode_state, state.opcode_since) {
        (OpcodeState::Ok, Some(at)) => {
            vec![format!("found: visible to us since {}", for_people(at, state.profile.timezone, now))]
        }
        _ => state.opcode_findings.iter().map(|finding| clean(finding).into_owned()).collect(),
    }
}

/// Drift: "gone since 2026-11-26 09:12 CST, 2 h ago, was visible since …". `None` without it.
pub(in crate::cli) fn gone(state: &Onboarding, now: Timestamp) -> Option<String> {
    opcode::drift(state, |at| for_people(at, state.profile.timezone, now))
}

/// The slots as they were when it changed last whether there are any. A next one that is over by now is no next one.
pub(in crate::cli) fn slots(slots: &Slots, state: &Onboarding, now: Timestamp) -> String {
    let zone = state.profile.timezone;
    let words = humanize_slots(slots.count, slots.days, slot_ahead(slots.next, now, zone), zone);
    format!("{words} (recorded {})", away(slots.checked_at, now))
}

/// The test appointment that stands: "Tue 2026-12-01 09:15 EST as 7f3a…, opcode `Tell Us More`, read back 2 h ago".
pub(in crate::cli) fn appointment(stands: &BookedAppointment, state: &Onboarding, now: Timestamp) -> String {
    let seen = booking::seen(stands, |at| away(at, now));
    let when = local(stands.local, state);
    format!(
        "{when} as {}, opcode `{}`, booked {}, {seen}",
        stands.id.plain(),
        stands.opcode.plain(),
        away(stands.at, now)
    )
}

/// A booking whose end is not known.
pub(in crate::cli) fn open_booking(open: &OpenBooking, state: &Onboarding, now: Timestamp) -> String {
    let what = if open.moves { "a move to" } else { "one for" };
    let (when, ago, by) = (local(open.local, state), away(open.at, now), clean(&open.by));
    format!(
        "{what} {when} was sent {ago} by {by}, and nobody knows whether it was made: {}",
        booking::open_reason(open)
    )
}

/// A wall clock of the dealership: "Tue 2026-12-01 09:15 EST".
pub(in crate::cli) fn local(local: chrono::NaiveDateTime, state: &Onboarding) -> String {
    with_abbreviation(local, state.profile.timezone, "%a %Y-%m-%d %H:%M")
}
