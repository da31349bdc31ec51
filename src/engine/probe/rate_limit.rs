//! What the platform asks for with Retry-After: to be left alone for a while, up to a cap.

use std::time::Duration;

use chrono::TimeDelta;
use rand::rngs::StdRng;

use crate::domain::Timestamp;
use crate::engine::backoff::Backoff;
use crate::engine::circuit_breaker::ClockReading;
use crate::protocol::PlatformState;

/// The least that the platform is left alone when it asks us to wait, however short: "at once" answered at once never ends.
pub const LEAST: Backoff = Backoff::seconds(1, 60);

/// The newest wait that the platform asked for.
#[derive(Debug, Clone)]
pub struct RateLimit {
    /// The longest that it may have us wait.
    longest: Duration,
    wait: Option<Wait>,
}

#[derive(Debug, Clone)]
struct Wait {
    why: String,
    /// When it asked first; it was not heard to answer since.
    since: ClockReading,
    /// How many waits before this one were over when it asked again.
    attempt: u32,
    end: Duration,
    end_at: Timestamp,
}

impl RateLimit {
    /// Nothing was asked for. `longest`: the longest that the platform may have us wait.
    pub fn new(longest: Duration) -> Self {
        Self { longest, wait: None }
    }

    /// As much of a wait as is granted.
    pub fn capped(&self, asked: Duration) -> Duration {
        asked.min(self.longest)
    }

    /// The platform asked to be left alone for so long.
    pub fn asked(&mut self, asked: Duration, why: &str, now: ClockReading, rng: &mut StdRng) {
        let earlier = self.wait.take();
        let since = earlier.as_ref().map_or(now, |wait| wait.since);
        let attempt = earlier.as_ref().map_or(0, |wait| wait.attempt + u32::from(now.elapsed >= wait.end));
        let asked = LEAST.wait(rng, attempt, Some(asked));
        // Answers that come one after the other do not make the first wait longer than the longest.
        let left = (since.elapsed + self.longest).saturating_sub(now.elapsed);
        let asked = if left.is_zero() { asked } else { asked.min(left) };
        let end_at = TimeDelta::from_std(asked).ok().and_then(|asked| now.at.checked_add_signed(asked));
        let end = now.elapsed + asked;
        let new = Wait { why: why.to_owned(), since, attempt, end, end_at: end_at.unwrap_or(now.at) };
        self.wait = Some(earlier.filter(|wait| wait.end >= end).unwrap_or(new));
    }

    /// It answered without asking: what was sent before it had asked says nothing against the wait.
    pub fn not_asked(&mut self, elapsed: Duration) {
        if self.running(elapsed).is_none() {
            self.wait = None;
        }
    }

    /// How long the platform is still to be left alone, and when that ends; `None`: it is not.
    pub fn left(&self, elapsed: Duration) -> Option<(Duration, Timestamp)> {
        self.running(elapsed).map(|wait| (wait.end.saturating_sub(elapsed), wait.end_at))
    }

    /// Whether a person's probe that was told to wait does so; not when the platform asks for it for too long already.
    pub fn worth_waiting(&self, elapsed: Duration) -> bool {
        self.running(elapsed).is_some_and(|wait| elapsed < wait.since.elapsed + self.longest)
    }

    /// What people are shown of a wait.
    pub fn state(&self, elapsed: Duration) -> Option<PlatformState> {
        let Wait { why, since, end_at, .. } = self.running(elapsed)?;
        Some(PlatformState::RateLimited { why: why.clone(), since: since.at, until: *end_at })
    }

    fn running(&self, elapsed: Duration) -> Option<&Wait> {
        self.wait.as_ref().filter(|wait| elapsed < wait.end)
    }
}
