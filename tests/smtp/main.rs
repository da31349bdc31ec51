//! The transport against a mail server that misbehaves by script, and against one that is not ours: what a letter's end is called, how often
//! the check was asked, and what the server had received.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../smtp_support/mod.rs"]
mod smtp_support;

mod after;
mod before;
mod hostile;
mod interop;
mod pool;
mod rig;
mod secured;
mod servers;
