//! The log: reading it, following it beside an owner, carrying it over; and how commands end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use std::os::unix::fs::PermissionsExt;

use cli_support::{Desk, history, kinds};
use cloverwatch::domain::{Actor, Fact};
use cloverwatch::store::Append;
use rustix::process::Signal;
use serde_json::Value;

#[test]
fn events_by_kind_query_and_time() {
    let desk = Desk::filled();
    desk.run(&["invite", "xts1", "--code", "SECRET-7Q", "--yes"]).ends(0);
    desk.run(&["note", "xts2", "call", "them"]).ends(0);
    let all = desk.run(&["events", "--json"]).ends(0).out;
    assert_eq!(kinds(&all).len(), 9);
    assert!(!all.contains("SECRET"));
    let first: Value = serde_json::from_str(all.lines().next().unwrap()).unwrap();
    assert_eq!((&first["seq"], &first["actor"], &first["schema"]), (&1.into(), &"ana".into(), &1.into()));
    assert_eq!(first["dealership"]["name"], "Nakamura Ford");
    assert_eq!(
        kinds(&desk.run(&["events", "--json", "--kind", "invitation,note.added"]).ends(0).out),
        ["invitation.issued", "note.added"]
    );
    assert_eq!(kinds(&desk.run(&["events", "--json", "kind:note.added"]).ends(0).out), ["note.added"]);
    assert_eq!(
        kinds(&desk.run(&["events", "--json", "nakamura"]).ends(0).out),
        ["dealership.added", "invitation.issued", "email.queued", "email.begun", "email.written"]
    );
    assert_eq!(kinds(&desk.run(&["events", "--json", "-n", "1"]).ends(0).out), ["note.added"]);
    assert_eq!(desk.run(&["events", "--json", "--until", "-1h"]).ends(0).out, "");
    assert_eq!(kinds(&desk.run(&["events", "--json", "--since", "-1h"]).ends(0).out).len(), 9);
    desk.run(&["events", "--kind", "invitation.isued"]).ends(2).says("did you mean `invitation.issued`?");
    let people = desk.run(&["events", "--kind", "note.added"]).ends(0).out;
    assert!(
        people.contains("Ford of Boise") && people.contains("note: call them") && people.contains("(ana)"),
        "{people}"
    );
}

#[test]
fn as_csv_it_is_a_table_that_no_spreadsheet_runs() {
    let desk = Desk::filled();
    desk.run(&["set", "xts1", "--name", "=1+2, \"Ford\""]).ends(0);
    desk.run(&["note", "xts4", "two, \"three\""]).ends(0);
    let text = desk.run(&["events", "--csv"]).ends(0).out;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heading = ["seq", "at", "happened_at", "actor", "kind", "dealership_id", "dealer_code", "name", "what"];
    assert_eq!(reader.headers().unwrap(), heading.as_slice());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 6);
    // The name is that of now, whenever it happened.
    assert_eq!((&rows[0][0], &rows[0][4], &rows[0][7]), ("1", "dealership.added", "'=1+2, \"Ford\""));
    assert_eq!((&rows[5][6], &rows[5][8]), ("xts4", "note: two, \"three\""));
    assert!(rows.iter().all(|row| row[1].ends_with('Z') && row[2].ends_with('Z')), "{text}");
    let few = desk.run(&["events", "--csv", "nobody at all"]).ends(0).out;
    assert_eq!(few.lines().count(), 1, "a table without rows has its heading: {few}");
    desk.run(&["events", "--csv", "--json"]).ends(2);

    let mut tail = desk.start(&["events", "--csv", "--follow", "--limit", "1", "xts4"]);
    assert_eq!(tail.line(), heading.join(","));
    assert!(tail.line().ends_with("\"note: two, \"\"three\"\"\""));
    desk.run(&["note", "xts4", "later"]).ends(0);
    assert!(tail.line().ends_with(",xts4,\"Lindqvist & Sons, Inc.\",note: later"));
    assert_eq!(tail.end_by(Signal::TERM), 143);
}

#[tokio::test]
async fn an_outage_is_an_event_without_a_dealership() {
    let desk = Desk::filled();
    let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc();
    let (failing_since, since) = (at("2026-03-30T14:05:00Z"), at("2026-03-30T14:17:30Z"));
    let failing = Fact::PlatformFailing { why: "status 503".into(), since: failing_since, credentials: false };
    let facts = vec![failing, Fact::PlatformAnswers { since, failing_since, last_failed: None }];
    let append = Append { dealership: None, expected_version: 0, actor: Actor::system("probe"), at: since, facts };
    let store = history::store(&desk).await;
    store.append(vec![append]).await.unwrap();
    store.close().await.unwrap();
    drop(store);

    let asked = desk.run(&["events", "--json", "--kind", "platform.failing"]).ends(0).json();
    assert_eq!(asked["dealership"], Value::Null);
    assert_eq!(
        asked["data"],
        serde_json::json!({ "why": "status 503", "since": "2026-03-30T14:05:00Z", "credentials": false })
    );
    assert_eq!(kinds(&desk.run(&["events", "--json", "kind:platform.answers"]).ends(0).out), ["platform.answers"]);
    assert_eq!(kinds(&desk.run(&["events", "--json", "nakamura"]).ends(0).out), ["dealership.added"]);
    let people = desk.run(&["events", "--kind", "platform"]).ends(0).out;
    for words in ["Xtime fails: status 503", "Xtime answers again, after 12m 30s", "(system:probe)"] {
        assert!(people.contains(words), "{people}");
    }
    assert_eq!(desk.run(&["list", "--json"]).ends(0).json()["total"], 4, "it is no dealership");

    let exported = desk.run(&["export"]).ends(0).out;
    desk.run_with(&["--store", "sled:other", "restore", "-"], &exported).ends(0);
    assert_eq!(desk.run(&["--store", "sled:other", "export"]).ends(0).out, exported);
}

#[test]
fn who_will_not_go_through_the_owner_is_told_who_it_is_and_may_still_read() {
    let desk = Desk::filled();
    let owner = desk.owner();
    let ran = desk.run(&["--no-attach", "note", "xts1", "x"]).ends(75);
    assert!(
        ran.err.contains(&format!("process {} on ", owner.child.id())) && ran.err.contains(" since "),
        "{}",
        ran.err
    );
    assert_eq!(
        desk.run(&["--no-attach", "list", "--json"]).ends(0).says("reading the journal beside").json()["total"],
        4
    );
    assert_eq!(kinds(&desk.run(&["events", "--json"]).ends(0).out).len(), 4);
    assert_eq!(desk.run(&["show", "xts1", "--json"]).ends(0).json()["timeline"].as_array().unwrap().len(), 1);
    desk.run(&["export", "--output", "log.jsonl"]).ends(0);
    assert_eq!(owner.end_by(Signal::TERM), 143);
    desk.run(&["note", "xts1", "x"]).ends(0);
}

#[test]
fn a_tail_follows_what_others_record() {
    let desk = Desk::filled();
    let mut tail = desk.start(&["events", "--follow", "--json", "--kind", "note.added,dealership.added", "xts1"]);
    assert_eq!(kinds(&tail.line()), ["dealership.added"]);
    desk.run(&["note", "xts2", "not this one"]).ends(0);
    desk.run(&["assign", "xts1", "ben"]).ends(0);
    desk.run(&["note", "xts1", "this one"]).ends(0);
    let line: Value = serde_json::from_str(&tail.line()).unwrap();
    assert_eq!((&line["kind"], &line["data"]["text"]), (&"note.added".into(), &"this one".into()));
    assert_eq!(tail.end_by(Signal::INT), 130);
}

#[test]
fn a_log_is_exported_and_restored_into_an_empty_store() {
    let desk = Desk::filled();
    desk.run(&["invite", "xts1", "--code", "SECRET-7Q", "--yes"]).ends(0);
    let exported = desk.run(&["export"]).ends(0).out;
    desk.run(&["export", "--output", "log.jsonl"]).ends(0).says("8 events");
    assert_eq!(std::fs::read_to_string(desk.path("log.jsonl")).unwrap(), exported);
    assert_eq!(desk.path("log.jsonl").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    desk.run(&["export", "--output", "log.jsonl"]).ends(2).says("exists already");
    desk.run(&["restore", "log.jsonl"]).ends(4).says("not empty");
    let restored = desk.run(&["--store", "sled:other", "restore", "log.jsonl"]).ends(0);
    assert!(restored.out.contains("8 events of 4 dealerships"), "{}", restored.out);
    assert_eq!(desk.run(&["--store", "sled:other", "export"]).ends(0).out, exported);
    assert_eq!(
        desk.run(&["--store", "sled:other", "show", "xts1", "--json", "--reveal"]).json()["invitation"]["code"],
        "SECRET-7Q"
    );
    let cut = exported.lines().skip(1).collect::<Vec<_>>().join("\n");
    desk.run_with(&["--store", "sled:third", "restore", "-"], &cut).ends(1).says("line 1");
    desk.run(&["--store", "sled:third", "restore", "none"]).ends(2).says("cannot read none");
}

#[test]
fn a_closed_pipe_is_no_error_and_no_panic() {
    let desk = Desk::filled();
    for args in [
        &["list"][..],
        &["list", "--json"],
        &["list", "--csv"],
        &["events", "--json"],
        &["show", "xts1"],
        &["export"],
        &["man"],
        &["keymap", "print"],
        &["config", "print"],
        &["completions", "bash"],
    ] {
        let mut child = desk.command(args).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(0), "{args:?}: {said}");
        assert!(!said.contains("panicked") && !said.contains("roken pipe"), "{args:?}: {said}");
    }
}
