//! An answer that no row of the meanings knows is taught with a key, from its event to the settings file.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

mod cli_support;
#[path = "support/pty.rs"]
mod pty;

use cli_support::Desk;
use pty::Pty;
use serde_json::json;

#[test]
fn a_key_on_the_event_teaches_its_answer_into_the_settings_file() {
    let (desk, sandbox) = Desk::connected("none");
    sandbox.ask("POST", "/control/dealers", &json!({"dealerCode": "xts1", "timezone": "America/Chicago"}));
    sandbox.act("xts1", "answers", &json!({"denial": "success-false"}));
    desk.run(&["check", "xts1"]).ends(1);
    let before = std::fs::read_to_string(desk.path("config.toml")).unwrap();

    let mut pty = Pty::start(&["--config", "config.toml", "--store", &desk.store], &desk.path(""), 120, 40);
    pty.wait_text("Nakamura Ford");
    // Its events only, however many come of the others meanwhile.
    pty.types("/xts1\r");
    pty.wait_text("1 of 4");
    pty.types("\to");
    pty.wait_until("its events", |seen| seen.shows("only Nakamura Ford") && seen.shows("x-000403"));
    pty.send("m");
    pty.wait_text("What does this answer mean");
    pty.types("  ");
    pty.wait_text("means = \"not-connected\"");
    pty.send("\x13");
    pty.wait_until("the dialog's end", |seen| !seen.shows("What does this answer mean"));
    pty.wait_text("not-connected");
    pty.send("\x1b\x1b\x1b");
    pty.wait_text("quit");
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);

    let after = std::fs::read_to_string(desk.path("config.toml")).unwrap();
    assert!(before.lines().all(|line| after.contains(line)), "{after}");
    assert!(!before.contains("[[xtime.meaning]]") && after.contains("[[xtime.meaning]]\nstatus = 200\n"), "{after}");
    assert!(after.contains("means = \"not-connected\""), "{after}");
    let item = desk.run(&["check", "xts1", "--json"]).ends(0).json()["items"][0].clone();
    assert_eq!(item["probe"]["outcome"], "not-connected", "{item}");
}
