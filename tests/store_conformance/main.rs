//! What every store does, shown of each: the one in memory, the embedded one, PostgreSQL. And what only one of them can.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(clippy::wildcard_imports, reason = "each module uses most of the helpers")]

mod beside;
mod crowd;
mod doubt;
mod lease;
mod model;
mod place;
mod proxy;
mod refused;
mod server;
mod snapshots;
mod team;
mod transfer;
mod writers;

#[path = "../store_support/mod.rs"]
mod store_support;

use std::process::ExitCode;

use libtest_mimic::Trial;
use place::{Kind, Place};
use server::{block_on, trial};

fn main() -> ExitCode {
    server::run(|missing| {
        let embedded = [Kind::Memory, Kind::Embedded].into_iter().flat_map(of_every_store);
        let team = of_every_store(Kind::Postgres).into_iter().chain(of_a_team());
        embedded.chain(team.map(|trial| trial.with_ignored_flag(missing))).collect()
    })
}

/// A test by the name of its function.
macro_rules! trial {
    ($kind:expr, $module:ident::$name:ident) => {{
        let kind = $kind;
        trial(format!("{}::{}", kind, stringify!($name)), move || block_on($module::$name(Place::new(kind))))
    }};
}

fn of_every_store(kind: Kind) -> Vec<Trial> {
    let mut trials = vec![
        trial(format!("{kind}::it_is_the_store_in_memory"), move || model::it_is_the_store_in_memory(kind)),
        trial!(kind, writers::sixty_four_writers_get_a_place_each_without_a_gap),
        trial!(kind, writers::whoever_loses_a_race_reads_the_winner_in_the_read_model),
        trial!(kind, writers::a_slow_subscriber_is_told_and_blocks_nobody),
        trial!(kind, writers::an_append_that_is_refused_takes_nobody_with_it),
        trial!(kind, beside::a_number_of_a_bulk_is_never_given_again),
    ];
    if kind != Kind::Memory {
        trials.extend([
            trial!(kind, beside::the_note_of_a_bulk_survives_the_end_of_the_program),
            trial!(kind, beside::the_last_probes_survive_the_end_of_the_program),
            trial!(kind, transfer::there_and_into_every_other_store),
            trial!(kind, transfer::a_bad_export_leaves_nothing),
        ]);
    }
    trials
}

fn of_a_team() -> Vec<Trial> {
    let kind = Kind::Postgres;
    vec![
        trial!(kind, beside::the_probes_of_one_are_known_to_all),
        trial!(kind, beside::what_another_process_does_for_many_was_not_cut_off),
        trial!(kind, team::what_one_records_the_others_have_in_order),
        trial!(kind, team::a_transaction_that_came_second_is_done_again),
        trial!(kind, team::a_conflict_with_another_process_is_in_the_own_read_model),
        trial!(kind, team::two_teams_in_one_database_know_nothing_of_each_other),
        trial!(kind, team::a_database_that_is_away_is_told_and_nothing_waits),
        trial!(kind, crowd::every_follower_sees_every_event_once_and_in_order),
        trial!(kind, doubt::cut_on_the_way_to_the_server),
        trial!(kind, doubt::cut_on_the_way_back),
        trial!(kind, doubt::cut_and_the_database_stays_away),
        trial!(kind, doubt::a_server_that_falls_silent_keeps_nobody_from_leaving),
        trial!(kind, lease::one_leads_and_its_end_is_the_next_ones_beginning),
        trial!(kind, lease::what_an_earlier_leader_appends_is_refused),
        trial!(kind, lease::whoever_leads_has_read_what_was_recorded_before),
        trial!(kind, lease::whoever_takes_a_request_has_read_what_was_recorded_before),
        trial!(kind, lease::whoever_reads_an_answer_has_read_what_was_recorded_before),
        trial!(kind, snapshots::opening_reads_states_and_the_events_after_them),
        trial!(kind, snapshots::states_in_another_form_are_made_of_the_events),
        trial!(kind, refused::what_cannot_be_opened_says_why),
        trial!(kind, refused::another_schema_is_left_alone),
        trial!(kind, refused::older_tables_are_raised_by_whoever_owns_them),
        trial!(kind, refused::an_event_of_a_later_version_stops_the_store_in_words),
        trial!(kind, refused::a_viewer_reads_and_a_desk_records),
        trial!(kind, refused::a_certificate_is_checked),
    ]
}
