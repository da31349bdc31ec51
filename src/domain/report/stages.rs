//! Where the dealerships stand at a moment: how many came how far, how many are in each stage and since when, and in which
//! hours codes end.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::measures::quantile;
use crate::domain::{Onboarding, Policy, Stage, Timestamp};

/// How many dealerships are in a stage, and for how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageMeasure {
    pub stage: Stage,
    pub dealerships: u32,
    /// `None`: since when is not known.
    pub median_age_seconds: Option<u64>,
    pub oldest_age_seconds: Option<u64>,
}

/// How far an onboarding has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Milestone {
    Added,
    Invited,
    /// By the dealer's word, or because Xtime shows it.
    Connected,
    Confirmed,
    OpcodeVisible,
    Live,
}

impl Milestone {
    pub const ALL: [Self; 6] =
        [Self::Added, Self::Invited, Self::Connected, Self::Confirmed, Self::OpcodeVisible, Self::Live];

    /// The word of JSON and CSV.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Invited => "invited",
            Self::Connected => "connected",
            Self::Confirmed => "confirmed",
            Self::OpcodeVisible => "opcode-visible",
            Self::Live => "live",
        }
    }

    fn is_reached(self, state: &Onboarding) -> bool {
        match self {
            Self::Added => true,
            Self::Invited => state.invitation.is_some() || Self::Connected.is_reached(state),
            Self::Connected => state.is_confirmed() || state.confirmation.dealer_confirmed_at.is_some(),
            Self::Confirmed => state.is_confirmed(),
            Self::OpcodeVisible => state.shows_opcode(),
            Self::Live => state.is_live(),
        }
    }
}

/// How many dealerships that are not archived have come so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunnelStep {
    pub step: Milestone,
    pub dealerships: u32,
}

/// The step to which most of the dealerships before it have not come; `None`: all have come to the end.
pub fn sticks_at(funnel: &[FunnelStep]) -> Option<Milestone> {
    let lost = |pair: &[FunnelStep]| match pair {
        [before, after] => (before.dealerships.saturating_sub(after.dealerships), after.step),
        _ => (0, Milestone::Added),
    };
    // Of two that are equal the earlier one.
    let (most, step) = funnel.windows(2).rev().map(lost).max_by_key(|(lost, _)| *lost)?;
    (most > 0).then_some(step)
}

/// Where they stand, gathered one by one.
#[derive(Debug)]
pub(super) struct Standing {
    now: Timestamp,
    ages: [Vec<u64>; Stage::ALL.len()],
    counts: [u32; Stage::ALL.len()],
    reached: [u32; Milestone::ALL.len()],
    codes_ending: Vec<u32>,
}

impl Standing {
    pub fn at(now: Timestamp, policy: &Policy) -> Self {
        // A code that is new now ends in the last of these hours. Nobody reads months of them.
        let hours = policy.valid_for.num_hours().clamp(1, 14 * 24);
        let codes_ending = vec![0; hours as usize];
        let (ages, counts, reached) = Default::default();
        Self { now, ages, counts, reached, codes_ending }
    }

    pub fn take(&mut self, state: &Onboarding) {
        let stage = state.stage(self.now);
        self.counts[stage as usize] += 1;
        if let Some(since) = state.in_stage_since(stage) {
            self.ages[stage as usize].push((self.now - since).num_seconds().max(0).cast_unsigned());
        }
        if stage == Stage::Archived {
            return;
        }
        for (step, count) in Milestone::ALL.iter().zip(&mut self.reached) {
            *count += u32::from(step.is_reached(state));
        }
        if let Some(left) = left_to_connect(state, self.now)
            && let Ok(hours) = usize::try_from(left.num_hours())
            // What ends at the full hour ends in the hour before it.
            && hours <= self.codes_ending.len()
            && let last = self.codes_ending.len().saturating_sub(1)
            && let Some(count) = self.codes_ending.get_mut(hours.min(last))
        {
            *count += 1;
        }
    }

    pub fn finish(self) -> (Vec<StageMeasure>, Vec<FunnelStep>, Vec<u32>) {
        let of_stage = |(stage, (dealerships, mut ages)): (Stage, (u32, Vec<u64>))| {
            ages.sort_unstable();
            let (median_age_seconds, oldest_age_seconds) = (quantile(&ages, 50), ages.last().copied());
            StageMeasure { stage, dealerships, median_age_seconds, oldest_age_seconds }
        };
        let stages = Stage::ALL.into_iter().zip(self.counts.into_iter().zip(self.ages)).map(of_stage).collect();
        let funnel = Milestone::ALL.into_iter().zip(self.reached);
        let funnel = funnel.map(|(step, dealerships)| FunnelStep { step, dealerships }).collect();
        (stages, funnel, self.codes_ending)
    }
}

/// How long the code still lives that somebody waits for the dealer to enter; `None`: nobody does.
pub(super) fn left_to_connect(state: &Onboarding, now: Timestamp) -> Option<TimeDelta> {
    (state.stage(now) == Stage::Invited).then(|| state.time_left(now))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sticks_where_most_are_lost() {
        let funnel = |counts: [u32; 6]| {
            let steps = Milestone::ALL.into_iter().zip(counts);
            steps.map(|(step, dealerships)| FunnelStep { step, dealerships }).collect::<Vec<_>>()
        };
        assert_eq!(sticks_at(&funnel([9, 8, 4, 3, 3, 1])), Some(Milestone::Connected));
        assert_eq!(sticks_at(&funnel([9, 8, 7, 6, 5, 4])), Some(Milestone::Invited));
        assert_eq!(sticks_at(&funnel([9; 6])), None);
        assert_eq!(sticks_at(&[]), None);
    }
}
