//! Desks in terminals, on one database.

use serde_json::json;

use crate::cli_support::Desk;
use crate::commands::{filled, sql};
use crate::pty::Pty;
use crate::refused::viewer_of;

fn start(desk: &Desk) -> Pty {
    let config = desk.path("config.toml").to_string_lossy().into_owned();
    Pty::start(&["--config", &config, "--store", &desk.store], &desk.path(""), 160, 40)
}

fn open(desk: &Desk) -> Pty {
    let pty = start(desk);
    pty.wait_until("the rows", |seen| seen.shows("Nakamura Ford") && seen.shows("Lindqvist"));
    pty
}

pub fn two_desks_see_each_other() {
    let desk = filled();
    let mut one = open(&desk);
    let other = open(&desk);
    for desk in [&one, &other] {
        desk.wait_text("2 desks");
    }
    one.wait_text("this desk leads");
    other.wait_text("leads for");
    // Both have the cursor on the same row.
    one.send("jk");
    other.wait_text("you look at this in another");
    one.send("a");
    other.wait_text("you have `assign` open for this");
    one.send("\u{1b}");
    other.wait_text("you look at this in another");
    desk.run(&["note", "xts4", "from-a-shell"]).ends(0);
    desk.run(&["assign", "xts4", "zoe"]).ends(0);
    for desk in [&one, &other] {
        desk.wait_text("zoe");
    }
    one.send("q");
    assert_eq!(one.wait_exit().exit_code(), 0);
    other.wait_until("it is alone", |seen| !seen.shows("2 desks") && !seen.shows("you look at this"));
    desk.run(&["assign", "xts4", "yan"]).ends(0);
    other.wait_text("yan");
}

pub fn what_a_desk_that_just_crashed_was_doing_is_told_later() {
    let desk = filled();
    let listed = desk.run(&["list", "--json"]).ends(0).json();
    let item = |place: usize| json!({ "id": listed["dealerships"][place]["id"], "generation": 0 });
    let (at, items) = ("2026-03-30T15:00:00Z", [item(0), item(1)]);
    let note = json!({ "what": "invite", "at": at, "by": "ben", "items": items });
    // As it stands just after the crash: the process is seen for a while.
    let crashed = "gen_random_uuid(), clock_timestamp(), 0, 0";
    sql(
        &desk,
        &format!(
            "WITH crashed AS (INSERT INTO TEAM.sessions SELECT {crashed} RETURNING id) \
             INSERT INTO TEAM.bulks (session, note) SELECT id, '{note}'::json FROM crashed"
        ),
    );
    let pty = open(&desk);
    pty.wait_text("0 of 2 done, 2 left");
}

pub fn a_viewers_desk_is_read_only_and_says_why() {
    let desk = filled();
    let viewer = viewer_of(&desk);
    let viewer = start(&viewer);
    viewer.wait_text("your user may only read");
    viewer.wait_text("READ-ONLY");
    desk.run(&["assign", "xts4", "zoe"]).ends(0);
    viewer.wait_text("zoe");
}
