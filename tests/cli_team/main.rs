//! The program itself on a team's store: every command, desks in terminals, processes that are killed and stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../cli_support/mod.rs"]
mod cli_support;
mod commands;
mod desks;
mod processes;
#[path = "../support/pty.rs"]
mod pty;
mod refused;
#[path = "../store_conformance/server.rs"]
mod server;

use std::process::ExitCode;

use libtest_mimic::Trial;
use server::trial;

fn main() -> ExitCode {
    server::run(|missing| {
        let trials = trials().into_iter().map(|trial| trial.with_ignored_flag(missing));
        trials.chain(long().into_iter().map(|trial| trial.with_ignored_flag(true))).collect()
    })
}

/// A test by the name of its function.
macro_rules! trial {
    ($module:ident::$name:ident) => {
        trial(stringify!($module::$name).replace(' ', ""), $module::$name)
    };
}

/// What takes minutes: ignored unless it is asked for (`-- --ignored`).
fn long() -> Vec<Trial> {
    vec![trial!(processes::a_leader_that_slept_for_two_minutes_does_no_harm)]
}

fn trials() -> Vec<Trial> {
    vec![
        trial!(commands::what_one_process_records_the_others_tell),
        trial!(commands::a_backup_goes_into_every_store_and_back),
        trial!(commands::a_damaged_log_is_told),
        trial!(commands::doctor_tells_of_the_team),
        trial!(commands::what_a_command_teaches_is_taught_to_the_team),
        trial!(commands::a_tail_says_that_the_database_is_away_and_goes_on),
        trial!(commands::a_command_that_cannot_probe_tells_when_the_leader_will),
        trial!(commands::who_only_reads_makes_no_store),
        trial!(refused::what_cannot_be_opened_is_said_and_leaves_nothing),
        trial!(refused::a_viewer_reads_and_is_told_why_it_records_nothing),
        trial!(refused::a_password_is_read_where_it_is_kept_and_printed_nowhere),
        trial!(desks::two_desks_see_each_other),
        trial!(desks::a_viewers_desk_is_read_only_and_says_why),
        trial!(desks::what_a_desk_that_just_crashed_was_doing_is_told_later),
        trial!(processes::two_processes_reissue_the_same_at_once),
        trial!(processes::a_leader_that_is_killed_is_followed_by_another),
        trial!(processes::a_leader_that_slept_past_its_lease_does_no_harm),
    ]
}
