//! Drawing: the visible part of the state into cells. Nothing is kept between frames.

pub mod ascii;
pub mod canvas;
pub mod layout;

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
use ratatui::layout::{Position, Rect};

use super::hit_map::HitMap;
use super::state::{Mode, ScreenState};
use super::theme::Theme;
use crate::domain::Timestamp;
use crate::present::clocks::Clocks;
use canvas::Canvas;
use layout::ScreenLayout;

/// What a frame leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawn {
    /// When the first of its texts will read differently by itself.
    pub next_change: Option<Timestamp>,
    /// Where the terminal's caret belongs; `None`: it is hidden.
    pub caret: Option<Position>,
    /// What is where.
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
    let drawn = draw_all(state, theme, buffer);
    if theme.ascii {
        ascii::to_ascii(buffer);
    }
    drawn
}

fn draw_all(state: &ScreenState, theme: &Theme, buffer: &mut Buffer) -> Drawn {
    let area = *buffer.area();
    let of_past = theme.of_past();
    let theme = if state.past.is_some() { &of_past } else { theme };
    let clocks = Clocks::at(state.now.at);
    let plan = state.plan();
    let mut hits = HitMap::default();
    let mut canvas = Canvas::new(buffer, area).with_hits(&mut hits);
    if plan.too_small {
        let (width, height) = layout::SMALLEST;
        let text = format!("needs {width}x{height}, this is {}x{}", area.width, area.height);
        canvas.text(0, 0, area.width, &text, theme.text);
        return Drawn::default();
    }
    let mut caret = None;
    if let Some(area) = plan.queue {
        queue::draw(state, theme, &clocks, &mut canvas.within(area));
    } else {
        caret = draw_panes(state, theme, &clocks, &plan, &mut canvas);
    }
    if let (Some(area), Some(open)) = (plan.practice, &state.practice) {
        practice::draw(open, state, theme, &mut canvas.within(area));
    }
    footer::draw(state, theme, &mut canvas.within(plan.footer));
    match &state.past {
        Some(past) => past::draw(past, state, theme, &mut canvas.within(plan.status)),
        None => status::draw(state, theme, &clocks, &mut canvas.within(plan.status)),
    }
    let mut canvas = canvas.within(plan.below);
    match &state.mode {
        Mode::Desk | Mode::Filter(_) | Mode::TailLine(_) => {}
        Mode::Palette(palette) => caret = palette::draw(palette, state, theme, &mut canvas),
        Mode::Help(open) => caret = help::draw(open, state, theme, &mut canvas),
        Mode::Guide(id, scroll) => guide::draw(*id, scroll, state, theme, clocks.now(), &mut canvas),
        Mode::Call(open) => call::draw(open, state, theme, &clocks, &mut canvas),
        Mode::Columns(open) => caret = columns::draw(open, state, theme, &mut canvas),
        Mode::Insight(open) => insight::draw(open, state, theme, &mut canvas),
        Mode::Dialog(open) => caret = dialog::draw(open, state, theme, &clocks, &mut canvas),
    }
    if let Some(open) = &state.reading {
        reading::draw(open, state, theme, &mut canvas);
        caret = None;
    }
    toasts::draw(state, theme, &mut canvas);
    // In the past no text reads differently by itself.
    Drawn { next_change: clocks.next_change().filter(|_| state.past.is_none()), caret, hits }
}

/// The tabs, the filter, alarms and panes.
fn draw_panes(
    state: &ScreenState,
    theme: &Theme,
    clocks: &Clocks,
    plan: &ScreenLayout,
    canvas: &mut Canvas<'_>,
) -> Option<Position> {
    let mut caret = None;
    tabs::draw(state, theme, &mut canvas.within(plan.tabs));
    if state.past.is_some() {
        past::draw_tabs(theme, &mut canvas.within(plan.tabs));
    }
    if let Some(area) = plan.filter {
        caret = tabs::draw_filter(state, theme, &mut canvas.within(area));
    }
    if let Some(area) = plan.banner {
        status::draw_banner(state, theme, clocks, &mut canvas.within(area));
    }
    if let Some(area) = plan.table {
        if state.rows.is_empty() && state.loaded && state.past.is_none() {
            greeting::draw(theme, &mut canvas.within(area));
        } else {
            table::draw(state, theme, clocks, &mut canvas.within(area));
        }
    }
    if let Some(area) = plan.detail {
        detail::draw(state, theme, clocks, &mut canvas.within(area));
    }
    if let Some(area) = plan.tail {
        caret = tail::draw(state, theme, clocks, &mut canvas.within(area)).or(caret);
    }
    caret
}

/// A part of the screen in its middle, with nothing in it.
fn popup<'p>(canvas: &'p mut Canvas<'_>, width: u16, height: u16) -> Canvas<'p> {
    let area = canvas.area();
    // The status stays in view, and where there is room the keys do too.
    let below = if area.height >= 20 { 2 } else { 1 };
    let (width, height) = (width.min(area.width), height.min(area.height.saturating_sub(below)));
    let popup = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height.saturating_sub(1 + height)) / 2,
        width,
        height,
    };
    let mut canvas = canvas.within(popup);
    canvas.clear();
    canvas
}
