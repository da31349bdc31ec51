//! How the running program is doing: what the status bar, `doctor` and `watch` show.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::Presence;
use crate::domain::Timestamp;

/// How the platform looks from here. One cause is one alarm, however many dealerships it hits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum PlatformState {
    /// Nobody probes: settings are missing.
    #[default]
    Unconfigured,
    /// No probe has ended yet.
    Starting,
    /// The last probes were answered.
    Ok,
    /// The platform fails: no probes until then, except one that tries.
    Down {
        why: String,
        since: Timestamp,
        /// When it is tried again.
        retry_at: Timestamp,
    },
    /// The platform asked us to wait: no probes until then.
    RateLimited { why: String, since: Timestamp, until: Timestamp },
    /// Our token, key or policy is refused.
    OurCredentials {
        why: String,
        since: Timestamp,
        /// When it is tried again.
        retry_at: Timestamp,
    },
    /// Half or more of the confirmed dealerships in the last probes turned "not connected" together: about us or the
    /// platform; nobody is recorded as lost.
    MassDisconnect {
        /// How many of the last probes.
        turned: usize,
        since: Timestamp,
    },
}

/// From how long on it is an alarm that the platform has us wait.
const LONG_WAIT: TimeDelta = TimeDelta::seconds(5);

impl PlatformState {
    /// Whether somebody must look at it. A short wait that the platform asked for is none.
    pub fn is_alarm(&self) -> bool {
        match self {
            Self::Unconfigured | Self::Starting | Self::Ok => false,
            Self::RateLimited { since, until, .. } => *until - *since >= LONG_WAIT,
            Self::Down { .. } | Self::OurCredentials { .. } | Self::MassDisconnect { .. } => true,
        }
    }
}

/// One cause that hit many dealerships at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cause {
    /// Opcodes that were visible are gone.
    OpcodesGone,
    /// Slots that were offered are gone.
    SlotsGone,
}

impl Cause {
    /// What happened to each, in words.
    pub const fn message(self) -> &'static str {
        match self {
            Self::OpcodesGone => "opcode gone",
            Self::SlotsGone => "slots gone",
        }
    }
}

/// One alarm about many dealerships: among the last probes, half or more turned together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    pub cause: Cause,
    /// At how many of them.
    pub turned: usize,
    /// How many probes are weighed.
    pub of: usize,
    pub since: Timestamp,
}

impl std::fmt::Display for Alarm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {} of the last {}", self.cause.message(), self.turned, self.of)
    }
}

/// More probes are due than the budget allows at once: how far the desk is through them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacklogProgress {
    /// Dealerships probed since it began.
    pub done: usize,
    /// Those and the ones that are still waiting.
    pub total: usize,
    /// When the last of them will have been probed, at the pace so far; `None`: too early to say.
    pub expected_end: Option<Timestamp>,
}

/// Who does the background work for all who share a store.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LeaderState {
    #[default]
    Alone,
    Nobody {
        since: Timestamp,
    },
    Here {
        since: Timestamp,
    },
    /// What the status says of the platform and of mail is what this one told.
    Elsewhere {
        name: String,
        since: Timestamp,
        told_at: Option<Timestamp>,
    },
}

/// The database does not answer: nothing can be recorded, and what is shown is as old as that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreAway {
    pub why: String,
    pub since: Timestamp,
}

/// A picture of the running program.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Status {
    pub platform: PlatformState,
    /// Requests sent in the last second.
    pub requests_last_second: u32,
    /// The most that are allowed per second.
    pub requests_per_second: u32,
    pub in_flight: u32,
    /// Looks that are due and wait for their turn.
    pub waiting: usize,
    /// How long the one that waits longest has been due, in whole seconds; `None`: nobody waits.
    pub longest_wait: Option<TimeDelta>,
    /// How far it is through what is due, while that is more than the budget allows at once.
    pub backlog: Option<BacklogProgress>,
    /// What happens to many at once.
    pub alarms: Vec<Alarm>,
    /// The platform's clock minus ours.
    pub clock_skew: Option<TimeDelta>,
    /// When an answer last arrived.
    pub last_answer_at: Option<Timestamp>,
    pub mail: MailStatus,
    /// How many people's desks are open on the store.
    pub desks: usize,
    /// What people at them have in front of them now.
    pub presences: Vec<Presence>,
    pub leader: LeaderState,
    pub store_away: Option<StoreAway>,
    /// What went wrong inside the program and was mended (a task that failed and was restarted, a finding that could not
    /// be recorded), newest last, the last ten.
    pub faults: Vec<String>,
}

/// How the way to the mail server looks from here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MailState {
    #[default]
    Off,
    /// Letters go out, or none had to yet.
    Ok,
    Down {
        why: String,
        since: Timestamp,
        /// When it is tried again.
        retry_at: Timestamp,
    },
    /// As many letters as one hour may see have gone out.
    Limited {
        /// When the next one may go.
        until: Timestamp,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MailStatus {
    /// The way to the server.
    pub state: MailState,
    /// Dealerships for which a letter is due and waits.
    pub waiting: usize,
    /// Letters that are being handed over.
    pub in_flight: usize,
    /// Letters handed over in the last hour of this run.
    pub last_hour: u32,
    /// The most in any hour; 0: nobody sends any.
    pub per_hour: u32,
}
