//! Every command works on a database as it does on a directory.

use std::fs;
use std::io::{BufRead, BufReader};

use serde_json::json;

use crate::cli_support::{Desk, kinds};
use crate::refused::viewer_of;
use crate::server::{Server, schema, shared};

/// A desk on a schema of its own.
pub fn desk() -> Desk {
    Desk::on(shared().address("postgres", &schema()))
}

pub fn filled() -> Desk {
    let desk = desk();
    desk.fill();
    desk
}

/// Statements in a desk's schema, as the administrator.
pub fn sql(desk: &Desk, sql: &str) -> String {
    shared().sql("postgres", &sql.replace("TEAM", schema_of(desk)))
}

pub fn schema_of(desk: &Desk) -> &str {
    desk.store.split("schema=").nth(1).and_then(|rest| rest.split('&').next()).unwrap()
}

pub fn what_one_process_records_the_others_tell() {
    let desk = desk();
    // Whoever asks first makes nothing.
    assert_eq!(desk.run(&["list", "--json"]).ends(0).json()["total"], 0);
    desk.run(&["events", "--follow"]).ends(1).says("there is no store in it yet");
    assert_eq!(sql(&desk, "SELECT count(*) FROM pg_namespace WHERE nspname = 'TEAM'"), "0");
    desk.fill();
    let (mut one, mut other) = (desk.owner(), desk.owner());
    let mut tail = desk.start(&["events", "--follow", "--json", "--kind", "note.added,invitation.issued"]);
    // Both print what is recorded from now on; the tail begins with what is there, which is nothing of these kinds.
    desk.run(&["note", "xts1", "by", "hand"]).ends(0);
    for teller in [&mut one, &mut other, &mut tail] {
        assert_eq!(kinds(&teller.line()), ["note.added"]);
    }
    desk.run(&["invite", "xts1", "--code", "HB-77-XY", "--no-email", "--yes"]).ends(0);
    assert_eq!(kinds(&tail.line()), ["invitation.issued"]);
    desk.run(&["invite", "xts1", "--code", "HB-78-XY", "--no-email", "--yes"]).ends(4);
    desk.run(&["reissue", "xts1", "--code", "HB-78-XY", "--no-email", "--yes"]).ends(0);
    desk.run(&["reissue", "xts2", "--code", "HB-78-XY", "--no-email", "--yes"]).ends(4);
    desk.run(&["set", "xts1", "--city", "Boston"]).ends(0).prints("Boston");
    let shown = desk.run(&["show", "xts1", "--json", "--reveal"]).ends(0).json();
    assert_eq!((&shown["invitation"]["code"], &shown["invitation"]["generation"]), (&"HB-78-XY".into(), &2.into()));
    assert_eq!(desk.run(&["list", "stage:invited", "--json"]).ends(0).json()["total"], 1);
    desk.run(&["check", "xts1"]).ends(2).says("Xtime is not configured");
    desk.run(&["import", "some.csv", "--dry-run"]).ends(0);
    desk.run(&["mail", "list"]).ends(0);
    desk.run(&["unfinished"]).ends(0);
    desk.run(&["--read-only", "note", "xts1", "x"]).ends(4).says("read-only");
}

pub fn a_backup_goes_into_every_store_and_back() {
    let desk = filled();
    desk.run(&["invite", "xts1", "--code", "HB-77-XY", "--no-email", "--yes"]).ends(0);
    desk.run(&["note", "xts2", "ünï \u{1f340}"]).ends(0);
    let text = desk.run(&["export"]).ends(0).out;
    let database = crate::commands::desk().store;
    for store in ["sled:other", &database] {
        let at = |args: &[&str]| desk.run(&[&["--store", store], args].concat());
        desk.run_with(&["--store", store, "restore", "-"], &text).ends(0).prints("of 4 dealerships restored");
        assert_eq!(at(&["export"]).ends(0).out, text, "{store}: byte for byte");
        at(&["export", "--output", "again.jsonl"]).ends(0);
        assert_eq!(fs::read_to_string(desk.path("again.jsonl")).unwrap(), text);
        fs::remove_file(desk.path("again.jsonl")).unwrap();
        assert_eq!(at(&["store", "verify", "--json"]).ends(0).json()["events"], text.lines().count() - 1);
        desk.run_with(&["--store", store, "restore", "-"], &text).ends(4).says("the store is not empty");
    }
    // A cut one leaves nothing.
    let empty = crate::commands::desk();
    let cut = &text[..text.len() / 2];
    empty.run_with(&["restore", "-"], cut).ends(1).says("nothing was restored");
    assert_eq!(empty.run(&["list", "--json"]).ends(0).json()["total"], 0);
}

pub fn a_damaged_log_is_told() {
    let desk = filled();
    desk.run(&["note", "xts1", "one"]).ends(0);
    desk.run(&["store", "verify"]).ends(0).prints("5 events: every one read and folded");
    sql(&desk, "DELETE FROM TEAM.events WHERE seq = 3");
    desk.run(&["store", "verify"]).ends(1).says("event 3 should come here, not event 4");
    desk.run(&["doctor"]).ends(1).prints("event 3 should come here");
    desk.run(&["list"]).ends(1);
    let embedded = Desk::on("sled:store".to_owned());
    embedded.fill();
    embedded.run(&["store", "verify"]).ends(0).prints("4 events in one file");
    embedded.run(&["store", "roles"]).ends(2).says("--store postgres://");
}

pub fn doctor_tells_of_the_team() {
    let (desk, other) = (filled(), filled());
    let found = |desk: &Desk, name: &str| {
        let all = desk.run(&["doctor", "--json"]).ends(0).json();
        let one = all["findings"].as_array().unwrap().iter().find(|one| one["name"] == name);
        one.map(|one| one["detail"].as_str().unwrap().to_owned()).unwrap_or_default()
    };
    assert!(found(&desk, "leader").contains("nobody"));
    assert!(found(&desk, "teams").contains(schema_of(&other)), "another team is named");
    assert!(found(&desk, "tables").contains("you may record"));
    assert!(found(&desk, "encryption").contains("sslmode disable"));
    assert!(found(&desk, "clocks").contains("agree"));
    assert!(found(&desk, "events").starts_with("4 events"));
    let leader = desk.owner();
    while found(&desk, "leader").contains("nobody") {
        std::thread::yield_now();
    }
    let (found_leader, pid) = (found(&desk, "leader"), leader.child.id());
    assert!(found_leader.starts_with("ana@") && found_leader.ends_with(&format!(", process {pid}")), "{found_leader}");
    desk.run(&["config", "print"]).ends(0).prints("schema=");
}

pub fn what_a_command_teaches_is_taught_to_the_team() {
    let (mut desk, sandbox) = Desk::connected("none");
    desk.store = shared().address("postgres", &schema());
    desk.fill();
    sandbox.ask("POST", "/control/dealers", &json!({"dealerCode": "xts1", "timezone": "America/Chicago"}));
    sandbox.act("xts1", "answers", &json!({"denial": "success-false"}));
    desk.run(&["check", "xts1"]).ends(1);
    let settings = fs::read_to_string(desk.path("config.toml")).unwrap();
    let event = desk.run(&["meaning", "list", "--json"]).ends(0).json()["unrecognised"][0]["event"].to_string();
    let add = ["meaning", "add", "--from", &event, "--means", "not-connected"];
    viewer_of(&desk).run(&add).ends(4).says("your user may only read");
    let mut leader = desk.owner();
    desk.run(&add).ends(0).prints("[[xtime.meaning]]").says("for the whole team");
    // Whoever leads asks again at once, and reads the answer by it.
    while !leader.line().contains("\"not-connected\"") {}
    desk.run(&add).ends(4).says("row 1");
    assert_eq!(fs::read_to_string(desk.path("config.toml")).unwrap(), settings);
    let other = Desk::on(desk.store.clone());
    other.run(&["meaning", "list"]).ends(0).prints("(the team's)");
    let list = other.run(&["meaning", "list", "--json"]).ends(0).json();
    assert_eq!((&list["rows"][0]["default"], &list["unrecognised"]), (&json!(false), &json!([])));
    let item = desk.run(&["check", "xts1", "--json"]).ends(0).json()["items"][0].clone();
    assert_eq!(item["probe"]["outcome"], "not-connected", "{item}");
}

pub fn a_tail_says_that_the_database_is_away_and_goes_on() {
    let server = Server::start();
    let desk = Desk::on(server.address("postgres", "tail"));
    desk.fill();
    let mut tail = desk.start(&["events", "--follow", "--json", "--kind", "note.added"]);
    desk.run(&["note", "xts1", "before"]).ends(0);
    assert!(tail.line().contains("before"));
    let mut said = BufReader::new(tail.child.stderr.take().unwrap()).lines().map(Result::unwrap);
    server.down("immediate");
    let is_away = |line: &String| line.contains("cannot be reached") && line.ends_with("is told when it is back");
    said.find(is_away).unwrap();
    server.up();
    let until_back: Vec<_> = said.by_ref().take_while(|line| line != "the database is back").collect();
    assert!(!until_back.iter().any(is_away), "it is said once: {until_back:?}");
    desk.run(&["note", "xts1", "after"]).ends(0);
    assert!(tail.line().contains("after"));
}

pub fn a_command_that_cannot_probe_tells_when_the_leader_will() {
    let (mut desk, _sandbox) = Desk::connected("none");
    desk.store = shared().address("postgres", &schema());
    desk.fill();
    desk.run(&["invite", "xts1", "--code", "HB-77-XY", "--no-email", "--yes"]).ends(0);
    let other = Desk::on(desk.store.clone());
    let next = || other.run(&["show", "xts1", "--json"]).ends(0).json()["next_probe_at"].clone();
    assert_eq!(next(), json!(null), "nobody probes");
    let _leader = desk.owner();
    while next().is_null() {
        std::thread::yield_now();
    }
}

pub fn who_only_reads_makes_no_store() {
    let desk = desk();
    desk.run(&["export"]).ends(1).says("there is no store in it yet");
    desk.run(&["--read-only", "note", "xts1", "x"]).ends(1).says("there is no store in it yet");
    assert_eq!(sql(&desk, "SELECT count(*) FROM pg_namespace WHERE nspname = 'TEAM'"), "0");
}
