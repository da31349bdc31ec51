//! When was last looked, what it said and when the next look is due, as the commands tell it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod cli_support;

use cli_support::Desk;
use serde_json::{Value, json};

fn probe(desk: &Desk, more: &[&str]) -> (Value, Value) {
    let one = desk.run(&[&["show", "xts1", "--json"], more].concat()).ends(0).json();
    (one["last_probe"].clone(), one["next_probe_at"].clone())
}

#[test]
fn the_last_look_is_told_whatever_it_said_and_records_nothing() {
    let (desk, sandbox) = Desk::connected("none");
    assert_eq!(probe(&desk, &[]), (Value::Null, Value::Null), "never invited: nothing to look for");
    assert!(desk.run(&["show", "xts1"]).ends(0).out.contains("last look     none yet"));
    sandbox.ready("xts1");
    desk.run(&["check", "xts1"]).ends(0);
    let events = desk.run(&["events", "--json"]).ends(0).out;
    let (first, next) = probe(&desk, &[]);
    assert_eq!((&first["outcome"], &first["since"]), (&json!("connected"), &first["at"]));
    assert!(next.as_str().unwrap() > first["at"].as_str().unwrap(), "{next} after {first}");
    desk.run(&["check", "xts1"]).ends(0);
    let (second, _) = probe(&desk, &[]);
    assert!(second["at"].as_str() > first["at"].as_str(), "kept by the command for the next one");
    assert_eq!(second["since"], first["since"]);
    assert_eq!(desk.run(&["events", "--json"]).ends(0).out, events, "and no event");

    drop(sandbox);
    desk.run(&["check", "xts1"]);
    let (third, next) = probe(&desk, &["--read-only"]);
    assert_eq!((&third["outcome"], &third["since"]), (&json!("unknown"), &third["at"]), "it told nothing");
    assert!(next.as_str() <= third["at"].as_str(), "due at once");
    let page = desk.run(&["show", "xts1"]).ends(0).out;
    assert!(page.contains("could not tell: ") && page.contains("next look     due now"), "{page}");
    let columns = ["list", "xts1", "--columns", "last_probe,probe_outcome,probe_since,next_probe", "--csv"];
    let sheet = desk.run(&columns).ends(0).out;
    let row = sheet.lines().nth(1).unwrap();
    assert!(row.starts_with(&format!("{},unknown,", third["at"].as_str().unwrap())), "{sheet}");
    let before = desk.run(&["show", "xts1", "--at", "-1s", "--json"]);
    assert!(before.code != 0 || before.json()["next_probe_at"].is_null(), "what was due then is not known");
}

#[test]
fn a_store_without_last_looks_tells_the_recorded_change() {
    let (desk, sandbox) = Desk::connected("none");
    sandbox.ready("xts1");
    desk.run(&["check", "xts1"]).ends(0);
    let (kept, _) = probe(&desk, &[]);
    std::fs::remove_file(desk.path("store/probes")).unwrap();
    let (recorded, next) = probe(&desk, &[]);
    assert_eq!((&recorded["outcome"], &recorded["at"]), (&kept["outcome"], &kept["at"]));
    assert!(next.is_string());
}
