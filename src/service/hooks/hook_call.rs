//! What a hook is told: the events as `events --json` prints them, without any code, and what is filled into arguments.

use std::time::Duration;

use serde_json::Value;

use crate::domain::{Event, Timestamp};
use crate::protocol::ReadModel;

/// Why a call did not go through, in one clean line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFailure {
    pub why: String,
    /// The other side asked to be left alone for so long.
    pub retry_after: Option<Duration>,
}

impl CallFailure {
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), retry_after: None }
    }
}

/// One call: the same at every try.
#[derive(Debug, Clone)]
pub struct HookCall {
    /// By which the other side knows that it had it already.
    pub id: String,
    pub body: String,
    pub values: Vec<EventValues>,
    pub at: Timestamp,
}

/// What of an event may be filled in.
#[derive(Debug, Clone)]
pub struct EventValues {
    pub name: String,
    pub kind: &'static str,
    pub dealer_code: String,
    pub seq: u64,
}

impl HookCall {
    /// `grouped`: the body is a list, however many there are.
    pub fn new(id: String, events: &[Event], read_model: &ReadModel, grouped: bool, at: Timestamp) -> Self {
        let (mut bodies, mut values) = (Vec::new(), Vec::new());
        for event in events {
            let state = event.dealership.and_then(|id| read_model.get(id));
            let profile = state.as_ref().map(|state| &state.profile);
            bodies.push(event.public(profile.map(|profile| &profile.name)));
            values.push(EventValues {
                name: profile.map_or_else(|| "Xtime".to_owned(), |profile| profile.name.header().into_owned()),
                kind: event.fact.kind(),
                dealer_code: profile.map(|profile| profile.dealer_code.header().into_owned()).unwrap_or_default(),
                seq: event.seq,
            });
        }
        let body = match bodies.pop() {
            Some(one) if !grouped => one,
            last => Value::Array(bodies.into_iter().chain(last).collect()),
        };
        Self { id, body: body.to_string(), values, at }
    }
}
