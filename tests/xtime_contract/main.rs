//! The platform client and the code sources against a scripted server: every public answer shape, and everything that goes wrong
//! on the way to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod appointments;
mod booking;
mod command;
mod http_source;
mod intents;
mod platform;
mod server;
mod shapes;
mod token;
mod trouble;
