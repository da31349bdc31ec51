//! Outages in the log: one event when the platform begins to fail, one when it answers again.
//!
//! What stands in the log is brought up to how the platform stands, so that a restart in the middle, or a store that could
//! not be written for a while, makes no second beginning and loses no end.

use std::time::Duration;

use super::LONGEST_REST;
use super::platform_health::PlatformStanding;
use crate::domain::{Actor, Fact, Timestamp};
use crate::engine::Inner;
use crate::engine::inner::Authority;
use crate::protocol::{EventQuery, RequestError};
use crate::store::Append;

/// What the log says of outages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Logged {
    /// It was not read yet.
    #[default]
    Unread,
    Over,
    /// One is open, since then.
    Open(Timestamp),
}

/// The outage as far as it is recorded.
#[derive(Debug, Default)]
pub struct Outage {
    logged: Logged,
    /// It is being read or written.
    busy: bool,
    /// After a failure: nothing is tried before.
    not_before: Duration,
}

impl Outage {
    /// What the log lacks: a fact; `Ok(None)`: it is to be read first. `Err`: nothing, for so long.
    pub fn begin(&mut self, standing: PlatformStanding<'_>, elapsed: Duration) -> Result<Option<Fact>, Duration> {
        if self.busy {
            return Err(LONGEST_REST);
        }
        let fact = match (standing, self.logged) {
            (PlatformStanding::Unknown, _)
            | (PlatformStanding::Failing { .. }, Logged::Open(_))
            | (PlatformStanding::Answers { .. }, Logged::Over) => return Err(LONGEST_REST),
            (PlatformStanding::Settling(rest), _) => return Err(rest),
            (_, Logged::Unread) => None,
            (PlatformStanding::Failing { why, since, refused }, Logged::Over) => {
                Some(Fact::PlatformFailing { why: why.into(), since, credentials: refused })
            }
            (PlatformStanding::Answers { since, last_failed }, Logged::Open(failing_since)) => {
                let last_failed = Some(last_failed.map_or(failing_since, |last| last.max(failing_since)));
                Some(Fact::PlatformAnswers { since, failing_since, last_failed })
            }
        };
        let rest = self.not_before.saturating_sub(elapsed);
        if !rest.is_zero() {
            return Err(rest);
        }
        self.busy = true;
        Ok(fact)
    }

    /// What the log says now: since when an outage is open in it; `None`: none is.
    pub fn logged(&mut self, open: Option<Timestamp>) {
        self.busy = false;
        self.logged = open.map_or(Logged::Over, Logged::Open);
    }

    /// It could not be read or written; or it is written, and nobody said so: it is read before anything is tried again.
    pub fn failed(&mut self, elapsed: Duration) {
        self.busy = false;
        self.logged = Logged::Unread;
        self.not_before = elapsed.saturating_add(LONGEST_REST);
    }
}

impl Inner {
    /// Records a fact of the platform, or reads the newest one. The answer is since when an outage is open in the log.
    pub async fn log_outage(&self, fact: Option<Fact>) -> Result<Option<Timestamp>, RequestError> {
        let Some(fact) = fact else {
            let kinds = Fact::places(|kind| kind.starts_with("platform."));
            let query = EventQuery { kinds, limit: Some(1), newest: true, ..EventQuery::default() };
            let newest = self.parts.store.events(query).await?.pop();
            return Ok(newest.and_then(|event| open_since(&event.fact)));
        };
        let open = open_since(&fact);
        let (actor, at) = (Actor::system("probe"), self.now());
        let append = Append { dealership: None, expected_version: 0, actor, at, facts: vec![fact] };
        self.append(Authority::Leader, vec![append]).await?;
        Ok(open)
    }
}

/// Since when the platform fails after an event of the platform.
fn open_since(fact: &Fact) -> Option<Timestamp> {
    match fact {
        Fact::PlatformFailing { since, .. } => Some(*since),
        _ => None,
    }
}
