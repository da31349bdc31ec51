//! The screen: a pure state machine over messages, drawn only when something visible changed.

pub mod action;
pub mod actions;
pub mod bulk_job;
pub mod call_view;
pub mod clipboard;
pub mod columns;
pub mod cursor;
pub mod dialog;
pub mod enabled;
pub mod expired;
pub mod frames;
pub mod insight;
pub mod keymap;
pub mod layer;
pub mod line_edit;
pub mod list_cursor;
pub mod marks;
pub mod msg;
pub mod palette;
pub mod queue;
pub mod reading;
pub mod reveal;
pub mod rows;
pub mod run;
pub mod state;
pub mod tail;
pub mod teach;
pub mod terminal;
pub mod theme;
pub mod toasts;
pub mod update;
pub mod view;

pub use msg::{ArrivalTime, Effect, Msg};
pub use state::{ScreenState, Setup};
pub use update::update;
pub use view::draw;
