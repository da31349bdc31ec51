//! Terminals that go away, take nothing, send what nobody asked for, or are none: what the desk makes of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail loudly")]

#[path = "support/pty.rs"]
mod pty;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use pty::{Pty, command, desk};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The program without a terminal.
fn run(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(pty::program());
    command.env_clear();
    for (name, value) in desk(arguments, home).iter_full_env_as_str() {
        command.env(name, value);
    }
    command.args(arguments).current_dir(home).output().unwrap()
}

/// A store with a dealership.
fn filled() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let add = ["add", "Harbor Ford", "--dealer-code", "xts1", "--email", "service@example.com", "--timezone"];
    let added = run(home.path(), &[&add[..], &["America/Chicago"]].concat());
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    home
}

fn opened(home: &Path) -> Pty {
    let pty = Pty::start(&[], home, 100, 30);
    pty.wait_text("Harbor Ford");
    pty
}

fn events(home: &Path) -> String {
    let listed = run(home, &["events"]);
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8(listed.stdout).unwrap()
}

#[test]
fn a_window_that_is_closed_ends_it_as_a_hangup_does() {
    // Over the table, and with a text field open.
    for keys in ["", "n", "/"] {
        let home = filled();
        let mut pty = opened(home.path());
        pty.send(keys);
        pty.close();
        assert_eq!(pty.wait_end().exit_code(), 129, "after {keys:?}");
        // In order: the store was let go of, and nothing of it was lost.
        assert!(run(home.path(), &["note", "xts1", "afterwards"]).status.success());
    }
}

#[test]
fn a_window_that_is_closed_ends_it_also_where_hangups_are_ignored() {
    let home = filled();
    let mut shell = command("/bin/sh");
    pty::at_home(&mut shell, home.path());
    shell.env("DESK", pty::program());
    shell.args(["-c", "trap '' HUP; exec \"$DESK\""]);
    let mut pty = Pty::spawn(shell, 100, 30);
    pty.wait_text("Harbor Ford");
    pty.signal(Signal::HUP);
    pty.send("n");
    pty.wait_text("Cancel");
    pty.close();
    assert_eq!(pty.wait_end().exit_code(), 129);
}

#[test]
fn a_demo_whose_window_is_closed_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let scratch = home.path().join("scratch");
    std::fs::create_dir(&scratch).unwrap();
    let mut command = desk(&["demo", "--dealerships", "5"], home.path());
    command.env("TMPDIR", &scratch);
    let mut pty = Pty::spawn(command, 100, 30);
    pty.wait_text("All 5");
    pty.close();
    assert_eq!(pty.wait_end().exit_code(), 129);
    assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0);
}

#[test]
fn signals_are_heard_while_the_terminal_takes_nothing() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let home = filled();
        let mut pty = opened(home.path());
        let _terminal = pty.stall();
        // Frames that nobody takes.
        pty.send("\x0c\x1b[B\x0c\x1b[A\x0c");
        pty.signal(signal);
        assert_eq!(pty.wait_end().exit_code(), code, "{signal:?}");
        assert!(run(home.path(), &["note", "xts1", "afterwards"]).status.success());
    }
}

#[test]
fn after_a_stall_the_screen_is_right() {
    let home = filled();
    let mut pty = opened(home.path());
    let terminal = pty.stall();
    pty.send("\x0c/");
    for letter in "xts1".chars() {
        pty.send(letter.to_string());
        pty.send("\x0c");
    }
    Pty::go_on(&terminal);
    pty.wait_until("the filter", |seen| seen.line(1).contains("xts1") && seen.shows("Harbor Ford"));
    pty.send("\r");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only /proc tells which signals a process ignores")]
fn what_was_ignored_at_the_start_stays_ignored() {
    for arguments in [&["watch"][..], &["demo", "--headless", "--dealerships", "2"]] {
        let home = tempfile::tempdir().unwrap();
        let mut shell = Command::new("/bin/sh");
        for (name, value) in desk(arguments, home.path()).iter_full_env_as_str() {
            shell.env(name, value);
        }
        shell.env("DESK", pty::program()).args(["-c", "trap '' HUP; exec \"$DESK\" \"$@\"", "sh"]).args(arguments);
        let mut child = shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let caught = |mask: &str, number: u32| {
            let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix(mask)).unwrap();
            u64::from_str_radix(line.trim(), 16).unwrap() >> (number - 1) & 1 == 1
        };
        while !caught("SigCgt:", 15) {
            std::thread::yield_now();
        }
        assert!(caught("SigIgn:", 1) && !caught("SigCgt:", 1), "{arguments:?}");
        let pid = Pid::from_child(&child);
        kill_process(pid, Signal::HUP).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(143), "{arguments:?}");
    }
}

#[test]
fn what_nobody_asked_for_changes_nothing() {
    let home = filled();
    let mut pty = opened(home.path());
    let before = pty.look(|seen| (seen.line(0), events(home.path())));
    for report in [
        "\x1b]11;rgb:cccc/cccc/cccc\x1b\\",
        "\x1b_Gi=31;OK\x1b\\",
        "\x1bP1+r544e=787465726d\x1b\\",
        "\x1b[?997;1n",
        "\x1b[?2026;2$y",
        "\x1b[24;80R",
    ] {
        pty.send(report);
    }
    // The keyboard lives: the filter opens.
    pty.send("/");
    pty.wait_until("the filter line", |seen| seen.line(1).starts_with('/'));
    assert!(!pty.look(|seen| seen.shows("Cancel")));
    pty.send("\x1b");
    pty.wait_until("the filter gone", |seen| !seen.line(1).starts_with('/'));
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    assert_eq!(before, (before.0.clone(), events(home.path())));
}

#[test]
fn all_that_is_there_is_read_at_once() {
    for length in [1_023, 1_024, 1_025, 3_000] {
        let home = filled();
        let mut pty = opened(home.path());
        let mut keys = "jk".repeat(length / 2);
        keys.truncate(length - 1);
        pty.send(keys + "/");
        pty.wait_until("the filter line", |seen| seen.line(1).starts_with('/'));
    }
}

#[test]
fn of_a_huge_window_the_corner_is_drawn() {
    let home = filled();
    let mut pty = opened(home.path());
    let before = pty.look(|seen| seen.raw().len());
    pty.resize_untold(u16::MAX, u16::MAX);
    // Its last line, as far as it is drawn.
    pty.wait_until("the corner", |seen| seen.raw()[before..].windows(6).any(|bytes| bytes == b"\x1b[500;"));
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn a_console_is_sent_no_title_and_only_the_colours_that_it_knows() {
    for term in ["vt100", "linux", "ansi"] {
        let home = filled();
        let mut command = desk(&[], home.path());
        command.env("TERM", term);
        let mut pty = Pty::spawn(command, 100, 30);
        pty.wait_text("Harbor Ford");
        pty.send("q");
        pty.wait_exit();
        let written = pty.look(|seen| String::from_utf8_lossy(seen.raw()).into_owned());
        for unknown in ["38;5;", "48;5;", "\u{1b}]0;", "\u{1b}[22;0t", "\u{1b}[23;0t"] {
            assert!(!written.contains(unknown), "{term}: {unknown:?} in {}", written.escape_debug());
        }
        pty.assert_restored();
    }
}

#[test]
fn the_background_is_asked_for_and_followed() {
    let home = filled();
    let mut pty = opened(home.path());
    assert!(pty.look(|seen| seen.raw().windows(8).any(|bytes| bytes == b"\x1b]11;?\x1b\\")));
    // The row under the cursor: dark blue on a dark terminal, light blue on a light one.
    let row_is = |color: u8| {
        move |seen: &pty::Seen| {
            let cell = (0..30).find_map(|y| seen.screen().cell(y, 0).filter(|cell| cell.contents() == "›"));
            cell.is_some_and(|cell| cell.bgcolor() == vt100::Color::Idx(color))
        }
    };
    pty.wait_until("the dark row", row_is(18));
    pty.send("\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;22c");
    pty.wait_until("the light row", row_is(195));
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn where_no_screen_can_be_drawn_it_says_what_to_do() {
    for term in ["dumb", ""] {
        for arguments in [&[][..], &["demo"]] {
            let home = tempfile::tempdir().unwrap();
            let mut command = desk(arguments, home.path());
            command.env("TERM", term);
            let pty = Pty::spawn(command, 100, 30);
            assert_eq!(pty.wait_exit().exit_code(), 2, "{term:?} {arguments:?}");
            pty.look(|seen| {
                assert!(!seen.raw().contains(&0x1b), "{}", seen.raw().escape_ascii());
                assert!(seen.shows("TERM is") && seen.shows("xterm-256color"), "{}", seen.text());
            });
        }
        let home = tempfile::tempdir().unwrap();
        let mut command = desk(&["doctor"], home.path());
        command.env("TERM", term);
        let pty = Pty::spawn(command, 100, 30);
        pty.wait_exit();
        pty.look(|seen| {
            assert!(seen.line(0).starts_with("problem") && seen.line(0).contains("TERM is"), "{}", seen.text());
        });
    }
}

#[test]
fn what_goes_to_stderr_may_go_anywhere() {
    let home = filled();
    let mut shell = command("/bin/sh");
    pty::at_home(&mut shell, home.path());
    shell.env("DESK", pty::program());
    shell.args(["-c", "exec \"$DESK\" -v 2>log"]);
    let mut pty = Pty::spawn(shell, 100, 30);
    pty.wait_text("Harbor Ford");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}
