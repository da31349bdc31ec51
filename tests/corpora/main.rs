//! Collections of hostile and of old input, over every surface that reads or shows them. See `README.md` beside this file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../cli_support/mod.rs"]
mod cli_support;

mod addresses;
mod history;
mod json;
mod naughty;
mod reports;
mod seeds;
mod surfaces;

/// The big list of naughty strings.
fn naughty_strings() -> Vec<String> {
    serde_json::from_str(include_str!("naughty-strings.json")).unwrap()
}

/// Every how many-th of a collection a surface is given: of those that take milliseconds each, some of every class.
fn step(surface: &str) -> usize {
    if ["config", "csv", "keymap", "template_context"].contains(&surface) { 7 } else { 1 }
}
