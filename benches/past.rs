//! The past of 100,000 dealerships with 1,000,000 events: reading the log in, a jump, a step by an event, an hour, a day.
//! `cargo bench --bench past`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench reports, or fails loudly")]

#[path = "support/limit.rs"]
mod limit;
#[path = "../tests/screen/population.rs"]
mod population;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cloverwatch::clock::{Clock, WallClock};
use cloverwatch::domain::past::PastLog;
use cloverwatch::domain::{
    Actor, CallOutcome, CodeOrigin, DealershipId, Event, Fact, IntentId, LetterId, LetterKind, Onboarding, Outcome,
    Policy, Timestamp, evolve,
};
use cloverwatch::tui::rows::DealershipRows;
use population::{ago, now, profile};

const DEALERSHIPS: u64 = 100_000;
const ROUNDS: usize = 9;

/// What happens to one dealership in the course of three weeks.
fn story(n: u64) -> Vec<(Timestamp, Fact)> {
    let minutes = |minutes: u64| TimeDelta::minutes(minutes.cast_signed());
    let name = format!("{} {} {}", ["Nakamura", "Jansen", "Whitcomb"][n as usize % 3], n % 7, n);
    let added = ago(30.0 * 24.0) + minutes(n % 20_000);
    let issued = added + minutes(60 + n % 600);
    let (expires_at, letter) = (issued + TimeDelta::hours(72), LetterId::from_bits(n));
    let said = issued + minutes(240 + n % 3_000);
    let seen = said + minutes(30 + n % 1_400);
    let code = format!("CODE-{n}").parse().unwrap();
    let (source, intent) = (CodeOrigin::Paste, IntentId::from_bits(n));
    let to = format!("service.{n}@example.com");
    let call = CallOutcome::Done;
    let looked = Fact::ProbeChanged {
        outcome: Outcome::Connected,
        reason: "200, success".into(),
        at: seen,
        status: None,
        code: None,
        message: None,
    };
    vec![
        (added, Fact::DealershipAdded { profile: profile(n, &name, "Boise", chrono_tz::America::Boise, Some("ana")) }),
        (issued, Fact::InvitationIssued { generation: 1, code, generated_at: issued, expires_at, source, intent }),
        (
            issued,
            Fact::EmailQueued {
                letter,
                what: LetterKind::Invitation,
                generation: 1,
                to: to.as_str().into(),
                before: None,
                again: false,
            },
        ),
        (issued + minutes(1), Fact::EmailBegun { letter, to: to.as_str().into() }),
        (issued + minutes(1), Fact::EmailSent { letter, reply: "250 2.0.0 queued as 4F2A".into() }),
        (said, Fact::CallLogged { outcome: call, at: said, with: None, note: None, call_back_at: None }),
        (said, Fact::DealerConfirmed { said_at: said, due_at: said + TimeDelta::hours(24) }),
        (seen, looked),
        (seen, Fact::IntegrationConfirmed { observed_at: seen }),
        (seen + minutes(1), Fact::OpcodeVerified { opcode: "Tell Us More".into() }),
    ]
}

fn log() -> Vec<Event> {
    let stories = (1..=DEALERSHIPS).flat_map(|n| story(n).into_iter().map(move |(at, fact)| (at, n, fact)));
    let mut all: Vec<_> = stories.collect();
    all.sort_by_key(|(at, n, _)| (*at, *n));
    let event = |(seq, (at, n, fact)): (u64, (Timestamp, u64, Fact))| {
        let dealership = Some(DealershipId::from_bits(n));
        Event { seq, at, actor: Actor::person("ana"), dealership, fact }
    };
    (1..).zip(all).map(event).collect()
}

/// Resident memory in MiB, where the system tells.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4 / 1024
}

/// What a jump and a step may take.
const JUMP: Duration = Duration::from_millis(300);
const STEP: Duration = Duration::from_millis(16);

/// How long it took at most.
fn timed(what: &str, most: Duration, mut act: impl FnMut(usize)) {
    let clock = WallClock::real();
    let took = (0..ROUNDS).map(|round| {
        let began = clock.elapsed();
        act(round);
        clock.elapsed().saturating_sub(began)
    });
    limit::at_most(&format!("the past: {what}, the slowest of {ROUNDS}"), took.max().unwrap_or_default(), most);
}

fn main() {
    println!("an event {} B, a state {} B", size_of::<Event>(), size_of::<Onboarding>());
    let events = log();
    let mut states: std::collections::HashMap<_, Option<Onboarding>> = std::collections::HashMap::new();
    for event in &events {
        let slot = states.entry(event.dealership).or_default();
        *slot = evolve(slot.take(), event);
    }
    let present: Vec<Arc<Onboarding>> = states.into_values().flatten().map(Arc::new).collect();
    let before = resident();
    let clock = WallClock::real();
    let began = clock.elapsed();
    let mut past = PastLog::default();
    past.extend(events.clone());
    let past = past.until_now(present.iter().cloned());
    println!(
        "{} events taken in, {:.0} ms, {} MiB",
        past.len(),
        clock.elapsed().saturating_sub(began).as_secs_f64() * 1_000.0,
        resident() - before
    );
    drop(events);
    let place = |round: usize| past.len() * (round + 1) / (ROUNDS + 1);
    timed("the whole board folded", JUMP, |round| drop(black_box(past.board(place(round)))));
    let all = past.board(past.len());
    let began = clock.elapsed();
    let mut rows = DealershipRows::new(all, Some("ana".to_owned()), Policy::default(), now());
    println!("the first rows {:.0} ms", clock.elapsed().saturating_sub(began).as_secs_f64() * 1_000.0);
    let mut there = past.len();
    timed("a jump, through the whole log", JUMP, |round| {
        // From one half of it to the other.
        let to = place(round * 5 % ROUNDS);
        rows.travel(&past.changes(there, to), past.moment(to).unwrap());
        there = to;
    });
    let middle = past.len() / 2;
    rows.travel(&past.changes(there, middle), past.moment(middle).unwrap());
    let mut there = middle;
    let mut go = |to: usize, at: Timestamp| {
        rows.travel(&past.changes(there, to), at);
        there = to;
    };
    timed("a step by an event, forward", STEP, |round| {
        go(middle + round + 1, past.moment(middle + round + 1).unwrap());
    });
    timed("a step by an event, back", STEP, |round| go(middle - round, past.moment(middle - round).unwrap()));
    let start = past.moment(middle).unwrap();
    let hours = |hours: usize| start + TimeDelta::hours(hours.cast_signed() as i64 - ROUNDS.cast_signed() as i64);
    timed("a step by an hour, back", STEP, |round| go(past.position(hours(ROUNDS - round)), hours(ROUNDS - round)));
    timed("a step by an hour, forward", STEP, |round| go(past.position(hours(round + 1)), hours(round + 1)));
    let first = past.position(start - TimeDelta::days(14));
    println!(
        "{} events in the day of the last measure",
        past.position(start) - past.position(start - TimeDelta::days(1))
    );
    go(first, past.moment(first).unwrap());
    let days = |days: usize| start + TimeDelta::days(days.cast_signed() as i64 - 14);
    timed("a step by a day, forward", STEP, |round| go(past.position(days(round + 1)), days(round + 1)));
    timed("a step by a day, back", STEP, |round| go(past.position(days(ROUNDS - 1 - round)), days(ROUNDS - 1 - round)));
    println!("{} MiB in all", resident());
}
