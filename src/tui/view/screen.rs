//! The whole screen, part by part.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::canvas::Canvas;
use super::{
    Drawn, call, columns, detail, dialog, footer, greeting, guide, help, insight, palette, past, practice, queue,
    reading, status, table, tabs, tail, toasts,
};
use crate::present::clocks::Clocks;
use crate::tui::hit_map::HitMap;
use crate::tui::state::{Mode, SMALLEST, ScreenLayout, ScreenState};
use crate::tui::theme::Theme;

pub(super) fn draw_all(state: &ScreenState, theme: &Theme, buffer: &mut Buffer) -> Drawn {
    let area = *buffer.area();
    let of_past = theme.of_past();
    let theme = if state.past.is_some() { &of_past } else { theme };
    let clocks = Clocks::at(state.now.at);
    let plan = state.plan();
    let mut hits = HitMap::default();
    let mut canvas = Canvas::new(buffer, area).with_hits(&mut hits);
    if plan.too_small {
        let (width, height) = SMALLEST;
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
