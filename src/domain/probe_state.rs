//! What the last probe at a dealership said, kept beside the events.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::text::clean;
use super::{Onboarding, OpcodeState, Outcome, ProbeResult, Severity, SlotCounts, Timestamp};

impl ProbeResult {
    /// How good it is for a dealership that stands so after it.
    pub fn severity(&self, after: &Onboarding) -> Severity {
        let gone = after.opcode_state == OpcodeState::Missing && after.opcode_was_visible.is_some();
        match self.outcome {
            Outcome::Connected if after.is_live() => Severity::Good,
            Outcome::Connected if gone || after.left_live_at.is_some() => Severity::Bad,
            Outcome::Connected => Severity::Doubtful,
            Outcome::NotConnected if after.is_confirmed() || after.confirmation.lost_at.is_some() => Severity::Bad,
            Outcome::NotConnected => Severity::Doubtful,
            Outcome::OurCredentials | Outcome::Unknown => Severity::Bad,
        }
    }
}

/// What the last probe at a dealership said, whatever that was. It is kept beside the events, because an unchanged probe
/// records none; it is no history, and where it is lost, the dealership is probed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeState {
    /// The rooftop that was probed: what another one answered says nothing of this one.
    pub dealer_code: Box<str>,
    pub at: Timestamp,
    pub outcome: Outcome,
    pub reason: Box<str>,
    /// Since when every probe has meant the same.
    pub since: Timestamp,
    /// The slots when they were last counted, and when that was.
    pub slots: Option<(Timestamp, SlotCounts)>,
}

/// The last probe at one dealership, and the next.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProbeStatus {
    /// The last one, whatever it said, of this run of the program or of one before.
    pub last: Option<ProbeState>,
    /// When the next one is due; a moment that is past: as soon as the budget allows it. `None`: never.
    pub next_at: Option<Timestamp>,
}

impl ProbeState {
    /// After a probe at a dealership. `kept` is what was known from the probes before it.
    pub fn after(result: &ProbeResult, state: &Onboarding, kept: Option<&Self>) -> Self {
        let kept = kept.filter(|kept| kept.is_about(state));
        let recorded = state.probe.as_ref().filter(|probe| probe.outcome == result.outcome).map(|probe| probe.at);
        let since = match kept {
            Some(kept) if kept.outcome == result.outcome => kept.since,
            // It told something else, which was suppressed when no event says so.
            Some(kept) if kept.outcome.tells() && recorded.is_none_or(|at| at <= kept.at) => result.ended_at,
            _ => recorded.unwrap_or(result.ended_at),
        };
        Self {
            dealer_code: state.profile.dealer_code.raw().into(),
            at: result.ended_at,
            outcome: result.outcome,
            reason: result.reason.as_str().into(),
            since: since.min(result.ended_at),
            // They are counted by a request of their own, which not every probe is followed by.
            slots: kept.and_then(|kept| kept.slots.clone()),
        }
    }

    /// The last probe at a dealership: the one that was kept, or the newest that is recorded when that is newer. After the clock
    /// was set back, what is recorded is ahead, and what was kept counts.
    pub fn last<'a>(state: &Onboarding, kept: Option<&'a Self>, now: Timestamp) -> Option<Cow<'a, Self>> {
        let newer = |at: Timestamp| kept.is_none_or(|kept| kept.at < at && at <= now);
        let recorded = state.probe.as_ref().filter(|probe| newer(probe.at));
        match recorded {
            Some(probe) => Some(Cow::Owned(Self {
                dealer_code: state.profile.dealer_code.raw().into(),
                at: probe.at,
                outcome: probe.outcome,
                reason: probe.reason.clone(),
                since: probe.at,
                slots: kept.filter(|kept| kept.is_about(state)).and_then(|kept| kept.slots.clone()),
            })),
            None => kept.filter(|kept| kept.is_about(state)).map(Cow::Borrowed),
        }
    }

    /// Whether nothing is owed to the dealership since this probe: it told something, and that is recorded. It is not
    /// when it was suppressed because many turned together, or could not be recorded.
    pub fn settles(&self, state: &Onboarding) -> bool {
        let recorded = state.probe.as_ref().is_none_or(|probe| probe.outcome == self.outcome);
        self.outcome.tells() && recorded && self.is_about(state)
    }

    /// What it said, in words; a probe that told nothing is not taken for an answer.
    pub fn message(&self) -> String {
        let reason = clean(&self.reason);
        match self.outcome {
            Outcome::Connected | Outcome::NotConnected => format!("{}, {reason}", self.outcome),
            Outcome::OurCredentials | Outcome::Unknown => format!("could not tell: {reason}"),
        }
    }

    /// The slots for the dealership's opcode, and when they were counted. Those of before it was chosen are another one's.
    pub fn slots_of(&self, state: &Onboarding) -> Option<&(Timestamp, SlotCounts)> {
        let chosen_at = state.opcode.as_deref().map(|chosen| chosen.at);
        self.slots.as_ref().filter(|(at, _)| chosen_at.is_none_or(|chosen_at| *at >= chosen_at))
    }

    fn is_about(&self, state: &Onboarding) -> bool {
        *self.dealer_code == *state.profile.dealer_code.raw()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::domain::{
        Actor, ChosenOpcode, Contact, DealershipId, Event, Fact, OpcodeChoice, OpcodeOption, Profile, Slots,
        WasVisible, fold,
    };

    fn at(minute: i64) -> Timestamp {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn state(recorded: &[(i64, Outcome)]) -> Onboarding {
        let profile = Profile {
            name: "Some Motors".into(),
            dealer_code: "xts1".into(),
            group: "".into(),
            brand: "".into(),
            city: "".into(),
            state: "".into(),
            timezone: crate::timezone::Tz::UTC,
            contact: Contact::default(),
            owner: None,
        };
        let changes = recorded.iter().map(|(minute, outcome)| Fact::ProbeChanged {
            outcome: *outcome,
            reason: "recorded".into(),
            at: at(*minute),
            status: None,
            code: None,
            message: None,
        });
        let facts = std::iter::once(Fact::DealershipAdded { profile }).chain(changes);
        let dealership = DealershipId::from_bits(1);
        let events = facts.zip(1..).map(|(fact, seq)| Event {
            seq,
            at: at(0),
            actor: Actor::person("ana"),
            dealership: Some(dealership),
            fact,
        });
        fold(&events.collect::<Vec<_>>()).unwrap()
    }

    fn probed(minute: i64, outcome: Outcome) -> ProbeResult {
        let at = at(minute);
        ProbeResult {
            began_at: at,
            ended_at: at,
            outcome,
            reason: "seen".into(),
            unrecognised: false,
            answer: None,
            services: None,
        }
    }

    #[test]
    fn it_is_known_since_when_every_probe_has_said_the_same() {
        use Outcome::{Connected, NotConnected, Unknown};
        let recorded = state(&[(1, NotConnected), (10, Connected)]);
        let mut kept: Option<ProbeState> = None;
        for (minute, outcome, since) in [
            (20, Connected, 10),
            (30, Unknown, 30),
            (40, Unknown, 30),
            // Nothing but "connected" was heard since it was recorded.
            (50, Connected, 10),
            // It was suppressed, so that no event says so.
            (60, NotConnected, 60),
            (70, NotConnected, 60),
            (80, Connected, 80),
            (90, Connected, 80),
        ] {
            let after = ProbeState::after(&probed(minute, outcome), &recorded, kept.as_ref());
            assert_eq!((after.at, after.since), (at(minute), at(since)), "{outcome} at {minute}");
            kept = Some(after);
        }
    }

    #[test]
    fn the_last_probe_is_the_newest_that_is_known_and_never_one_at_another_rooftop() {
        let recorded = state(&[(10, Outcome::Connected)]);
        let last = |kept: Option<&ProbeState>, now| ProbeState::last(&recorded, kept, at(now)).map(|last| last.at);
        assert_eq!(last(None, 99), Some(at(10)), "as a store of before has it");
        let older = ProbeState::after(&probed(5, Outcome::Unknown), &recorded, None);
        assert_eq!(last(Some(&older), 99), Some(at(10)), "the newest was not kept before a crash");
        assert_eq!(last(Some(&older), 6), Some(at(5)), "the clock was set back");
        let newer = ProbeState::after(&probed(20, Outcome::Unknown), &recorded, None);
        assert_eq!(last(Some(&newer), 99), Some(at(20)), "also when it told nothing");
        assert_eq!(newer.message(), "could not tell: seen");
        let elsewhere = ProbeState { dealer_code: "xts2".into(), ..newer };
        assert_eq!(last(Some(&elsewhere), 99), None);
    }

    #[test]
    fn what_was_kept_counts_when_it_is_of_the_recorded_moment() {
        let recorded = state(&[(10, Outcome::Connected)]);
        let kept = ProbeState { since: at(3), ..ProbeState::after(&probed(10, Outcome::Connected), &recorded, None) };
        assert_eq!(ProbeState::last(&recorded, Some(&kept), at(99)).as_deref(), Some(&kept));
    }

    #[test]
    fn slots_of_before_the_opcode_was_chosen_are_another_ones() {
        let chosen = |minute| {
            let choice = OpcodeChoice { code: "17".into(), option: OpcodeOption::Existing };
            let opcode = ChosenOpcode { choice, at: at(minute), by: "ana".into(), word: None };
            Onboarding { opcode: Some(Box::new(opcode)), ..state(&[]) }
        };
        let none = ProbeState::after(&probed(10, Outcome::Connected), &state(&[]), None);
        let counted = ProbeState { slots: Some((at(10), SlotCounts::default())), ..none.clone() };
        assert_eq!(counted.slots_of(&state(&[])), counted.slots.as_ref(), "nobody chose one");
        for (minute, counts) in [(9, true), (10, true), (11, false)] {
            assert_eq!(counted.slots_of(&chosen(minute)).is_some(), counts, "chosen at {minute}");
        }
        assert_eq!(none.slots_of(&chosen(9)), None);
    }

    #[test]
    fn a_probe_is_bad_where_something_broke_and_doubtful_while_it_is_not_there_yet() {
        use Outcome::{Connected, NotConnected, OurCredentials, Unknown};
        let new = state(&[]);
        let mut confirmed = state(&[]);
        confirmed.confirmation.confirmed_at = Some(at(1));
        let mut lost = confirmed.clone();
        lost.confirmation.lost_at = Some(at(5));
        let with_opcode = |opcode_state, was_visible| Onboarding {
            opcode_state,
            opcode_was_visible: Some(WasVisible { from: at(1), until: at(2) }).filter(|_| was_visible),
            ..confirmed.clone()
        };
        let slots = Slots { checked_at: at(2), count: 3, days: 1, next: None, by_day: Vec::new() };
        let live = Onboarding { slots: Some(Box::new(slots)), ..with_opcode(OpcodeState::Ok, false) };
        let left = Onboarding { left_live_at: Some(at(5)), ..confirmed.clone() };
        for (outcome, after, severity) in [
            (Connected, &live, Severity::Good),
            (Connected, &confirmed, Severity::Doubtful),
            (Connected, &with_opcode(OpcodeState::Missing, false), Severity::Doubtful),
            (Connected, &with_opcode(OpcodeState::Missing, true), Severity::Bad),
            (Connected, &with_opcode(OpcodeState::NearMiss, true), Severity::Doubtful),
            (Connected, &left, Severity::Bad),
            (NotConnected, &new, Severity::Doubtful),
            (NotConnected, &confirmed, Severity::Bad),
            (NotConnected, &lost, Severity::Bad),
            (OurCredentials, &live, Severity::Bad),
            (Unknown, &live, Severity::Bad),
        ] {
            assert_eq!(probed(9, outcome).severity(after), severity, "{outcome}: {after:?}");
        }
    }
}
