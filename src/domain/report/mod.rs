//! What the log says of the work: how far the dealerships are and where they stick, how long it takes them, what became of
//! codes and calls, and how likely a living code is used. Data only: words and pictures are made by whoever shows it.

mod cases;
mod measures;
mod stages;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, TimeDelta};
use serde::{Deserialize, Serialize};

pub use cases::{CallCase, CaseLog, CaseOutcome, CodeCase};
pub use measures::{CaseMeasures, TimeMeasure};
pub use stages::{FunnelStep, Milestone, StageMeasure, sticks_at};

use super::survival::{Probability, Survival};
use super::{CallOutcome, DealershipId, Onboarding, Policy, Timestamp, Untrusted};
use measures::Gathered;
use stages::{Standing, left_to_connect};

/// Which codes and calls are counted: those from a moment on, those before another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportQuery {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// As everything stood then; `None`: now.
    pub at: Option<Timestamp>,
}

impl ReportQuery {
    fn counts(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

/// What the measures of a report are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReportBy {
    #[default]
    Owner,
    Group,
    /// The ISO week in which the code was generated, by the dealership's calendar.
    Week,
}

impl ReportBy {
    pub const ALL: [Self; 3] = [Self::Owner, Self::Group, Self::Week];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Group => "group",
            Self::Week => "week",
        }
    }
}

/// The measures of one owner, group or week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportRow {
    /// `None`: of no owner, or no group.
    pub key: Option<Untrusted>,
    #[serde(flatten)]
    pub measures: CaseMeasures,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallCount {
    pub outcome: CallOutcome,
    pub calls: u32,
}

/// How likely a code was used by an age.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    pub hours: u32,
    #[serde(flatten)]
    pub connected: Probability,
}

/// What the estimate of the own log says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectEstimate {
    /// How many codes were used or ran out, of those that are counted.
    pub ended: u32,
    /// With fewer nothing is estimated.
    pub needed: u32,
    /// By every full hour of a code's life; empty: too little is known.
    pub curve: Vec<CurvePoint>,
    /// Codes that somebody waits for the dealer to enter, and how many of them are likely to be used before they end.
    pub pending: u32,
    pub expected: Option<f64>,
}

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

fn row(key: Option<Untrusted>, gathered: Gathered) -> ReportRow {
    ReportRow { key, measures: gathered.finish() }
}

/// The estimate by the codes that are counted.
pub fn survival(log: &CaseLog, query: &ReportQuery, now: Timestamp) -> Survival {
    let counted = log.cases().iter().filter(|case| query.counts(case.generated_at));
    Survival::of(counted.map(|case| case.observation(now)))
}

/// How likely the code that somebody waits for the dealer to enter is used before it ends; `None`: there is none, or too
/// little is known.
pub fn connects(survival: &Survival, state: &Onboarding, now: Timestamp) -> Option<Probability> {
    left_to_connect(state, now)?;
    let code = state.invitation.as_ref()?;
    survival.connects(now - code.generated_at, code.expires_at - code.generated_at)
}

fn estimate(survival: &Survival, policy: &Policy) -> ConnectEstimate {
    let point = |hours: u32| {
        let connected = survival.connects(TimeDelta::zero(), TimeDelta::hours(hours.into()))?;
        Some(CurvePoint { hours, connected })
    };
    let hours = u32::try_from(policy.valid_for.num_hours()).unwrap_or_default();
    ConnectEstimate {
        ended: survival.ended(),
        needed: Survival::needed(),
        curve: (1..=hours).map_while(point).collect(),
        pending: 0,
        expected: survival.is_enough().then_some(0.0),
    }
}

/// The measures of everything that is counted, while they are gathered.
#[derive(Default)]
struct Counted<'a> {
    total: Gathered,
    owners: BTreeMap<Option<&'a Untrusted>, Gathered>,
    groups: BTreeMap<Option<&'a Untrusted>, Gathered>,
    weeks: BTreeMap<(i32, u32), Gathered>,
}

impl<'a> Counted<'a> {
    fn of(
        log: &CaseLog,
        known: &HashMap<DealershipId, &'a Onboarding>,
        query: &ReportQuery,
        now: Timestamp,
    ) -> (Self, Vec<CallCount>) {
        let mut counted = Self::default();
        let mut cases: Vec<_> = log.cases().iter().filter(|case| query.counts(case.generated_at)).collect();
        cases.sort_by_key(|case| case.dealership);
        for case in cases {
            counted.each(known.get(&case.dealership).copied(), case.generated_at, |set| set.case(case, now));
        }
        for (id, at) in log.first_live().filter(|(_, at)| query.counts(*at)) {
            counted.each(known.get(&id).copied(), at, Gathered::live);
        }
        let mut calls = CallOutcome::ALL.map(|outcome| CallCount { outcome, calls: 0 });
        for call in log.calls().iter().filter(|call| query.counts(call.at)) {
            calls[call.outcome as usize].calls += 1;
            counted.each(known.get(&call.dealership).copied(), call.at, Gathered::call);
        }
        (counted, calls.to_vec())
    }

    fn each(&mut self, state: Option<&'a Onboarding>, at: Timestamp, take: impl Fn(&mut Gathered)) {
        let Some(state) = state else { return };
        let profile = &state.profile;
        let week = at.with_timezone(&profile.timezone).iso_week();
        let group = Some(&profile.group).filter(|group| !group.raw().is_empty());
        take(&mut self.total);
        take(self.owners.entry(profile.owner.as_ref()).or_default());
        take(self.groups.entry(group).or_default());
        take(self.weeks.entry((week.year(), week.week())).or_default());
    }
}
