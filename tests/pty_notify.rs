//! Whoever looks at another window hears of what needs them, by the terminal.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

mod cli_support;
#[path = "support/pty.rs"]
mod pty;

use cli_support::Desk;
use pty::{Pty, Seen};

const TELL_FOCUS: &str = "\x1b[?1004h";

/// How often it was written, besides the title of the window.
fn written(seen: &Seen, bytes: &str) -> usize {
    String::from_utf8_lossy(seen.raw()).replace("\x1b]0;cloverwatch\x07", "").matches(bytes).count()
}

/// A desk of ana's with a code of hers that is two days old.
fn start(desk: &Desk, settings: &str) -> Pty {
    desk.run(&["invite", "xts1", "--code", "AB-12-XY", "--no-email", "--yes", "--generated-at", "2 days ago"]).ends(0);
    desk.write("config.toml", &format!("[ui]\noperator = \"ana\"\n{settings}"));
    let pty = Pty::start(&["--config", "config.toml", "--store", &desk.store], &desk.path(""), 120, 30);
    pty.wait_text("Nakamura Ford");
    pty.wait_until("its keys", |seen| seen.shows("enter open"));
    pty
}

fn overdue(desk: &Desk) {
    desk.run(&["confirm", "xts1", "--at", "25 hours ago"]).ends(0);
}

#[test]
fn a_terminal_without_the_focus_is_told_once() {
    for (settings, told) in [
        ("notify = \"bell\"\n", "\x07"),
        ("notify = \"osc\"\n", "\x1b]9;cloverwatch: Nakamura Ford: Xtime overdue\x07"),
    ] {
        let desk = Desk::filled();
        let mut pty = start(&desk, settings);
        assert_eq!(pty.look(|seen| written(seen, TELL_FOCUS)), 1);
        pty.send("\x1b[O");
        // It is taken for no keys, and the desk has heard it before what is behind it.
        pty.types("/xts1");
        pty.wait_text("/ xts1");
        overdue(&desk);
        pty.wait_until("it is told", |seen| written(seen, told) > 0);
        pty.send("\x1b");
        pty.wait_until("no filter", |seen| seen.shows("enter open"));
        pty.send("q");
        assert_eq!(pty.wait_exit().exit_code(), 0);
        assert_eq!(pty.look(|seen| written(seen, told)), 1);
        pty.assert_restored();
        assert_eq!(pty.look(|seen| written(seen, "\x1b[?1004l")), 1);
    }
}

#[test]
fn nobody_is_told_who_does_not_want_it() {
    let desk = Desk::filled();
    let mut pty = start(&desk, "");
    assert_eq!(pty.look(|seen| written(seen, TELL_FOCUS)), 0);
    pty.send("\x1b[O");
    overdue(&desk);
    pty.wait_text("overdue");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    assert_eq!(pty.look(|seen| written(seen, "\x07")), 0);
}
