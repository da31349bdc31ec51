//! How long to wait before the next try: exponential with full jitter, so that those who failed together do not come
//! back together; or in steps that somebody configured.

use std::time::Duration;

use chrono::TimeDelta;
use rand::RngExt;
use rand::rngs::StdRng;

/// The longest that somebody else may ask us to wait, whatever the settings allow.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// A base, doubled with every attempt up to a cap.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// The longest wait after the first failure.
    pub base: Duration,
    /// The longest wait at all.
    pub cap: Duration,
}

impl Backoff {
    pub const fn seconds(base: u64, cap: u64) -> Self {
        Self { base: Duration::from_secs(base), cap: Duration::from_secs(cap) }
    }

    /// A wait anywhere between one second and the limit of the attempt (the first is 0), but no less than asked for.
    pub fn wait(self, rng: &mut StdRng, attempt: u32, asked_for: Option<Duration>) -> Duration {
        let limit = self.base.saturating_mul(2_u32.saturating_pow(attempt)).min(self.cap);
        let most = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX).max(1_000);
        let jittered = Duration::from_millis(rng.random_range(1_000..=most));
        asked_for.map_or(jittered, |asked| asked.min(LONGEST_RETRY_AFTER).max(jittered))
    }
}

/// The step of an attempt (the first is 0), between one second and a cap; the last step stands for all that follow.
pub fn step(steps: &[TimeDelta], attempt: u32, cap: Duration) -> Duration {
    let step = steps.get(attempt as usize).or(steps.last()).copied().unwrap_or(TimeDelta::minutes(1));
    step.to_std().unwrap_or_default().clamp(Duration::from_secs(1), cap)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn grows_is_capped_jittered_and_honours_what_was_asked_for() {
        let backoff = Backoff::seconds(5, 300);
        let mut rng = StdRng::seed_from_u64(1);
        for attempt in 0..100 {
            let limit = Duration::from_secs(5 * 2_u64.pow(attempt.min(6))).min(backoff.cap);
            let wait = backoff.wait(&mut rng, attempt, None);
            assert!((Duration::from_secs(1)..=limit).contains(&wait), "{attempt}: {wait:?}");
        }
        let waits: Vec<_> = (0..200).map(|_| backoff.wait(&mut rng, 10, None)).collect();
        assert!(waits.iter().any(|wait| wait.as_secs() < 60) && waits.iter().any(|wait| wait.as_secs() > 240));
        let asked = Some(Duration::from_secs(900));
        assert_eq!(backoff.wait(&mut rng, 0, asked), Duration::from_secs(900));
        assert_eq!(backoff.wait(&mut rng, 0, Some(Duration::MAX)), LONGEST_RETRY_AFTER);
        assert!(backoff.wait(&mut rng, 10, Some(Duration::ZERO)) >= Duration::from_secs(1));
    }
}
