//! The whole program in a real terminal: the demo, the desk on a store, every way out.
//!
//! `CLOVERWATCH_BIN` names another build of the program to try, such as the one for release.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail loudly")]

#[path = "support/pty.rs"]
mod pty;

use std::path::Path;

use portable_pty::CommandBuilder;
use pty::{Pty, at_home, command, desk};
use rustix::process::Signal;

const ADD: [&str; 10] = [
    "add",
    "Harbor Ford",
    "--dealer-code",
    "xts1",
    "--email",
    "service@example.com",
    "--timezone",
    "America/Chicago",
    "--owner",
    "ana",
];

fn program() -> CommandBuilder {
    let path = std::env::var_os("CLOVERWATCH_BIN").map(|path| std::fs::canonicalize(path).unwrap());
    command(path.unwrap_or_else(|| env!("CARGO_BIN_EXE_cloverwatch").into()))
}

/// Records something with the program itself, without a terminal.
fn record(home: &Path, arguments: &[&str]) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cloverwatch"));
    let built = desk(arguments, home);
    for (name, value) in built.iter_full_env_as_str() {
        command.env(name, value);
    }
    let output = command.args(arguments).current_dir(home).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn ready(pty: &Pty) {
    pty.wait_text("quit");
}

#[test]
fn a_demo_comes_alive_and_is_left_with_a_key() {
    let home = tempfile::tempdir().unwrap();
    let mut command = program();
    at_home(&mut command, home.path());
    command.args(["demo", "--dealerships", "60", "--speed", "600"]);
    let mut pty = Pty::spawn(command, 120, 30);
    pty.wait_text("All 60");
    pty.wait_text("system:probe");
    // Those that nobody invited stay as they are, however fast the others live.
    pty.types("/is:new\r");
    pty.wait_text("is:new");
    pty.send("i");
    pty.wait_text("Cancel");
    pty.send("\u{1b}");
    pty.wait_until("the dialog gone", |seen| !seen.text().contains("Cancel"));
    // Esc would take away a message first, if there is one; so the filter is written anew.
    pty.types("/\u{15}is:live\r");
    pty.wait_text("is:live");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn an_empty_store_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::start(&[], home.path(), 100, 30);
    pty.wait_text("import");
    pty.wait_text("demo");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn signals_give_the_terminal_back_and_say_which_one_it_was() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let home = tempfile::tempdir().unwrap();
        record(home.path(), &ADD);
        let pty = Pty::start(&[], home.path(), 100, 30);
        pty.wait_text("Harbor Ford");
        pty.signal(signal);
        assert_eq!(pty.wait_exit().exit_code(), code, "{signal:?}");
        pty.assert_restored();
    }
}

#[test]
fn any_size_will_do() {
    let home = tempfile::tempdir().unwrap();
    record(home.path(), &ADD);
    let mut pty = Pty::start(&[], home.path(), 80, 24);
    pty.wait_text("Harbor Ford");
    pty.resize(20, 5);
    pty.wait_text("needs 40x10");
    pty.resize(200, 60);
    pty.wait_text("Harbor Ford");
    ready(&pty);
    pty.resize(40, 10);
    pty.wait_text("Harbor");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn a_paste_outside_of_inputs_does_nothing() {
    let home = tempfile::tempdir().unwrap();
    record(home.path(), &ADD);
    let mut pty = Pty::start(&[], home.path(), 100, 30);
    pty.wait_text("Harbor Ford");
    // Every letter of it is a key that does something: quit, archive, note.
    pty.paste("qAnr");
    pty.types("/xts1");
    pty.wait_until("the filter line", |seen| seen.text().contains("/ xts1") && !seen.text().contains("Cancel"));
    pty.send("\r");
    pty.wait_until("the filter taken", |seen| seen.text().contains("enter open"));
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn a_pasted_code_reaches_the_dealership_and_stays_masked() {
    let home = tempfile::tempdir().unwrap();
    record(home.path(), &ADD);
    let mut pty = Pty::start(&[], home.path(), 120, 40);
    pty.wait_text("Harbor Ford");
    pty.send("i");
    pty.wait_text("Cancel");
    pty.paste("K7QF-2M9X\n");
    pty.wait_text("K7QF");
    pty.send("\t");
    pty.wait_until("the code hidden once it is entered", |seen| !seen.text().contains("K7QF"));
    // Ctrl-s presses the button that acts, from any field.
    pty.send("\u{13}");
    pty.wait_until("the code, masked, in the table", |seen| seen.text().contains("••••9X"));
    pty.wait_until("no dialog, no full code", |seen| !seen.text().contains('╭') && !seen.text().contains("K7QF"));
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn suspended_by_a_key_and_brought_back_by_the_shell() {
    let home = tempfile::tempdir().unwrap();
    record(home.path(), &ADD);
    let mut shell = command("bash");
    at_home(&mut shell, home.path());
    shell.env("PS1", "shell> ");
    shell.args(["--norc", "--noprofile", "-i"]);
    let mut pty = Pty::spawn(shell, 100, 30);
    pty.wait_text("shell> ");
    pty.send(format!("{}\r", env!("CARGO_BIN_EXE_cloverwatch")));
    pty.wait_text("Harbor Ford");
    pty.send("\u{1a}");
    pty.wait_text("Stopped");
    pty.send("fg\r");
    pty.wait_text("Harbor Ford");
    pty.send("q");
    pty.wait_until("the shell again", |seen| !seen.text().contains("Harbor Ford"));
    pty.send("exit $?\r");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}
