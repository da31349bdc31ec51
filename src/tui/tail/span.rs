//! How far back the tail goes.

use chrono::TimeDelta;

use crate::domain::Timestamp;
use crate::present::time::Zone;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TailSpan {
    #[default]
    All,
    Hour,
    Today,
    Day,
    Week,
}

impl TailSpan {
    /// The next one, shorter ones first; behind the longest comes everything.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::All => Self::Hour,
            Self::Hour => Self::Today,
            Self::Today => Self::Day,
            Self::Day => Self::Week,
            Self::Week => Self::All,
        }
    }

    /// In words, for a heading.
    pub const fn message(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Hour => "last 1h",
            Self::Today => "today",
            Self::Day => "last 24h",
            Self::Week => "last 7d",
        }
    }

    /// Where it begins; `None`: with the log.
    pub fn start(self, zone: Zone, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::All => None,
            Self::Hour => Some(now - TimeDelta::hours(1)),
            Self::Today => zone.read_start("today", now).ok(),
            Self::Day => Some(now - TimeDelta::hours(24)),
            Self::Week => Some(now - TimeDelta::days(7)),
        }
    }
}
