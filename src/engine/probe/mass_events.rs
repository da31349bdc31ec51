//! What happens to many dealerships at once is one alarm. When they turn "not connected" together that is the platform's
//! fault or ours, and nobody is lost; opcodes and slots that vanish together are true of each, and recorded.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use chrono::TimeDelta;
use rand::RngExt;
use rand::rngs::StdRng;

use crate::domain::{DealershipId, Event, Fact, Onboarding, ProbeWindow, Timestamp};
use crate::protocol::{Alarm, Cause, PlatformState};

/// How long ago something may have vanished to count as "together"; older ones are settled.
const LATELY: TimeDelta = TimeDelta::days(1);
/// From how many probes on they say something about all.
const FEWEST: usize = 4;

/// During a mass disconnect: how often those are probed that raised it, and all others that turned, in seconds.
const SENTINELS: Range<i64> = 300..600;
const OTHERS: Range<i64> = 3_600..7_200;

/// Half or more of the confirmed dealerships turned together.
#[derive(Debug)]
struct MassDisconnect {
    turned: usize,
    since: Timestamp,
    sentinels: HashSet<DealershipId>,
}

#[derive(Debug, Default)]
pub struct MassEvents {
    /// Who answered "not connected" lately.
    connections: ProbeWindow,
    disconnect: Option<MassDisconnect>,
    opcodes: ProbeWindow,
    slots: ProbeWindow,
    alarms: Vec<Alarm>,
}

impl MassEvents {
    /// A confirmed dealership was probed. The answer is whether a mass disconnect is over with this.
    pub fn probed(&mut self, id: DealershipId, at: Timestamp, refused: bool, now: Timestamp) -> bool {
        self.connections.push(id, at, refused);
        self.weigh(now)
    }

    /// A dealership is lost: that is settled, and says nothing of the others. The answer is as above.
    pub fn lost(&mut self, id: DealershipId, now: Timestamp) -> bool {
        self.connections.forget(id);
        self.weigh(now)
    }

    fn weigh(&mut self, now: Timestamp) -> bool {
        match (self.connections.turned_together(), &mut self.disconnect) {
            (Some(turned), Some(disconnect)) => disconnect.turned = turned,
            (Some(turned), None) => {
                let sentinels = self.connections.members().collect();
                self.disconnect = Some(MassDisconnect { turned, since: now, sentinels });
            }
            (None, _) => return self.disconnect.take().is_some(),
        }
        false
    }

    pub fn is_disconnect(&self) -> bool {
        self.disconnect.is_some()
    }

    pub fn state(&self) -> Option<PlatformState> {
        let MassDisconnect { turned, since, .. } = self.disconnect.as_ref()?;
        Some(PlatformState::MassDisconnect { turned: *turned, since: *since })
    }

    /// How long a dealership that turned is not probed; `None`: there is no mass disconnect.
    pub fn deferral(&self, id: DealershipId, rng: &mut StdRng) -> Option<TimeDelta> {
        let disconnect = self.disconnect.as_ref()?;
        let range = if disconnect.sentinels.contains(&id) { SENTINELS } else { OTHERS };
        Some(TimeDelta::seconds(rng.random_range(range)))
    }

    /// Who has still to be probed before a dealership that turned at a moment is called lost.
    pub fn missing_quorum(&self, id: DealershipId, since: Timestamp, states: &[Arc<Onboarding>]) -> Vec<DealershipId> {
        let others = states.iter().filter(|state| state.id != id && state.is_integrated()).map(|state| state.id);
        self.connections.missing_quorum(id, since, others.collect())
    }

    /// Takes in a dealership with what was recorded of a probe. Only the probe at which something vanished counts as "gone":
    /// those that are gone are probed often, and would fill the window by themselves.
    pub fn recorded(&mut self, state: &Onboarding, events: &[Arc<Event>], now: Timestamp) {
        let was_live = |event: &Event| state.left_live_at == Some(event.at);
        let opcode_gone = events.iter().any(|event| {
            matches!(event.fact, Fact::OpcodeMissing { drifted: true, .. } | Fact::OpcodeNearMiss { drifted: true, .. })
                && state.opcode_was_visible.is_some_and(|was| was.until == event.at)
        });
        let slots_gone = events.iter().any(|event| matches!(event.fact, Fact::SlotsMissing { .. }) && was_live(event));
        for (cause, window, gone, there) in [
            (Cause::OpcodesGone, &mut self.opcodes, opcode_gone, state.shows_opcode()),
            (Cause::SlotsGone, &mut self.slots, slots_gone, state.is_live()),
        ] {
            if !state.is_integrated() {
                window.forget(state.id);
            } else if gone || there {
                window.push(state.id, now, gone);
            }
            window.settle(now.checked_sub_signed(LATELY).unwrap_or(now));
            let known = self.alarms.iter().position(|alarm| alarm.cause == cause);
            let turned = window.turned_together().filter(|_| window.len() >= FEWEST);
            match (turned, known.and_then(|place| self.alarms.get_mut(place))) {
                (Some(turned), Some(alarm)) => (alarm.turned, alarm.of) = (turned, window.len()),
                (Some(turned), None) => self.alarms.push(Alarm { cause, turned, of: window.len(), since: now }),
                (None, _) => self.alarms.retain(|alarm| alarm.cause != cause),
            }
        }
    }

    pub fn alarms(&self) -> &[Alarm] {
        &self.alarms
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn id(number: u64) -> DealershipId {
        DealershipId::from_bits(number)
    }

    #[test]
    fn half_that_turn_together_are_one_alarm_until_they_answer_again() {
        let (mut events, mut rng) = (MassEvents::default(), StdRng::seed_from_u64(1));
        for (number, refused) in [(1, false), (2, false), (3, true)] {
            assert!(!events.probed(id(number), NOW, refused, NOW));
        }
        assert_eq!((events.state(), events.deferral(id(3), &mut rng)), (None, None), "one alone is never an alarm");
        assert!(!events.probed(id(4), NOW, true, NOW));
        assert_eq!(events.state(), Some(PlatformState::MassDisconnect { turned: 2, since: NOW }));
        let (sentinel, other) = (events.deferral(id(1), &mut rng), events.deferral(id(9), &mut rng));
        assert!(sentinel < other && other.is_some(), "those that raised it are probed more often");
        assert!(!events.probed(id(5), NOW, true, NOW), "still");
        assert!(events.probed(id(3), NOW, false, NOW), "two of five are no alarm");
        assert!(!events.is_disconnect());
    }

    #[test]
    fn a_loss_that_was_recorded_is_settled() {
        let mut events = MassEvents::default();
        events.probed(id(1), NOW, true, NOW);
        events.probed(id(2), NOW, true, NOW);
        assert!(events.is_disconnect());
        assert!(events.lost(id(1), NOW));
        assert!(!events.is_disconnect());
        assert!(!events.lost(id(2), NOW), "it was over before");
    }
}
