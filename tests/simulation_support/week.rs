//! What happens by itself in the week of a simulation.

use chrono::TimeDelta;
use cloverwatch::domain::Timestamp;
use rand::RngExt;
use rand::rngs::StdRng;

use super::start;

pub const DAYS: i64 = 7;

/// Something that happens by itself at a moment.
#[derive(Debug, Clone)]
pub enum ScheduledAction {
    /// The dealer types the code that stood in a letter.
    Enter {
        dealer: String,
        code: String,
    },
    Reflect {
        dealer: String,
    },
    Tell {
        dealer: String,
        done_at: Timestamp,
    },
    Opcode {
        dealer: String,
        visible: bool,
    },
    Slots {
        dealer: String,
        count: u32,
    },
    Disconnect {
        dealer: String,
    },
    Mood(Change),
    /// Somebody at the desk does something.
    Operator,
    /// The wall clock is stepped by seconds; the monotonic time does not move.
    Step(i64),
    Crash,
}

#[derive(Debug, Clone, Copy)]
pub enum Change {
    Down(bool),
    Refused(bool),
    Nobody(bool),
    CodesLost(bool),
    NoCodes(bool),
    MailDown(bool),
    MailSilent(bool),
    Calm,
}

fn hours(rng: &mut StdRng, range: std::ops::Range<f64>) -> TimeDelta {
    TimeDelta::milliseconds((rng.random_range(range) * 3_600_000.0) as i64)
}

/// The week: operators at work, faults that come and go, crashes, steps of the clock; its last day is calm.
pub fn plan(rng: &mut StdRng, end: Timestamp) -> Vec<(Timestamp, ScheduledAction)> {
    let week = 24.0 * DAYS as f64;
    let mut plan = Vec::new();
    for _ in 0..1_500 {
        plan.push((start() + hours(rng, 0.1..week - 26.0), ScheduledAction::Operator));
    }
    for (change, count, longest) in [
        (Change::Down as fn(bool) -> Change, 6, 3.0),
        (Change::Refused, 3, 4.0),
        (Change::Nobody, 5, 6.0),
        (Change::CodesLost, 6, 6.0),
        (Change::NoCodes, 3, 2.0),
        (Change::MailDown, 6, 5.0),
        (Change::MailSilent, 4, 2.0),
    ] {
        for _ in 0..count {
            let from = start() + hours(rng, 6.0..week - 40.0);
            let to = from + hours(rng, 0.05..longest);
            plan.extend([(from, ScheduledAction::Mood(change(true))), (to, ScheduledAction::Mood(change(false)))]);
        }
    }
    for _ in 0..8 {
        plan.push((start() + hours(rng, 2.0..week - 26.0), ScheduledAction::Crash));
    }
    for _ in 0..4 {
        let at = start() + hours(rng, 2.0..week - 30.0);
        let seconds = [7_200, 7_200, -300, -10_800][rng.random_range(0..4)];
        plan.push((at, ScheduledAction::Step(seconds)));
    }
    plan.push((end - TimeDelta::hours(26), ScheduledAction::Mood(Change::Calm)));
    plan
}
