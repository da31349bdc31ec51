//! The one place where time comes from. Everything else is handed a [`Clock`].
#![allow(clippy::disallowed_methods, reason = "this is the place that the lint sends everybody to")]

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use futures::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::watch;

/// The longest real sleep before the wall clock is looked at again, so that suspend and clock steps are noticed.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// Tells the time and waits for it.
pub trait Clock: Send + Sync + 'static {
    /// The moment, cut to milliseconds: what is recorded.
    fn now(&self) -> DateTime<Utc>;

    /// Time since some fixed moment that never goes back: for measuring and pacing, in the clock's own speed.
    fn elapsed(&self) -> Duration;

    /// Waits until [`Clock::now`] has reached a moment; at once when it has.
    fn sleep_until(&self, at: DateTime<Utc>) -> BoxFuture<'static, ()>;

    /// Waits for a length of this clock's time.
    fn sleep(&self, length: Duration) -> BoxFuture<'static, ()> {
        self.sleep_until(self.now() + TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX))
    }
}

/// A clock that everybody shares.
pub type SharedClock = Arc<dyn Clock>;

/// The wall clock, optionally running faster from the moment it was made: what the demo and the sandbox live by.
#[derive(Debug, Clone)]
pub struct WallClock {
    origin: DateTime<Utc>,
    started: Instant,
    speed: f64,
}

impl WallClock {
    /// The real time.
    pub fn real() -> Self {
        Self::accelerated(1.0)
    }

    /// A clock that starts at the real time and runs `speed` times as fast (values below 0.001 count as that).
    pub fn accelerated(speed: f64) -> Self {
        Self::starting_at(Utc::now(), speed)
    }

    /// A clock that starts at a given moment and runs `speed` times as fast.
    pub fn starting_at(origin: DateTime<Utc>, speed: f64) -> Self {
        Self { origin, started: Instant::now(), speed: speed.max(0.001) }
    }

    /// How many times as fast as the real time it runs.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    fn is_real(&self) -> bool {
        (self.speed - 1.0).abs() < f64::EPSILON
    }
}

impl Clock for WallClock {
    fn now(&self) -> DateTime<Utc> {
        // At normal speed the system's own time counts, so that suspend and corrections are followed.
        let now = if self.is_real() {
            SystemTime::now().into()
        } else {
            self.origin + TimeDelta::from_std(self.elapsed()).unwrap_or(TimeDelta::MAX)
        };
        now.trunc_subsecs(3)
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed().mul_f64(self.speed)
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        Box::pin(async move {
            while let Ok(left) = (at - clock.now()).to_std() {
                if left.is_zero() {
                    break;
                }
                // Never less than a millisecond: `now` is cut to that, so shorter sleeps could spin.
                let nap = left.div_f64(clock.speed).clamp(Duration::from_millis(1), LONGEST_NAP);
                tokio::time::sleep(nap).await;
            }
        })
    }
}

/// A clock that stands still until it is moved: for tests and simulations.
#[derive(Debug, Clone)]
pub struct ManualClock {
    start: DateTime<Utc>,
    now: watch::Sender<DateTime<Utc>>,
    elapsed: Arc<Mutex<Duration>>,
}

impl ManualClock {
    /// A clock that shows a moment.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { start: now, now: watch::Sender::new(now), elapsed: Arc::default() }
    }

    /// Where it began.
    pub fn start(&self) -> DateTime<Utc> {
        self.start
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        *self.elapsed.lock() += by;
        self.now.send_modify(|now| *now += TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX));
    }

    /// Steps the wall clock, as an administrator or a resumed machine does; the monotonic time does not move.
    pub fn step_to(&self, at: DateTime<Utc>) {
        self.now.send_replace(at);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.borrow()
    }

    fn elapsed(&self) -> Duration {
        *self.elapsed.lock()
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> BoxFuture<'static, ()> {
        let mut now = self.now.subscribe();
        Box::pin(async move {
            // An error means that the clock is gone: nobody will ever move it again.
            if now.wait_for(|now| *now >= at).await.is_err() {
                futures::future::pending::<()>().await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_those_who_wait() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let wait = tokio::spawn(clock.sleep(Duration::from_secs(60)));
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(59));
        tokio::task::yield_now().await;
        assert!(!wait.is_finished());
        clock.advance(Duration::from_secs(1));
        wait.await.unwrap();
        clock.sleep_until(clock.start()).await;
    }

    #[tokio::test]
    async fn an_accelerated_clock_is_fast() {
        let clock = WallClock::starting_at(DateTime::UNIX_EPOCH, 3_600.0);
        clock.sleep(Duration::from_secs(60)).await;
        assert!(clock.now() >= DateTime::UNIX_EPOCH + TimeDelta::seconds(60));
    }
}
