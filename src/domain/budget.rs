//! One budget for the whole credential: never more than so many in any second (requests) or hour (letters); requests one
//! by one besides.

use std::collections::VecDeque;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// How much longer than its share of a second each request waits, in percent: what a late timer or the network moved
/// together is spread again, instead of adding up at a server that counts by arrival.
const MARGIN: u32 = 2;

/// A sliding window, so that not even the second after an idle one may exceed the rate (a bucket would allow twice as
/// many there); and a gap between any two requests, for servers that count by less than a second.
#[derive(Debug, Clone)]
pub struct Budget {
    rate: usize,
    window: Duration,
    gap: Duration,
    /// How many may leave together, in as many gaps.
    at_once: usize,
    sent: VecDeque<Duration>,
}

impl Budget {
    /// A budget of requests per second; 0 counts as 1. `resolution`: how finely the clock can be waited for. With one so coarse
    /// that several gaps fit into it (time that runs faster than the real one), as many leave together.
    pub fn per_second(rate: u32, resolution: Duration) -> Self {
        let gap = SECOND / rate.max(1) * (100 + MARGIN) / 100;
        let at_once = (resolution.as_nanos() / gap.as_nanos().max(1)).max(1);
        let at_once = usize::try_from(at_once).unwrap_or(usize::MAX);
        Self { gap, at_once, ..Self::per(SECOND, rate) }
    }

    /// A budget of letters per hour; 0 counts as 1.
    pub fn per_hour(rate: u32) -> Self {
        Self::per(HOUR, rate)
    }

    fn per(window: Duration, rate: u32) -> Self {
        Self { rate: (rate as usize).max(1), window, gap: Duration::ZERO, at_once: 1, sent: VecDeque::new() }
    }

    /// How long until one may be sent; zero: now.
    pub fn ready_in(&self, now: Duration) -> Duration {
        let full = self.sent.len() == self.rate;
        let window = self.sent.front().filter(|_| full).map(|first| *first + self.window);
        let many = u32::try_from(self.at_once).unwrap_or(u32::MAX);
        let earlier = self.sent.len().checked_sub(self.at_once).and_then(|place| self.sent.get(place));
        let gap = earlier.map(|at| *at + self.gap.saturating_mul(many));
        window.max(gap).unwrap_or_default().saturating_sub(now)
    }

    /// Takes note of one.
    pub fn spend(&mut self, now: Duration) {
        // What was sent before the window counts no more.
        let over = self.before_window(now).max((self.sent.len() + 1).saturating_sub(self.rate));
        self.sent.drain(..over);
        self.sent.push_back(now);
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
            for late in late {
                now += budget.ready_in(now);
                budget.spend(now);
                // Somebody else delays what left; a later one may overtake that delay, but no more than it.
                let arrives = now + Duration::from_millis(late).min(SECOND / rate / 2);
                let passed = before.map_or(SECOND, |before| arrives.saturating_sub(before));
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
}
