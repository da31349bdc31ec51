//! The one clock that runs at a dealership: what it counts, and its words.

use chrono::TimeDelta;

use crate::domain::query::Derived;
use crate::domain::{Onboarding, Stage, Timestamp};

use super::Tone;
use super::clocks::Clocks;

/// What is counted: down to a moment, or up from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunningClockKind {
    Code,
    /// Xtime has its 24 hours.
    Xtime,
    XtimeLate,
    Dead,
    NoOpcode,
    NoSlots,
    Lost,
    /// Somebody calls then, as agreed.
    CallBack,
    CallBackLate,
    /// Out of sight until then.
    Snoozed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningClock {
    pub kind: RunningClockKind,
    /// What it counts to or from: the order of the clocks is that of these moments.
    pub at: Timestamp,
}

impl RunningClock {
    /// The clock that decides what comes next; `None` where nothing is waited for.
    pub fn of(state: &Onboarding, facts: Derived, now: Timestamp) -> Option<Self> {
        use RunningClockKind as Kind;
        if facts.stage == Stage::Archived {
            return None;
        }
        if facts.snoozed {
            return state.snoozed_until.map(|at| Self { kind: Kind::Snoozed, at });
        }
        if let Some(clock) = Self::of_call(state, now) {
            return Some(clock);
        }
        let since = state.in_stage_since(facts.stage);
        let (kind, at) = match facts.stage {
            Stage::Invited => (Kind::Code, state.invitation.as_ref().map(|newest| newest.expires_at)),
            Stage::AwaitingXtime => (Kind::Xtime, state.confirmation.due_at),
            Stage::Expired => (Kind::Dead, since),
            Stage::Overdue => (Kind::XtimeLate, since),
            Stage::OpcodeMissing => (Kind::NoOpcode, since),
            Stage::NoSlots => (Kind::NoSlots, since),
            Stage::Lost => (Kind::Lost, since),
            Stage::New | Stage::Confirmed | Stage::Live | Stage::Revoked | Stage::Archived => return None,
        };
        at.map(|at| Self { kind, at })
    }

    /// A call that was agreed, where it is what comes next.
    fn of_call(state: &Onboarding, now: Timestamp) -> Option<Self> {
        let at = state.call_back_at()?;
        let step = state.next_step(now);
        match at <= now {
            true => (step.since == Some(at)).then_some(Self { kind: RunningClockKind::CallBackLate, at }),
            false => (step.until == Some(at)).then_some(Self { kind: RunningClockKind::CallBack, at }),
        }
    }

    /// What is left until its moment; negative when that is past.
    pub fn left(self, now: Timestamp) -> TimeDelta {
        self.at - now
    }

    /// `code 5h 04m`, `Xtime 1d 18h late`; where there is little room, at most 14 cells: `Xtime 1d late`.
    pub fn words(self, clocks: &Clocks, is_roomy: bool) -> String {
        use RunningClockKind as Kind;
        let since = |at| if is_roomy { clocks.since(at) } else { clocks.since_in_one_unit(at) };
        match self.kind {
            Kind::Code => format!("code {}", clocks.left(self.at)),
            Kind::Xtime => format!("Xtime {}", clocks.left(self.at)),
            Kind::XtimeLate => format!("Xtime {} late", since(self.at)),
            Kind::Dead => format!("dead {}", clocks.since(self.at)),
            Kind::NoOpcode => format!("no opcode {}", clocks.since_in_one_unit(self.at)),
            Kind::NoSlots => format!("no slots {}", clocks.since_in_one_unit(self.at)),
            Kind::Lost => format!("lost {}", clocks.since(self.at)),
            Kind::CallBack => format!("call in {}", clocks.until(self.at)),
            Kind::CallBackLate => format!("call {} late", clocks.since_in_one_unit(self.at)),
            Kind::Snoozed => format!("back in {}", clocks.until(self.at)),
        }
    }
}

/// How urgent a dealership is: said by its clock, and nowhere else in a row.
pub fn urgency_tone(facts: Derived) -> Tone {
    match facts.attention {
        Some(attention) => attention.into(),
        None if facts.snoozed => Tone::Faint,
        None => Tone::Plain,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use RunningClockKind as Kind;

    #[test]
    fn the_words_of_every_clock_fit_their_room() {
        let now = DateTime::parse_from_rfc3339("2026-11-24T12:00:00Z").unwrap().to_utc();
        let clocks = Clocks::at(now);
        let hours = |hours| now + TimeDelta::hours(hours);
        for (kind, at, roomy, narrow) in [
            (Kind::Code, hours(5) + TimeDelta::minutes(4), "code 5h 04m", "code 5h 04m"),
            (Kind::Xtime, hours(18) + TimeDelta::minutes(10), "Xtime 18h 10m", "Xtime 18h 10m"),
            (Kind::XtimeLate, hours(-42), "Xtime 1d 18h late", "Xtime 1d late"),
            (Kind::XtimeLate, hours(-20), "Xtime 20h 00m late", "Xtime 20h late"),
            (Kind::Dead, hours(-74), "dead 3d 02h", "dead 3d 02h"),
            (Kind::NoOpcode, hours(-97), "no opcode 4d", "no opcode 4d"),
            (Kind::NoSlots, hours(-3), "no slots 3h", "no slots 3h"),
            (Kind::Lost, hours(-1), "lost 1h 00m", "lost 1h 00m"),
            (Kind::CallBack, hours(30), "call in 1d", "call in 1d"),
            (Kind::CallBackLate, now, "call <1m late", "call <1m late"),
            (Kind::Snoozed, hours(46), "back in 1d", "back in 1d"),
        ] {
            let clock = RunningClock { kind, at };
            assert_eq!(clock.words(&clocks, true), roomy);
            assert_eq!(clock.words(&clocks, false), narrow);
            assert!(roomy.len() <= 18 && narrow.len() <= 14, "{roomy}");
        }
    }
}
