//! How what a desk does grows with its dealerships, and opening with its events: a table, and a plot.
//! `cargo bench --bench growth [-- plot FILE.svg]`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench reports, or fails loudly"
)]

#[path = "support/limit.rs"]
mod limit;
#[path = "support/plot.rs"]
mod plot;
#[path = "../tests/screen/population.rs"]
mod population;
#[path = "support/records.rs"]
mod records;

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::Policy;
use cloverwatch::store::{EmbeddedStore, Store};
use cloverwatch::tui::rows::{DealershipRows, TableStart};
use plot::Line;
use population::{crowd, now};
use records::{fill, note};

const DEALERSHIPS: [u64; 3] = [1_000, 10_000, 100_000];
const EVENTS: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];
const ROUNDS: usize = 5;
/// Asks for the memory that a store takes.
const RESIDENT: &str = "resident";

#[tokio::main]
async fn main() {
    let clock: SharedClock = Arc::new(WallClock::real());
    if let Some(dir) = std::env::args().skip_while(|arg| arg != RESIDENT).nth(1) {
        return tell_resident(Path::new(&dir), &clock).await;
    }
    let timed = |mut act: Box<dyn FnMut() + '_>| {
        limit::median(ROUNDS, || {
            let began = clock.elapsed();
            act();
            clock.elapsed().saturating_sub(began)
        })
    };
    let [mut page, mut rows, mut opened, mut folded] =
        ["the first page", "all rows", "a store is opened", "without its index"].map(Line::new);
    for count in DEALERSHIPS {
        let states = crowd(count).all();
        let (starts, policy) = ([TableStart::default()], Policy::default());
        let first_page = || drop(black_box(DealershipRows::first_page(&states, &starts, "ana", &policy, now())));
        let all_rows = || drop(black_box(DealershipRows::new(states.clone(), None, policy.clone(), now())));
        page.add(count, timed(Box::new(first_page)));
        rows.add(count, timed(Box::new(all_rows)));
    }
    for count in EVENTS {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        record(dir.path(), &clock, count).await;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            times.push(open(dir.path(), &clock).await);
        }
        times.sort_unstable();
        opened.add(count, times[ROUNDS / 2]);
        if count == EVENTS[EVENTS.len() - 1] {
            first_rows(dir.path(), &clock).await;
            memory(dir.path());
        }
        std::fs::remove_dir_all(dir.path().join("index")).expect("removed");
        folded.add(count, open(dir.path(), &clock).await);
    }
    let (screen, store) = ([page, rows], [opened, folded]);
    plot::print("dealerships", &screen);
    plot::print("events", &store);
    let mut args = std::env::args().skip_while(|arg| arg != "plot").skip(1);
    if let Some(path) = args.next() {
        let svg = plot::svg(&[("dealerships on the screen", &screen), ("events in the store", &store)]);
        std::fs::write(path, svg).expect("written");
    }
}

/// What somebody waits for who opens the desk, but for the terminal.
async fn first_rows(dir: &Path, clock: &SharedClock) {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let began = clock.elapsed();
        let store = EmbeddedStore::open(dir, Arc::clone(clock)).expect("a store");
        let (starts, policy, (_, states)) = ([TableStart::default()], Policy::default(), store.read_model().all());
        let page = DealershipRows::first_page(&states, &starts, "ana", &policy, now());
        times.push(clock.elapsed().saturating_sub(began));
        assert!(page.is_some(), "all are made instead");
        store.close().await.expect("closed");
    }
    times.sort_unstable();
    let what = "the way to first rows: 100000 dealerships, 1000000 events";
    limit::at_most(what, times[ROUNDS / 2], Duration::from_millis(267));
}

/// Has another process, which has done nothing else, say what it takes of memory.
fn memory(dir: &Path) {
    let program = std::env::current_exe().expect("this program");
    let said = Command::new(program).arg(RESIDENT).arg(dir).output().expect("started");
    let taken = String::from_utf8_lossy(&said.stdout).trim().parse().expect("a number");
    limit::at_most_mb("memory of 100000 dealerships and their rows", taken, 120);
}

/// What the store and the rows of a desk take of memory, in MB.
async fn tell_resident(dir: &Path, clock: &SharedClock) {
    let store = EmbeddedStore::open(dir, Arc::clone(clock)).expect("a store");
    let rows = DealershipRows::new(store.read_model().all().1, Some("ana".to_owned()), Policy::default(), now());
    // What is not needed any more is given back after a while.
    clock.sleep(Duration::from_secs(3)).await;
    let status = std::fs::read_to_string("/proc/self/status").expect("what the system knows");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    println!("{}", kilobytes / 1_024);
    drop(rows);
    store.close().await.expect("closed");
}

/// A tenth of the events add a dealership, the others are notes on them.
async fn record(dir: &Path, clock: &SharedClock, events: u64) {
    let store = EmbeddedStore::open(dir, Arc::clone(clock)).expect("a store");
    let dealerships = events / 10;
    fill(&store, dealerships).await;
    for version in 1..10 {
        for portion in (0..dealerships).collect::<Vec<_>>().chunks(1_000) {
            store.append(portion.iter().map(|number| note(*number, version)).collect()).await.expect("recorded");
        }
    }
    store.close().await.expect("closed");
}

async fn open(dir: &Path, clock: &SharedClock) -> Duration {
    let began = clock.elapsed();
    let store = EmbeddedStore::open(dir, Arc::clone(clock)).expect("a store");
    let took = clock.elapsed().saturating_sub(began);
    store.close().await.expect("closed");
    took
}
