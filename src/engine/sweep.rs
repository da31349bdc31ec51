//! How far the desk is through the looks that are due, when there are more than the budget allows at once.

use std::time::Duration;

use chrono::TimeDelta;

use super::agenda::DueQueue;
use super::breaker::ClockReading;
use super::status::Sweep;

/// A backlog that takes longer than this is a sweep.
const WORTH_TELLING: Duration = Duration::from_secs(5);
/// From so many looks on their pace is a measure.
const MEASURED: usize = 20;

/// When the sweep that is under way began, if one is.
#[derive(Debug, Default)]
pub(super) struct Progress(Option<Duration>);

impl Progress {
    /// How the sweep stands, within a budget of so many requests a second. It begins with a long backlog and ends when
    /// everybody in it was looked at once.
    pub fn picture(&mut self, agenda: &mut DueQueue, now: ClockReading, rate: u32) -> Option<Sweep> {
        let (done, left) = agenda.swept();
        if left == 0 {
            self.0 = None;
            agenda.end_sweep();
        } else if self.0.is_none() && left as u64 > WORTH_TELLING.as_secs() * u64::from(rate) {
            self.0 = Some(now.elapsed);
            agenda.begin_sweep();
        }
        let began = self.0?;
        let expected_end = (done >= MEASURED).then(|| {
            let each = now.elapsed.saturating_sub(began) / u32::try_from(done).unwrap_or(u32::MAX);
            let rest = each.saturating_mul(u32::try_from(left).unwrap_or(u32::MAX));
            // Whole seconds: a picture that differs in less is the same picture.
            let rest = TimeDelta::seconds(i64::try_from(rest.as_secs()).unwrap_or(i64::MAX / 1_000));
            let whole = now.at - TimeDelta::nanoseconds(i64::from(now.at.timestamp_subsec_nanos()));
            whole.checked_add_signed(rest)
        });
        Some(Sweep { done, total: done + left, expected_end: expected_end.flatten() })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::DealershipId;

    fn moment(seconds: u64) -> ClockReading {
        let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(seconds).unwrap());
        ClockReading { at, elapsed: Duration::from_secs(seconds) }
    }

    fn agenda(count: u64) -> DueQueue {
        let mut agenda = DueQueue::default();
        for number in 0..count {
            agenda.set(DealershipId::from_bits(number), Some(moment(0).at), None);
        }
        assert_eq!(agenda.due(moment(0).at), count as usize);
        agenda
    }

    #[test]
    fn a_long_backlog_is_a_sweep_until_everybody_had_one_look() {
        let mut progress = Progress::default();
        assert_eq!(progress.picture(&mut agenda(50), moment(0), 10), None, "five seconds are no sweep");
        let mut agenda = agenda(1_000);
        let sweep = progress.picture(&mut agenda, moment(0), 10).unwrap();
        assert_eq!((sweep.done, sweep.total, sweep.expected_end), (0, 1_000, None));
        for _ in 0..100 {
            // Whoever was looked at is due again, and makes the sweep no longer.
            let id = agenda.take(moment(1).at).unwrap();
            agenda.set(id, Some(moment(2).at), None);
        }
        agenda.due(moment(20).at);
        let sweep = progress.picture(&mut agenda, moment(20), 10).unwrap();
        assert_eq!((sweep.done, sweep.total), (100, 1_000));
        assert_eq!(sweep.expected_end, Some(moment(20 + 900 / 5).at), "at the pace so far");
        while agenda.swept().1 > 0 {
            agenda.take(moment(30).at);
        }
        assert_eq!(progress.picture(&mut agenda, moment(200), 10), None, "the next one begins when it is worth it");
    }
}
