//! One intent, one code: the engine and the real client against a source that makes one code per key and answers as it likes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::America::Chicago;
use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::{Actor, Ask, Contact, Policy, Profile};
use cloverwatch::engine::{Engine, LeaseSettings, Pace, Parts};
use cloverwatch::protocol::RequestError;
use cloverwatch::store::memory::MemoryStore;
use cloverwatch::xtime::CodeSource;
use cloverwatch::xtime::source::{CommandSettings, CommandSource, HttpSettings, HttpSource};
use parking_lot::Mutex;

use crate::requests::add;
use crate::server::{Reply, Server};

/// The answers that say nothing for sure.
fn unsure(kind: usize) -> Reply {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"code\":\"CODE";
    match kind {
        0 => Reply::json(409, r#"{"message":"a request with this key is in progress"}"#),
        1 => Reply::json(202, r#"{"message":"accepted"}"#),
        2 => Reply::json(425, "{}"),
        3 => Reply::json(429, "{}").with("retry-after", "3"),
        4 => Reply::json(500, "boom"),
        5 => Reply::json(503, "{}").with("retry-after", "120"),
        6 => Reply::Raw(Vec::new()),
        7 => Reply::raw(cut),
        // These end no intent either, once there is a doubt.
        8 => Reply::json(401, "{}"),
        // A source that knows the key refuses it with other contents; a proxy knows no such place while the source is deployed.
        10 => Reply::json(422, r#"{"message":"this key was used with another request"}"#),
        11 => Reply::json(404, "<html>"),
        12 => Reply::json(400, "{}"),
        _ => Reply::json(200, "<html>"),
    }
}

const KINDS: usize = 8;

/// A clock on which the rests between two tries take no time.
fn clock() -> SharedClock {
    Arc::new(WallClock::accelerated(10_000.0))
}

fn engine(source: Arc<dyn CodeSource>, clock: SharedClock) -> Engine {
    Engine::start(Parts {
        store: MemoryStore::new(),
        platform: None,
        source: Some(source),
        outbox: None,
        rules: None,
        clock,
        policy: Policy::default(),
        pace: Pace::default(),
        seed: 7,
        read_only: false,
        background: false,
        lease: LeaseSettings::of("ana"),
    })
}

pub fn profile(dealer_code: &str) -> Profile {
    Profile {
        name: dealer_code.into(),
        dealer_code: dealer_code.into(),
        group: "".into(),
        brand: "".into(),
        city: "".into(),
        state: "".into(),
        timezone: Chicago.into(),
        contact: Contact { name: "".into(), email: "contact@example.com".into(), phone: "".into() },
        owner: None,
    }
}

fn actor() -> Actor {
    Actor::person("ana")
}

/// The keys of a dealership's requests, and how many there were.
type Asked = (HashSet<String>, usize);

/// Invites until the code is there; the same command goes on with the same request.
async fn invite(engine: &Engine, dealer_code: &str) {
    let id = add(engine, vec![profile(dealer_code)]).await[0];
    for _ in 0..5 {
        match engine.obtain(id, Ask::Invite, false, &actor()).await {
            Ok(generation) => return assert_eq!(generation, 1),
            Err(RequestError::StillOpen(_)) => {}
            Err(error) => panic!("{dealer_code}: {error}"),
        }
    }
    panic!("{dealer_code}: no code");
}

#[tokio::test]
async fn no_sequence_of_unsure_answers_makes_two_codes_and_the_code_arrives() {
    let keys: Arc<Mutex<HashMap<String, Asked>>> = Arc::default();
    let seen = Arc::clone(&keys);
    let server = Server::start(move |request, _| {
        // The path names the three answers that come first.
        let dealer = request.path.trim_start_matches('/').to_owned();
        let mut seen = seen.lock();
        let (keys, asked) = seen.entry(dealer.clone()).or_default();
        // One code per key, made by whichever request comes first.
        keys.insert(request.header("idempotency-key").unwrap().to_owned());
        let kind = dealer.split('-').nth(*asked).and_then(|digit| digit.parse().ok());
        *asked += 1;
        match kind {
            Some(kind) => unsure(kind),
            None => Reply::json(201, format!(r#"{{"code":"CODE-{dealer}-{}"}}"#, keys.len())),
        }
    })
    .await;
    let clock = clock();
    let settings = HttpSettings {
        url: server.url("/{{ dealer_code }}"),
        timeout: Duration::from_secs(20),
        ..HttpSettings::default()
    };
    let source = HttpSource::new(settings, Arc::clone(&clock)).unwrap();
    let engine = engine(Arc::new(source), clock);
    let mut sequences: Vec<String> = Vec::new();
    for number in 0..KINDS.pow(3) {
        sequences.push(format!("{}-{}-{}", number / KINDS / KINDS, number / KINDS % KINDS, number % KINDS));
    }
    // After a doubt, neither a refusal of our credentials, nor one of the request, nor an answer that cannot be read ends the intent.
    sequences.extend(["6-8-6", "6-9-8", "0-8-9", "9-8-0", "6-10-11", "7-11-12", "9-12-10"].map(str::to_owned));
    futures::future::join_all(sequences.iter().map(|dealer| invite(&engine, dealer))).await;
    let keys = keys.lock();
    for dealer in &sequences {
        let (keys, asked) = &keys[dealer];
        assert_eq!((keys.len(), *asked), (1, 4), "{dealer}");
    }
}

/// A program that makes one code per key, and on its way there is killed for its slowness, fails, or prints nothing.
#[tokio::test]
async fn a_program_in_doubt_is_asked_again_with_the_same_key() {
    let dir = tempfile::tempdir().unwrap();
    let script = r#"
        echo "$CLOVERWATCH_INTENT" >> "$1/$CLOVERWATCH_DEALER_CODE"
        nth=$(wc -l < "$1/$CLOVERWATCH_DEALER_CODE")
        case $(echo "$CLOVERWATCH_DEALER_CODE" | cut -d- -f"$nth") in
            slow) sleep 1000;;
            later) exit 75;;
            killed) kill -9 $$;;
            failed) exit 1;;
            silent) exit 0;;
            *) echo "CODE-$CLOVERWATCH_DEALER_CODE";;
        esac"#;
    let run = ["sh", "-c", script, "sh", dir.path().to_str().unwrap()].map(str::to_owned).to_vec();
    let settings = CommandSettings { run, timeout: Duration::from_secs(2), ..CommandSettings::default() };
    let engine = engine(Arc::new(CommandSource::new(settings).unwrap()), clock());
    for dealer in ["slow-failed-silent", "killed-later-failed", "later-silent-killed", "silent-failed-failed"] {
        invite(&engine, dealer).await;
        let asked = std::fs::read_to_string(dir.path().join(dealer)).unwrap();
        let keys: HashSet<&str> = asked.lines().collect();
        assert_eq!((keys.len(), asked.lines().count()), (1, 4), "{dealer}");
    }
    // Without any doubt, a failure ends the intent.
    let id = add(&engine, vec![profile("failed")]).await[0];
    let error = engine.obtain(id, Ask::Invite, false, &actor()).await.unwrap_err();
    assert!(matches!(error, RequestError::Source(_)), "{error}");
    assert!(engine.read_model().get(id).unwrap().pending.is_none());
}
