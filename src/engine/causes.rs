//! One cause that hits many dealerships is one alarm: opcodes or slots that vanish together.

use chrono::TimeDelta;

use super::status::{Alarm, Cause};
use crate::domain::{DealershipId, Onboarding, OpcodeState, Timestamp, Together};

/// How long ago something may have vanished to count as "together"; older ones are settled.
const LATELY: TimeDelta = TimeDelta::days(1);

/// The last looks, weighed by cause.
#[derive(Debug, Default)]
pub(super) struct Causes {
    opcodes: Together,
    slots: Together,
    alarms: Vec<Alarm>,
}

/// What a look says about one cause.
enum Turn {
    /// It vanished lately.
    Gone,
    /// It is there.
    There,
    /// Nothing about this cause.
    Neither,
}

impl Causes {
    /// Takes in a dealership after a look that was recorded.
    pub fn take_in(&mut self, state: &Onboarding, now: Timestamp) {
        push(&mut self.opcodes, state.id, now, &opcode(state, now));
        push(&mut self.slots, state.id, now, &slots(state, now));
        for (cause, window) in [(Cause::OpcodesGone, &self.opcodes), (Cause::SlotsGone, &self.slots)] {
            let known = self.alarms.iter().position(|alarm| alarm.cause == cause);
            match (window.together(), known.and_then(|place| self.alarms.get_mut(place))) {
                (Some(turned), Some(alarm)) => (alarm.turned, alarm.of) = (turned, window.len()),
                (Some(turned), None) => self.alarms.push(Alarm { cause, turned, of: window.len(), since: now }),
                (None, _) => self.alarms.retain(|alarm| alarm.cause != cause),
            }
        }
    }

    /// What happens to many at once.
    pub fn alarms(&self) -> &[Alarm] {
        &self.alarms
    }
}

fn push(window: &mut Together, id: DealershipId, now: Timestamp, turn: &Turn) {
    match turn {
        Turn::Gone => window.push(id, now, true),
        Turn::There => window.push(id, now, false),
        Turn::Neither => window.forget(id),
    }
}

fn opcode(state: &Onboarding, now: Timestamp) -> Turn {
    let lately = state.opcode_was_visible.is_some_and(|was| now - was.until < LATELY);
    match state.opcode_state {
        _ if !state.is_confirmed() || state.archived_at.is_some() => Turn::Neither,
        OpcodeState::Ok => Turn::There,
        OpcodeState::Missing | OpcodeState::NearMiss if lately => Turn::Gone,
        _ => Turn::Neither,
    }
}

fn slots(state: &Onboarding, now: Timestamp) -> Turn {
    // Without the opcode nobody has asked for slots.
    let asked = state.is_confirmed() && state.archived_at.is_none() && state.opcode_state == OpcodeState::Ok;
    let Some(slots) = state.slots.as_ref().filter(|_| asked) else { return Turn::Neither };
    match (slots.count, state.left_live_at) {
        (1.., _) => Turn::There,
        (0, Some(at)) if now - at < LATELY => Turn::Gone,
        _ => Turn::Neither,
    }
}
