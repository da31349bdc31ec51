//! Drawing: the visible part of the state into cells. Nothing is kept between frames.

pub mod ascii;
pub mod canvas;

mod call;
mod clock_tracks;
mod columns;
mod dealership;
mod detail;
mod dialog;
mod footer;
mod greeting;
mod guide;
mod help;
mod insight;
mod mail;
mod page;
mod palette;
mod past;
mod person;
mod practice;
mod queue;
mod reading;
mod screen;
mod slots;
mod status;
mod table;
mod tabs;
mod tail;
mod timeline;
mod toasts;
mod xtime;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::hit_map::HitMap;
use super::state::ScreenState;
use super::theme::Theme;
use crate::domain::Timestamp;

/// What a frame leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawn {
    /// When the first of its texts will read differently by itself.
    pub next_change: Option<Timestamp>,
    /// Where the terminal's caret belongs; `None`: it is hidden.
    pub caret: Option<Position>,
    pub hits: HitMap,
}

pub fn draw(state: &ScreenState, theme: &Theme, frame: &mut Frame<'_>) -> Drawn {
    let drawn = draw_into(state, theme, frame.buffer_mut());
    if let Some(caret) = drawn.caret {
        frame.set_cursor_position(caret);
    }
    drawn
}

/// Draws the screen into an empty buffer of the size that the state knows.
pub fn draw_into(state: &ScreenState, theme: &Theme, buffer: &mut Buffer) -> Drawn {
    let drawn = screen::draw_all(state, theme, buffer);
    if theme.ascii {
        ascii::to_ascii(buffer);
    }
    drawn
}
