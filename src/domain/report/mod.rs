//! What the log says of the work: how far the dealerships are and where they stick, how long it takes them, what became of
//! codes and calls, and how likely a living code is used. Data only: words and pictures are made by whoever shows it.

mod cases;
mod estimate;
mod measures;
mod query;
mod rows;
mod stages;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

pub use cases::{CallCase, CaseLog, CaseOutcome, CodeCase};
pub use estimate::{ConnectEstimate, CurvePoint, connects, survival};
pub use measures::{CaseMeasures, TimeMeasure};
pub use query::ReportQuery;
pub use rows::{CallCount, ReportBy, ReportRow};
pub use stages::{FunnelStep, Milestone, StageMeasure, sticks_at};

use super::{Onboarding, Policy, Timestamp};
use estimate::estimate;
use rows::{Counted, row};
use stages::{Standing, left_to_connect};

/// Everything that is told. Its form is that of `report --json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The moment of which it tells.
    pub at: Timestamp,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub valid_for_seconds: i64,
    pub confirm_within_seconds: i64,
    /// How many codes end in each of the next hours, of those that somebody waits for the dealer to enter.
    pub codes_ending: Vec<u32>,
    pub funnel: Vec<FunnelStep>,
    pub sticks_at: Option<Milestone>,
    pub stages: Vec<StageMeasure>,
    pub total: CaseMeasures,
    pub calls: Vec<CallCount>,
    pub estimate: ConnectEstimate,
    pub owners: Vec<ReportRow>,
    pub groups: Vec<ReportRow>,
    pub weeks: Vec<ReportRow>,
}

impl Report {
    pub fn rows(&self, by: ReportBy) -> &[ReportRow] {
        match by {
            ReportBy::Owner => &self.owners,
            ReportBy::Group => &self.groups,
            ReportBy::Week => &self.weeks,
        }
    }

    /// Makes it of the cases of the log and of the states at the end of it.
    pub fn of<'a>(
        log: &CaseLog,
        states: impl IntoIterator<Item = &'a Onboarding>,
        query: &ReportQuery,
        now: Timestamp,
        policy: &Policy,
    ) -> Self {
        let survival = survival(log, query, now);
        let (mut standing, mut estimate) = (Standing::at(now, policy), estimate(&survival, policy));
        let mut known = HashMap::new();
        for state in states {
            standing.take(state);
            known.insert(state.id, state);
            if left_to_connect(state, now).is_some() {
                estimate.pending += 1;
                if let (Some(all), Some(one)) = (&mut estimate.expected, connects(&survival, state, now)) {
                    *all += one.estimate;
                }
            }
        }
        let (stages, funnel, codes_ending) = standing.finish();
        let (counted, calls) = Counted::of(log, &known, query, now);
        Self {
            at: now,
            since: query.since,
            until: query.until,
            valid_for_seconds: policy.valid_for.num_seconds(),
            confirm_within_seconds: policy.confirm_within.num_seconds(),
            codes_ending,
            sticks_at: sticks_at(&funnel),
            funnel,
            stages,
            total: counted.total.finish(),
            calls,
            estimate,
            owners: counted.owners.into_iter().map(|(owner, set)| row(owner.cloned(), set)).collect(),
            groups: counted.groups.into_iter().map(|(group, set)| row(group.cloned(), set)).collect(),
            weeks: counted
                .weeks
                .into_iter()
                .map(|((year, week), set)| row(Some(format!("{year}-W{week:02}").into()), set))
                .collect(),
        }
    }
}
