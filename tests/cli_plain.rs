//! The desk as lines of text: what is told, and what is typed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

mod cli_support;

use std::io::Write;
use std::process::Stdio;

use cli_support::{Desk, Ran, Running};

/// What the desk says to these lines, after which there are no more.
fn converse(desk: &Desk, lines: &[&str]) -> Ran {
    desk.run_with(&["--plain"], &(lines.join("\n") + "\n"))
}

fn expired(desk: &Desk, dealership: &str, code: &str) {
    desk.run(&["invite", dealership, "--code", code, "--no-email", "--yes", "--generated-at", "71 hours ago"]).ends(0);
}

#[test]
fn it_tells_who_needs_somebody_in_sentences_and_does_what_is_typed() {
    let desk = Desk::filled();
    expired(&desk, "xts1", "AB-12-XY");
    let ran = converse(
        &desk,
        &["1", "note it 'left a message'", "list ford", "note it wrong", "list nakamura", "show it --json", "quit"],
    )
    .ends(0);
    let first = "1. Nakamura Ford, xts1, Chicago. Needs somebody: ";
    let ran = ran.prints("4 dealerships. Type help").prints(first).prints("Next, us: ").prints("Owner: ana.");
    // Nothing stands for a picture: no colours, no boxes, lengths in words.
    assert!(!ran.out.contains(['\u{1b}', '│', '─', '●']), "{}", ran.out);
    assert!(ran.out.contains(" minutes, "), "{}", ran.out);
    let ran = ran
        .prints("dealerCode    xts1")
        .prints("3 dealerships are found.")
        .prints("1 dealership is found.")
        .says("which one is `it`?")
        .prints("\"dealer_code\": \"xts1\"");
    assert!(desk.run(&["events", "--kind", "note.added"]).ends(0).out.contains("left a message"));
    assert!(!ran.out.contains("AB-12-XY"), "{}", ran.out);
}

#[test]
fn what_is_wrong_is_said_and_the_desk_goes_on() {
    let desk = Desk::filled();
    let lines = [
        "reissue it",
        "99",
        "nonsense",
        "note 'x",
        "list \u{1b}[2J:",
        "watch",
        "events --follow",
        "--store sled:x list",
        "show nobody",
        "list -n",
        "help note",
        "help",
        "",
    ];
    let ran = converse(&desk, &lines).ends(0);
    for words in [
        "which one is `it`? Say its number first",
        "there is no number 99: the list has 0",
        "unrecognized subcommand 'nonsense'",
        "a quote is not closed",
        "that is for a shell",
        "--store is given when the desk is started",
        "no dealership is named `nobody`",
    ] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    assert!(!ran.err.contains('\u{1b}'));
    let ran = ran.prints("Nobody needs somebody now.").prints("Write something down").prints("it stands for the one");
    ran.prints("That is the end of the list.");
}

#[test]
fn what_happens_meanwhile_is_told_once() {
    let desk = Desk::filled();
    let mut command = desk.command(&["--plain"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut running = Running::of(child);
    let mut stdin = running.child.stdin.take().unwrap();
    assert!(running.line().contains("4 dealerships"));
    assert_eq!(running.line(), "Nobody needs somebody now.");
    expired(&desk, "xts1", "AB-12-XY");
    assert!(running.line().starts_with("New, number 1: Nakamura Ford, xts1, Chicago. Needs somebody: "));
    // Somebody else looks after this one.
    desk.run(&["assign", "xts2", "ben"]).ends(0);
    expired(&desk, "xts2", "AB-13-XY");
    desk.run(&["note", "xts1", "called"]).ends(0);
    writeln!(stdin, "list\nquit").unwrap();
    assert_eq!(running.line(), "2 dealerships need somebody.");
    assert!(running.child.wait().unwrap().success());
}

#[test]
fn it_is_for_the_desk_alone() {
    let desk = Desk::filled();
    desk.run(&["--plain", "list"]).ends(2).says("--plain is for the desk");
    desk.run(&["demo", "--plain", "--headless"]).ends(2).says("cannot be used with");
}

#[test]
fn the_demo_is_told_in_lines_too() {
    let desk = Desk::new();
    let lines = "1\nnote it 'called back'\nevents --kind note.added --limit 1\nquit\n";
    let ran = desk.run_with(&["demo", "--plain", "--dealerships", "30", "--speed", "1"], lines).ends(0);
    ran.prints("cloverwatch, demo. 30 dealerships.").prints("need somebody.").prints("called back");
}

#[test]
fn it_is_never_another_one_than_was_told_alone_and_no_word_of_a_note() {
    let desk = Desk::filled();
    let lines = [
        "list nakamura",
        "note it check it again, the dealer's phone is off",
        "show xts4",
        "note it here",
        "note 'Nakamura Ford' --json is typed",
        "assign it it",
    ];
    converse(&desk, &lines).ends(0);
    let events = desk.run(&["events", "--kind", "note.added,owner.assigned"]).ends(0).out;
    for (dealership, words) in [
        ("Nakamura Ford", "note: check it again, the dealer's phone is off"),
        ("Lindqvist & Sons", "note: here"),
        ("Lindqvist & Sons", "assigned to it"),
    ] {
        assert!(events.lines().any(|line| line.contains(dealership) && line.contains(words)), "{words}: {events}");
    }
}
