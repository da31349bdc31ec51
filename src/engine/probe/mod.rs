//! Probing: who is probed when, what an answer means, and what is recorded of it.
//!
//! The prober runs the loop between five parts that own what they know: the queue (what is next), the job (one dealership
//! on its way), the outcome (what an answer says), the quorum (a probe of the others before a loss is believed) and
//! mass events (what happens to many at once is one alarm). How the platform itself is doing is `platform_health`.

mod due_queue;
mod job;
mod mass_events;
mod outage;
mod outcome;
mod platform_health;
mod prober;
mod queue;
mod quorum;
mod rate_limit;
mod requests;
mod shown_services;
mod states;
mod steps;
mod task;

pub use job::PriorityProbe;
pub use shown_services::ShownServices;
pub use states::{ProbeQueueLength, save};
pub use task::run;

/// The longest time between two steps of the prober, so that a stepped clock is noticed.
const LONGEST_REST: std::time::Duration = std::time::Duration::from_secs(30);

/// How many requests of people may wait to be taken in; whoever asks for more waits.
pub const REQUESTS_WAITING: usize = 256;
