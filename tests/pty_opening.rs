//! The desk while its store is being opened: it is there at once, can be left, and a refusal finds a whole terminal.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

#[path = "support/pty.rs"]
mod pty;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Output;

use cloverwatch::domain::Timestamp;
use cloverwatch::store::Lock;
use pty::{Pty, desk};
use rustix::process::Signal;
use tempfile::TempDir;

const ADD: [&str; 8] =
    ["add", "Harbor Ford", "--dealer-code", "xts1", "--email", "service@example.com", "--timezone", "America/Chicago"];

/// The program without a terminal.
fn run(home: &Path, arguments: &[&str]) -> Output {
    let mut command = std::process::Command::new(pty::program());
    for (name, value) in desk(arguments, home).iter_full_env_as_str() {
        command.env(name, value);
    }
    command.args(arguments).current_dir(home).output().unwrap()
}

/// A store with one dealership, and its journal's only file.
fn filled() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let added = run(home.path(), &ADD);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let journal = home.path().join("data/cloverwatch/journal");
    let files: Vec<_> = std::fs::read_dir(journal).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    (home, file.clone())
}

/// The same, and the index is held by somebody who does not let go of it until the file is dropped: opening waits for that,
/// as for a network drive that does not answer.
fn slow() -> (TempDir, File) {
    let (home, _) = filled();
    let held = File::open(home.path().join("data/cloverwatch/index/db")).unwrap();
    held.lock().unwrap();
    (home, held)
}

fn wait_for_the_frame(pty: &Pty) {
    pty.wait_until("the desk without rows", |seen| {
        let texts = ["Opening sled:", "opening the store", "dealership", "All", "quit"];
        seen.screen().alternate_screen() && texts.iter().all(|text| seen.shows(text))
    });
}

/// What stands on the terminal after the program, in one line.
fn left_behind(pty: &Pty) -> String {
    pty.look(|seen| seen.text().split_whitespace().collect::<Vec<_>>().join(" "))
}

fn in_one_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn it_can_be_left_while_it_opens() {
    for key in ["q", "\x03"] {
        let (home, _held) = slow();
        let mut pty = Pty::start(&[], home.path(), 100, 30);
        wait_for_the_frame(&pty);
        pty.send(key);
        assert_eq!(pty.wait_exit().exit_code(), 0);
        pty.assert_restored();
    }
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let (home, _held) = slow();
        let pty = Pty::start(&[], home.path(), 100, 30);
        wait_for_the_frame(&pty);
        pty.signal(signal);
        assert_eq!(pty.wait_exit().exit_code(), code, "{signal:?}");
        pty.assert_restored();
    }
}

#[test]
fn nothing_is_lost_by_leaving_while_it_opens() {
    let (home, held) = slow();
    let mut pty = Pty::start(&[], home.path(), 100, 30);
    wait_for_the_frame(&pty);
    pty.send("q");
    pty.wait_exit();
    drop(held);
    let mut pty = Pty::start(&[], home.path(), 100, 30);
    pty.wait_text("Harbor Ford");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

#[test]
fn meanwhile_it_follows_the_size_and_what_needs_no_store() {
    let (home, _held) = slow();
    let mut pty = Pty::start(&[], home.path(), 100, 30);
    wait_for_the_frame(&pty);
    pty.resize(20, 5);
    pty.wait_text("needs 40x10");
    pty.resize(120, 40);
    wait_for_the_frame(&pty);
    pty.send("?");
    pty.wait_until("the help", |seen| !seen.shows("Opening sled:") && seen.shows("This desk"));
    pty.send("\x1b");
    wait_for_the_frame(&pty);
    // Keys about dealerships have none, and say so.
    pty.send("r");
    pty.wait_text("there is no dealership here");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn a_refusal_that_comes_late_finds_a_whole_terminal() {
    let (home, held) = slow();
    // The journal is empty, and the index knows better.
    let journal = home.path().join("data/cloverwatch/journal");
    for file in std::fs::read_dir(journal).unwrap() {
        std::fs::write(file.unwrap().path(), "").unwrap();
    }
    let pty = Pty::start(&[], home.path(), 200, 30);
    wait_for_the_frame(&pty);
    drop(held);
    assert_eq!(pty.wait_exit().exit_code(), 1);
    pty.assert_restored();
    let words = left_behind(&pty);
    assert!(words.contains("the whole journal is missing: event 1 had been acknowledged"), "{words}");
    assert!(!words.contains("Opening"), "{words}");
}

#[test]
fn a_refusal_reads_as_without_a_screen() {
    // Held by somebody else; damaged before its end; settings that cannot be used.
    let (home, _file) = filled();
    let owner = Lock::take(&home.path().join("data/cloverwatch"), Timestamp::default()).unwrap();
    refused(home.path(), 75);
    drop(owner);

    let (home, file) = filled();
    assert!(run(home.path(), &["note", "xts1", "one"]).status.success());
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("Harbor", "Hardor", 1)).unwrap();
    refused(home.path(), 1);

    let (home, _file) = filled();
    let config = home.path().join("config/cloverwatch");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("config.toml"), "[xtime]\nbase_uri = \"https://example.com\"\n").unwrap();
    refused(home.path(), 2);
}

/// The desk is refused with a code, and with the words that a command is refused with.
fn refused(home: &Path, code: u32) {
    let pty = Pty::start(&[], home, 200, 50);
    assert_eq!(pty.wait_exit().exit_code(), code);
    pty.assert_restored();
    let command = run(home, &["note", "xts1", "two"]);
    assert_eq!(command.status.code(), Some(i32::try_from(code).unwrap()));
    let expected = in_one_line(&command.stderr);
    assert!(!expected.is_empty());
    // Long lines are broken by the terminal.
    let without = |text: &str| text.replace(' ', "");
    let seen = left_behind(&pty);
    assert!(without(&seen).contains(&without(&expected)), "{seen}\n{expected}");
}
