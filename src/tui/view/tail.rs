//! The event tail.

use super::canvas::Canvas;
use crate::present::clocks::Clocks;
use crate::present::event::EventLine;
use crate::tui::state::{Focus, ScreenState};
use crate::tui::tail::Group;
use crate::tui::theme::{Theme, Tone};

/// The cells of a moment: `24 Nov 14:05`.
const TIME: u16 = 12;

pub(super) fn draw(state: &ScreenState, theme: &Theme, clocks: &Clocks, canvas: &mut Canvas<'_>) {
    let (width, height) = (canvas.area().width, canvas.area().height);
    let focused = state.focus == Focus::Tail;
    heading(state, theme, focused, canvas);
    let (selected, zone) = (state.cursor.id, state.setup.zone);
    let rows = usize::from(height.saturating_sub(1));
    let lines = state.tail.lines(rows, selected);
    if lines.is_empty() {
        let words = if state.tail.awaits_history(selected) { "…" } else { "nothing yet" };
        canvas.text(2, 1, width.saturating_sub(2), words, theme.dim);
    }
    let chosen = state.tail.chosen(selected).map(|event| event.seq).filter(|_| focused);
    for (y, event) in (1..).zip(&lines) {
        let EventLine { when, actor, words, tone } = EventLine::of(event, |at| zone.short(at, clocks.now()));
        canvas.right(1, y, TIME, &when, theme.dim);
        let row = event.dealership.map(|id| state.rows.get(id));
        let name = match row {
            Some(row) => row.map_or("?".into(), |row| row.state.profile.name.screen()),
            None => "Xtime".into(),
        };
        let room = (width / 4).clamp(10, 32);
        canvas.text(TIME + 2, y, room, &name, theme.text);
        let mut x = TIME + 2 + room + 1;
        if width >= 90 {
            canvas.text(x, y, 13, &actor, theme.dim);
            x += 14;
        }
        canvas.text(x, y, width.saturating_sub(x), &words, theme.tone(tone));
        if chosen == Some(event.seq) {
            canvas.text(0, y, 1, "›", theme.key);
            canvas.paint(y, theme.cursor);
        }
    }
}

fn heading(state: &ScreenState, theme: &Theme, focused: bool, canvas: &mut Canvas<'_>) {
    let width = canvas.area().width;
    let line = if focused { theme.line_focus } else { theme.line };
    canvas.fill(0, 0, width, "─", line);
    let mut x = 2 + canvas.text(2, 0, width.saturating_sub(4), " Events ", theme.title);
    let arrived = state.tail.arrived(state.cursor.id);
    let (words, style) = match (state.tail.follows(), arrived) {
        (true, _) => ("following ".to_owned(), theme.dim),
        (false, 0) => ("paused ".to_owned(), theme.tone(Tone::Warn)),
        (false, arrived) => (format!("paused, {arrived} new "), theme.tone(Tone::Warn)),
    };
    x += canvas.text(x, 0, width.saturating_sub(x + 1), &words, style);
    let zone = format!("{} ", state.setup.zone.name());
    x += canvas.text(x, 0, width.saturating_sub(x + 1), &zone, theme.dim);
    if state.tail.only_selected {
        let name = state.selected().map(|row| row.state.profile.name.screen().into_owned());
        let words = format!("only {} ", name.unwrap_or_default());
        x += canvas.text(x, 0, width.saturating_sub(x + 1), &words, theme.tone(Tone::Warn));
    }
    let hidden: Vec<&str> =
        Group::ALL.iter().filter(|group| !state.tail.shows(**group)).map(|group| group.as_str()).collect();
    if !hidden.is_empty() {
        let words = format!("without {} ", hidden.join(", "));
        canvas.text(x, 0, width.saturating_sub(x + 1), &words, theme.tone(Tone::Warn));
    }
}
