//! Outages in the log: one event when the platform begins to fail, one when it answers again.
//!
//! What stands in the log is brought up to what the breaker says, so that a restart in the middle, or a store that could
//! not be written for a while, makes no second beginning and loses no end.

use std::sync::Arc;
use std::time::Duration;

use super::breaker::PlatformStanding;
use super::prober::{LONGEST_REST, Prober, StepResult};
use super::{EngineError, Inner};
use crate::domain::{Actor, Fact, Timestamp};
use crate::store::{Append, EventQuery};

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
pub(super) struct Outage {
    logged: Logged,
    /// It is being read or written.
    busy: bool,
    /// After a failure: nothing is tried before.
    not_before: Duration,
}

impl Prober {
    /// Records the beginning or the end of an outage when the log lacks it. The answer is how long until it may be necessary.
    pub fn record_outage(&mut self) -> Duration {
        let now = self.moment();
        let Outage { logged, busy, not_before } = self.outage;
        if !self.inner.works() || busy {
            return LONGEST_REST;
        }
        let standing = self.breaker.standing(now.elapsed);
        let fact = match (standing, logged) {
            (PlatformStanding::Unknown, _) | (PlatformStanding::Failing { .. }, Logged::Open(_)) => {
                return LONGEST_REST;
            }
            (PlatformStanding::Answers { .. }, Logged::Over) => return LONGEST_REST,
            (PlatformStanding::Settling(rest), _) => return rest,
            (_, Logged::Unread) => None,
            (PlatformStanding::Failing { why, since, refused }, Logged::Over) => {
                Some(Fact::PlatformFailing { why: why.into(), since, credentials: refused })
            }
            (PlatformStanding::Answers { since, last_failed }, Logged::Open(failing_since)) => {
                let last_failed = Some(last_failed.map_or(failing_since, |last| last.max(failing_since)));
                Some(Fact::PlatformAnswers { since, failing_since, last_failed })
            }
        };
        let rest = not_before.saturating_sub(now.elapsed);
        if !rest.is_zero() {
            return rest;
        }
        self.outage.busy = true;
        let inner = Arc::clone(&self.inner);
        self.jobs.push(Box::pin(async move {
            StepResult::Outage(match fact {
                None => inner.open_outage().await,
                Some(fact) => inner.record_of_platform(fact).await,
            })
        }));
        LONGEST_REST
    }

    /// What the log says now: since when an outage is open in it.
    pub fn outage_logged(&mut self, open: Result<Option<Timestamp>, EngineError>) {
        self.outage.busy = false;
        match open {
            Ok(open) => self.outage.logged = open.map_or(Logged::Over, Logged::Open),
            Err(error) => {
                self.inner.report(format!("an outage of the platform could not be recorded: {error}"));
                self.outage.not_before = self.moment().elapsed.saturating_add(LONGEST_REST);
            }
        }
    }
}

impl Inner {
    /// Since when an outage is open in the log.
    async fn open_outage(&self) -> Result<Option<Timestamp>, EngineError> {
        let kinds = Fact::places(|kind| kind.starts_with("platform."));
        let query = EventQuery { kinds, limit: Some(1), newest: true, ..EventQuery::default() };
        let newest = self.parts.store.events(query).await?.pop();
        Ok(newest.and_then(|event| open_since(&event.fact)))
    }

    async fn record_of_platform(&self, fact: Fact) -> Result<Option<Timestamp>, EngineError> {
        let open = open_since(&fact);
        let (actor, at) = (Actor::system("probe"), self.now());
        let append = Append { dealership: None, expected_version: 0, actor, at, facts: vec![fact] };
        self.parts.store.append(vec![append]).await?;
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
