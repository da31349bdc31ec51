//! The breaker: when the platform or our credentials fail, that is one alarm, and nobody is looked at until a single
//! trial goes through.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::TimeDelta;
use rand::rngs::StdRng;

use super::PlatformState;
use super::backoff::Backoff;
use super::rate_limit::RateLimit;
use crate::domain::Timestamp;

/// So many failures in a row open it.
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

/// What an answer says about the platform as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Well,
    /// It failed: a 429, 5xx, time-out, malformed body.
    Ill,
    /// It refused our token, key or policy.
    Refused,
}

/// Whether the desk may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CircuitState {
    Open,
    /// One look, as a trial.
    Trial,
    /// Not before so long; `None`: not before the trial under way has ended.
    Shut(Option<Duration>),
}

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
        /// When it failed last, as far as this breaker saw it fail.
        last_failed: Option<Timestamp>,
    },
}

#[derive(Debug, Clone)]
struct Alarm {
    refused: bool,
    why: String,
    since: Timestamp,
    attempt: u32,
    /// In the clock's monotonic time, so that no step of the wall clock locks it or opens it early.
    retry: Duration,
    retry_at: Timestamp,
    trial: bool,
}

/// The state of the breaker.
#[derive(Debug, Clone)]
pub struct Breaker {
    recent: VecDeque<bool>,
    alarm: Option<Alarm>,
    /// The alarm before, and since when nothing failed: until that has settled it is the same outage.
    healed: Option<(Alarm, Duration)>,
    rate_limit: RateLimit,
    answers_since: Option<Timestamp>,
    /// When it failed last in an outage.
    last_failed: Option<Timestamp>,
}

/// The two readings of the clock that belong together.
#[derive(Debug, Clone, Copy)]
pub struct ClockReading {
    /// The wall clock: what is shown.
    pub at: Timestamp,
    /// The monotonic one: what is compared.
    pub elapsed: Duration,
}

impl Breaker {
    /// A breaker that is closed. `longest`: the longest that the platform may have us wait.
    pub fn new(longest: Duration) -> Self {
        Self {
            recent: VecDeque::new(),
            alarm: None,
            healed: None,
            rate_limit: RateLimit::new(longest),
            answers_since: None,
            last_failed: None,
        }
    }

    /// Whether the desk may look now.
    pub fn gate(&self, elapsed: Duration) -> CircuitState {
        let left = |end: Duration| Some(end.saturating_sub(elapsed)).filter(|left| !left.is_zero());
        let hold = self.rate_limit.end(elapsed).and_then(left);
        match &self.alarm {
            None => hold.map_or(CircuitState::Open, |left| CircuitState::Shut(Some(left))),
            Some(alarm) if alarm.trial => CircuitState::Shut(None),
            Some(alarm) => {
                left(alarm.retry).max(hold).map_or(CircuitState::Trial, |left| CircuitState::Shut(Some(left)))
            }
        }
    }

    /// Whether the platform asked to be left alone and the time is not over: a person's look waits, too.
    pub fn holds(&self, elapsed: Duration) -> bool {
        self.rate_limit.end(elapsed).is_some()
    }

    /// Whether a look that was told to wait does so; not when the platform asks for it for too long already.
    pub fn worth_waiting(&self, elapsed: Duration) -> bool {
        self.rate_limit.worth_waiting(elapsed)
    }

    pub fn try_one(&mut self) {
        if let Some(alarm) = &mut self.alarm {
            alarm.trial = true;
        }
    }

    /// A trial ended without any answer (its task failed).
    pub fn trial_lost(&mut self, now: ClockReading, rng: &mut StdRng) {
        if self.alarm.as_ref().is_some_and(|alarm| alarm.trial) {
            self.fail(false, true, "the trial failed on our side", None, now, rng);
        }
    }

    /// Takes note of an answer. `trial`: it belongs to the trial of an open breaker.
    pub fn note(
        &mut self,
        health: Health,
        trial: bool,
        why: &str,
        retry_after: Option<Duration>,
        now: ClockReading,
        rng: &mut StdRng,
    ) {
        if health == Health::Well {
            if let Some(alarm) = self.alarm.take() {
                self.recent.clear();
                self.healed = Some((alarm, now.elapsed));
            }
            self.answers_since.get_or_insert(now.at);
            self.rate_limit.not_asked(now.elapsed);
            self.remember(true);
            return;
        }
        let retry_after = retry_after.map(|asked| self.rate_limit.capped(asked));
        match retry_after {
            Some(asked) => self.rate_limit.asked(asked, why, now, rng),
            None => self.rate_limit.not_asked(now.elapsed),
        }
        let refused = health == Health::Refused;
        if self.alarm.is_some() {
            self.fail(refused, trial, why, retry_after, now, rng);
            return;
        }
        self.remember(false);
        match &mut self.healed {
            // While it is left alone nothing can fail.
            Some((_, at)) if now.elapsed < *at + SETTLES => {
                *at = self.rate_limit.end(now.elapsed).unwrap_or(now.elapsed);
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

    /// Opens it, or keeps it open for longer. Answers to looks that were under way when it opened only change the words.
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
        let relapsed = self.healed.take().map(|(alarm, _)| alarm);
        let old = self.alarm.take().or(relapsed);
        let same = old.as_ref().filter(|old| old.refused == refused);
        let since = same.map_or(now.at, |old| old.since);
        let attempt = same.map_or(0, |old| old.attempt + u32::from(counts));
        let (retry, retry_at, trial) = match same {
            Some(old) if !counts => (old.retry, old.retry_at, old.trial),
            _ => {
                let wait = if refused { REFUSED } else { DOWN }.wait(rng, attempt, asked);
                let retry_at = TimeDelta::from_std(wait).ok().and_then(|wait| now.at.checked_add_signed(wait));
                (now.elapsed + wait, retry_at.unwrap_or(now.at), false)
            }
        };
        self.alarm = Some(Alarm { refused, why: why.to_owned(), since, attempt, retry, retry_at, trial });
    }

    pub fn standing(&self, elapsed: Duration) -> PlatformStanding<'_> {
        if let Some(Alarm { refused, why, since, .. }) = &self.alarm {
            return PlatformStanding::Failing { why, since: *since, refused: *refused };
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
        match &self.alarm {
            None => self.rate_limit.state(elapsed).unwrap_or(match self.answers_since {
                Some(_) => PlatformState::Ok,
                None => PlatformState::Starting,
            }),
            Some(Alarm { refused, why, since, retry_at, .. }) => {
                let retry_at = self.rate_limit.end_at(elapsed).map_or(*retry_at, |end| end.max(*retry_at));
                let (why, since) = (why.clone(), *since);
                if *refused {
                    PlatformState::OurCredentials { why, since, retry_at }
                } else {
                    PlatformState::Down { why, since, retry_at }
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "breaker_tests.rs"]
mod tests;
