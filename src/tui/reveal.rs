//! A code that is shown in full for a while.

use std::time::Duration;

use crate::domain::DealershipId;

/// How long a revealed code stays (interface: 15 s).
pub const REVEAL: Duration = Duration::from_secs(15);

/// A code that is shown for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reveal {
    pub id: DealershipId,
    pub generation: u32,
    /// Until when, in the time of the person.
    pub until: Duration,
}
