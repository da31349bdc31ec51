//! Facts and events: everything that ever happened. What is shown is folded from these.

mod actor;
mod fact;
mod facts;
mod happened;
mod kinds;
#[cfg(test)]
mod tests;
mod words;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DealershipId, Timestamp, Untrusted};

pub use actor::Actor;
pub use fact::besides_the_letter;
pub use facts::Fact;

/// Where a code came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeOrigin {
    /// Taken by hand from the partner's own screen.
    Paste,
    /// An HTTP interface of the partner.
    Http,
    /// A program of the partner.
    Command,
}

/// How good or urgent an event is, among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventSeverity {
    /// It is a step on the way.
    Routine,
    /// Somebody is at work, or a clock begins to run.
    Progress,
    Neutral,
    Good,
    Warning,
    Bad,
}

/// A recorded fact. `seq` is gap-free and in commit order over the whole store, counted from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub seq: u64,
    pub at: Timestamp,
    pub actor: Actor,
    /// Whose it is; `None` for what is of the platform as a whole.
    pub dealership: Option<DealershipId>,
    #[serde(flatten)]
    pub fact: Fact,
}

impl Event {
    pub fn summary(&self) -> String {
        self.fact.summary()
    }

    /// The event as scripts and people may see it: codes masked, the dealership with its name.
    pub fn public(&self, name: Option<&Untrusted>) -> Value {
        let mut fact = serde_json::to_value(&self.fact).unwrap_or_default();
        let mut data = fact.get_mut("data").map(Value::take).unwrap_or_default();
        if let (Some((field, masked)), Some(fields)) = (self.fact.secret(), data.as_object_mut()) {
            fields.remove(field);
            fields.insert(format!("{field}_masked"), masked.into());
        }
        serde_json::json!({
            "schema": 1,
            "seq": self.seq,
            "at": rfc3339(self.at),
            "happened_at": rfc3339(self.happened_at()),
            "actor": self.actor,
            "dealership": self.dealership.map(|id| serde_json::json!({ "id": id, "name": name.map(Untrusted::raw) })),
            "kind": self.fact.kind(),
            "data": data,
        })
    }
}

/// RFC 3339 in UTC with milliseconds only when there are any: the form of every time in JSON.
pub fn rfc3339(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
