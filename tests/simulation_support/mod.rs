//! What simulations of the engine share: a world that plays the platform, the dealers and the code source; a store that
//! can die in the middle of a commit; and a runtime that says when nothing can happen any more until time passes.
#![allow(dead_code, reason = "each test program uses its part")]

pub mod bookings;
pub mod checker;
pub mod desk;
pub mod mail;
#[path = "../support/requests.rs"]
pub mod requests;
pub mod store;
pub mod week;
pub mod world;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cloverwatch::domain::{Contact, Profile, Timestamp};
use tokio::runtime::Runtime;
use tokio::sync::Notify;

/// Monday, 2 June 2025, 08:00 UTC.
pub fn start() -> Timestamp {
    Timestamp::from_timestamp(1_748_851_200, 0).unwrap()
}

pub fn profile(number: usize) -> Profile {
    let zones = [
        chrono_tz::America::Chicago,
        chrono_tz::America::Phoenix,
        chrono_tz::Atlantic::Reykjavik,
        chrono_tz::Asia::Kolkata,
    ];
    Profile {
        name: format!("Sample Motors {number}").into(),
        dealer_code: format!("xts{number:05}").into(),
        group: "".into(),
        brand: "".into(),
        city: "".into(),
        state: "".into(),
        timezone: zones[number % zones.len()].into(),
        contact: Contact {
            email: format!("service{number}@example.com").into(),
            phone: "(797) 555-0950".into(),
            ..Contact::default()
        },
        owner: None,
    }
}

/// The explicit idle signal: the one thread is about to park, so every task waits for the clock or for the driver.
#[derive(Default)]
pub struct Idle {
    parks: AtomicU64,
    changed: Notify,
}

impl Idle {
    /// Lets all tasks run until none of them can go on.
    pub async fn settle(&self) {
        let before = self.parks.load(Ordering::SeqCst);
        while self.parks.load(Ordering::SeqCst) == before {
            self.changed.notified().await;
        }
    }
}

/// A runtime of one thread, without timers and sockets: only the manual clock moves time. What another runtime wakes comes
/// after what this one has, never in between by a count of steps, so that a run goes the same way twice.
pub fn runtime() -> (Runtime, Arc<Idle>) {
    let idle = Arc::new(Idle::default());
    let signal = Arc::clone(&idle);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .global_queue_interval(1 << 30)
        .event_interval(1 << 30)
        .on_thread_park(move || {
            signal.parks.fetch_add(1, Ordering::SeqCst);
            signal.changed.notify_one();
        })
        .build()
        .unwrap();
    (runtime, idle)
}

/// Runs a scenario to its end.
pub fn run<F: Future>(scenario: impl FnOnce(Arc<Idle>) -> F) -> F::Output {
    let (runtime, idle) = runtime();
    runtime.block_on(scenario(idle))
}
