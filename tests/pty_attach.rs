//! Several desks on one store: one owns it, the others work through it, and one of them goes on when it ends.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

#[path = "support/pty.rs"]
mod pty;

use std::path::Path;
use std::process::{Command, Output};

use pty::{Pty, Seen};
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A home with a store of two dealerships.
fn filled() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    for (name, code) in [("Harbor Ford", "hb1"), ("Lake Kia", "lk1")] {
        let add = ["add", name, "--dealer-code", code, "--email", "s@example.com", "--timezone", "America/Chicago"];
        assert!(run(home.path(), &add).status.success());
    }
    home
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(pty::program());
    command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", home).current_dir(home);
    command.env("XDG_CONFIG_HOME", home.join("config")).env("XDG_DATA_HOME", home.join("data"));
    command.env("TZ", "UTC").env("CLOVERWATCH_TIME_ZONE_DATABASE", "embedded").env("CLOVERWATCH_UI_OPERATOR", "ben");
    command.output().unwrap()
}

fn desk(home: &Path) -> Pty {
    let pty = Pty::start(&[], home, 160, 40);
    pty.wait_until("the rows", |seen| seen.shows("Harbor Ford") && seen.shows("Lake Kia"));
    pty
}

fn note(home: &Path, text: &str) {
    let ran = run(home, &["note", "hb1", text]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn desks_and_a_shell_see_each_other_and_one_goes_on() {
    let home = filled();
    let first = desk(home.path());
    let second = desk(home.path());
    second.wait_text("working through the owner of the store");
    let third = desk(home.path());
    first.wait_text("3 desks");
    note(home.path(), "from-a-shell");
    for desk in [&first, &second, &third] {
        desk.wait_text("from-a-shell");
    }
    // The owner is stopped and goes on.
    first.signal(Signal::STOP);
    for desk in [&second, &third] {
        desk.wait_text("The owner of the store does not answer");
    }
    first.signal(Signal::CONT);
    let is_well = |seen: &Seen| !seen.shows("The owner of the store does not answer");
    for desk in [&second, &third] {
        desk.wait_until("an owner that answers", is_well);
    }
    // It is killed: one of the others owns the store then, the last one works through it.
    first.signal(Signal::KILL);
    let new_owner = |seen: &Seen| seen.shows("this desk owns the store now");
    let new_client = |seen: &Seen| seen.shows("working through the new owner of the store");
    for desk in [&second, &third] {
        desk.wait_until("another owner", |seen| new_owner(seen) || new_client(seen));
    }
    let owners = [&second, &third].into_iter().filter(|desk| desk.look(new_owner)).count();
    assert_eq!(owners, 1);
    note(home.path(), "after-the-kill");
    for desk in [&second, &third] {
        desk.wait_text("after-the-kill");
    }
}

#[test]
fn a_read_only_desk_looks_on() {
    let home = filled();
    let first = desk(home.path());
    let mut reader = Pty::start(&["--read-only"], home.path(), 160, 40);
    reader.wait_until("the rows", |seen| seen.shows("Harbor Ford") && seen.shows("READ-ONLY"));
    first.wait_text("2 desks");
    note(home.path(), "still-recorded");
    reader.wait_text("still-recorded");
    reader.send("q");
    assert_eq!(reader.wait_exit().exit_code(), 0);
    reader.assert_restored();
}

#[test]
fn a_desk_that_goes_on_tells_what_was_cut_off() {
    let home = filled();
    let first = desk(home.path());
    let second = desk(home.path());
    second.wait_text("working through the owner of the store");
    let list: Value = serde_json::from_slice(&run(home.path(), &["list", "--json"]).stdout).unwrap();
    let item = |one: &Value| json!({ "id": one["id"], "generation": 0 });
    let items: Vec<_> = list["dealerships"].as_array().unwrap().iter().map(item).collect();
    // As if the owner were in the middle of it.
    let notes = home.path().join("data/cloverwatch/bulk");
    std::fs::create_dir_all(&notes).unwrap();
    let note = json!({ "what": "invite", "at": "2026-01-05T10:00:00Z", "by": "ana", "items": items });
    std::fs::write(notes.join("1.json"), note.to_string()).unwrap();
    first.signal(Signal::KILL);
    second.wait_text("Cut off: invite");
}

#[test]
fn through_an_owner_that_is_read_only_nothing_is_recorded() {
    let home = filled();
    let owner = Pty::start(&["--read-only"], home.path(), 160, 40);
    // While it opens the store it is read-only, and owns nothing yet.
    owner.wait_until("the rows", |seen| seen.shows("Harbor Ford") && seen.shows("READ-ONLY"));
    for command in [&["note", "hb1", "x"][..], &["revoke", "hb1", "--yes"]] {
        let ran = run(home.path(), command);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(75), "{said}");
        assert!(said.contains("the store is held by process") && said.contains("it is read-only"), "{said}");
    }
    let refused = run(home.path(), &["--read-only", "note", "hb1", "x"]);
    assert_eq!(refused.status.code(), Some(4), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(run(home.path(), &["list"]).status.success());
}
