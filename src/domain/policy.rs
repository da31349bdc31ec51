//! The numbers of the process: configuration, never constants in the rules.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::mail::MailPolicy;

/// What the rules may be told by configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// How long a code lives from its generation (72 h; seed).
    pub valid_for: TimeDelta,
    /// How long Xtime may take to reflect the dealer's connection (24 h; seed).
    pub confirm_within: TimeDelta,
    /// From when on the second clock is shown amber (20 h; our assumption).
    pub amber_after: TimeDelta,
    /// From how little time left a code needs attention (6 h; our assumption).
    pub expiring_within: TimeDelta,
    /// Least time between the two probes that make a confirmed dealership *lost* (1 min).
    pub lost_gap: TimeDelta,
    /// How far in our future a moment of generation may lie before it is refused, and how far the platform's clock may be from
    /// ours (5 min; clocks differ, and 72 hours bear it).
    pub clock_tolerance: TimeDelta,
    /// How far behind the newest event our clock may be (2 min): clocks that are set by the network step by seconds, and what
    /// is recorded on one machine and read on another differs by less.
    pub clock_behind: TimeDelta,
    /// The opcode of a dealership that has not chosen ("Tell Us More"; seed, option 1).
    pub default_opcode: String,
    /// What a new opcode is usually called ("DataClover Appt"; seed, option 2).
    pub new_opcode: String,
    /// How many days ahead slots are looked for, from the dealership's today (14; our assumption).
    pub slot_window: u16,
    /// How many days apart the ends of one request for slots may lie (6; public).
    pub slot_range: u8,
    /// How long after a booking without an answer its absence at the platform may count (2 min; our assumption).
    pub booking_settles: TimeDelta,
    pub mail: MailPolicy,
}

impl Policy {
    /// When a code that was generated then dies, where its source does not say. The moment comes from outside.
    pub fn code_end(&self, generated_at: Timestamp) -> Timestamp {
        generated_at.checked_add_signed(self.valid_for).unwrap_or(Timestamp::MAX_UTC)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            valid_for: TimeDelta::hours(72),
            confirm_within: TimeDelta::hours(24),
            amber_after: TimeDelta::hours(20),
            expiring_within: TimeDelta::hours(6),
            lost_gap: TimeDelta::minutes(1),
            clock_tolerance: TimeDelta::minutes(5),
            clock_behind: TimeDelta::minutes(2),
            default_opcode: "Tell Us More".to_owned(),
            new_opcode: "DataClover Appt".to_owned(),
            slot_window: 14,
            slot_range: 6,
            booking_settles: TimeDelta::minutes(2),
            mail: MailPolicy::default(),
        }
    }
}
