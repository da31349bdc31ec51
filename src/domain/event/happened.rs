//! When something happened, as opposed to when it was noticed or told to us, and recorded.

use chrono::TimeDelta;

use super::Event;
use crate::domain::Timestamp;

/// Below this nobody can tell one from the other in a text without seconds.
const APART: TimeDelta = TimeDelta::minutes(1);

impl Event {
    /// When it happened: the moment that people are told first.
    pub fn happened_at(&self) -> Timestamp {
        self.fact.happened_at().unwrap_or(self.at)
    }

    /// When it was noticed or recorded, where that was another time than when it happened.
    pub fn noticed_at(&self) -> Option<Timestamp> {
        ((self.at - self.happened_at()).abs() >= APART).then_some(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Actor, CodeOrigin, DealershipId, Fact, IntentId, Outcome};

    #[test]
    fn a_thing_happened_when_it_did_and_not_when_it_was_noticed() {
        let noticed: Timestamp = "2026-11-24T06:20:00Z".parse().unwrap();
        let happened = noticed - TimeDelta::hours(3);
        let never = noticed + TimeDelta::hours(99);
        let code = "ABCD-1234".parse().unwrap();
        for fact in [
            Fact::InvitationIssued {
                generation: 1,
                code,
                generated_at: happened,
                expires_at: never,
                source: CodeOrigin::Paste,
                intent: IntentId::from_bits(1),
            },
            Fact::InvitationExpired { generation: 1, expires_at: happened, looked_at: Some(never) },
            Fact::DealerConfirmed { said_at: happened, due_at: never },
            Fact::ConfirmationOverdue { due_at: happened },
            Fact::IntegrationConfirmed { observed_at: happened },
            Fact::IntegrationLost { first_look: happened, second_look: never },
            Fact::ProbeChanged {
                outcome: Outcome::Unknown,
                reason: "".into(),
                at: happened,
                status: None,
                code: None,
                message: None,
            },
        ] {
            let word = matches!(fact.kind(), "invitation.issued" | "dealer.confirmed");
            assert_eq!(fact.is_word(), word, "{}", fact.kind());
            let event = Event {
                seq: 1,
                at: noticed,
                actor: Actor::person("ana"),
                dealership: Some(DealershipId::from_bits(1)),
                fact,
            };
            assert_eq!((event.happened_at(), event.noticed_at()), (happened, Some(noticed)), "{}", event.fact.kind());
            assert_eq!(event.public(None)["happened_at"], "2026-11-24T03:20:00Z");
            let at_once = Event { at: happened + TimeDelta::seconds(30), ..event };
            assert_eq!(at_once.noticed_at(), None);
        }
        let note = Event {
            seq: 1,
            at: noticed,
            actor: Actor::person("ana"),
            dealership: Some(DealershipId::from_bits(1)),
            fact: Fact::Archived {},
        };
        assert_eq!((note.happened_at(), note.noticed_at()), (noticed, None));
    }
}
