//! What a probe at the platform told us, in the words of `[[xtime.meaning]]`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text::clean;
use super::{Service, SlotCounts, Timestamp, moment};

/// The meaning of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Xtime let us in for this dealership.
    Connected,
    /// Xtime answered that this dealership is not connected to us (yet, or any more).
    NotConnected,
    /// Our token, key or policy was refused: an alarm about us; no dealership changes state.
    OurCredentials,
    Unknown,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Connected, Self::NotConnected, Self::OurCredentials, Self::Unknown];

    /// Whether it says something about the dealership.
    pub const fn tells(self) -> bool {
        matches!(self, Self::Connected | Self::NotConnected)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Connected => "connected",
            Self::NotConnected => "not-connected",
            Self::OurCredentials => "our-credentials",
            Self::Unknown => "unknown",
        })
    }
}

/// What of an answer counts for its meaning, cleaned: kept with the event, shown whole, and what a person teaches the meaning by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseFacts {
    pub status: u16,
    /// The code that it gave.
    pub code: Option<Box<str>>,
    /// The message that it gave.
    pub message: Option<Box<str>>,
}

impl ResponseFacts {
    /// Whether it gave a code or a message: without them nothing tells it from other answers of its status.
    pub fn has_words(&self) -> bool {
        self.code.is_some() || self.message.is_some()
    }
}

impl fmt::Display for ResponseFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, ", code {}", clean(code))?;
        }
        match &self.message {
            Some(message) => write!(f, ": {}", clean(message)),
            None => Ok(()),
        }
    }
}

/// One finished probe at `GET /services` for one dealership.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeResult {
    /// When the request began. An expiry counts only with a probe that began after the deadline.
    pub began_at: Timestamp,
    /// When the answer was read, or given up.
    pub ended_at: Timestamp,
    pub outcome: Outcome,
    /// Why, in words: the row of the mapping, or the error. Already cleaned, at most a line.
    pub reason: String,
    /// The answer came from the platform but no row of the mapping recognised it: kept and shown.
    pub unrecognised: bool,
    /// What was answered, when it was read and was no plain yes.
    pub answer: Option<ResponseFacts>,
    /// The vehicle-independent list, when it was part of the answer (`None`: no list; empty: could not tell).
    pub services: Option<Vec<Service>>,
}

/// How good what was found is, the worst last. It is coloured by this, not by that something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Good,
    Doubtful,
    /// Something broke, or nothing is known.
    Bad,
}

/// A finished probe at `GET /appointments-availabilities` for the chosen opcode, over the whole window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotsResult {
    /// When the answer was read.
    pub at: Timestamp,
    /// Over how many days, from the dealership's today.
    pub window: u16,
    /// What was offered in them.
    pub slots: SlotCounts,
}

/// The last probe that differed from the one before it; an unchanged probe is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeRecord {
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub outcome: Outcome,
    pub reason: Box<str>,
}
