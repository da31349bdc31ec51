//! What an owner does with what no client of ours would say, or with one that does not listen.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;

use cloverwatch::attach::{LONGEST_FRAME, PROTOCOL, SOCKET, VERSION};
use cloverwatch::client::{EngineClient, ask};
use cloverwatch::domain::{Actor, Command};
use cloverwatch::protocol::{Notification, OwnerState, Request};
use futures::StreamExt;
use serde_json::{Value, json};

use super::support::{Owner, notes, within};

struct Raw {
    stream: UnixStream,
    lines: BufReader<UnixStream>,
}

impl Raw {
    fn connect(owner: &Owner) -> Self {
        let stream = UnixStream::connect(owner.dir().join(SOCKET)).unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap());
        Self { stream, lines }
    }

    fn greeted(owner: &Owner) -> Self {
        let mut raw = Self::connect(owner);
        raw.say(&json!({ "cloverwatch": VERSION, "protocol": PROTOCOL }));
        let hello = raw.line();
        assert!(hello["welcome"].is_object(), "{hello}");
        raw
    }

    fn say(&mut self, value: &Value) {
        self.stream.write_all(format!("{value}\n").as_bytes()).unwrap();
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// Everything until the owner closes.
    fn rest(mut self) -> String {
        let mut rest = String::new();
        // What it did not read any more makes the end an error.
        let _ = self.lines.read_to_string(&mut rest);
        rest
    }
}

/// Runs what blocks beside the owner.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    within(tokio::task::spawn_blocking(work)).await.unwrap()
}

async fn still_serves(owner: &Owner) {
    let ids = [owner.client.read_model().all().1[0].id];
    let ana = owner.attach("ana").await;
    let recorded: super::Recorded = ask(&ana, notes(&ids), &Actor::person("ana")).await.unwrap();
    assert_eq!(recorded.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_refused_in_words() {
    let owner = Owner::start();
    owner.add(1).await;
    for (version, protocol) in [("9.9.9", PROTOCOL), (VERSION, PROTOCOL + 1)] {
        let mut raw = Raw::connect(&owner);
        let refused = beside(move || {
            raw.say(&json!({ "cloverwatch": version, "protocol": protocol, "new": [1] }));
            raw.line()
        })
        .await;
        let words =
            format!("it is cloverwatch {VERSION} and this is {version}; use the same version, or end that one first");
        assert_eq!(refused["refused"], json!(words));
    }
    still_serves(&owner).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_refused_and_disturbs_nobody() {
    let owner = Owner::start();
    owner.add(1).await;
    let greetings: [&[u8]; 5] = [b"\n", b"\xff\xfe\n", b"GET / HTTP/1.1\r\n\r\n", b"{\"protocol\":1}\n", b"[[[[\n"];
    for greeting in greetings {
        let mut raw = Raw::connect(&owner);
        let rest = beside(move || {
            raw.stream.write_all(greeting).unwrap();
            raw.rest()
        })
        .await;
        let refused: Value = serde_json::from_str(&rest).unwrap();
        assert!(refused["refused"].is_string() && refused["welcome"].is_null(), "{refused}");
    }
    for frame in ["{\"Ask\":{\"id\":1,\"request\":\"Everything\"}}", "{", "\"Sing\"", "0"] {
        let mut raw = Raw::greeted(&owner);
        let rest = beside(move || {
            raw.stream.write_all(format!("{frame}\n").as_bytes()).unwrap();
            raw.rest()
        })
        .await;
        assert!(rest.contains("cannot be understood"), "{frame}: {rest}");
    }
    // Half a frame, and half a greeting.
    for raw in [Raw::greeted(&owner), Raw::connect(&owner)] {
        let mut raw = raw;
        raw.stream.write_all(b"{\"Ask\":{\"id\":1,").unwrap();
    }
    still_serves(&owner).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_never_ends_is_cut_off_at_the_limit() {
    let owner = Owner::start();
    owner.add(1).await;
    let (mut greeting, mut request) = (Raw::connect(&owner), Raw::greeted(&owner));
    let told = beside(move || {
        // The owner closes before it has read all of it.
        let endless = vec![b'['; 1024 * 1024];
        let _ = greeting.stream.write_all(&endless);
        for _ in 0..=LONGEST_FRAME / endless.len() {
            if request.stream.write_all(&endless).is_err() {
                break;
            }
        }
        [greeting.rest(), request.rest()]
    })
    .await;
    assert!(told[0].contains("longer than 65536 bytes"), "{}", told[0]);
    assert!(told[1].contains(&format!("longer than {LONGEST_FRAME} bytes")), "{}", told[1]);
    still_serves(&owner).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_when_64_are_attached_is_refused() {
    let owner = Owner::start();
    let attached: Vec<Raw> = (0..64).map(|_| Raw::greeted(&owner)).collect();
    assert_eq!(Raw::connect(&owner).line()["refused"], "too many are attached");
    drop(attached);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_slows_nobody_and_is_told_that_it_lags() {
    let owner = Owner::start();
    let ids = owner.add(200).await;
    let mut slow = Raw::greeted(&owner);
    slow.say(&json!("Follow"));
    let ana = owner.attach("ana").await;
    let me = Actor::person("ana");
    let mut recorded = 0;
    // More than what may wait for anybody.
    while recorded < 12_000 {
        let answers = within(cloverwatch::client::ask_each::<super::Recorded>(&ana, notes(&ids), &me, |_| {})).await;
        recorded += u32::try_from(answers.into_iter().flatten().count()).unwrap();
    }
    let newest = owner.client.read_model().seq();
    let caught_up = beside(move || {
        let (mut commits, mut known) = (0, 0);
        loop {
            let said = slow.line();
            known = said["States"]["seq"].as_u64().unwrap_or(known);
            commits += u32::from(said["Told"]["Committed"].is_object());
            if said["Told"] == json!("Lagged") {
                return (known, commits < recorded);
            }
        }
    });
    assert_eq!(caught_up.await, (newest, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_told_without_being_asked_holds_a_secret_of_the_settings() {
    let owner = Owner::start();
    let mut raw = Raw::connect(&owner);
    raw.say(&json!({ "cloverwatch": VERSION, "protocol": PROTOCOL }));
    let hello = beside(move || raw.line()).await;
    let mut fields: Vec<_> = hello["welcome"]["info"].as_object().unwrap().keys().cloned().collect();
    fields.sort();
    assert_eq!(fields, ["code_origin", "environment", "mail_name", "mails", "notices", "owner", "policy", "read_only"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_cannot_be_told_of_something_is_left_instead_of_waiting_for_it() {
    let owner = Owner::start();
    let ids = owner.add(1).await;
    let ana = owner.attach("ana").await;
    let mut told = ana.subscribe();
    let note = Command::Note { text: "x".repeat(LONGEST_FRAME).as_str().into() };
    let (note, me) = (Request::Execute(vec![(ids[0], note)]), Actor::person("ana"));
    assert_eq!(ask::<super::Recorded>(&owner.client, note, &me).await.unwrap().len(), 1);
    within(async { while told.next().await != Some(Notification::Owner(OwnerState::Gone)) {} }).await;
    still_serves(&owner).await;
}
