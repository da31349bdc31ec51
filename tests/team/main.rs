//! Several engines over one PostgreSQL database: one leads, whatever is asked where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod away;
mod budget;
mod desk;
mod fencing;
mod hooks;
mod reissue;
mod relay;
#[path = "../store_conformance/server.rs"]
mod server;
#[path = "../simulation_support/mod.rs"]
mod simulation_support;
mod stopped;
mod takeover;
mod told;
mod undo;

use std::process::ExitCode;

use libtest_mimic::Trial;
use server::{block_on, trial};

fn main() -> ExitCode {
    block_on(stopped::be_a_desk());
    server::run(|missing| trials().into_iter().map(|trial| trial.with_ignored_flag(missing)).collect())
}

/// A test by the name of its function.
macro_rules! trial {
    ($module:ident::$name:ident) => {
        trial(stringify!($module::$name).replace(' ', ""), || block_on($module::$name()))
    };
}

fn trials() -> Vec<Trial> {
    vec![
        trial!(takeover::a_clean_end_hands_the_lease_over_at_once),
        trial!(takeover::after_a_crash_another_one_leads_when_the_lease_is_over),
        trial!(takeover::a_command_leads_until_it_ends_where_nobody_else_does),
        trial!(takeover::whoever_can_probe_leads),
        trial!(takeover::whoever_hands_over_ends_the_letter_that_is_on_its_way),
        trial!(takeover::a_command_waits_for_another_one_to_end),
        trial!(hooks::each_event_is_told_once_by_whoever_leads),
        trial!(hooks::a_position_is_kept_by_the_leader_only),
        trial!(told::the_others_show_what_the_leader_sees),
        trial!(told::what_is_in_front_of_one_the_others_see_until_it_ends),
        trial!(told::what_one_is_taught_all_read_answers_by),
        trial!(told::a_letter_is_tried_again_by_the_leader_at_once),
        trial!(fencing::a_letter_of_a_leader_that_was_stopped_stays_here),
        trial!(fencing::a_booking_of_a_leader_that_was_stopped_is_not_sent),
        trial!(stopped::a_process_that_was_stopped_and_woken_sends_nothing),
        trial!(relay::what_is_asked_elsewhere_is_done_by_the_leader),
        trial!(relay::what_nobody_takes_is_refused_in_words_and_not_done_later),
        trial!(relay::many_that_are_asked_elsewhere_can_be_stopped),
        trial!(relay::what_a_leader_was_doing_when_it_was_cut_off_is_told),
        trial!(relay::what_was_taken_and_not_begun_comes_again),
        trial!(budget::ten_desks_have_one_budget),
        trial!(reissue::two_desks_reissue_the_same_at_once),
        trial!(undo::it_is_undone_once_and_the_other_is_told),
        trial!(away::a_database_that_is_away_is_told_and_nothing_is_queued),
    ]
}
