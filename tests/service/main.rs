//! Hooks in one process: whoever listens fails, hangs, comes back; nothing is lost, and nothing waits but the hook itself.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod endpoint;
mod programs;
mod receiver;
mod webhooks;
mod world;
