//! Events that are asked for, and those that are told.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::{DealershipId, Event, Onboarding, Timestamp};

/// What subscribers are told after a commit: the events, and the states after it, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Committed {
    /// The events of one batch, in the order of their `seq`.
    pub events: Arc<[Arc<Event>]>,
    /// The new state of every dealership that was touched.
    pub states: Arc<[Arc<Onboarding>]>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EventQuery {
    /// Only events with a greater `seq`.
    pub after: u64,
    /// Only events with a smaller `seq`.
    pub before: Option<u64>,
    /// Only those of one dealership.
    pub dealership: Option<DealershipId>,
    /// Only these kinds (places in `Fact::KINDS`); empty: all.
    pub kinds: Vec<u8>,
    /// Only from this moment on.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub limit: Option<usize>,
    /// With a limit: the newest ones instead of the oldest. The answer is in ascending order all the same.
    pub newest: bool,
}

impl EventQuery {
    /// Whether an event is asked for; the limit is not looked at.
    pub fn matches(&self, event: &Event) -> bool {
        event.seq > self.after
            && self.before.is_none_or(|before| event.seq < before)
            && self.dealership.is_none_or(|dealership| event.dealership == Some(dealership))
            && (self.kinds.is_empty() || self.kinds.contains(&event.fact.index()))
            && self.since.is_none_or(|since| event.at >= since)
            && self.until.is_none_or(|until| event.at < until)
    }
}
