//! What both frontends show, and how: neither decides anything here, neither has a style of its own.

pub mod bar;
pub mod booking;
pub mod call;
pub mod clocks;
pub mod column;
pub mod diagnostic;
pub mod event;
pub mod insight;
pub mod json;
pub mod letters;
pub mod log_line;
mod notify;
pub mod opcode;
pub mod running_clock;
mod situation;
pub mod spoken;
mod theme;
pub mod time;
mod tone;
mod track;
pub mod view;

pub use notify::NotifyChoice;
pub use situation::situation;
pub use theme::{ThemeChoice, ThemeSource};
pub use tone::{Tone, code_clock_tone, confirm_clock_tone, opcode_glyph, stage_glyph};
pub use track::{Track, TrackCell};
