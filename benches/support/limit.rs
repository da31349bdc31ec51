//! What the program holds itself to: a row of a table for each, measured in this very run. The last number says how far
//! inside its limit it is: below 1 it is outside.
#![allow(dead_code, reason = "shared by benches that each use a part")]

use std::time::Duration;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Something that may take so long at most.
pub fn at_most(what: &str, took: Duration, limit: Duration) {
    row(what, &length(took), &format!("at most {}", length(limit)), limit.as_secs_f64() / took.as_secs_f64());
}

/// Something that may take so many MB at most.
pub fn at_most_mb(what: &str, taken: u64, limit: u64) {
    row(what, &format!("{taken} MB"), &format!("at most {limit} MB"), limit as f64 / taken as f64);
}

/// Something that keeps at least such a share of what the bare way does.
pub fn at_least(what: &str, share: f64, limit: f64) {
    row(what, &format!("{share:.2}"), &format!("at least {limit:.2}"), share / limit);
}

fn row(what: &str, measured: &str, limit: &str, ratio: f64) {
    println!("| {what} | {measured} | {limit} | {ratio:.2} |");
}

fn length(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1_000.0;
    if ms < 10.0 { format!("{ms:.2} ms") } else { format!("{ms:.0} ms") }
}

/// The median of what something takes.
pub fn median(rounds: usize, mut act: impl FnMut() -> Duration) -> Duration {
    let mut took: Vec<Duration> = (0..rounds).map(|_| act()).collect();
    took.sort_unstable();
    took[rounds / 2]
}
