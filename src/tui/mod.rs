//! The screen: a pure state machine over messages, drawn only when something visible changed.

pub mod action;
pub mod terminal;
