//! How the desk was left is there at its next start, in a real terminal.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

mod cli_support;
#[path = "support/pty.rs"]
mod pty;

use std::os::unix::fs::PermissionsExt;

use cli_support::Desk;
use pty::{Pty, Seen};

fn start(desk: &Desk) -> Pty {
    let args = ["--config", "config.toml", "--store", &desk.store];
    Pty::start(&args, &desk.path(""), 120, 30)
}

fn leave(mut pty: Pty) {
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
}

fn shows_all(seen: &Seen) -> bool {
    seen.shows("All 4") && seen.shows("Nakamura Ford") && !seen.shows("as you left it")
}

#[test]
fn a_desk_begins_as_it_was_left_unless_the_settings_say_otherwise() {
    let desk = Desk::filled();
    // Who owns nothing begins with everything.
    for code in ["xts1", "xts3"] {
        desk.run(&["assign", code, "ben"]).ends(0);
    }
    let mut pty = start(&desk);
    pty.wait_until("all", shows_all);
    pty.types("/nakamura");
    pty.wait_text("1 of 4");
    pty.send("\r");
    pty.wait_text("enter open");
    leave(pty);
    let dir = desk.path("state/cloverwatch/desks");
    let file = std::fs::read_dir(&dir).unwrap().next().unwrap().unwrap().path();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(&dir)), (0o600, 0o700));

    let mut pty = start(&desk);
    pty.wait_text("as you left it; esc goes home");
    pty.wait_text("/ nakamura");
    pty.send("\x1b");
    pty.wait_until("no message", |seen| !seen.shows("as you left it"));
    pty.send("\x1b");
    pty.wait_until("all", shows_all);
    leave(pty);

    // What cannot be read is told once, and replaced when the desk is left.
    std::fs::write(&file, "{\"version\": 1").unwrap();
    let pty = start(&desk);
    pty.wait_text("how the desk was left cannot be read");
    leave(pty);
    desk.run(&["assign", "xts1", "ana"]).ends(0);
    desk.write("config.toml", "[ui]\nrestore = false\n");
    let pty = start(&desk);
    pty.wait_text("the desk begins with what is yours");
    assert!(!pty.look(|seen| seen.shows("cannot be read")));
    leave(pty);
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1, "nothing is left beside it");
}
