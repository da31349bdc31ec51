//! One cause that hits many dealerships is one alarm: opcodes or slots that vanish together.

use std::sync::Arc;

use chrono::TimeDelta;

use super::status::{Alarm, Cause};
use crate::domain::{Event, Fact, Onboarding, OpcodeState, Timestamp, Together};

/// How long ago something may have vanished to count as "together"; older ones are settled.
const LATELY: TimeDelta = TimeDelta::days(1);
/// From how many looks on they say something about all.
const FEWEST: usize = 4;

/// The last looks, weighed by cause.
#[derive(Debug, Default)]
pub(super) struct Causes {
    opcodes: Together,
    slots: Together,
    alarms: Vec<Alarm>,
}

impl Causes {
    /// Takes in a dealership after a look, with what was recorded of it. Only the look at which something vanished counts as
    /// "gone": those that are gone are looked at often, and would fill the window by themselves.
    pub fn take_in(&mut self, state: &Onboarding, events: &[Arc<Event>], now: Timestamp) {
        let was_live = |event: &Event| state.left_live_at == Some(event.at);
        let opcode_gone = events.iter().any(|event| {
            matches!(event.fact, Fact::OpcodeMissing { drifted: true, .. } | Fact::OpcodeNearMiss { drifted: true, .. })
                && state.opcode_was_visible.is_some_and(|was| was.until == event.at)
        });
        let slots_gone = events.iter().any(|event| matches!(event.fact, Fact::SlotsMissing { .. }) && was_live(event));
        let counts = state.is_confirmed() && state.archived_at.is_none();
        let visible = counts && state.opcode_state == OpcodeState::Ok;
        let offered = visible && state.slots.as_ref().is_some_and(|slots| slots.count > 0);
        for (cause, window, gone, there) in [
            (Cause::OpcodesGone, &mut self.opcodes, opcode_gone, visible),
            (Cause::SlotsGone, &mut self.slots, slots_gone, offered),
        ] {
            if !counts {
                window.forget(state.id);
            } else if gone || there {
                window.push(state.id, now, gone);
            }
            window.settle(now.checked_sub_signed(LATELY).unwrap_or(now));
            let known = self.alarms.iter().position(|alarm| alarm.cause == cause);
            let turned = window.together().filter(|_| window.len() >= FEWEST);
            match (turned, known.and_then(|place| self.alarms.get_mut(place))) {
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
