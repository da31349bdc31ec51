//! What it costs to work through the owner of a store with 100,000 dealerships: how soon a commit is seen by another client,
//! a selection, one recorded command, and all states. `cargo bench --bench attach`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench reports, or fails loudly"
)]

#[path = "support/limit.rs"]
mod limit;
#[path = "../tests/support/requests.rs"]
mod requests;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cloverwatch::attach::{AttachOptions, AttachedClient, OwnerSocket};
use cloverwatch::client::{EngineClient, LocalClient, ReadClient, ask};
use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::{Actor, Command, DealershipId, Event, Policy};
use cloverwatch::engine::{Engine, LeaseSettings, Pace, Parts};
use cloverwatch::protocol::{Notification, Request, Selection};
use cloverwatch::store::EmbeddedStore;
use futures::StreamExt;
use requests::profile;

const DEALERSHIPS: u32 = 100_000;
const ROUNDS: usize = 300;

#[tokio::main]
async fn main() {
    let clock: SharedClock = Arc::new(WallClock::real());
    // Not in memory: the sync is a part of what a commit costs.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let owner = owner(dir.path(), &clock).await;
    let me = Actor::person("ana");
    let id = owner.read_model().by_dealer_code("xts500").expect("a dealership");

    let (begin, ana) = (clock.elapsed(), attach(dir.path(), true).await);
    let what = format!("attach: a second desk, all {DEALERSHIPS} states");
    limit::at_most(&what, clock.elapsed().saturating_sub(begin), Duration::from_secs(1));
    let ben = attach(dir.path(), true).await;
    let mut told = ben.subscribe();
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        let begin = clock.elapsed();
        let request = note(id);
        let recorded = ask::<Vec<Arc<Event>>>(&ana, request, &me);
        let seen = async {
            while !matches!(told.next().await, Some(Notification::Committed(_))) {}
            clock.elapsed().saturating_sub(begin)
        };
        let (recorded, seen) = tokio::join!(recorded, seen);
        recorded.expect("a note");
        times.0.push(seen);
    }
    times.report("a commit seen by another client");

    for (what, selection) in [
        ("select one by its name", Selection::Names(vec!["xts77777".to_owned()])),
        ("the first 5", Selection::Query(String::new())),
    ] {
        let mut times = Times::default();
        for _ in 0..20 {
            let begin = clock.elapsed();
            // As a command does: attached for this alone.
            let client = attach(dir.path(), false).await;
            match &selection {
                Selection::Names(_) => {
                    let found = client.select(selection.clone(), &me).await.expect("a selection");
                    ask::<Vec<Arc<Event>>>(&client, note(found[0].id), &me).await.expect("a note");
                }
                _ => drop(client.first(selection.clone(), 5, &me).await.expect("a selection")),
            }
            times.0.push(clock.elapsed().saturating_sub(begin));
        }
        times.report(what);
    }
    owner.shutdown().await.expect("an end");
}

#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn report(mut self, what: &str) {
        self.0.sort();
        let at = |share: usize| self.0[(self.0.len() - 1) * share / 100];
        println!("{what:<34} median {:>8.1?}  p99 {:>8.1?}", at(50), at(99));
    }
}

fn note(id: DealershipId) -> Request {
    Request::Execute(vec![(id, Command::Note { text: "called".into() })])
}

async fn attach(dir: &Path, states: bool) -> AttachedClient {
    let options = AttachOptions { operator: "ana".to_owned(), read_only: false, desk: true, states, holder: None };
    AttachedClient::connect(dir, options).await.expect("it answers").expect("an owner")
}

async fn owner(dir: &Path, clock: &SharedClock) -> LocalClient {
    let client = LocalClient::new(Engine::start(Parts {
        store: EmbeddedStore::open(dir, Arc::clone(clock)).expect("a store"),
        platform: None,
        source: None,
        outbox: None,
        rules: None,
        clock: Arc::clone(clock),
        policy: Policy::default(),
        pace: Pace::default(),
        seed: 7,
        read_only: false,
        background: true,
        lease: LeaseSettings::of("ana"),
    }));
    let incoming = (1..=DEALERSHIPS).map(|number| profile(number).into()).collect();
    let mut answers = client.request(Request::Add(incoming), &Actor::person("ana"));
    while answers.next().await.is_some() {}
    assert_eq!(client.read_model().len(), DEALERSHIPS as usize);
    OwnerSocket::bind(dir, "ana".to_owned()).expect("a socket").serve(&client, false);
    client
}
