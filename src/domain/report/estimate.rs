//! How likely a living code is used, by what became of the others.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::stages::left_to_connect;
use super::{CaseLog, ReportQuery};
use crate::domain::survival::{Probability, Survival};
use crate::domain::{Onboarding, Policy, Timestamp};

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

pub(super) fn estimate(survival: &Survival, policy: &Policy) -> ConnectEstimate {
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
