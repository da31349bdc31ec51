//! How many questions the simulated platform answers: 10,000 dealerships with a past, 16 connections on loopback, client
//! and server in one process.
//!
//! `cargo bench --bench sandbox`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench fails loudly"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::sandbox::{self, Faults, Sandbox, SandboxSettings};
use reqwest::Client;
use serde_json::{Value, json};

const DEALERS: usize = 10_000;
const CONNECTIONS: usize = 16;
const ASKED: usize = 100_000;

/// Asks so many times; answers how many a second were answered, and how many of those said that it went well.
async fn ask(
    clock: &SharedClock,
    http: &Client,
    token: &str,
    count: usize,
    url: impl Fn(usize) -> String,
) -> (f64, usize) {
    let urls: Arc<Vec<String>> = Arc::new((0..DEALERS).map(url).collect());
    let (next, good) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let began = clock.elapsed();
    let workers = (0..CONNECTIONS).map(|_| {
        let (urls, next, good) = (Arc::clone(&urls), Arc::clone(&next), Arc::clone(&good));
        let (http, token) = (http.clone(), token.to_owned());
        tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return;
                }
                let call =
                    http.get(&urls[number * 7_919 % DEALERS]).bearer_auth(&token).header("x-api-key", "sandbox-key");
                let body = call.send().await.unwrap().bytes().await.unwrap();
                good.fetch_add(
                    usize::from(memchr::memmem::find(&body, br#""success":true"#).is_some()),
                    Ordering::Relaxed,
                );
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    (count as f64 / clock.elapsed().saturating_sub(began).as_secs_f64(), good.load(Ordering::Relaxed))
}

/// Half of the dealerships were invited ten days ago and have lived since; the others were made as they should be.
async fn populate(http: &Client, sandbox: &Sandbox, clock: &SharedClock) {
    let at = (clock.now() - TimeDelta::days(10)).to_rfc3339();
    for number in (0..DEALERS).step_by(2) {
        let ask = json!({"dealerCode": format!("xts{number}"), "generatedAt": at});
        http.post(sandbox.invitations_url()).json(&ask).send().await.unwrap().error_for_status().unwrap();
    }
    let many: Vec<Value> = (0..DEALERS)
        .skip(1)
        .step_by(2)
        .map(|number| json!({"dealerCode": format!("xts{number}"), "connected": true, "opcode": "Tell Us More", "slots": true}))
        .collect();
    let made = http.post(format!("{}/dealers", sandbox.control_url())).json(&many).send().await.unwrap();
    made.error_for_status().unwrap();
}

fn resident_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * 4 / 1_024
}

#[tokio::main]
async fn main() {
    rustls::crypto::ring::default_provider().install_default().expect("the first provider");
    let clock: SharedClock = Arc::new(WallClock::real());
    let settings = SandboxSettings { faults: Faults::none(), ..SandboxSettings::new(Arc::clone(&clock)) };
    let sandbox = sandbox::start(settings).await.unwrap();
    let http = Client::builder().no_proxy().pool_max_idle_per_host(CONNECTIONS).build().unwrap();
    let form = [("grant_type", "client_credentials")];
    let token = http.post(sandbox.token_url()).basic_auth("sandbox-client", Some("sandbox-secret")).form(&form);
    let token: Value = token.send().await.unwrap().json().await.unwrap();
    let token = token["access_token"].as_str().unwrap();

    let before = resident_mib();
    let began = clock.elapsed();
    populate(&http, &sandbox, &clock).await;
    let took = clock.elapsed().saturating_sub(began).as_secs_f64();
    println!("{DEALERS} dealerships made in {took:.1} s, {} MiB", resident_mib() - before);

    let base = sandbox.base_url();
    let services = |number| format!("{base}/services?dealerCode=xts{number}&make=OTHER&model=OTHER");
    for round in ["the first look at each", "again"] {
        let count = if round == "again" { ASKED } else { DEALERS };
        let (rate, good) = ask(&clock, &http, token, count, services).await;
        println!("GET /services, {round}: {rate:.0}/s, {good} of {count} successfully");
    }
    let today = clock.now().date_naive();
    let (from, to) = (today + TimeDelta::days(1), today + TimeDelta::days(7));
    let slots = |number| {
        let query =
            format!("dealerCode=xts{number}&make=OTHER&model=OTHER&opcode=Tell%20Us%20More&start={from}&end={to}");
        format!("{base}/appointments-availabilities?{query}")
    };
    let (rate, good) = ask(&clock, &http, token, ASKED / 5, slots).await;
    println!("GET /appointments-availabilities, 7 days: {rate:.0}/s, {good} of {} successfully", ASKED / 5);
    sandbox.shutdown().await;
}
