//! The past of 100,000 dealerships with 1,000,000 events: reading the log in, a jump, a step by an event, an hour, a day.
//! `cargo bench --bench past`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench reports, or fails loudly"
)]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/limit.rs"]
mod limit;
#[path = "../tests/screen/population.rs"]
mod population;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cloverwatch::clock::{Clock, WallClock};
use cloverwatch::domain::past::PastLog;
use cloverwatch::domain::{
    Actor, CallOutcome, CodeOrigin, DealershipId, Event, Fact, IntentId, LetterId, LetterKind, Onboarding, Outcome,
    Policy, Timestamp, evolve,
};
use cloverwatch::tui::past::{PastBoard, PastNews};
use cloverwatch::tui::rows::DealershipRows;
use cloverwatch::tui::theme::{TerminalEnv, Theme, ThemeChoice};
use cloverwatch::tui::{Effect, Msg, ScreenState};
use crossterm::event::KeyCode;
use population::{ago, now, profile};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

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
fn timed(what: &str, most: Duration, act: impl FnMut(usize) -> Duration) {
    let took = (0..ROUNDS).map(act).max();
    limit::at_most(&format!("the past: {what}, the slowest of {ROUNDS}"), took.unwrap_or_default(), most);
}

/// What is shown goes from one place in the log to another.
fn travel(rows: &mut DealershipRows, log: &PastLog, (from, to): (usize, usize), at: Timestamp) {
    let changes = log.changes(from, to, |id| rows.get(id).map(|row| &row.state));
    rows.travel(&changes, at);
}

fn measured<T>(act: impl FnOnce() -> T) -> (Duration, T) {
    let clock = WallClock::real();
    let began = clock.elapsed();
    let made = act();
    (clock.elapsed().saturating_sub(began), made)
}

/// A desk that shows the past, somewhere in the middle of it.
struct PastDesk {
    state: ScreenState,
    terminal: Terminal<TestBackend>,
    theme: Theme,
    /// How long the folding beside took, of all steps.
    beside: Duration,
}

impl PastDesk {
    fn enter(present: Vec<Arc<Onboarding>>, log: PastLog) -> Self {
        let size = (200, 60);
        let mut state = desk::empty_desk(size);
        let rows = DealershipRows::new(present, Some("ana".to_owned()), Policy::default(), now());
        desk::tell(&mut state, Msg::Loaded(Box::new(rows)));
        let effects = desk::press(&mut state, KeyCode::Char('T'));
        let [Effect::ReadPast(work)] = effects[..] else { panic!("the log is asked for") };
        let board = PastBoard::new(log, "ana", &Policy::default(), now());
        desk::tell(&mut state, Msg::Past(work, PastNews::Ready(Box::new(board))));
        let terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
        let theme = Theme::choose(ThemeChoice::Dark, TerminalEnv::default());
        let mut desk = Self { state, terminal, theme, beside: Duration::ZERO };
        for _ in 0..18 {
            desk.step('{');
        }
        desk
    }

    /// A key and its frame; what is folded beside is done when the next one comes.
    fn step(&mut self, key: char) -> Duration {
        let (took, mut effects) = measured(|| {
            let effects = desk::press(&mut self.state, KeyCode::Char(key));
            desk::draw_frame(&mut self.terminal, &self.state, &self.theme);
            effects
        });
        while let Some(Effect::FoldPast(work, to)) = effects.pop() {
            let (log, spare) = self.state.past.as_mut().unwrap().take_spare().unwrap();
            let (beside, rows) = measured(|| spare.go(&log, to));
            self.beside += beside;
            effects.extend(desk::tell(&mut self.state, Msg::Past(work, PastNews::Folded(Box::new(rows)))));
        }
        assert!(!self.state.past.as_ref().unwrap().is_on_the_way(), "a board was not folded");
        took
    }
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
    timed("the whole board folded", JUMP, |round| measured(|| past.board(place(round))).0);
    let all = past.board(past.len());
    let began = clock.elapsed();
    let mut rows = DealershipRows::new(all, Some("ana".to_owned()), Policy::default(), now());
    println!("the first rows {:.0} ms", clock.elapsed().saturating_sub(began).as_secs_f64() * 1_000.0);
    let mut there = past.len();
    timed("a jump, through the whole log", JUMP, |round| {
        // From one half of it to the other.
        let to = place(round * 5 % ROUNDS);
        let (took, ()) = measured(|| travel(&mut rows, &past, (there, to), past.moment(to).unwrap()));
        there = to;
        took
    });
    let middle = past.len() / 2;
    travel(&mut rows, &past, (there, middle), past.moment(middle).unwrap());
    let mut there = middle;
    let mut go = |to: usize| {
        let (took, ()) = measured(|| travel(&mut rows, &past, (there, to), past.moment(to).unwrap()));
        there = to;
        took
    };
    timed("a step by an event, forward", STEP, |round| go(middle + round + 1));
    timed("a step by an event, back", STEP, |round| go(middle - round));
    drop(rows);
    let mut desk = PastDesk::enter(present, past);
    for (keys, length) in [(['H', 'L'], "an hour"), (['{', '}'], "a day")] {
        for (key, direction) in keys.into_iter().zip(["back", "forward"]) {
            // The first one shows where it goes.
            desk.step(key);
            desk.beside = Duration::ZERO;
            timed(&format!("a step by {length}, {direction}, a key and its frame"), STEP, |_| desk.step(key));
            println!("each folded beside, before the key, in {} ms", desk.beside.as_millis() / ROUNDS as u128);
        }
    }
    println!("{} MiB in all", resident());
}
