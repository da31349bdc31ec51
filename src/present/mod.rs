//! What both frontends show, and how: neither decides anything here, neither has a style of its own.

pub mod event;
pub mod time;
