//! The screen: a pure state machine over messages, drawn only when something visible changed.

pub mod action;
pub mod clipboard;
pub mod clocks;
pub mod dialog;
pub mod enabled;
pub mod frames;
pub mod keymap;
pub mod line_edit;
pub mod terminal;
