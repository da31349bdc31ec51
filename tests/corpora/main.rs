//! Collections of hostile and of old input, over every surface that reads or shows them. See `README.md` beside this file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../cli_support/mod.rs"]
mod cli_support;

// For the target of the fuzzer, whose crate nothing else needs.
extern crate self as libfuzzer_sys;

/// What libFuzzer's macro takes, with nothing that calls it.
#[macro_export]
macro_rules! fuzz_target {
    (|$bytes:ident: &[u8]| $body:expr) => {
        #[allow(dead_code, reason = "called by libFuzzer only")]
        fn target($bytes: &[u8]) {
            $body
        }
    };
}

mod addresses;
#[allow(unused_attributes, reason = "it has no main where it is a program")]
mod fuzz_target;
mod history;
mod json;
mod naughty;
mod reports;
mod seeds;

use fuzz_target::surfaces;

/// The big list of naughty strings.
fn naughty_strings() -> Vec<String> {
    serde_json::from_str(include_str!("naughty-strings.json")).unwrap()
}

/// Every how many-th of a collection a surface is given: of those that take milliseconds each, some of every class.
fn step(surface: &str) -> usize {
    if ["config", "csv", "keymap", "template_context"].contains(&surface) { 7 } else { 1 }
}
