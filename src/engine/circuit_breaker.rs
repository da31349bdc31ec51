//! The circuit breaker before the platform and before the mail server: while it is open nothing is asked but one trial at
//! a time, later after each one that fails. What opens and closes it is for whoever asks.

use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::Timestamp;

/// The two readings of the clock that belong together.
#[derive(Debug, Clone, Copy)]
pub struct ClockReading {
    /// The wall clock: what is shown.
    pub at: Timestamp,
    /// The monotonic one: what is compared, so that no step of the wall clock holds a breaker open or closes it early.
    pub elapsed: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CircuitState {
    Closed,
    /// One request may go, as a trial.
    HalfOpen,
    /// Nothing before so long; `None`: not before the trial under way has ended.
    Open(Option<Duration>),
}

/// Why it is open, and until when.
#[derive(Debug, Clone)]
pub struct Failure {
    pub why: String,
    pub since: Timestamp,
    /// When the next trial is due, by the wall clock.
    pub retry_at: Timestamp,
    retry: Duration,
    attempt: u32,
    /// The trial is under way.
    trial: bool,
    /// Somebody asked for the trial: that it fails makes the next wait no longer.
    nudged: bool,
}

#[derive(Debug, Clone, Default)]
pub struct CircuitBreaker {
    failure: Option<Failure>,
}

impl CircuitBreaker {
    pub fn state(&self, elapsed: Duration) -> CircuitState {
        match &self.failure {
            None => CircuitState::Closed,
            Some(failure) if failure.trial => CircuitState::Open(None),
            Some(failure) if failure.retry > elapsed => CircuitState::Open(Some(failure.retry.saturating_sub(elapsed))),
            Some(_) => CircuitState::HalfOpen,
        }
    }

    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    pub fn trial_under_way(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.trial)
    }

    /// A request goes; unless it is closed that is the trial.
    pub fn begin(&mut self) {
        if let Some(failure) = &mut self.failure {
            failure.trial = true;
        }
    }

    /// The trial ended without saying anything: another one may begin.
    pub fn trial_said_nothing(&mut self) {
        if let Some(failure) = &mut self.failure {
            failure.trial = false;
        }
    }

    /// Opens it, or keeps it open for longer. What was asked before it opened (`counts` is false) only changes the words:
    /// requests that were under way together fail together.
    pub fn open(&mut self, why: String, counts: bool, now: ClockReading, wait: impl FnOnce(u32) -> Duration) {
        let (since, attempt) = match self.failure.as_mut() {
            Some(failure) if !counts => {
                failure.why = why;
                return;
            }
            Some(failure) => (failure.since, failure.attempt + u32::from(!failure.nudged)),
            None => (now.at, 0),
        };
        let wait = wait(attempt);
        let retry_at = TimeDelta::from_std(wait).ok().and_then(|wait| now.at.checked_add_signed(wait));
        let (retry, retry_at) = (now.elapsed.saturating_add(wait), retry_at.unwrap_or(now.at));
        self.failure = Some(Failure { why, since, retry_at, retry, attempt, trial: false, nudged: false });
    }

    /// Closes it. The answer is the failure that is over.
    pub fn close(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// The failure was not over: it goes on where it was.
    pub fn reopen(&mut self, failure: Failure) {
        self.failure = Some(failure);
    }

    /// Somebody wants a trial now.
    pub fn nudge(&mut self, now: ClockReading) {
        if let Some(failure) = &mut self.failure {
            failure.retry = failure.retry.min(now.elapsed);
            failure.retry_at = failure.retry_at.min(now.at);
            failure.nudged = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(elapsed: Duration) -> ClockReading {
        ClockReading { at: Timestamp::UNIX_EPOCH + elapsed, elapsed }
    }

    fn wait(attempt: u32) -> Duration {
        MINUTE * [1, 5, 15][attempt.min(2) as usize]
    }

    #[test]
    fn one_trial_at_a_time_and_later_each_time_until_it_is_closed() {
        let mut breaker = CircuitBreaker::default();
        breaker.open("refused".to_owned(), true, at(Duration::ZERO), wait);
        assert_eq!(breaker.state(MINUTE / 2), CircuitState::Open(Some(MINUTE / 2)));
        assert_eq!(breaker.state(MINUTE), CircuitState::HalfOpen);
        breaker.begin();
        assert_eq!(breaker.state(MINUTE), CircuitState::Open(None), "one at a time");
        breaker.open("refused".to_owned(), true, at(MINUTE), wait);
        assert_eq!(breaker.state(MINUTE), CircuitState::Open(Some(MINUTE * 5)));
        breaker.begin();
        breaker.trial_said_nothing();
        assert_eq!(breaker.state(MINUTE * 6), CircuitState::HalfOpen);
        assert_eq!(breaker.close().map(|failure| failure.since), Some(Timestamp::UNIX_EPOCH));
        breaker.begin();
        assert_eq!(breaker.state(Duration::ZERO), CircuitState::Closed);
    }

    #[test]
    fn what_fails_beside_the_trial_only_changes_the_words() {
        let mut breaker = CircuitBreaker::default();
        breaker.open("one".to_owned(), true, at(Duration::ZERO), wait);
        breaker.open("other".to_owned(), false, at(MINUTE / 2), wait);
        assert_eq!(breaker.state(MINUTE / 2), CircuitState::Open(Some(MINUTE / 2)));
        assert_eq!(breaker.failure().unwrap().why, "other");
    }

    #[test]
    fn a_nudge_lets_a_trial_go_and_its_failure_lengthens_nothing() {
        let mut breaker = CircuitBreaker::default();
        breaker.open("down".to_owned(), true, at(Duration::ZERO), wait);
        breaker.nudge(at(MINUTE / 2));
        assert_eq!(breaker.state(MINUTE / 2), CircuitState::HalfOpen);
        breaker.begin();
        breaker.open("down".to_owned(), true, at(MINUTE / 2), wait);
        assert_eq!(breaker.state(MINUTE / 2), CircuitState::Open(Some(MINUTE)));
    }
}
