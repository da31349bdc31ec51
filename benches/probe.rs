//! How much of a bare HTTP loop is left when every answer is decoded, decided upon, and its changes are durable.
//!
//! Both ask the same server the same questions, about the same 10,000 dealerships, so many at once, in one process: the
//! list of services, and the slots of 14 days in three parts. The desk finds every dealership connected, its opcode
//! visible and its slots there (three events each), then probes all of them once more, when nothing has changed.
//!
//! `cargo bench --bench probe`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench fails loudly"
)]

#[path = "support/limit.rs"]
mod limit;
#[path = "../tests/support/requests.rs"]
mod requests;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::SlotWindow;
use cloverwatch::domain::{Contact, DealershipId, Policy, Profile, Stage};
use cloverwatch::engine::{Engine, LeaseSettings, Pace, Parts};
use cloverwatch::sandbox::{self, Faults, Sandbox, SandboxSettings};
use cloverwatch::store::EmbeddedStore;
use cloverwatch::timezone::Tz;
use cloverwatch::xtime::{self, HttpPlatform};
use futures::{StreamExt, stream};
use reqwest::Client;
use serde_json::{Value, json};

const DEALERS: usize = 10_000;
const AT_ONCE: usize = 16;
const ZONE: Tz = Tz::of(chrono_tz::America::Chicago);

fn code(number: usize) -> String {
    format!("xts{number}")
}

async fn populate(http: &Client, sandbox: &Sandbox) {
    let all: Vec<Value> = (0..DEALERS)
        .map(|number| {
            json!({"dealerCode": code(number), "timezone": ZONE.name(), "connected": true, "opcode": "Tell Us More", "slots": true})
        })
        .collect();
    let made = http.post(format!("{}/dealers", sandbox.control_url())).json(&all).send().await.unwrap();
    made.error_for_status().unwrap();
}

/// Every address that a probe of a dealership asks, in its order.
fn addresses(sandbox: &Sandbox, clock: &SharedClock, number: usize) -> Vec<String> {
    let (base, code) = (sandbox.base_url(), code(number));
    let vehicle = "year=2026&make=OTHER&model=OTHER";
    let policy = Policy::default();
    let window = SlotWindow::from_today(clock.now(), ZONE, policy.slot_window);
    let slots = window.ranges(policy.slot_range).into_iter().map(|range| {
        let end = range.start + chrono::Days::new(range.days.into());
        format!(
            "{base}/appointments-availabilities?dealerCode={code}&start={}&end={end}&opcode=Tell%20Us%20More&{vehicle}",
            range.start
        )
    });
    std::iter::once(format!("{base}/services?dealerCode={code}&{vehicle}")).chain(slots).collect()
}

/// The bare loop: so many at once, each answer read and thrown away. Requests a second.
async fn bare(http: &Client, token: &str, sandbox: &Sandbox, clock: &SharedClock) -> f64 {
    let all: Arc<Vec<Vec<String>>> = Arc::new((0..DEALERS).map(|number| addresses(sandbox, clock, number)).collect());
    let (next, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let began = clock.elapsed();
    let workers: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (all, next, requests) = (Arc::clone(&all), Arc::clone(&next), Arc::clone(&requests));
            let (http, token) = (http.clone(), token.to_owned());
            tokio::spawn(async move {
                while let Some(addresses) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for address in addresses {
                        let call = http.get(address).bearer_auth(&token).header("x-api-key", "sandbox-key");
                        let body = call.send().await.unwrap().bytes().await.unwrap();
                        assert!(memchr::memmem::find(&body, br#""success":true"#).is_some(), "{address}");
                        requests.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    requests.load(Ordering::Relaxed) as f64 / clock.elapsed().saturating_sub(began).as_secs_f64()
}

async fn token(http: &Client, sandbox: &Sandbox) -> String {
    let form = [("grant_type", "client_credentials")];
    let call = http.post(sandbox.token_url()).basic_auth("sandbox-client", Some("sandbox-secret")).form(&form);
    let answer: Value = call.send().await.unwrap().json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

fn profile(number: usize) -> Profile {
    Profile {
        name: format!("Sample Motors {number}").into(),
        dealer_code: code(number).into(),
        group: "".into(),
        brand: "".into(),
        city: "".into(),
        state: "".into(),
        timezone: ZONE,
        contact: Contact { email: format!("service{number}@example.com").into(), ..Contact::default() },
        owner: None,
    }
}

fn desk(dir: &std::path::Path, sandbox: &Sandbox, clock: &SharedClock) -> Engine {
    let settings = xtime::PlatformSettings {
        base_url: sandbox.base_url(),
        token_url: sandbox.token_url(),
        client_id: "sandbox-client".to_owned(),
        client_secret: "sandbox-secret".to_owned().into(),
        api_key: "sandbox-key".to_owned().into(),
        max_in_flight: AT_ONCE,
        ..xtime::PlatformSettings::default()
    };
    Engine::start(Parts {
        store: EmbeddedStore::open(dir, Arc::clone(clock)).unwrap(),
        platform: Some(Arc::new(HttpPlatform::new(settings, Arc::clone(clock)).unwrap())),
        source: None,
        outbox: None,
        rules: None,
        clock: Arc::clone(clock),
        policy: Policy::default(),
        // The budget is lifted; how many are under way at once is the bare loop's.
        pace: Pace { requests_per_second: 1_000_000, max_in_flight: AT_ONCE as u32, ..Pace::default() },
        seed: 1,
        read_only: false,
        background: false,
        lease: LeaseSettings::of("ana"),
    })
}

/// Probes everybody. Requests a second: one for the services and three for the slots of each.
async fn probe(engine: &Engine, ids: &[DealershipId], clock: &SharedClock) -> (f64, usize) {
    let began = clock.elapsed();
    let probes = ids.iter().map(|id| engine.check(*id));
    let events: usize = stream::iter(probes)
        .buffer_unordered(4 * AT_ONCE)
        .map(|checked| checked.unwrap().events.len())
        .fold(0, async |sum, one| sum + one)
        .await;
    let took: Duration = clock.elapsed().saturating_sub(began);
    ((4 * ids.len()) as f64 / took.as_secs_f64(), events)
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    xtime::install_crypto();
    let clock: SharedClock = Arc::new(WallClock::real());
    let sandbox =
        sandbox::start(SandboxSettings { faults: Faults::none(), ..SandboxSettings::new(Arc::clone(&clock)) })
            .await
            .unwrap();
    let http = Client::new();
    populate(&http, &sandbox).await;
    let token = token(&http, &sandbox).await;
    let dir = tempfile::tempdir().unwrap();
    let engine = desk(dir.path(), &sandbox, &clock);
    let ids = requests::add(&engine, (0..DEALERS).map(profile).collect()).await;

    for round in ["everything changes", "nothing changes"] {
        // Before and after: a machine is seldom as fast all the time.
        let before = bare(&http, &token, &sandbox, &clock).await;
        let (probed, events) = probe(&engine, &ids, &clock).await;
        let bare = f64::midpoint(before, bare(&http, &token, &sandbox, &clock).await);
        println!(
            "{round:<19} bare {bare:>7.0} requests/s, probing {probed:>7.0}/s with {events} events: ratio {:.2}",
            probed / bare
        );
        limit::at_least(&format!("probes, {round}, of a bare loop of requests"), probed / bare, 0.8);
    }
    let live = ids.iter().filter(|id| engine.read_model().get(**id).unwrap().stage(clock.now()) == Stage::Live).count();
    assert_eq!(live, DEALERS, "everybody is live");
    engine.shutdown().await.unwrap();
    sandbox.shutdown().await;
}
