//! How far the desk is through the looks that are due, when there are more than the budget allows at once.

use std::time::Duration;

use chrono::TimeDelta;

use super::breaker::Moment;
use super::status::Sweep;

/// A backlog that takes longer than this is a sweep.
const WORTH_TELLING: Duration = Duration::from_secs(5);
/// From so many looks on their pace is a measure.
const MEASURED: usize = 20;

/// A sweep, or none.
#[derive(Debug, Default)]
pub(super) struct Progress(Option<Running>);

#[derive(Debug)]
struct Running {
    began: Duration,
    done: usize,
}

impl Progress {
    /// A dealership has been looked at.
    pub fn step(&mut self) {
        if let Some(running) = &mut self.0 {
            running.done += 1;
        }
    }

    /// How it stands, with so many still waiting for a budget of so many requests a second.
    pub fn picture(&mut self, now: Moment, waiting: usize, rate: u32) -> Option<Sweep> {
        let long = waiting as u64 > WORTH_TELLING.as_secs() * u64::from(rate);
        if waiting == 0 {
            self.0 = None;
        } else if long && self.0.is_none() {
            self.0 = Some(Running { began: now.elapsed, done: 0 });
        }
        let running = self.0.as_ref()?;
        let expected_end = (running.done >= MEASURED).then(|| {
            let each = now.elapsed.saturating_sub(running.began) / u32::try_from(running.done).unwrap_or(u32::MAX);
            let rest = each.saturating_mul(u32::try_from(waiting).unwrap_or(u32::MAX));
            // Whole seconds: a picture that differs in less is the same picture.
            now.at.checked_add_signed(TimeDelta::seconds(i64::try_from(rest.as_secs()).unwrap_or(i64::MAX / 1_000)))
        });
        Some(Sweep { done: running.done, total: running.done + waiting, expected_end: expected_end.flatten() })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn moment(seconds: u64) -> Moment {
        let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(seconds).unwrap());
        Moment { at, elapsed: Duration::from_secs(seconds) }
    }

    #[test]
    fn a_long_backlog_is_a_sweep_until_nobody_waits() {
        let mut progress = Progress::default();
        assert_eq!(progress.picture(moment(0), 50, 10), None, "five seconds are no sweep");
        let sweep = progress.picture(moment(0), 1_000, 10).unwrap();
        assert_eq!((sweep.done, sweep.total, sweep.expected_end), (0, 1_000, None));
        (0..100).for_each(|_| progress.step());
        let sweep = progress.picture(moment(20), 900, 10).unwrap();
        assert_eq!((sweep.done, sweep.total), (100, 1_000));
        assert_eq!(sweep.expected_end, Some(moment(20 + 900 / 5).at), "at the pace so far");
        (0..899).for_each(|_| progress.step());
        assert!(progress.picture(moment(200), 1, 10).is_some(), "to the last one");
        assert_eq!(progress.picture(moment(201), 0, 10), None);
        assert_eq!(progress.picture(moment(202), 3, 10), None);
    }
}
