//! The harness of the terminal tests itself, with programs of which every byte is known.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

#[path = "support/pty.rs"]
mod pty;

use pty::{Pty, Seen, command};
use rustix::process::Signal;

fn shell(script: &str) -> Pty {
    let mut command = command("/bin/sh");
    command.args(["-c", script]);
    Pty::spawn(command, 40, 6)
}

#[test]
fn it_sees_text_and_the_exit_code() {
    let pty = shell("printf 'one\\r\\ntwo\\033[3;5Hthree\\n'; exit 7");
    assert_eq!(pty.wait_exit().exit_code(), 7);
    assert_eq!([0, 1, 2].map(|row| pty.look(|seen| seen.line(row))), ["one", "two", "    three"]);
    pty.assert_restored();
}

#[test]
fn it_types_pastes_and_resizes() {
    let mut pty = Pty::spawn(command("cat"), 40, 6);
    pty.send("hello\r");
    // Once by the echo of the terminal, once by cat.
    pty.wait_until("two hellos", |seen| seen.text().matches("hello").count() == 2);
    pty.paste("pasted");
    pty.wait_until("a paste between its marks", |seen| {
        // The echo shows an escape as ^[.
        seen.raw().windows(18).any(|bytes| bytes == b"^[[200~pasted^[[20")
    });
    pty.send("\r\x04");
    assert!(pty.wait_exit().success());
    let mut pty = shell("trap 'stty size' WINCH; echo ready; while :; do sleep 0.01; done");
    pty.wait_text("ready");
    pty.resize(33, 11);
    pty.wait_text("11 33");
}

#[test]
fn it_sends_signals() {
    let pty = shell("trap 'echo caught; exit 5' TERM; echo ready; while :; do sleep 0.01; done");
    pty.wait_text("ready");
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_exit().exit_code(), 5);
    pty.wait_text("caught");
    let pty = shell("echo ready; exec sleep 600");
    pty.wait_text("ready");
    pty.signal(Signal::KILL);
    assert_eq!(pty.wait_exit().signal(), Some("Killed"));
}

/// Each mode that is left behind is noticed.
#[test]
fn it_notices_what_is_not_restored() {
    for script in [
        "printf '\\033[?1049h'",
        "printf '\\033[?2004h'",
        "printf '\\033[?1000h'",
        "printf '\\033[?25l'",
        "printf '\\033[?2026h'",
        "printf '\\033]2;title\\007'",
        "stty raw",
        "stty -echo",
    ] {
        let pty = shell(&format!("{script}; exit 0"));
        let exit = pty.wait_exit();
        assert_eq!(exit.exit_code(), 0, "{script}");
        let restored = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| pty.assert_restored()));
        assert!(restored.is_err(), "{script}");
    }
    let pty = shell("printf '\\033[22;0t\\033]2;title\\007\\033[23;0t\\033[?1049h\\033[?1049l'; stty raw; stty sane");
    pty.wait_exit();
    assert_eq!(pty.modes().title, "");
}

#[test]
fn it_counts_frames_and_never_looks_into_one() {
    let mut pty = shell("printf '\\033[?2026hhalf'; read line; printf ' whole\\033[?2026l'; read line");
    pty.send("\r");
    let (text, frames) =
        pty.wait_for("a frame", |seen| (!seen.text().is_empty()).then(|| (seen.text(), seen.frames())));
    assert!(text.contains("half") && text.contains("whole"), "{text}");
    assert_eq!(frames, 1);
}

#[test]
fn it_hears_of_copies() {
    let pty = shell("printf '\\033]52;c;WFQ=\\033\\\\'");
    pty.wait_exit();
    assert_eq!(pty.look(|seen: &Seen| seen.copied().to_vec()), ["WFQ="]);
}

#[test]
#[should_panic(expected = "waited in vain for something that never comes")]
fn it_gives_up_when_the_program_has_ended() {
    let pty = shell("echo bye");
    pty.wait_until("something that never comes", |seen| seen.shows("welcome"));
}
