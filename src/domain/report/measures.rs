//! The numbers of a set of codes, and of the same by owner, group and week.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::cases::{CaseOutcome, CodeCase};
use crate::domain::{DealershipId, Timestamp};

/// How long something took, and how often it was in time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TimeMeasure {
    /// Of how many it is known.
    pub count: u32,
    pub median_seconds: Option<u64>,
    /// Nine of ten were as fast.
    pub p90_seconds: Option<u64>,
    pub in_time: u32,
    /// Of how many is known whether they were.
    pub decided: u32,
    pub in_time_share: Option<f64>,
}

/// What became of a set of codes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CaseMeasures {
    pub codes: u32,
    /// Those that had one of these codes.
    pub dealerships: u32,
    /// Codes after the first one of their dealership.
    pub reissues: u32,
    pub reissues_per_dealership: Option<f64>,
    pub connected: u32,
    pub expired: u32,
    /// Of those that were used or ran out.
    pub expired_share: Option<f64>,
    pub superseded: u32,
    pub revoked: u32,
    pub open: u32,
    /// From generation to the dealer's word, or until Xtime showed it; in time: before the code's end, of those that were used or ran out.
    pub connect: TimeMeasure,
    /// From the dealer's word until Xtime showed it; in time: within its 24 hours, of those where they are over or it was shown.
    pub confirm: TimeMeasure,
    /// Dealerships that were live for the first time.
    pub live: u32,
    pub calls: u32,
}

pub(super) fn share(part: u32, all: u32) -> Option<f64> {
    (all > 0).then(|| f64::from(part) / f64::from(all))
}

/// The measures of a set while it is gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    measures: CaseMeasures,
    connect: Vec<u64>,
    confirm: Vec<u64>,
    last: Option<DealershipId>,
}

impl Gathered {
    /// Takes in a case; those of one dealership come one after the other.
    pub fn case(&mut self, case: &CodeCase, now: Timestamp) {
        let measures = &mut self.measures;
        measures.codes += 1;
        measures.reissues += u32::from(case.generation > 1);
        if self.last.replace(case.dealership) != Some(case.dealership) {
            measures.dealerships += 1;
        }
        match case.outcome(now) {
            CaseOutcome::Connected(_) => measures.connected += 1,
            CaseOutcome::Expired => measures.expired += 1,
            CaseOutcome::Superseded(_) => measures.superseded += 1,
            CaseOutcome::Revoked(_) => measures.revoked += 1,
            CaseOutcome::Open => measures.open += 1,
        }
        if let Some(length) = case.time_to_connect(now) {
            self.connect.push(seconds(length));
            // What is used at all is used before it ends.
            measures.connect.in_time += 1;
        }
        if let Some((length, in_time)) = case.time_to_confirm() {
            self.confirm.push(seconds(length));
            measures.confirm.decided += 1;
            measures.confirm.in_time += u32::from(in_time);
        } else if case.is_overdue(now) {
            measures.confirm.decided += 1;
        }
    }

    pub fn call(&mut self) {
        self.measures.calls += 1;
    }

    pub fn live(&mut self) {
        self.measures.live += 1;
    }

    pub fn finish(self) -> CaseMeasures {
        let Self { mut measures, mut connect, mut confirm, .. } = self;
        measures.connect.decided = measures.connected + measures.expired;
        measures.expired_share = share(measures.expired, measures.connect.decided);
        measures.reissues_per_dealership = share(measures.reissues, measures.dealerships);
        for (measure, lengths) in [(&mut measures.connect, &mut connect), (&mut measures.confirm, &mut confirm)] {
            lengths.sort_unstable();
            measure.count = lengths.len() as u32;
            (measure.median_seconds, measure.p90_seconds) = (quantile(lengths, 50), quantile(lengths, 90));
            measure.in_time_share = share(measure.in_time, measure.decided);
        }
        measures
    }
}

fn seconds(length: TimeDelta) -> u64 {
    length.num_seconds().max(0).cast_unsigned()
}

/// The least of the sorted that so many per cent of them do not exceed.
pub(super) fn quantile(sorted: &[u64], percent: usize) -> Option<u64> {
    sorted.get((sorted.len() * percent).div_ceil(100).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_seen() {
        assert_eq!((quantile(&[], 50), quantile(&[7], 50), quantile(&[7], 90)), (None, Some(7), Some(7)));
        let ten: Vec<u64> = (1..=10).collect();
        assert_eq!((quantile(&ten, 50), quantile(&ten, 90), quantile(&[1, 2, 3], 50)), (Some(5), Some(9), Some(2)));
    }
}
