//! One budget for the whole credential: never more than so many in any second (requests) or hour (letters); requests one
//! by one besides.

use std::collections::VecDeque;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// How much longer than its share of a second each request waits, in percent: what a late timer or the network moved
/// together is spread again, instead of adding up at a server that counts by arrival.
const MARGIN: u32 = 1;

/// A sliding window, so that not even the second after an idle one may exceed the rate (a bucket would allow twice as
/// many there); and a gap between any two requests, for servers that count by less than a second.
#[derive(Debug, Clone)]
pub struct Budget {
    rate: usize,
    window: Duration,
    gap: Duration,
    /// How much of the time may be made up for in which none was sent. Half a gap: a limiter that lets one come early still
    /// has the other half for what the network does.
    credit: Duration,
    /// When the next one may leave.
    next: Duration,
    sent: VecDeque<Duration>,
}

impl Budget {
    /// A budget of requests per second; 0 counts as 1. `resolution`: how finely the clock can be waited for. With one so coarse
    /// that several gaps fit into it (time that runs faster than the real one), as many leave together.
    pub fn per_second(rate: u32, resolution: Duration) -> Self {
        let gap = SECOND / rate.max(1) * (100 + MARGIN) / 100;
        Self { gap, credit: resolution.max(gap / 2), ..Self::per(SECOND, rate) }
    }

    /// A budget of calls per minute; 0 counts as 1.
    pub fn per_minute(rate: u32) -> Self {
        Self::per(MINUTE, rate)
    }

    /// A budget of letters per hour; 0 counts as 1.
    pub fn per_hour(rate: u32) -> Self {
        Self::per(HOUR, rate)
    }

    fn per(window: Duration, rate: u32) -> Self {
        let (gap, credit, next) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
        Self { rate: (rate as usize).max(1), window, gap, credit, next, sent: VecDeque::new() }
    }

    /// How long until one may be sent; zero: now.
    pub fn ready_in(&self, now: Duration) -> Duration {
        let full = self.sent.len() == self.rate;
        let window = self.sent.front().filter(|_| full).map(|first| *first + self.window);
        self.next.max(window.unwrap_or_default()).saturating_sub(now)
    }

    pub fn spend(&mut self, now: Duration) {
        // What was sent before the window counts no more.
        let over = self.before_window(now).max((self.sent.len() + 1).saturating_sub(self.rate));
        self.sent.drain(..over);
        self.sent.push_back(now);
        if self.next.is_zero() {
            // The program may just have been started again, and what it had to make up for is used.
            self.next = now + self.gap * 3 / 2;
        } else {
            self.next = self.gap + self.next.max(now.saturating_sub(self.credit));
        }
    }

    /// Takes the newest one back: nothing was sent after all.
    pub fn refund(&mut self) {
        self.sent.pop_back();
    }

    /// How many were sent in the window before a moment.
    pub fn spent(&self, now: Duration) -> u32 {
        (self.sent.len() - self.before_window(now)) as u32
    }

    fn before_window(&self, now: Duration) -> usize {
        self.sent.partition_point(|at| *at + self.window <= now)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_second_ever_has_more_than_the_rate(
            rate in 1_u32..12,
            resolution in prop_oneof![Just(0_u64), 0_u64..3_000],
            pauses in prop::collection::vec(0_u64..700, 1..200),
        ) {
            let resolution = Duration::from_millis(resolution);
            for even in [true, false] {
                let mut budget = if even { Budget::per_second(rate, resolution) } else { Budget::per(SECOND, rate) };
                let (mut now, mut sent) = (Duration::ZERO, Vec::new());
                for pause in &pauses {
                    now += Duration::from_millis(*pause);
                    now += budget.ready_in(now);
                    prop_assert_eq!(budget.ready_in(now), Duration::ZERO);
                    budget.spend(now);
                    sent.push(now);
                    let within = sent.iter().filter(|at| **at + SECOND > now).count();
                    prop_assert!(within <= rate as usize);
                    prop_assert_eq!(budget.spent(now) as usize, within);
                }
            }
        }

        #[test]
        fn requests_leave_one_by_one_however_late_the_timers_are(
            rate in 1_u32..50,
            late in prop::collection::vec(0_u64..40, 50..200),
        ) {
            // A leaky bucket by arrival that lets one come early, as the usual limiters count.
            let mut budget = Budget::per_second(rate, Duration::ZERO);
            let (mut now, mut level, mut before) = (Duration::ZERO, 0.0_f64, None);
            for (place, late) in late.into_iter().enumerate() {
                let late = Duration::from_millis(late);
                // Every other one is late before it leaves, every other one on its way.
                now += budget.ready_in(now) + if place % 2 == 0 { late * 5 } else { Duration::ZERO };
                budget.spend(now);
                let arrives = now + if place % 2 == 1 { late.min(SECOND / rate * 4 / 10) } else { Duration::ZERO };
                let passed = before.map_or(SECOND, |before: Duration| arrives.saturating_sub(before));
                level = (level - passed.as_secs_f64() * f64::from(rate)).max(0.0) + 1.0;
                prop_assert!(level <= 2.0, "{level}");
                before = Some(arrives);
            }
        }
    }

    #[test]
    fn a_restart_costs_one_request_more_at_most() {
        // Stopped and started at once, ten times in a second: the new process knows nothing of the old one's requests.
        let (mut now, mut sent) = (Duration::ZERO, Vec::new());
        for _ in 0..2 {
            let mut budget = Budget::per_second(10, Duration::ZERO);
            for _ in 0..30 {
                now += budget.ready_in(now);
                budget.spend(now);
                sent.push(now);
            }
        }
        for now in &sent {
            let within = sent.iter().filter(|at| **at <= *now && **at + SECOND > *now).count();
            assert!(within <= 11, "{within} requests within a second");
        }
    }

    #[test]
    fn a_coarse_clock_keeps_the_rate() {
        // A clock that runs so fast that it can be waited for by seconds only.
        let mut budget = Budget::per_second(10, Duration::from_secs(4));
        let (mut now, mut sent) = (Duration::ZERO, 0);
        while now < Duration::from_secs(100) {
            while budget.ready_in(now).is_zero() {
                budget.spend(now);
                sent += 1;
            }
            now += Duration::from_secs(1);
        }
        assert!(sent >= 950, "{sent} in 100 s");
    }

    #[test]
    fn a_full_second_waits_for_its_oldest_only() {
        let mut budget = Budget::per(SECOND, 2);
        budget.spend(Duration::from_millis(100));
        budget.spend(Duration::from_millis(900));
        assert_eq!(budget.ready_in(SECOND), Duration::from_millis(100));
        assert_eq!(budget.ready_in(Duration::from_millis(1_100)), Duration::ZERO);
    }

    #[test]
    fn whoever_spends_more_than_there_is_waits_for_the_newest_of_them() {
        let mut budget = Budget::per_hour(2);
        let minutes = |count: u64| Duration::from_secs(60 * count);
        for minute in [0, 10, 20] {
            budget.spend(minutes(minute));
        }
        assert_eq!(budget.ready_in(minutes(20)), minutes(50), "two of them count, the older one for 50 minutes more");
    }

    #[test]
    fn what_was_sent_counts_for_its_window_and_what_was_not_sent_for_none() {
        let mut budget = Budget::per_hour(2);
        budget.spend(HOUR);
        budget.spend(HOUR + MINUTE);
        assert_eq!((budget.spent(HOUR + 59 * MINUTE), budget.spent(HOUR * 2)), (2, 1));
        assert_eq!(budget.spent(HOUR * 3), 0);
        assert_eq!(budget.ready_in(HOUR + MINUTE), 59 * MINUTE);
        budget.refund();
        assert_eq!((budget.ready_in(HOUR + MINUTE), budget.spent(HOUR + MINUTE)), (Duration::ZERO, 1));
    }
}
