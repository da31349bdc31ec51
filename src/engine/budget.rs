//! One budget for the whole credential: never more than so many in any second (requests) or hour (letters).

use std::collections::VecDeque;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// A sliding window, so that not even the second after an idle one may exceed the rate (a bucket would allow twice as
/// many there).
#[derive(Debug, Clone)]
pub struct Budget {
    rate: usize,
    window: Duration,
    sent: VecDeque<Duration>,
}

impl Budget {
    /// A budget of requests per second; 0 counts as 1.
    pub fn per_second(rate: u32) -> Self {
        Self::per(SECOND, rate)
    }

    /// A budget of letters per hour; 0 counts as 1.
    pub fn per_hour(rate: u32) -> Self {
        Self::per(HOUR, rate)
    }

    fn per(window: Duration, rate: u32) -> Self {
        Self { rate: (rate as usize).max(1), window, sent: VecDeque::new() }
    }

    /// How long until one may be sent; zero: now.
    pub fn ready_in(&self, now: Duration) -> Duration {
        match self.sent.front() {
            Some(first) if self.sent.len() == self.rate => (*first + self.window).saturating_sub(now),
            _ => Duration::ZERO,
        }
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
        fn no_second_ever_has_more_than_the_rate(rate in 1_u32..12, pauses in prop::collection::vec(0_u64..700, 1..200)) {
            let mut budget = Budget::per_second(rate);
            let (mut now, mut sent) = (Duration::ZERO, Vec::new());
            for pause in pauses {
                now += Duration::from_millis(pause);
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
    fn a_full_second_waits_for_its_oldest_request_only() {
        let mut budget = Budget::per_second(2);
        budget.spend(Duration::from_millis(100));
        budget.spend(Duration::from_millis(900));
        assert_eq!(budget.ready_in(SECOND), Duration::from_millis(100));
        assert_eq!(budget.ready_in(Duration::from_millis(1_100)), Duration::ZERO);
    }
}
