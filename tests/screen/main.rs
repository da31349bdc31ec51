//! The screen as a whole, without a terminal: rows, keys, pictures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what fails here must fail loudly")]

mod allowed;
mod appointments;
mod ascii;
mod bursts;
mod calls;
mod cells;
mod checks;
mod client;
mod cut_off;
mod desk;
mod dialogs;
mod environments;
mod filter;
mod first_page;
mod flow;
mod home;
mod insight;
mod keys;
mod keys_dialogs;
mod layers;
mod letters;
mod mouse;
mod navigation;
mod notifications;
mod opcodes;
mod outages;
mod own_files;
mod palette;
mod past;
mod pictures;
mod population;
mod posting;
mod practice;
mod presence;
mod profile;
mod reading;
mod rows;
mod stories;
mod table;
mod tail;
mod teach;
mod time;
mod twins;
mod undo;
mod views;

/// Draw thousands of pictures of what is told like anything else, whoever tells it.
const LONG: [&str; 8] = [
    "every_size_can_be_drawn_in_every_mode",
    "the_view_can_be_drawn_at_every_size",
    "every_size_can_be_drawn_and_scrolled",
    "no_keys_and_clicks_lead_to_where_esc_does_not_lead_home",
    "what_is_shown_as_possible_is_what_the_rules_decide",
    "every_screen_is_drawn_in_ascii",
    "first_page",
    "cells",
];

/// The tests of this program again, with desks that are attached to the owner of the store.
#[test]
fn the_same_screens_through_the_owner_of_the_store() {
    if std::env::var_os("CLOVERWATCH_TEST_ATTACHED").is_some() {
        return;
    }
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.env("CLOVERWATCH_TEST_ATTACHED", "1").env("INSTA_UPDATE", "no");
    let again = again.args(LONG.iter().flat_map(|name| ["--skip", name])).output().unwrap();
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stdout));
}
