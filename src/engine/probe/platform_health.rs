//! How the platform is doing: when it or our credentials fail, that is one alarm, and nobody is probed until a single trial
//! goes through.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::TimeDelta;
use rand::rngs::StdRng;

use super::outcome::{Health, PlatformSignal};
use super::rate_limit::RateLimit;
use crate::domain::Timestamp;
use crate::engine::backoff::Backoff;
use crate::engine::circuit_breaker::{CircuitBreaker, CircuitState, ClockReading, Failure};
use crate::protocol::PlatformState;

/// So many failures in a row open the breaker.
const IN_A_ROW: usize = 5;
/// Or half of so many answers.
const RECENT: usize = 20;
/// How long it stays open while the platform fails.
const DOWN: Backoff = Backoff::seconds(10, 300);
/// How long while our credentials are refused: asking often may lock the client out.
const REFUSED: Backoff = Backoff::seconds(60, 900);
/// How long nothing may fail before an outage is over: what fails again sooner is the same outage. Longer than a request
/// that is never answered takes.
const SETTLES: Duration = Duration::from_secs(20);

/// How the platform stands as a whole: what the log is to say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlatformStanding<'a> {
    /// Nothing can be told yet.
    Unknown,
    /// It fails, or refuses our credentials.
    Failing { why: &'a str, since: Timestamp, refused: bool },
    /// It answers again, but not for long enough; so long it takes.
    Settling(Duration),
    Answers {
        since: Timestamp,
        /// When it failed last, as far as this run saw it fail.
        last_failed: Option<Timestamp>,
    },
}

#[derive(Debug, Clone)]
pub struct PlatformHealth {
    breaker: CircuitBreaker,
    /// The failure is, or was, that our credentials are refused.
    refused: bool,
    recent: VecDeque<bool>,
    /// The failure before, and since when nothing failed: until that has settled it is the same outage.
    healed: Option<(Failure, Duration)>,
    rate_limit: RateLimit,
    answers_since: Option<Timestamp>,
    /// When it failed last in an outage.
    last_failed: Option<Timestamp>,
    pub last_answer_at: Option<Timestamp>,
    /// Its clock minus ours.
    pub clock_skew: Option<TimeDelta>,
}

impl PlatformHealth {
    /// `longest`: the longest that the platform may have us wait.
    pub fn new(longest: Duration) -> Self {
        Self {
            breaker: CircuitBreaker::default(),
            refused: false,
            recent: VecDeque::new(),
            healed: None,
            rate_limit: RateLimit::new(longest),
            answers_since: None,
            last_failed: None,
            last_answer_at: None,
            clock_skew: None,
        }
    }

    /// Whether the desk may probe now: the breaker, and the wait that the platform asked for.
    pub fn circuit(&self, elapsed: Duration) -> CircuitState {
        match (self.breaker.state(elapsed), self.rate_limit.left(elapsed)) {
            (CircuitState::Closed | CircuitState::HalfOpen, Some((wait, _))) => CircuitState::Open(Some(wait)),
            (CircuitState::Open(Some(left)), Some((wait, _))) => CircuitState::Open(Some(left.max(wait))),
            (state, _) => state,
        }
    }

    /// Whether the platform asked to be left alone and the time is not over: a person's probe waits, too.
    pub fn asks_to_wait(&self, elapsed: Duration) -> bool {
        self.rate_limit.left(elapsed).is_some()
    }

    /// Whether a probe that was told to wait does so; not when the platform asks for it for too long already.
    pub fn worth_waiting(&self, elapsed: Duration) -> bool {
        self.rate_limit.worth_waiting(elapsed)
    }

    pub fn begin_trial(&mut self) {
        self.breaker.begin();
    }

    /// A trial ended without any answer (its task failed).
    pub fn trial_lost(&mut self, now: ClockReading, rng: &mut StdRng) {
        if self.breaker.trial_under_way() {
            self.fail(false, true, "the trial failed on our side", None, now, rng);
        }
    }

    /// Takes note of an answer. `trial`: it belongs to the trial of an open breaker.
    pub fn note(&mut self, signal: &PlatformSignal, trial: bool, now: ClockReading, rng: &mut StdRng) {
        if signal.health != Health::Ill {
            self.last_answer_at = Some(now.at);
        }
        self.clock_skew = signal.clock_skew.or(self.clock_skew);
        if signal.health == Health::Well {
            if let Some(failure) = self.breaker.close() {
                self.recent.clear();
                self.healed = Some((failure, now.elapsed));
            }
            self.answers_since.get_or_insert(now.at);
            self.rate_limit.not_asked(now.elapsed);
            self.remember(true);
            return;
        }
        let why = signal.why.as_str();
        let retry_after = signal.retry_after.map(|asked| self.rate_limit.capped(asked));
        match retry_after {
            Some(asked) => self.rate_limit.asked(asked, why, now, rng),
            None => self.rate_limit.not_asked(now.elapsed),
        }
        let refused = signal.health == Health::Refused;
        if self.breaker.failure().is_some() {
            self.fail(refused, trial, why, retry_after, now, rng);
            return;
        }
        self.remember(false);
        match &mut self.healed {
            // While it is left alone nothing can fail.
            Some((_, at)) if now.elapsed < *at + SETTLES => {
                *at = now.elapsed + self.rate_limit.left(now.elapsed).map_or(Duration::ZERO, |(left, _)| left);
            }
            healed => *healed = None,
        }
        let in_a_row = self.recent.iter().rev().take_while(|well| !**well).count();
        let ill = self.recent.iter().filter(|well| !**well).count();
        if refused || in_a_row >= IN_A_ROW || (self.recent.len() == RECENT && 2 * ill >= RECENT) {
            self.recent.clear();
            self.fail(refused, true, why, retry_after, now, rng);
        }
    }

    fn remember(&mut self, well: bool) {
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(well);
    }

    /// Opens the breaker, or keeps it open for longer. `counts`: not for answers to what was under way when it opened.
    fn fail(
        &mut self,
        refused: bool,
        counts: bool,
        why: &str,
        asked: Option<Duration>,
        now: ClockReading,
        rng: &mut StdRng,
    ) {
        (self.answers_since, self.last_failed) = (None, Some(now.at));
        if let Some((failure, _)) = self.healed.take() {
            self.breaker.reopen(failure);
        }
        if self.refused != refused {
            // Another failure, with a beginning of its own.
            self.breaker.close();
            self.refused = refused;
        }
        let backoff = if refused { REFUSED } else { DOWN };
        self.breaker.open(why.to_owned(), counts, now, |attempt| backoff.wait(rng, attempt, asked));
    }

    pub fn standing(&self, elapsed: Duration) -> PlatformStanding<'_> {
        if let Some(Failure { why, since, .. }) = self.breaker.failure() {
            return PlatformStanding::Failing { why, since: *since, refused: self.refused };
        }
        let settles = self.healed.as_ref().map(|(_, at)| (*at + SETTLES).saturating_sub(elapsed));
        match (settles.filter(|left| !left.is_zero()), self.answers_since) {
            (Some(left), _) => PlatformStanding::Settling(left),
            (None, Some(since)) => PlatformStanding::Answers { since, last_failed: self.last_failed },
            (None, None) => PlatformStanding::Unknown,
        }
    }

    /// What people are shown, unless something else is wrong.
    pub fn state(&self, elapsed: Duration) -> PlatformState {
        let Some(Failure { why, since, retry_at, .. }) = self.breaker.failure() else {
            return self.rate_limit.state(elapsed).unwrap_or(match self.answers_since {
                Some(_) => PlatformState::Ok,
                None => PlatformState::Starting,
            });
        };
        let retry_at = self.rate_limit.left(elapsed).map_or(*retry_at, |(_, end)| end.max(*retry_at));
        let (why, since) = (why.clone(), *since);
        if self.refused {
            PlatformState::OurCredentials { why, since, retry_at }
        } else {
            PlatformState::Down { why, since, retry_at }
        }
    }
}

#[cfg(test)]
#[path = "platform_health_tests.rs"]
mod tests;
