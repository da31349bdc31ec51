//! The whole program against a mail server that misbehaves, killed where it hurts most: how each letter ends, how many copies arrive,
//! and whose code is in them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../cli_support/mod.rs"]
mod cli_support;
#[path = "../smtp_support/mod.rs"]
mod smtp_support;

mod changed;
mod killed;
mod many;
mod process;
mod rules;
mod secured;
mod unkilled;
mod world;
