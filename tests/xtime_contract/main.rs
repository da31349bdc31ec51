//! The platform client and the code sources against a scripted server: every public answer shape, and everything that goes wrong
//! on the way to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../smtp_support/certificates.rs"]
#[allow(dead_code, reason = "the mail server's tests use the rest")]
mod certificates;

mod appointments;
mod booking;
mod command;
mod http_source;
mod intents;
mod network;
mod nginx;
mod pace;
mod platform;
#[path = "../support/requests.rs"]
mod requests;
mod server;
mod shapes;
mod teach;
mod token;
mod trouble;
