//! What an answer says: of the platform as a whole, and of the dealership.

use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::{Fact, Outcome, ProbeResult, Slot, Timestamp};
use crate::xtime::AttemptReport;

/// What an answer says about the platform as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Well,
    /// It failed: a 429, 5xx, time-out, malformed body.
    Ill,
    /// It refused our token, key or policy.
    Refused,
}

/// What an answer says beside the dealership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformSignal {
    pub health: Health,
    pub why: String,
    pub retry_after: Option<Duration>,
    pub clock_skew: Option<TimeDelta>,
}

impl PlatformSignal {
    pub fn of_probe(report: &AttemptReport<ProbeResult>) -> Self {
        match report.value.outcome {
            Outcome::OurCredentials => Self::new(report, Health::Refused, &report.value.reason),
            _ => Self::new(report, Self::health(report), &report.value.reason),
        }
    }

    pub fn of_slots(report: &AttemptReport<Result<Vec<Slot>, String>>) -> Self {
        Self::new(report, Self::health(report), report.value.as_ref().err().map_or("", String::as_str))
    }

    fn health<T>(report: &AttemptReport<T>) -> Health {
        if report.healthy { Health::Well } else { Health::Ill }
    }

    fn new<T>(report: &AttemptReport<T>, health: Health, why: &str) -> Self {
        let AttemptReport { retry_after, clock_skew, .. } = *report;
        Self { health, why: why.to_owned(), retry_after, clock_skew }
    }

    /// Whether it failed because we are to wait.
    pub fn asks_to_wait(&self) -> bool {
        self.health == Health::Ill && self.retry_after.is_some()
    }
}

/// What follows from a probe for the dealership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Record,
    /// It may be about us: nothing is recorded, and it is probed again later.
    Suppress,
    /// It would be lost, after it first answered "not connected" at that moment: others are probed before.
    AwaitQuorum(Timestamp),
}

impl Decision {
    /// `facts`: what the rules make of the answer; `mass`: whether everybody is told the same now.
    pub fn of(result: &ProbeResult, facts: &[Fact], mass: bool) -> Self {
        // When everybody is told "not connected", it says nothing of anybody: no loss, and no expiry either.
        if mass && result.outcome == Outcome::NotConnected {
            return Self::Suppress;
        }
        let lost = facts.iter().find_map(|fact| match fact {
            Fact::IntegrationLost { first_look, .. } => Some(*first_look),
            _ => None,
        });
        lost.map_or(Self::Record, Self::AwaitQuorum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn probe_result(outcome: Outcome) -> ProbeResult {
        let reason = "503 service unavailable".to_owned();
        ProbeResult { began_at: NOW, ended_at: NOW, outcome, reason, unrecognised: false, answer: None, services: None }
    }

    fn report<T>(value: T, healthy: bool, retry_after: Option<Duration>) -> AttemptReport<T> {
        AttemptReport { value, retry_after, clock_skew: None, healthy }
    }

    #[test]
    fn an_answer_says_how_the_platform_is() {
        let health = |outcome, healthy| PlatformSignal::of_probe(&report(probe_result(outcome), healthy, None)).health;
        assert_eq!(health(Outcome::NotConnected, true), Health::Well);
        assert_eq!(health(Outcome::Unknown, false), Health::Ill);
        assert_eq!(health(Outcome::OurCredentials, false), Health::Refused);
        let failed = PlatformSignal::of_slots(&report(Err("status 500".to_owned()), false, None));
        assert_eq!((failed.health, failed.why.as_str()), (Health::Ill, "status 500"));
        assert_eq!(PlatformSignal::of_slots(&report(Ok(vec![]), true, None)).health, Health::Well);
    }

    #[test]
    fn only_a_failure_asks_to_wait() {
        let second = Some(Duration::from_secs(1));
        let asks = |outcome, healthy, after| {
            PlatformSignal::of_probe(&report(probe_result(outcome), healthy, after)).asks_to_wait()
        };
        assert!(asks(Outcome::Unknown, false, second));
        assert!(!asks(Outcome::Unknown, false, None));
        assert!(!asks(Outcome::Connected, true, second));
        assert!(!asks(Outcome::OurCredentials, false, second), "waiting mends no credentials");
    }

    #[test]
    fn a_loss_needs_a_quorum_and_a_mass_disconnect_records_nothing() {
        let lost = [Fact::IntegrationLost { first_look: NOW, second_look: NOW }];
        let refused = probe_result(Outcome::NotConnected);
        assert_eq!(Decision::of(&refused, &[], false), Decision::Record);
        assert_eq!(Decision::of(&refused, &lost, false), Decision::AwaitQuorum(NOW));
        assert_eq!(Decision::of(&refused, &lost, true), Decision::Suppress);
        assert_eq!(Decision::of(&probe_result(Outcome::Connected), &[], true), Decision::Record);
    }
}
