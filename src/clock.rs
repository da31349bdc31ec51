//! The one place where time comes from. Everything else is handed a [`Clock`].
#![allow(clippy::disallowed_methods, reason = "this is the place that the lint sends everybody to")]

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use futures::future::BoxFuture;
use parking_lot::Mutex;

/// The longest real sleep before the wall clock is looked at again, so that suspend and clock steps are noticed.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// How late a timer of the system may be.
const LATE: Duration = Duration::from_millis(10);

/// Tells the time and waits for it.
pub trait Clock: Send + Sync + 'static {
    /// The moment, cut to milliseconds: what is recorded.
    fn now(&self) -> DateTime<Utc>;

    /// Time since some fixed moment that never goes back: for measuring and pacing, in the clock's own speed.
    fn elapsed(&self) -> Duration;

    /// Waits until [`Clock::now`] has reached a moment; at once when it has.
    fn sleep_until(&self, at: DateTime<Utc>) -> BoxFuture<'static, ()>;

    /// Waits for a length of [`Clock::elapsed`]: no step of the wall clock makes it longer or shorter.
    fn sleep(&self, length: Duration) -> BoxFuture<'static, ()>;

    /// How many times as fast as the real time it runs.
    fn speed(&self) -> f64 {
        1.0
    }

    /// How finely it can be waited for, in its own time.
    fn resolution(&self) -> Duration {
        Duration::ZERO
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

    fn sleep(&self, length: Duration) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        let end = self.elapsed().saturating_add(length);
        Box::pin(async move {
            loop {
                let left = end.saturating_sub(clock.elapsed());
                if left.is_zero() {
                    break;
                }
                let nap = Duration::try_from_secs_f64(left.as_secs_f64() / clock.speed).unwrap_or(LONGEST_NAP);
                tokio::time::sleep(nap.clamp(Duration::from_millis(1), LONGEST_NAP)).await;
            }
        })
    }

    fn speed(&self) -> f64 {
        self.speed
    }

    fn resolution(&self) -> Duration {
        LATE.mul_f64(self.speed)
    }
}

/// A clock that stands still until it is moved: for tests and simulations. Those who wait are woken in the order of their
/// moments, so that a simulation can be repeated.
#[derive(Debug, Clone)]
pub struct ManualClock {
    start: DateTime<Utc>,
    hands: Arc<Mutex<Hands>>,
}

/// What a manual clock shows, and who waits for it.
#[derive(Debug)]
struct Hands {
    now: DateTime<Utc>,
    elapsed: Duration,
    latest: u64,
    sleepers: BTreeMap<u64, Sleeper>,
}

#[derive(Debug)]
struct Sleeper {
    until: Until,
    waker: Option<Waker>,
}

#[derive(Debug, Clone, Copy)]
enum Until {
    Moment(DateTime<Utc>),
    Elapsed(Duration),
}

impl Hands {
    /// How much time must pass; zero when it is over.
    fn left(&self, until: Until) -> Duration {
        match until {
            Until::Moment(at) => (at - self.now).to_std().unwrap_or_default(),
            Until::Elapsed(end) => end.saturating_sub(self.elapsed),
        }
    }
}

impl ManualClock {
    /// A clock that shows a moment.
    pub fn at(now: DateTime<Utc>) -> Self {
        let hands = Hands { now, elapsed: Duration::ZERO, latest: 0, sleepers: BTreeMap::new() };
        Self { start: now, hands: Arc::new(Mutex::new(hands)) }
    }

    pub fn start(&self) -> DateTime<Utc> {
        self.start
    }

    pub fn advance(&self, by: Duration) {
        self.turn(|hands| {
            hands.elapsed += by;
            hands.now += TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
        });
    }

    /// Steps the wall clock, as an administrator or a resumed machine does; the monotonic time does not move.
    pub fn step_to(&self, at: DateTime<Utc>) {
        self.turn(|hands| hands.now = at);
    }

    /// How much time must pass until the next of those who wait wakes; `None`: nobody waits. A driver can so go straight
    /// to the next moment at which something happens.
    pub fn next_wake(&self) -> Option<Duration> {
        let hands = self.hands.lock();
        hands.sleepers.values().map(|sleeper| hands.left(sleeper.until)).min()
    }

    fn turn(&self, turn: impl FnOnce(&mut Hands)) {
        let mut hands = self.hands.lock();
        let mut order: Vec<_> = hands.sleepers.iter().map(|(number, it)| (hands.left(it.until), *number)).collect();
        order.sort_unstable();
        turn(&mut hands);
        let mut wakers = Vec::new();
        for (_, number) in order {
            let over = hands.sleepers.get(&number).is_some_and(|sleeper| hands.left(sleeper.until).is_zero());
            if over && let Some(sleeper) = hands.sleepers.get_mut(&number) {
                wakers.extend(sleeper.waker.take());
            }
        }
        drop(hands);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn lie_down(&self, until: impl FnOnce(&Hands) -> Until) -> BoxFuture<'static, ()> {
        let mut hands = self.hands.lock();
        hands.latest += 1;
        let (number, until) = (hands.latest, until(&hands));
        hands.sleepers.insert(number, Sleeper { until, waker: None });
        let sleeping = scopeguard::guard(Arc::clone(&self.hands), move |hands| {
            hands.lock().sleepers.remove(&number);
        });
        Box::pin(poll_fn(move |context| {
            let mut hands = sleeping.lock();
            let over = hands.sleepers.get(&number).is_none_or(|sleeper| hands.left(sleeper.until).is_zero());
            match hands.sleepers.get_mut(&number).filter(|_| !over) {
                Some(sleeper) => {
                    sleeper.waker = Some(context.waker().clone());
                    Poll::Pending
                }
                None => Poll::Ready(()),
            }
        }))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.hands.lock().now
    }

    fn elapsed(&self) -> Duration {
        self.hands.lock().elapsed
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> BoxFuture<'static, ()> {
        self.lie_down(|_| Until::Moment(at))
    }

    fn sleep(&self, length: Duration) -> BoxFuture<'static, ()> {
        self.lie_down(|hands| Until::Elapsed(hands.elapsed.saturating_add(length)))
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

    #[tokio::test]
    async fn a_step_of_the_wall_clock_does_not_move_a_length_and_the_next_wake_is_known() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        assert_eq!(clock.next_wake(), None);
        let length = tokio::spawn(clock.sleep(Duration::from_secs(60)));
        let moment = tokio::spawn(clock.sleep_until(clock.start() + TimeDelta::seconds(90)));
        tokio::task::yield_now().await;
        assert_eq!(clock.next_wake(), Some(Duration::from_secs(60)));
        clock.step_to(clock.start() - TimeDelta::days(1));
        clock.advance(Duration::from_secs(60));
        length.await.unwrap();
        assert!(!moment.is_finished());
        clock.step_to(clock.start() + TimeDelta::days(1));
        moment.await.unwrap();
        assert_eq!(clock.next_wake(), None);
    }
}
