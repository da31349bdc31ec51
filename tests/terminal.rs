//! The terminal floor in a real pseudo-terminal: entered, drawn to, suspended, and given back however the program ends.
//!
//! The program under test is this test binary itself: [`program`] run in a terminal.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

#[path = "support/pty.rs"]
mod pty;

use std::process::{Command, Stdio};
use std::sync::Arc;

use cloverwatch::signals::{Signal, Signals, Termination};
use cloverwatch::tui::terminal::input::InputEvent;
use cloverwatch::tui::terminal::{Restorer, Suspended, TerminalError, TerminalGuard, TerminalOptions};
use crossterm::event::{KeyCode, KeyModifiers};
use portable_pty::CommandBuilder;
use ratatui::widgets::{Paragraph, Widget};
use rustix::process::Signal as Number;

use pty::Pty;

const PROGRAM: [&str; 4] = ["--exact", "program", "--ignored", "--nocapture"];
const HOSTILE_TITLE: &str = "desk\u{1b}]0;evil\u{7}\u{202e}";

/// The program: shows its size and what happened last, and does what keys say.
#[test]
#[ignore = "the child of the other tests"]
fn program() {
    color_eyre::install().unwrap();
    let restorer = Restorer::new();
    restorer.hook_panics(|| false);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let code = match runtime.block_on(run(&restorer)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            1
        }
    };
    runtime.shutdown_background();
    std::process::exit(code);
}

fn exit_code(ending: Termination) -> i32 {
    128 + i32::from(ending.number())
}

async fn run(restorer: &Arc<Restorer>) -> Result<i32, TerminalError> {
    let mut signals = Signals::listen()?;
    let mut terminal =
        TerminalGuard::enter(TerminalOptions { title: HOSTILE_TITLE.into(), ..TerminalOptions::default() }, restorer)?;
    let mut input = terminal.input();
    let mut last = "nothing".to_owned();
    let ended = |ending| Signal::End(ending);
    loop {
        terminal.draw(|buffer| {
            let size = *buffer.area();
            let text = format!("size {}x{}\nlast {last}", size.width, size.height);
            Paragraph::new(text).render(size, buffer);
            None
        });
        let signal = tokio::select! {
            biased;
            signal = signals.next() => Some(signal),
            () = terminal.sent() => None,
            event = input.next() => match event {
                Some(InputEvent::Key(key)) => match (key.code, key.modifiers) {
                    (KeyCode::Char('q'), _) => return Ok(0),
                    (KeyCode::Char('e'), _) => return Err(std::io::Error::other("something broke").into()),
                    (KeyCode::Char('g'), _) => {
                        restorer.close();
                        terminal.continued(&mut signals).await?;
                        None
                    }
                    (KeyCode::Char('p'), _) => panic!("a bug in the screen"),
                    (KeyCode::Char('d'), _) => {
                        terminal.draw(|_| panic!("a bug in a view"));
                        None
                    }
                    (KeyCode::Char('b'), _) => {
                        let task = tokio::spawn(async { panic!("a bug in a task\u{1b}[2J") });
                        last = format!("{} {:?}", task.await.is_err(), restorer.take_notes());
                        None
                    }
                    (KeyCode::Char('B'), _) => {
                        let task = tokio::spawn(async { panic!("a bug nobody asked about") });
                        last = format!("unnoticed {}", task.await.is_err());
                        None
                    }
                    (KeyCode::Char('c'), _) => {
                        last = format!("copied {}", terminal.copy("XT-4821").is_ok());
                        None
                    }
                    (KeyCode::Char('z'), KeyModifiers::CONTROL) => match terminal.suspend(&mut signals).await? {
                        Suspended::Ending(ending) => Some(ended(ending)),
                        how => {
                            last = format!("{how:?}");
                            None
                        }
                    },
                    (code, _) => {
                        last = format!("key {code}");
                        None
                    }
                },
                Some(InputEvent::Paste(text)) => {
                    last = format!("paste {text:?}");
                    None
                }
                Some(_) => None,
                None => return Ok(exit_code(Termination::HangUp)),
            },
        };
        match signal {
            Some(Signal::End(ending)) => return Ok(exit_code(ending)),
            Some(Signal::Resized) => terminal.redraw(),
            Some(Signal::Continued) => match terminal.continued(&mut signals).await? {
                Suspended::Ending(ending) => return Ok(exit_code(ending)),
                _ => "continued".clone_into(&mut last),
            },
            None => {}
        }
    }
}

fn in_terminal() -> CommandBuilder {
    let mut command = pty::command(std::env::current_exe().unwrap());
    command.args(PROGRAM);
    command
}

/// The program, with its first frame on the screen.
fn started() -> Pty {
    let pty = Pty::spawn(in_terminal(), 60, 10);
    pty.wait_until("the first frame", |seen| seen.line(0) == "size 60x10");
    pty
}

/// An interactive shell, with the program on the screen as its first job.
fn started_by_a_shell() -> Pty {
    let mut command = pty::command("/bin/sh");
    command.arg("-i");
    command.env("PS1", "shell$ ");
    command.env("PROGRAM", std::env::current_exe().unwrap());
    let mut pty = Pty::spawn(command, 60, 10);
    pty.wait_text("shell$ ");
    pty.send(format!("\"$PROGRAM\" {}\r", PROGRAM.join(" ")));
    pty.wait_until("the first frame", |seen| seen.line(0) == "size 60x10");
    pty
}

fn wait_for_the_shell(pty: &Pty) {
    pty.wait_until("the shell", |seen| {
        !seen.screen().alternate_screen() && seen.text().trim_end().ends_with("shell$") && seen.title().is_empty()
    });
}

#[test]
fn it_takes_the_terminal_and_gives_it_back() {
    let mut pty = started();
    let modes = pty.modes();
    assert!(modes.alternate_screen && modes.bracketed_paste && modes.cursor_hidden && !modes.mouse);
    assert!(!modes.line_discipline.contains("ICANON") && !modes.line_discipline.contains("ECHO "));
    assert_eq!(modes.title, "desk\u{fffd}]0;evil\u{fffd}\u{fffd}");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn an_error_and_a_panic_are_read_on_a_whole_terminal() {
    for (key, code, words) in [
        ("e", 1, "error: the terminal cannot be used: something broke"),
        ("g", 1, "error: the terminal cannot be used: it was given back for good"),
        ("p", 101, "a bug in the screen"),
        ("d", 101, "a bug in a view"),
    ] {
        let mut pty = started();
        pty.send(key);
        assert_eq!(pty.wait_exit().exit_code(), code);
        pty.assert_restored();
        let raw = pty.look(|seen| String::from_utf8_lossy(seen.raw()).into_owned());
        let (_, after) = raw.rsplit_once("\x1b[?1049l").unwrap();
        assert!(after.contains(words), "{after:?}");
    }
}

#[test]
fn a_panic_of_a_task_leaves_the_screen_alone() {
    let mut pty = started();
    pty.send("b");
    pty.wait_until("the note", |seen| seen.line(1).starts_with("last true [\"a bug in a task"));
    assert!(pty.look(|seen| String::from_utf8_lossy(seen.raw()).contains("task\u{fffd}[2J")));
    pty.send("B");
    pty.wait_text("unnoticed true");
    assert!(pty.modes().alternate_screen);
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
    assert!(pty.look(|seen| seen.shows("a background task panicked: a bug nobody asked about")));
}

#[test]
fn signals_end_it_cleanly() {
    for (signal, code) in [(Number::TERM, 143), (Number::HUP, 129), (Number::INT, 130)] {
        let pty = started();
        pty.signal(signal);
        assert_eq!(pty.wait_exit().exit_code(), code);
        pty.assert_restored();
    }
}

#[test]
fn frames_are_whole_and_follow_the_size() {
    let mut pty = started();
    for (columns, rows) in [(20, 5), (200, 60), (1, 1), (60, 10)] {
        pty.resize(columns, rows);
        let expected: String = format!("size {columns}x{rows}").chars().take(columns.into()).collect();
        pty.wait_until(&expected, |seen| seen.line(0) == expected);
    }
    // Nothing is written between frames but what is no picture: modes, titles.
    let raw = pty.look(|seen| seen.raw().to_vec());
    let begin = raw.windows(8).filter(|bytes| bytes == b"\x1b[?2026h").count();
    let end = raw.windows(8).filter(|bytes| bytes == b"\x1b[?2026l").count();
    assert_eq!(begin, end);
    assert!(pty.look(pty::Seen::frames) >= 5);
    pty.send("q");
    pty.wait_exit();
    pty.assert_restored();
}

#[test]
fn pastes_and_copies_pass() {
    let mut pty = started();
    pty.paste("a\nq");
    pty.wait_until("the paste", |seen| seen.line(1) == "last paste \"a\\nq\"");
    pty.send("c");
    pty.wait_until("the copy", |seen| seen.copied() == ["WFQtNDgyMQ=="]);
    pty.wait_text("last copied true");
}

#[test]
fn where_no_shell_waits_it_is_not_suspended() {
    let mut pty = started();
    pty.send("\x1a");
    pty.wait_text("last Alone");
    assert!(pty.modes().alternate_screen);
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn the_shell_takes_over_and_gives_back() {
    let mut pty = started_by_a_shell();
    for _ in 0..2 {
        pty.send("\x1a");
        wait_for_the_shell(&pty);
        let modes = pty.modes();
        assert!(!modes.bracketed_paste && !modes.cursor_hidden, "{modes:?}");
        pty.send("fg\r");
        pty.wait_until("the program", |seen| seen.screen().alternate_screen() && seen.line(1) == "last Back");
        // The whole picture is back, and keys arrive.
        pty.wait_until("the picture", |seen| seen.line(0) == "size 60x10");
        pty.send("x");
        pty.wait_text("last key x");
    }
    pty.send("q");
    wait_for_the_shell(&pty);
    pty.send("echo code $?\r");
    pty.wait_text("code 0");
    pty.send("exit\r");
    pty.wait_exit();
    pty.assert_restored();
}

#[test]
fn a_window_that_was_resized_meanwhile_is_drawn_in_its_new_size() {
    let mut pty = started_by_a_shell();
    pty.send("\x1a");
    wait_for_the_shell(&pty);
    pty.resize(90, 20);
    pty.send("fg\r");
    pty.wait_until("the new size", |seen| seen.line(0) == "size 90x20");
}

#[test]
fn in_the_background_it_stops_again() {
    let mut pty = started_by_a_shell();
    pty.send("\x1a");
    wait_for_the_shell(&pty);
    // 128 and SIGTSTP: it was waited for until it stopped by itself.
    pty.send("bg; wait %1; echo code $?\r");
    pty.wait_text("code 148");
    pty.send("fg\r");
    pty.wait_until("the program", |seen| seen.screen().alternate_screen() && seen.line(1) == "last Back");
    pty.send("q");
    wait_for_the_shell(&pty);
}

#[test]
fn killed_while_suspended_it_leaves_the_terminal_to_the_shell() {
    for (line, in_background) in
        [("kill -TERM %1; bg; wait %1; echo code $?\r", true), ("kill -TERM %1; fg; echo code $?\r", false)]
    {
        let mut pty = started_by_a_shell();
        pty.send("\x1a");
        wait_for_the_shell(&pty);
        let written = pty.look(|seen| seen.raw().len());
        pty.send(line);
        pty.wait_text("code 143");
        // In the background all that is new is the shell's: the program touched nothing.
        let new = pty.look(|seen| String::from_utf8_lossy(&seen.raw()[written..]).into_owned());
        assert!(!in_background || !new.contains('\x1b'), "{new:?}");
        pty.send("exit\r");
        pty.wait_exit();
        pty.assert_restored();
    }
}

#[test]
fn stopped_from_outside_it_comes_back_whole() {
    let mut pty = started_by_a_shell();
    pty.signal_foreground(Number::STOP);
    pty.wait_text("shell$");
    // Nobody gave the terminal back, so a line ends as it does in raw mode.
    pty.send("fg\n");
    pty.wait_until("the program", |seen| seen.line(0) == "size 60x10" && seen.line(1) == "last continued");
    pty.send("x");
    pty.wait_text("last key x");
    pty.send("q");
    wait_for_the_shell(&pty);
}

#[test]
fn stopped_from_outside_it_can_be_killed_in_the_background() {
    let mut pty = started_by_a_shell();
    pty.signal_foreground(Number::STOP);
    pty.wait_text("shell$");
    pty.send("kill -TERM %1; bg; wait %1; echo code $?\n");
    pty.wait_text("code 143");
    let modes = pty.modes();
    assert!(!modes.alternate_screen && !modes.bracketed_paste && !modes.cursor_hidden, "{modes:?}");
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let output = Command::new(std::env::current_exe().unwrap()).args(PROGRAM).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("error: the dashboard needs a terminal, and standard input is not one; `list`"), "{words}");
}
