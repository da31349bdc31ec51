//! How likely a code is used before it ends, by the Kaplan–Meier estimate of the own log: the product limit over the time since
//! codes were generated, with the variance of Greenwood and intervals on the log-log scale.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Fewer codes than this that were used or ran out say nothing.
const LEAST_ENDED: u32 = 50;

/// The quantiles of the normal distribution that enclose 95 %, and what lies beyond each.
const Z: f64 = 1.959_964;
const TAIL: f64 = 0.025;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseEnd {
    Connected,
    /// Nobody used it while it lived.
    Expired,
    /// It lives, or something else ended it: nobody knows whether it would have been used.
    Censored,
}

/// One code: how long it was observed, and what ended that.
#[derive(Debug, Clone, Copy)]
pub struct Observation {
    pub length: TimeDelta,
    pub end: CaseEnd,
}

/// A probability, and the interval that holds it in 95 of 100 cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Probability {
    pub estimate: f64,
    pub low: f64,
    pub high: f64,
}

/// What happened in one minute of the codes' lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct SurvivalStep {
    minute: u32,
    /// How many codes were unused and observed until then.
    at_risk: u32,
    connected: u32,
}

/// The estimate: one step for each minute in which the observation of a code ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Survival {
    ended: u32,
    steps: Vec<SurvivalStep>,
    /// Made of the steps when they are first asked for: a table asks for every row of every frame.
    #[serde(skip)]
    sums: OnceLock<Vec<StepSum>>,
}

impl PartialEq for Survival {
    fn eq(&self, other: &Self) -> bool {
        (self.ended, &self.steps) == (other.ended, &other.steps)
    }
}

impl Eq for Survival {}

/// What the steps before a place come to.
#[derive(Debug, Clone, Copy, Default)]
struct StepSum {
    connected: u64,
    /// The logarithm of the share that is unused, without the steps that used each.
    unused_log: f64,
    variance: f64,
    /// The place of the next step that used each code that was left.
    all_used: usize,
}

impl Survival {
    pub fn of(observations: impl IntoIterator<Item = Observation>) -> Self {
        let (mut all, mut ended) = (0, 0);
        let mut minutes: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for Observation { length, end } in observations {
            // Of two that end in one minute the one that is used comes first, as usual; so time is rounded up.
            let (connected, left) = minutes.entry(minute_of(length)).or_default();
            *left += 1;
            *connected += u32::from(end == CaseEnd::Connected);
            all += 1;
            ended += u32::from(end != CaseEnd::Censored);
        }
        let mut at_risk = all;
        let step = |(minute, (connected, left))| {
            let step = SurvivalStep { minute, at_risk, connected };
            at_risk -= left;
            step
        };
        Self { ended, steps: minutes.into_iter().map(step).collect(), sums: OnceLock::new() }
    }

    fn sums(&self) -> &[StepSum] {
        self.sums.get_or_init(|| {
            let mut sums = vec![StepSum { all_used: self.steps.len(), ..StepSum::default() }];
            for SurvivalStep { at_risk, connected, .. } in &self.steps {
                let (of, used) = (f64::from(*at_risk), f64::from(*connected));
                let mut sum = sums.last().copied().unwrap_or_default();
                sum.connected += u64::from(*connected);
                if connected < at_risk {
                    sum.unused_log += (1.0 - used / of).ln();
                    sum.variance += used / (of * (of - used));
                }
                sums.push(sum);
            }
            let mut all_used = self.steps.len();
            for (place, step) in self.steps.iter().enumerate().rev() {
                if step.connected == step.at_risk {
                    all_used = place;
                }
                sums[place].all_used = all_used;
            }
            sums
        })
    }

    /// How many codes were used or ran out.
    pub const fn ended(&self) -> u32 {
        self.ended
    }

    /// How many of those are needed.
    pub const fn needed() -> u32 {
        LEAST_ENDED
    }

    pub const fn is_enough(&self) -> bool {
        self.ended >= LEAST_ENDED
    }

    /// How likely a code is used before it is of one age, when it was not at another: `None` where too little is known.
    pub fn connects(&self, from: TimeDelta, until: TimeDelta) -> Option<Probability> {
        if self.is_enough() { self.between(from, until) } else { None }
    }

    fn between(&self, from: TimeDelta, until: TimeDelta) -> Option<Probability> {
        let (from, until) = (from.num_minutes(), i64::from(minute_of(until)));
        let begin = self.steps.partition_point(|step| i64::from(step.minute) <= from);
        let end = self.steps.partition_point(|step| i64::from(step.minute) <= until).max(begin);
        let sums = self.sums();
        let (first, before, within) = (self.steps.get(begin)?, sums.get(begin)?, sums.get(end)?);
        // How many were observed where it was decided, and which share of them was left unused.
        let last = self.steps.get(before.all_used..end).and_then(<[_]>::first);
        let (decided, unused) = match (last, within.connected - before.connected) {
            (Some(last), _) => (last, 0.0),
            (None, 0) => (self.steps.get(begin..end).and_then(<[_]>::last).unwrap_or(first), 1.0),
            (None, _) => (first, (within.unused_log - before.unused_log).exp()),
        };
        let at_risk = f64::from(decided.at_risk);
        let variance = within.variance - before.variance;
        // Where none was used, or each, nothing varies: then the exact interval of as many equal answers as were observed to
        // the end holds.
        let alike = TAIL.powf(at_risk.recip());
        let (low, high) = match unused {
            1.0 => (0.0, 1.0 - alike),
            unused if unused <= 0.0 => (alike, 1.0),
            unused => {
                let spread = (Z * variance.sqrt() / unused.ln()).abs();
                (1.0 - unused.powf((-spread).exp()), 1.0 - unused.powf(spread.exp()))
            }
        };
        Some(Probability { estimate: 1.0 - unused, low, high })
    }
}

/// The minute in which a length ends, counted from 1.
fn minute_of(length: TimeDelta) -> u32 {
    let begun = length.num_milliseconds().max(0).cast_unsigned().div_ceil(60_000);
    u32::try_from(begun).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn observed(minutes: i64, end: CaseEnd) -> Observation {
        Observation { length: TimeDelta::minutes(minutes), end }
    }

    /// The remission times of 21 patients on 6-MP (Freireich 1963), with the intervals that statistics packages print.
    #[test]
    fn the_textbook_example_is_computed_as_in_textbooks() {
        let relapsed = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|week| observed(week, CaseEnd::Connected));
        let censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|week| observed(week, CaseEnd::Censored));
        let survival = Survival::of(relapsed.into_iter().chain(censored));
        for (week, kept, low, high) in [
            (6, 0.857_1, 0.619_7, 0.951_6),
            (7, 0.806_7, 0.563_1, 0.922_8),
            (10, 0.752_9, 0.503_2, 0.889_4),
            (13, 0.690_2, 0.431_6, 0.849_1),
            (16, 0.627_5, 0.367_5, 0.804_9),
            (22, 0.537_8, 0.267_8, 0.746_8),
            (23, 0.448_2, 0.188_1, 0.680_1),
        ] {
            let found = survival.between(TimeDelta::zero(), TimeDelta::minutes(week)).unwrap();
            let wanted = [1.0 - kept, 1.0 - high, 1.0 - low];
            for (found, wanted) in [found.estimate, found.low, found.high].into_iter().zip(wanted) {
                assert!((found - wanted).abs() < 0.000_1, "week {week}: {found} for {wanted}");
            }
        }
        // Given that week 7 is over: 15 at risk at 10, 12 at 13.
        let found = survival.between(TimeDelta::minutes(7), TimeDelta::minutes(13)).unwrap();
        assert!((found.estimate - (1.0 - 14.0 / 15.0 * 11.0 / 12.0)).abs() < 1e-9, "{found:?}");
        assert_eq!(survival.connects(TimeDelta::zero(), TimeDelta::minutes(23)), None, "21 are too few");
        assert_eq!(survival.between(TimeDelta::minutes(35), TimeDelta::minutes(40)), None, "nobody was observed then");
    }

    #[test]
    fn where_all_did_the_same_the_interval_is_that_of_so_many_equal_answers() {
        let all = |end| Survival::of((0..50).map(|_| observed(30, end)));
        let whole = (TimeDelta::zero(), TimeDelta::minutes(30));
        let never = all(CaseEnd::Expired).connects(whole.0, whole.1).unwrap();
        let always = all(CaseEnd::Connected).connects(whole.0, whole.1).unwrap();
        assert_eq!((never.estimate, never.low, always.estimate, always.high), (0.0, 0.0, 1.0, 1.0));
        // Clopper and Pearson for 0 of 50.
        assert!((never.high - 0.071_1).abs() < 0.000_1 && (1.0 - always.low - never.high).abs() < 1e-9, "{never:?}");
    }

    #[test]
    fn the_interval_is_that_of_those_who_were_observed_to_the_end() {
        let early = (0..49).map(|_| observed(10, CaseEnd::Connected));
        let open = (0..100).map(|_| observed(20, CaseEnd::Censored));
        let survival = Survival::of(early.chain(open).chain([observed(30, CaseEnd::Connected)]));
        let found = survival.connects(TimeDelta::zero(), TimeDelta::minutes(30)).unwrap();
        // Everybody who was still observed used it: one.
        assert!(found.estimate > 0.999, "{found:?}");
        assert!((found.low - 0.025).abs() < 1e-9, "{found:?}");
    }

    fn any_observations() -> impl Strategy<Value = Vec<Observation>> {
        let end = prop_oneof![Just(CaseEnd::Connected), Just(CaseEnd::Expired), Just(CaseEnd::Censored)];
        prop::collection::vec((0..4_320_i64, end).prop_map(|(minutes, end)| observed(minutes, end)), 1..200)
    }

    #[test]
    fn fewer_codes_that_ended_than_are_needed_say_nothing() {
        let of = |ended: u32| {
            let ended = (0..ended).map(|_| observed(30, CaseEnd::Expired));
            Survival::of(ended.chain((0..99).map(|_| observed(40, CaseEnd::Censored))))
        };
        let whole = (TimeDelta::zero(), TimeDelta::minutes(30));
        let (few, enough) = (of(Survival::needed() - 1), of(Survival::needed()));
        assert_eq!((few.ended(), few.is_enough(), few.connects(whole.0, whole.1)), (49, false, None));
        assert!(enough.is_enough() && enough.connects(whole.0, whole.1).is_some());
    }

    #[test]
    fn estimates_are_equal_when_they_are_of_the_same_codes() {
        let of = |ends: &[(i64, CaseEnd)]| Survival::of(ends.iter().map(|(minutes, end)| observed(*minutes, *end)));
        let (used, expired, open) = ((5, CaseEnd::Connected), (9, CaseEnd::Expired), (9, CaseEnd::Censored));
        let asked = of(&[used, expired]);
        assert!(asked.between(TimeDelta::zero(), TimeDelta::minutes(9)).is_some());
        assert_eq!(asked, of(&[expired, used]));
        assert_ne!(asked, of(&[used, open]), "as many are observed, and fewer ended");
        assert_ne!(asked, of(&[used, (8, CaseEnd::Expired)]));
    }

    #[test]
    fn what_was_before_the_age_of_a_code_does_not_count() {
        let early = (0..40).map(|_| observed(5, CaseEnd::Connected));
        let late = || {
            let used = (0..10).map(|_| observed(20, CaseEnd::Connected));
            used.chain((0..50).map(|_| observed(40, CaseEnd::Expired)))
        };
        let (from, until) = (TimeDelta::minutes(10), TimeDelta::minutes(40));
        let found = Survival::of(early.chain(late())).between(from, until).unwrap();
        let alone = Survival::of(late()).between(from, until).unwrap();
        for (found, alone) in [(found.estimate, alone.estimate), (found.low, alone.low), (found.high, alone.high)] {
            assert!((found - alone).abs() < 1e-9, "{found} for {alone}");
        }
    }

    #[test]
    fn where_none_is_used_any_more_those_count_that_were_observed_to_the_end() {
        let early = (0..30).map(|_| observed(10, CaseEnd::Connected));
        let open = (0..20).map(|_| observed(15, CaseEnd::Censored));
        let unused = (0..50).map(|_| observed(30, CaseEnd::Expired));
        let survival = Survival::of(early.chain(open).chain(unused));
        let found = survival.connects(TimeDelta::minutes(12), TimeDelta::minutes(30)).unwrap();
        assert_eq!((found.estimate, found.low), (0.0, 0.0));
        // Clopper and Pearson for 0 of 50.
        assert!((found.high - 0.071_1).abs() < 0.000_1, "{found:?}");
    }

    proptest! {
        #[test]
        fn it_is_a_probability_in_its_interval_and_grows_with_the_time_that_is_left(
            observations in any_observations(), from in 0..4_320_i64, steps in prop::collection::vec(0..1_000_i64, 1..8),
        ) {
            let survival = Survival::of(observations);
            let (mut until, mut before) = (from, 0.0);
            for step in steps {
                until += step;
                let Some(found) = survival.between(TimeDelta::minutes(from), TimeDelta::minutes(until)) else { break };
                prop_assert!(found.estimate >= before, "{before} {found:?}");
                prop_assert!(0.0 <= found.low && found.low <= found.estimate + 1e-12, "{found:?}");
                prop_assert!(found.estimate <= found.high + 1e-12 && found.high <= 1.0, "{found:?}");
                before = found.estimate;
            }
        }

        #[test]
        fn what_is_known_of_the_whole_is_the_product_of_its_parts(
            observations in any_observations(), middle in 0..4_320_i64,
        ) {
            let survival = Survival::of(observations);
            let unused = |from, until| {
                survival.between(TimeDelta::minutes(from), TimeDelta::minutes(until)).map_or(1.0, |found| 1.0 - found.estimate)
            };
            let parts = unused(0, middle) * unused(middle, 4_320);
            prop_assert!((unused(0, 4_320) - parts).abs() < 1e-9);
        }

        #[test]
        fn without_censoring_it_is_the_share_of_those_that_were_used(ends in prop::collection::vec(any::<bool>(), 1..300)) {
            let of = |used: &bool| if *used { observed(17, CaseEnd::Connected) } else { observed(99, CaseEnd::Expired) };
            let found = Survival::of(ends.iter().map(of)).between(TimeDelta::zero(), TimeDelta::minutes(99)).unwrap();
            let share = ends.iter().filter(|used| **used).count() as f64 / ends.len() as f64;
            prop_assert!((found.estimate - share).abs() < 1e-9);
        }
    }
}
