//! Answers that no row of the meanings knew.

use crate::domain::{DealershipId, Event, ResponseFacts};

/// An answer that no row knew, and the event that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrecognised {
    pub event: u64,
    /// About whom it was given.
    pub dealership: DealershipId,
    pub answer: ResponseFacts,
}

impl Unrecognised {
    /// The one that an event holds.
    pub fn of(event: &Event) -> Option<Self> {
        let answer = event.fact.unrecognised()?;
        Some(Self { event: event.seq, dealership: event.dealership?, answer })
    }
}
