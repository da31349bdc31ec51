//! `meaning`: an answer that no row knows is kept, shown whole, and taught by a person.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use cli_support::history::{added, recorded};
use cli_support::{Desk, is_clean};
use cloverwatch::clock::{Clock, WallClock};
use cloverwatch::domain::{Fact, Outcome};
use serde_json::json;

/// A desk with an answer that no row knows about each of two dealerships.
fn puzzled() -> (Desk, cli_support::Sandbox) {
    let (desk, sandbox) = Desk::connected("none");
    for dealer in ["xts1", "xts2"] {
        sandbox.ask("POST", "/control/dealers", &json!({"dealerCode": dealer, "timezone": "America/Chicago"}));
        sandbox.act(dealer, "answers", &json!({"denial": "success-false"}));
        let item = desk.run(&["check", dealer, "--json"]).ends(1).json()["items"][0].clone();
        assert_eq!((&item["probe"]["outcome"], &item["probe"]["unrecognised"]), (&json!("unknown"), &json!(true)));
    }
    (desk, sandbox)
}

#[test]
fn an_answer_that_no_row_knows_is_taught_by_its_event() {
    let (desk, _sandbox) = puzzled();
    let list = desk.run(&["meaning", "list", "--json"]).ends(0).json();
    let rows = list["rows"].as_array().unwrap();
    assert!(rows.len() <= 12 && rows.iter().all(|row| row["default"] == true), "{list}");
    let [answer] = list["unrecognised"].as_array().unwrap().as_slice() else { panic!("once: {list}") };
    assert_eq!((&answer["status"], &answer["code"], &answer["times"]), (&json!(200), &json!("x-000403"), &json!(2)));
    assert_eq!(answer["message"], "Dealer is not connected to this partner");
    let event = answer["event"].to_string();
    let shown = desk.run(&["meaning", "list"]).ends(0);
    assert!(shown.out.contains(&format!("event {event}  status 200, code x-000403: Dealer is not")), "{}", shown.out);
    assert!(is_clean(&shown.out), "{}", shown.out);
    let told = desk.run(&["events", "--kind", "probe.changed"]).ends(0).out;
    assert!(told.contains(&format!("event {event}")) && told.contains("x-000403"), "{told}");

    let before = std::fs::read_to_string(desk.path("config.toml")).unwrap();
    let added = desk.run(&["meaning", "add", "--from", &event, "--means", "not-connected"]).ends(0).says("config.toml");
    assert!(added.out.starts_with("[[xtime.meaning]]\nstatus = 200\n"), "{}", added.out);
    let after = std::fs::read_to_string(desk.path("config.toml")).unwrap();
    assert!(before.lines().all(|line| after.contains(line)), "{after}");
    let item = desk.run(&["check", "xts1", "--json"]).ends(0).json()["items"][0].clone();
    assert_eq!(item["probe"]["outcome"], "not-connected", "{item}");
    let list = desk.run(&["meaning", "list", "--json"]).ends(0).json();
    assert_eq!((&list["rows"][0]["default"], &list["unrecognised"]), (&json!(false), &json!([])));
    desk.run(&["config", "check"]).ends(0);
    // What is known teaches nothing more.
    desk.run(&["meaning", "add", "--from", &event, "--means", "connected"]).ends(4).says("row 1");
}

#[test]
fn what_teaches_nothing_is_refused_with_the_reason() {
    let (desk, _sandbox) = puzzled();
    let add = |event: &str| desk.run(&["meaning", "add", "--from", event, "--means", "not-connected"]);
    add("1").ends(4).says("holds no unrecognised answer");
    add("9999").ends(4).says("there is no event 9999");
    desk.run(&["meaning", "add", "--from", "1", "--means", "perhaps"]).ends(2);
    let event = desk.run(&["meaning", "list", "--json"]).json()["unrecognised"][0]["event"].to_string();
    desk.run(&["--read-only", "meaning", "add", "--from", &event, "--means", "unknown"]).ends(4);
}

#[test]
fn the_row_that_read_an_answer_is_named_only_when_more_is_asked_for() {
    let (desk, _sandbox) = Desk::connected("none");
    let plain = desk.run(&["check", "xts1"]).ends(0);
    assert!(!plain.out.contains("row ") && !plain.err.contains("row "), "{} {}", plain.out, plain.err);
    desk.run(&["-v", "check", "xts1"]).ends(0).says("read by row 9 of the meanings");
}

#[tokio::test]
async fn answers_that_no_row_can_tell_apart_are_told_apart_and_not_called_teachable() {
    let desk = Desk::new();
    let now = WallClock::real().now();
    let answered = |reason: &str, code: Option<&str>| Fact::ProbeChanged {
        outcome: Outcome::Unknown,
        reason: format!("unrecognised answer: status 200{reason}").into(),
        at: now,
        status: Some(200),
        code: code.map(Into::into),
        message: None,
    };
    let facts = [
        added("One"),
        answered(", success, but no list of services", None),
        answered(", a list of services with no word of success", None),
        answered(", success, but no list of services", None),
        answered(", code E-7", Some("E-7")),
    ];
    recorded(&desk, 1, facts.map(|fact| (now, fact)).into()).await;
    let list = desk.run(&["meaning", "list"]).ends(0).out;
    let part = list.split("\n\n").skip(1).collect::<Vec<_>>();
    let [taught, rest] = part.as_slice() else { panic!("{list}") };
    assert!(taught.contains("teaches one:\nevent 5  status 200, code E-7"), "{list}");
    assert!(rest.starts_with("No row knows these, and none can be taught from them:"), "{list}");
    assert!(rest.contains("event 4  status 200, success, but no list of services  (2 times)"), "{list}");
    assert!(rest.contains("event 3  status 200, a list of services with no word of success\n"), "{list}");
    assert_eq!(rest.matches("neither code nor message").count(), 2, "{list}");
    let document = desk.run(&["meaning", "list", "--json"]).ends(0).json();
    let unteachable = |place: usize| document["unrecognised"][place]["unteachable"].is_string();
    assert_eq!((unteachable(0), unteachable(1), unteachable(2)), (true, true, false), "{document}");
    let log = desk.run(&["events"]).ends(0).out;
    assert!(log.contains("unrecognised answer: status 200, success, but no list of services"), "{log}");
}
