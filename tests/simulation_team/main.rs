//! The whole in one world: two desks of a team on a database that fails, two more that are attached to them over connections
//! that are cut, beside a platform and a mail server that fail. Safe whatever happens, and once all is well again everything
//! owed is done. Thousands of short runs: `TEST_SEED=n` replays one, `TEST_RUNS=n` tries n from there on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod database;
mod network;
mod places;
mod simulation;
#[path = "../simulation_support/mod.rs"]
mod simulation_support;
mod team;
mod told;
mod unseen;
mod watched;

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use simulation::{Counts, Simulation};

const RUNS: u64 = 2_000;

fn simulate(seed: u64) -> Simulation {
    let mut simulation = Simulation::new(seed);
    unseen::count_panics();
    let run = std::panic::catch_unwind(AssertUnwindSafe(|| simulation.run()));
    if let Err(panic) = run {
        let at = simulation.elapsed();
        if std::env::var_os("TEST_SHOWS").is_some() {
            simulation.what_happened().iter().for_each(|line| eprintln!("{line}"));
        }
        eprintln!("failed after {at:?}; replay: TEST_SEED={seed} cargo test --test simulation_team");
        std::panic::resume_unwind(panic);
    }
    simulation
}

/// Seeds, on as many threads as there are processors. Whoever fails stops the others.
fn all(first: u64, runs: u64, each: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(first);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= first + runs {
                        return;
                    }
                    let _failed = scopeguard::guard((), |()| {
                        if std::thread::panicking() {
                            next.store(first + runs, Ordering::SeqCst);
                        }
                    });
                    each(seed);
                }
            });
        }
    });
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|number| number.parse().unwrap())
}

#[test]
fn desks_of_a_team_and_attached_ones_are_safe_and_finish_what_is_owed() {
    let first = number("TEST_SEED");
    let runs = number("TEST_RUNS").unwrap_or(if first.is_some() { 1 } else { RUNS });
    let total = Mutex::new(Counts::default());
    all(first.unwrap_or(1), runs, |seed| total.lock().add(&simulate(seed).counts()));
    eprintln!("{runs} runs: {:?}", total.lock());
}

#[test]
fn a_seed_goes_the_same_way_twice() {
    let runs = number("TEST_REPLAYS").unwrap_or(40);
    all(number("TEST_SEED").unwrap_or(1), runs, |seed| {
        let (one, other) = (simulate(seed).what_happened(), simulate(seed).what_happened());
        let differs = one.iter().zip(&other).find(|(one, other)| one != other);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!(one.len(), other.len(), "seed {seed}");
    });
}
