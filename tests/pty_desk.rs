//! The desk in a real terminal: what the terminal and the shell must not notice of it, and what a key must not break.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

#[path = "support/pty.rs"]
mod pty;

use pty::{Modes, Pty, Seen};
use tempfile::TempDir;

/// Twenty dealerships whose time stands nearly still, so that the picture does too.
const DEMO: [&str; 7] = ["demo", "--dealerships", "20", "--seed", "7", "--speed", "1"];

/// The desk on the demo, with its rows on the screen.
fn demo(columns: u16, rows: u16) -> (TempDir, Pty) {
    let home = tempfile::tempdir().unwrap();
    let pty = Pty::start(&DEMO, home.path(), columns, rows);
    pty.wait_until("the rows", shows_rows);
    (home, pty)
}

fn shows_rows(seen: &Seen) -> bool {
    seen.screen().alternate_screen() && seen.shows("All 20") && seen.shows("reissue")
}

fn shell() -> (TempDir, Pty) {
    let home = tempfile::tempdir().unwrap();
    let mut command = pty::command("/bin/sh");
    pty::at_home(&mut command, home.path());
    command.arg("-i");
    command.env("PS1", "shell$ ");
    command.env("DESK", pty::program());
    let pty = Pty::spawn(command, 110, 30);
    pty.wait_text("shell$ ");
    (home, pty)
}

/// The same with the desk on the screen as its first job.
fn demo_in_a_shell() -> (TempDir, Pty) {
    let (home, mut pty) = shell();
    pty.send(format!("\"$DESK\" {}\r", DEMO.join(" ")));
    pty.wait_until("the rows", shows_rows);
    (home, pty)
}

fn wait_for_the_shell(pty: &Pty) {
    pty.wait_until("the shell", |seen| {
        !seen.screen().alternate_screen() && seen.text().trim_end().ends_with("shell$") && seen.title().is_empty()
    });
}

#[test]
fn quitting_gives_the_terminal_back() {
    for key in ["q", "\x03"] {
        let (_home, mut pty) = demo(110, 30);
        let Modes { alternate_screen, bracketed_paste, cursor_hidden, mouse, title, .. } = pty.modes();
        assert!(alternate_screen && bracketed_paste && cursor_hidden && !mouse);
        assert!(title.contains("cloverwatch"), "{title:?}");
        pty.send(key);
        assert_eq!(pty.wait_exit().exit_code(), 0);
        pty.assert_restored();
    }
}

/// The line and the column of a text, from 1, as the mouse tells them.
fn place_of(pty: &Pty, text: &str) -> (usize, usize) {
    pty.look(|seen| {
        let all = seen.text();
        let (row, line) = all.lines().enumerate().find(|(_, line)| line.contains(text)).unwrap();
        let before = line.split(text).next().unwrap();
        (row + 1, before.chars().count() + 1)
    })
}

#[test]
fn the_mouse_is_taken_where_it_is_asked_for_and_given_back() {
    let home = tempfile::tempdir().unwrap();
    let mut command = pty::desk(&DEMO, home.path());
    command.env("CLOVERWATCH_UI_MOUSE", "true");
    let mut pty = Pty::spawn(command, 110, 30);
    pty.wait_until("the rows", shows_rows);
    assert!(pty.modes().mouse);
    let (row, column) = place_of(&pty, " help");
    pty.send(format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
    pty.wait_text("hold Shift to select text");
    pty.send("q");
    pty.wait_until("the rows", shows_rows);
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn keys_that_are_changed_hold_at_once() {
    let home = tempfile::tempdir().unwrap();
    let keymap = home.path().join("config/cloverwatch/keymap.toml");
    std::fs::create_dir_all(keymap.parent().unwrap()).unwrap();
    let mut pty = Pty::start(&DEMO, home.path(), 200, 30);
    pty.wait_until("the rows", shows_rows);
    std::fs::write(&keymap, "[global]\nhelp = \"f2\"\n").unwrap();
    pty.wait_text("keymap.toml read again");
    std::fs::write(&keymap, "[global]\nhelp = \"f2\"\nhlep = \"f3\"\n").unwrap();
    pty.wait_text("there is no action `hlep`");
    pty.send("\x1bOQ");
    pty.wait_text("This desk");
    pty.send("q");
    pty.wait_until("the rows", shows_rows);
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

#[test]
fn it_is_drawn_anew_on_demand() {
    let (_home, mut pty) = demo(110, 30);
    for _ in 0..3 {
        let frames = pty.look(Seen::frames);
        pty.send("\x0c");
        pty.wait_until("another frame", |seen| seen.frames() > frames && shows_rows(seen));
    }
    // Never a question to the terminal, whose answer would be taken for keys.
    assert!(!pty.look(|seen| seen.raw().windows(4).any(|bytes| bytes == b"\x1b[6n")));
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

#[test]
fn where_no_shell_waits_it_stays() {
    let (_home, mut pty) = demo(110, 30);
    let frames = pty.look(Seen::frames);
    pty.send("\x1a");
    pty.wait_until("the rows again", |seen| seen.frames() > frames && shows_rows(seen));
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

#[test]
fn started_in_the_background_it_stops_until_it_is_brought_back_and_can_be_killed() {
    for (how, ended) in [("kill %1; ", "code 143"), ("kill -HUP %1; ", "code 129"), ("", "code 0")] {
        let (_home, mut pty) = shell();
        pty.send(format!("\"$DESK\" {} &\r", DEMO.join(" ")));
        pty.send("wait %1; echo stopped $?\r");
        // By itself, before it wrote anything to the terminal.
        pty.wait_text("stopped 148");
        assert!(!pty.look(|seen| seen.raw().windows(8).any(|bytes| bytes == b"\x1b[?1049h")));
        if how.is_empty() {
            pty.send("fg; echo code $?\r");
            pty.wait_until("the rows", shows_rows);
            pty.send("q");
        } else {
            pty.send(format!("{how}bg; wait %1; echo code $?\r"));
        }
        pty.wait_text(ended);
        pty.send("exit\r");
        pty.wait_exit();
        pty.assert_restored();
    }
}

#[test]
fn in_the_background_it_stops_and_can_be_killed() {
    let (_home, mut pty) = demo_in_a_shell();
    pty.send("\x1a");
    wait_for_the_shell(&pty);
    // 128 and SIGTSTP: it was waited for until it stopped by itself.
    pty.send("bg; wait %1; echo code $?\r");
    pty.wait_text("code 148");
    wait_for_the_shell(&pty);
    let written = pty.look(|seen| seen.raw().len());
    pty.send("kill -TERM %1; bg; wait %1; echo code $?\r");
    pty.wait_text("code 143");
    let new = pty.look(|seen| String::from_utf8_lossy(&seen.raw()[written..]).into_owned());
    assert!(!new.contains('\x1b'), "{new:?}");
    pty.send("exit\r");
    pty.wait_exit();
    pty.assert_restored();
}

#[test]
fn a_paste_into_an_input_is_one_clean_line() {
    let (_home, mut pty) = demo(110, 30);
    pty.send("/");
    pty.wait_text("cancel");
    pty.paste("zoltan\u{1b}[31m\u{202e}\r\n");
    pty.wait_text("zoltan[31m");
    assert!(pty.modes().alternate_screen);
}

#[test]
fn a_chord_shows_what_can_follow() {
    let (_home, mut pty) = demo(110, 30);
    pty.send("s");
    pty.wait_until("the hint", |seen| ["attention first", "reverse sort"].iter().all(|title| seen.shows(title)));
}

#[test]
fn a_bad_keymap_does_not_stop_it() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("config/cloverwatch");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("keymap.toml"), "[global]\nquit = [\"X\"]\n[table]\nniote = [\"e\"]\n").unwrap();
    let mut pty = Pty::start(&[], home.path(), 200, 60);
    pty.wait_text("keymap.toml:4:1");
    pty.send("X");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn without_a_terminal_it_says_so() {
    let home = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(pty::program()).env("HOME", home.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("terminal"));
}

#[test]
fn looks_at_many_are_stopped_and_what_ends_with_the_desk_is_told() {
    let home = tempfile::tempdir().unwrap();
    let demo = ["demo", "--dealerships", "100", "--seed", "7", "--speed", "1"];
    let mut pty = Pty::start(&demo, home.path(), 110, 30);
    pty.wait_until("the rows", |seen| seen.shows("All 100") && seen.shows("reissue"));
    pty.send("\x01c");
    pty.wait_text("Takes about");
    pty.accepts();
    pty.wait_text("[ Stop ]");
    pty.send("\t");
    pty.accepts();
    pty.wait_until("what is left", |seen| seen.shows("not begun") && seen.shows("[ Do the other"));
    pty.send("\t");
    pty.accepts();
    pty.wait_text("Takes about");
    pty.accepts();
    pty.wait_text("[ Stop ]");
    pty.send("\x1b");
    pty.wait_text("check now goes on");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    let written = pty.look(|seen| String::from_utf8_lossy(seen.raw()).into_owned());
    assert!(written.contains("were given up"), "{written}");
}
