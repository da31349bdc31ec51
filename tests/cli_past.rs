//! `list --at`: the table as it stood at a moment, of which nothing is known that was recorded later.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use chrono::{DateTime, TimeDelta};
use cli_support::{Desk, history};
use cloverwatch::domain::{CodeOrigin, Fact, IntentId, Outcome, Timestamp};
use serde_json::{Value, json};

const BEFORE: &str = "2026-03-01T00:00:00Z";
const CODE_LIVES: &str = "2026-03-03T15:00:00Z";
const CODE_DEAD: &str = "2026-03-06T15:00:00Z";
const CONNECTED: &str = "2026-03-11T00:00:00Z";

fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// One whose code ran out, which was connected all the same and renamed then; and one that came later.
async fn desk() -> Desk {
    let desk = Desk::new();
    let first = at("2026-03-02T15:00:00Z");
    let expires_at = first + TimeDelta::hours(72);
    let (source, intent) = (CodeOrigin::Paste, IntentId::from_bits(1));
    let code = "SECRET-1A".parse().unwrap();
    let issued = Fact::InvitationIssued { generation: 1, code, generated_at: first, expires_at, source, intent };
    let seen = at("2026-03-10T15:00:00Z");
    let looked = Fact::ProbeChanged {
        outcome: Outcome::Connected,
        reason: "200, success".into(),
        at: seen,
        status: None,
        code: None,
        message: None,
    };
    let Fact::DealershipAdded { mut profile } = history::added("One") else { panic!("it adds") };
    (profile.name, profile.owner) = ("Renamed Motors".into(), Some("ben".into()));
    let facts = vec![
        (first, history::added("One")),
        (first, issued),
        (seen, looked),
        (seen, Fact::IntegrationConfirmed { observed_at: seen }),
        (seen, Fact::DealershipUpdated { profile }),
    ];
    history::recorded(&desk, 1, facts).await;
    history::recorded(&desk, 2, vec![(at("2026-03-05T00:00:00Z"), history::added("Two"))]).await;
    desk
}

#[track_caller]
fn list(desk: &Desk, args: &[&str]) -> Vec<Value> {
    let document = desk.run(&[&["list", "--json"], args].concat()).ends(0).json();
    document["dealerships"].as_array().unwrap().clone()
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_table_is_as_it_stood_then() {
    let desk = desk().await;
    let lives = list(&desk, &["--at", CODE_LIVES]);
    assert_eq!(names(&lives), ["One Motors"]);
    let one = &lives[0];
    assert_eq!((&one["stage"], &one["invitation"]["state"]), (&json!("invited"), &json!("live")));
    assert_eq!((&one["invitation"]["seconds_left"], &one["version"]), (&json!(48 * 3600), &json!(2)));
    assert_eq!((&one["last_probe"], &one["next_probe_at"], &one["owner"]), (&Value::Null, &Value::Null, &Value::Null));
    let dead = list(&desk, &["--at", CODE_DEAD, "--sort", "name"]);
    assert_eq!(names(&dead), ["One Motors", "Two Motors"]);
    assert_eq!(dead[0]["stage"], "expired");
    let connected = list(&desk, &["--at", CONNECTED, "--sort", "name:desc"]);
    assert_eq!(names(&connected), ["Two Motors", "Renamed Motors"]);
    assert_eq!(connected[1]["last_probe"]["at"], "2026-03-10T15:00:00Z");
    // The same document as `show` has of one.
    let shown = desk.run(&["show", "tstOne", "--at", CODE_DEAD, "--json"]).ends(0).json();
    let fields = dead[0].as_object().unwrap();
    assert!(fields.iter().all(|(field, value)| shown[field] == *value), "{shown}\n{}", dead[0]);
}

#[tokio::test]
async fn filters_columns_and_their_order_are_of_then_too() {
    let desk = desk().await;
    assert_eq!(names(&list(&desk, &["is:expired", "--at", CODE_DEAD])), ["One Motors"]);
    assert!(list(&desk, &["is:expired", "--at", CODE_LIVES]).is_empty());
    assert!(list(&desk, &["owner:ben", "--at", CODE_DEAD]).is_empty());
    assert_eq!(list(&desk, &["owner:ben", "--at", CONNECTED]).len(), 1);
    assert_eq!(list(&desk, &["--limit", "1", "--at", CONNECTED]).len(), 1);
    let csv = desk.run(&["list", "--csv", "--columns", "name,stage", "--at", CODE_DEAD, "--sort", "name"]).ends(0).out;
    assert_eq!(csv, "name,stage\nOne Motors,expired\nTwo Motors,new\n");
    desk.run(&["list", "--at", CODE_LIVES, "--columns", "name,left"]).ends(0).prints("2d 00h");
    desk.run(&["list", "--at", CODE_LIVES, "--columns", "name,chance"]).ends(0).prints("One Motors");
}

#[tokio::test]
async fn twins_are_those_of_then() {
    let desk = desk().await;
    let twins = |at: &str| -> Vec<usize> {
        list(&desk, &["--at", at]).iter().map(|one| one["alike"].as_array().map_or(0, Vec::len)).collect()
    };
    assert_eq!((twins(CODE_LIVES), twins(CODE_DEAD)), (vec![0], vec![1, 1]));
    assert_eq!(list(&desk, &["is:twin", "--at", CODE_DEAD]).len(), 2);
    desk.run(&["set", "tstTwo", "--email", "other@example.com"]).ends(0);
    assert_eq!((twins(CODE_DEAD), twins("now")), (vec![1, 1], vec![0, 0]));
    desk.run(&["show", "tstOne", "--at", CODE_DEAD])
        .ends(0)
        .prints("may be the same as Two Motors (tstTwo): same address");
    let now = desk.run(&["show", "tstOne"]).ends(0);
    assert!(!now.out.contains("may be the same"), "{}", now.out);
}

#[tokio::test]
async fn what_was_not_there_yet_is_said_and_a_wrong_moment_is_wrong_usage() {
    let desk = desk().await;
    desk.run(&["list", "--at", BEFORE]).ends(0).says("no dealership was in the store then");
    desk.run(&["list", "zielinski", "--at", CONNECTED]).ends(0).says("nothing matches");
    desk.run(&["list", "--at", "whenever"]).ends(2);
    desk.run(&["list", "is:nonsense", "--at", CONNECTED]).ends(2);
}

#[tokio::test]
async fn through_the_owner_of_the_store_it_is_the_same() {
    let desk = desk().await;
    let args = ["list", "--json", "--at", CODE_DEAD];
    let beside = desk.run(&args).ends(0).out;
    let _owner = desk.owner();
    assert_eq!(desk.run(&args).ends(0).out, beside);
    desk.run(&["list", "--at", CODE_LIVES, "--columns", "name,chance"]).ends(0).prints("One Motors");
}
