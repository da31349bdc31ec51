//! Events in a line.

use super::Tone;
use crate::domain::{Event, Fact, Timestamp};

/// An event as logs and timelines show it; `moment` tells moments in the zone and the form of the place.
pub struct EventLine {
    pub when: String,
    pub actor: String,
    pub words: String,
    pub tone: Tone,
}

impl EventLine {
    pub fn of(event: &Event, moment: impl Fn(Timestamp) -> String) -> Self {
        Self {
            when: moment(event.happened_at()),
            actor: event.actor.to_string(),
            words: summary(event, moment),
            tone: event.fact.severity().into(),
        }
    }
}

/// Events by when they happened: what was noticed or entered later stands where it belongs.
pub fn timeline<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<&'a Event> {
    let mut events: Vec<&Event> = events.into_iter().collect();
    events.sort_by_key(|event| event.happened_at());
    events
}

/// What happened, without dealership and moment; when it was noticed or recorded, where that was another one.
pub fn summary(event: &Event, moment: impl Fn(Timestamp) -> String) -> String {
    let words = match &event.fact {
        Fact::Snoozed { until: Some(until) } => format!("snoozed until {}", moment(*until)),
        Fact::CallLogged { call_back_at: Some(at), .. } => {
            format!("{}; call back {}", event.summary(), moment(*at))
        }
        Fact::CallBackSet { at: Some(at) } => format!("call back {}", moment(*at)),
        _ => event.summary(),
    };
    let Some(at) = event.noticed_at() else { return words };
    let how = if event.fact.is_word() { "recorded" } else { "noticed" };
    format!("{words} ({how} {})", moment(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Actor, DealershipId};
    use crate::present::time::Zone;

    #[test]
    fn when_it_was_noticed_stands_behind_what_happened() {
        let at: Timestamp = "2026-11-24T12:20:00Z".parse().unwrap();
        let zone = Zone::Named(chrono_tz::America::Chicago.into());
        let said_at = at - chrono::TimeDelta::hours(25);
        let words = |fact| {
            let (actor, dealership) = (Actor::person("ana"), Some(DealershipId::from_bits(1)));
            summary(&Event { seq: 1, at, actor, dealership, fact }, |at| zone.line(at))
        };
        let expired = Fact::InvitationExpired { generation: 2, expires_at: said_at, looked_at: None };
        assert_eq!(words(expired), "code 2 expired unused (noticed 2026-11-24 06:20 CST)");
        let word = Fact::DealerConfirmed { said_at, due_at: at };
        assert_eq!(words(word), "the dealer says it is done (recorded 2026-11-24 06:20 CST)");
        assert_eq!(words(Fact::Snoozed { until: Some(at) }), "snoozed until 2026-11-24 06:20 CST");
        assert_eq!(words(Fact::Archived {}), "archived");
    }
}
