//! What both frontends show, and how: neither decides anything here, neither has a style of its own.

pub mod event;
mod theme;
pub mod time;

pub use theme::ThemeChoice;
