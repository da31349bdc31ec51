//! Killed at each failure point, and started again: a test for each.

use std::fs;
use std::io::Write as _;

use cloverwatch::failure_point::FailurePoint;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::cli_support::Desk;
use crate::server::shared;
use crate::world::{World, dies};

const ALL: [&str; 4] = ["xts1", "xts2", "xts3", "xts4"];

/// Whether it needs a database.
pub fn is_of_a_team(point: FailurePoint) -> bool {
    use FailurePoint::{RelayedAnswered, TransactionCommitted, TransactionWritten};
    matches!(point, TransactionWritten | TransactionCommitted | RelayedAnswered)
}

/// What comes by a point, killed there. A new one has no test that comes by it until it stands here.
pub fn killed_at(point: FailurePoint) {
    use FailurePoint as At;
    match point {
        At::SegmentMade => an_import(point),
        At::LinesWritten | At::LinesSynced | At::IndexWritten | At::ReplacementWritten => invitations(point),
        At::CodeRequested | At::CodeObtained | At::CodeIssued | At::BulkNoted | At::BulkDone => invitations(point),
        At::LetterBegun | At::LetterHandedOver | At::LetterEnded => invitations(point),
        At::LetterWritten => a_letter_in_a_file(point),
        At::TornEndKept => a_torn_end(point),
        At::JournalRemoved => a_restore(point),
        At::BookingRequested | At::BookingAnswered | At::BookingEnded | At::BookingSeen => a_booking(point),
        At::ProbeAnswered => a_probe(point),
        At::HookNoted | At::HookCalled => a_hook(point),
        At::AttachedAnswered => a_request_of_another(point),
        At::TransactionWritten | At::TransactionCommitted => a_note_in_a_database(point),
        At::RelayedAnswered => a_request_to_the_leader(point),
    }
}

fn notes(desk: &Desk) -> Vec<Value> {
    let all = desk.run(&["events", "--json", "--kind", "note.added"]).ends(0).out;
    all.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["data"]["text"].clone()).collect()
}

fn invitations(point: FailurePoint) {
    let world = World::of(Desk::filled());
    world.desk.dies(point, 1, &["invite", "--query", "stage:new", "--yes"], "");
    if world.events().iter().all(|event| event["kind"] != "invitation.requested") {
        // So early that nothing was begun.
        world.desk.run(&["invite", "--query", "stage:new", "--yes"]);
    }
    world.go_on();
    world.assert_right(&ALL);
}

fn an_import(point: FailurePoint) {
    let desk = Desk::new();
    desk.write("some.csv", crate::cli_support::SOME);
    desk.dies(point, 1, &["import", "some.csv"], "");
    desk.run(&["import", "some.csv"]).ends(0);
    assert_eq!(desk.run(&["list", "--json"]).ends(0).json()["total"], 4);
    desk.run(&["store", "verify"]).ends(0);
}

fn a_letter_in_a_file(point: FailurePoint) {
    let desk = Desk::filled();
    desk.write("config.toml", "[mail]\ntransport = \"dir:mail\"\nretry_uncertain = \"1s\"\n");
    desk.dies(point, 1, &["invite", "xts1", "--code", "HB-77-XY", "--yes"], "");
    let watch = desk.owner();
    while fs::read_dir(desk.path("mail")).unwrap().flatten().all(|file| file.file_name().as_encoded_bytes()[0] == b'.')
    {
        std::thread::yield_now();
    }
    assert_eq!(watch.end_by(Signal::TERM), 143);
    let letters = desk.run(&["mail", "list", "--all", "--json"]).ends(0).json();
    assert_eq!((letters["letters"].as_array().unwrap().len(), &letters["letters"][0]["state"]), (1, &json!("written")));
}

fn a_torn_end(point: FailurePoint) {
    let desk = Desk::filled();
    let journal = fs::read_dir(desk.path("store/journal")).unwrap().next().unwrap().unwrap().path();
    fs::File::options().append(true).open(journal).unwrap().write_all(b"{\"crc\":\"00").unwrap();
    desk.dies(point, 1, &["note", "xts1", "one"], "");
    desk.run(&["note", "xts1", "two"]).ends(0).says("were cut off");
    assert_eq!(notes(&desk), ["two"]);
    desk.run(&["store", "verify"]).ends(0);
}

fn a_restore(point: FailurePoint) {
    let (from, to) = (Desk::filled(), Desk::new());
    let export = to.write("all.jsonl", &from.run(&["export"]).ends(0).out);
    to.dies(point, 1, &["restore", export.to_str().unwrap()], "");
    // It had not ended, so it is done again.
    to.run(&["restore", export.to_str().unwrap()]).ends(0);
    assert_eq!(to.run(&["list", "--json"]).ends(0).json()["total"], 4);
    to.run(&["store", "verify"]).ends(0);
}

fn a_booking(point: FailurePoint) {
    let world = World::of(Desk::filled());
    world.sandbox.ready("xts1");
    world.desk.run(&["check", "xts1"]).ends(0);
    world.desk.dies(point, 1, &["appointment", "xts1", "--book"], "xts1\n");
    let booked = world.sandbox.appointments("xts1");
    assert_eq!(booked, u64::from(point != FailurePoint::BookingRequested));
    let again = world.desk.run_with(&["appointment", "xts1", "--book"], "xts1\n");
    assert_eq!(world.sandbox.appointments("xts1"), booked, "one is enough: {}", again.err);
    let shown = world.desk.run(&["show", "xts1", "--json"]).ends(0).json();
    // What is not there may still arrive: until that is sure it is open, and nothing else is sent.
    assert_eq!((shown["appointment"].is_null(), shown["booking"].is_null()), (booked == 0, booked == 1), "{shown}");
    world.desk.run(&["store", "verify"]).ends(0);
}

fn a_probe(point: FailurePoint) {
    let world = World::of(Desk::filled());
    world.sandbox.ready("xts1");
    world.desk.dies(point, 1, &["check", "xts1"], "");
    world.desk.run(&["check", "xts1"]).ends(0);
    let confirmed = world.events().iter().filter(|event| event["kind"] == "integration.confirmed").count();
    assert_eq!(confirmed, 1);
}

fn a_hook(point: FailurePoint) {
    let desk = Desk::filled();
    let run = "[\"sh\", \"-c\", \"echo $CLOVERWATCH_HOOK_ID >> told\"]";
    desk.write("config.toml", &format!("[[hooks]]\nname = \"pager\"\non = [\"note.added\"]\nrun = {run}\n"));
    let told = || fs::read_to_string(desk.path("told")).unwrap_or_default();
    let owner = desk.doomed_owner(point);
    desk.run(&["note", "xts1", "one"]).ends(0);
    dies(point, owner);
    let before = told().lines().count();
    assert_eq!(before, usize::from(point == FailurePoint::HookCalled));
    let owner = desk.owner();
    desk.run(&["note", "xts1", "two"]).ends(0);
    // The first one once more, by the same name, and the second.
    while told().lines().count() < before + 2 {
        std::thread::yield_now();
    }
    assert_eq!(owner.end_by(Signal::TERM), 143);
    let told = told();
    let mut names: Vec<&str> = told.lines().collect();
    names.dedup();
    assert_eq!(names.len(), 2, "{told}");
}

fn a_request_of_another(point: FailurePoint) {
    let desk = Desk::filled();
    let owner = desk.doomed_owner(point);
    let told = desk.run(&["note", "xts1", "one"]);
    assert_ne!(told.code, 0, "it was told that it is done: {}", told.out);
    dies(point, owner);
    let recorded = notes(&desk);
    desk.run(&["note", "xts1", "two"]).ends(0);
    assert_eq!(notes(&desk).len(), recorded.len() + 1);
    assert!(recorded.len() <= 1, "{recorded:?}");
}

/// A desk on a schema of its own.
fn in_a_database() -> Desk {
    let desk = Desk::on(shared().address("postgres", &crate::server::schema()));
    desk.fill();
    desk
}

fn a_note_in_a_database(point: FailurePoint) {
    let desk = in_a_database();
    desk.dies(point, 1, &["note", "xts1", "one"], "");
    let committed = point == FailurePoint::TransactionCommitted;
    assert_eq!(notes(&desk).len(), usize::from(committed));
    desk.run(&["note", "xts1", "two"]).ends(0);
    assert_eq!(notes(&desk).len(), 1 + usize::from(committed));
    desk.run(&["store", "verify"]).ends(0);
}

fn a_request_to_the_leader(point: FailurePoint) {
    let world = World::of(in_a_database());
    let leader = world.desk.doomed_owner(point);
    let asked = world.desk.start(&["invite", "xts1", "--yes"]);
    dies(point, leader);
    // Whoever asked has no answer, and goes.
    asked.end_by(Signal::KILL);
    world.go_on();
    world.assert_right(&["xts1"]);
}
