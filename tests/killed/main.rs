//! The program itself, killed at each failure point and at moments that nobody has chosen, beside a platform and a mail
//! server that keep count.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../cli_support/mod.rs"]
mod cli_support;
mod points;
mod rounds;
#[path = "../store_conformance/server.rs"]
mod server;
mod world;

use std::process::ExitCode;

use cloverwatch::failure_point::FailurePoint;
use server::trial;

fn main() -> ExitCode {
    server::run(|missing| {
        let at = |point: &FailurePoint| {
            let point = *point;
            // A release has no such points.
            let ignored = !cfg!(debug_assertions) || (missing && points::is_of_a_team(point));
            trial(format!("killed_at::{point:?}"), move || points::killed_at(point)).with_ignored_flag(ignored)
        };
        let rounds = trial("killed_at_any_moment".to_owned(), rounds::killed_at_any_moment);
        FailurePoint::ALL.iter().map(at).chain([rounds]).collect()
    })
}
