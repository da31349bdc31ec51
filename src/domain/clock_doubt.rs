//! Whether this machine's clock can be believed: the 72 hours of a code run by it.

use std::fmt;

use chrono::TimeDelta;

use super::{Policy, Timestamp, humanize};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockDoubt {
    /// What is recorded already lies so far in its future.
    BehindStore(TimeDelta),
    /// It and the platform's differ so much; the platform's minus ours.
    OffPlatform(TimeDelta),
    /// The same of the database that a team shares: the others' moments are not ours.
    OffDatabase(TimeDelta),
}

impl fmt::Display for ClockDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the platform's nobody knows which clock was right: this one, or the one before.
        let act = match self {
            Self::BehindStore(_) => "set it if it is wrong",
            Self::OffPlatform(_) | Self::OffDatabase(_) => "set it",
        };
        write!(f, "this machine's clock is {}: {act}, or codes get a wrong end", self.short())
    }
}

/// Which side of the platform's clock ours is on.
pub fn side(skew: TimeDelta) -> &'static str {
    if skew > TimeDelta::zero() { "behind" } else { "ahead of" }
}

/// What it means that a code is dated so much too late.
pub fn humanize_code_ahead(ahead: TimeDelta) -> String {
    format!(
        "that is at least {} too late: it was entered under a clock that ran ahead, or this machine's is behind; the code dies before the end that is shown",
        humanize(ahead)
    )
}

impl ClockDoubt {
    /// How far off it is: `2d 23h behind the newest event of the store`.
    pub fn short(&self) -> String {
        match self {
            Self::BehindStore(behind) => format!("{} behind the newest event of the store", humanize(*behind)),
            Self::OffPlatform(skew) => format!("{} {} Xtime's", humanize(skew.abs()), side(*skew)),
            Self::OffDatabase(skew) => format!("{} {} the database's", humanize(skew.abs()), side(*skew)),
        }
    }

    /// Compares our clock with the database's (its minus ours).
    pub fn of_database(skew: TimeDelta, policy: &Policy) -> Option<Self> {
        (skew.abs() > policy.clock_tolerance).then_some(Self::OffDatabase(skew))
    }

    /// Compares our clock with the platform's (its minus ours), or with the newest event of the store while that is not known:
    /// where the platform agrees with us, it was an earlier clock that ran ahead.
    pub fn find(
        now: Timestamp,
        newest_event: Option<Timestamp>,
        skew: Option<TimeDelta>,
        policy: &Policy,
    ) -> Option<Self> {
        if let Some(skew) = skew {
            return (skew.abs() > policy.clock_tolerance).then_some(Self::OffPlatform(skew));
        }
        let behind = newest_event.map(|newest| newest - now).filter(|behind| *behind > policy.clock_behind);
        behind.map(Self::BehindStore)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_behind_the_store_or_off_the_platform_is_doubted() {
        let now: Timestamp = "2026-10-29T08:00:00Z".parse().unwrap();
        let policy = Policy::default();
        let find = |newest: Option<i64>, skew: Option<i64>| {
            let newest = newest.map(|seconds| now + TimeDelta::seconds(seconds));
            let doubt = ClockDoubt::find(now, newest, skew.map(TimeDelta::seconds), &policy);
            doubt.map(|doubt| doubt.to_string()).unwrap_or_default()
        };
        for (newest, skew, words) in [
            (None, None, ""),
            (Some(-86_400), Some(-300), ""),
            (Some(120), Some(300), ""),
            (Some(259_200), None, "is 3d 00h behind the newest event"),
            (Some(120), None, ""),
            (Some(121), None, "is 2m 01s behind the newest event"),
            (None, Some(301), "is 5m 01s behind Xtime's"),
            // The platform is right about both.
            (Some(259_200), Some(-7_200), "is 2h 00m ahead of Xtime's"),
            (Some(259_200), Some(0), ""),
        ] {
            let found = find(newest, skew);
            assert!(found.contains(words) && found.is_empty() == words.is_empty(), "{found}");
        }
        let of_database = |seconds| ClockDoubt::of_database(TimeDelta::seconds(seconds), &policy);
        assert_eq!(of_database(-300), None);
        assert!(of_database(-301).unwrap().to_string().contains("is 5m 01s ahead of the database's: set it"));
    }

    #[test]
    fn of_a_code_that_is_dated_ahead_it_is_said_how_much_and_what_follows() {
        let words = humanize_code_ahead(TimeDelta::minutes(90));
        assert!(words.contains("at least 1h 30m too late") && words.contains("dies before the end"), "{words}");
    }
}
