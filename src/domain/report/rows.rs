//! The measures by owner, by group and by week.

use std::collections::{BTreeMap, HashMap};

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use super::measures::Gathered;
use super::{CaseLog, CaseMeasures, ReportQuery};
use crate::domain::{CallOutcome, DealershipId, Onboarding, Timestamp, Untrusted};

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

/// The measures of everything that is counted, while they are gathered.
#[derive(Default)]
pub(super) struct Counted<'a> {
    pub total: Gathered,
    pub owners: BTreeMap<Option<&'a Untrusted>, Gathered>,
    pub groups: BTreeMap<Option<&'a Untrusted>, Gathered>,
    pub weeks: BTreeMap<(i32, u32), Gathered>,
}

impl<'a> Counted<'a> {
    pub(super) fn of(
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

pub(super) fn row(key: Option<Untrusted>, gathered: Gathered) -> ReportRow {
    ReportRow { key, measures: gathered.finish() }
}
