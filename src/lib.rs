//! The onboarding desk of a certified scheduling partner of Xtime: invitations, their two clocks, confirmations and
//! service opcodes, in a terminal. See `docs/architecture.md` for how it is built, and why.

#[macro_use]
mod documents;

pub mod attach;
pub mod child;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod domain;
pub mod engine;
pub mod failure_point;
pub mod guard;
pub mod mail;
pub mod present;
pub mod protocol;
pub mod sandbox;
pub mod service;
pub mod signals;
pub mod store;
pub mod timezone;
pub mod tls;
pub mod tui;
pub mod wiring;
pub mod xtime;
