//! The event tail.

use super::pen::Pen;
use crate::tui::clocks::Clocks;
use crate::tui::state::{Focus, State};
use crate::tui::tail::Group;
use crate::tui::theme::{Theme, Tone};

pub(super) fn draw(state: &State, theme: &Theme, clocks: &Clocks, pen: &mut Pen<'_>) {
    let (width, height) = (pen.area().width, pen.area().height);
    let focused = state.focus == Focus::Tail;
    heading(state, theme, focused, pen);
    let selected = state.cursor.id;
    let rows = usize::from(height.saturating_sub(1));
    let lines = state.tail.lines(rows, selected);
    if lines.is_empty() {
        let words = if state.tail.awaits_history(selected) { "…" } else { "nothing yet" };
        pen.text(2, 1, width.saturating_sub(2), words, theme.dim);
    }
    let chosen = state.tail.chosen(selected).map(|event| event.seq).filter(|_| focused);
    let today = state.setup.zone.day(clocks.now());
    for (y, event) in (1..).zip(&lines) {
        let (_, tone) = Group::of(&event.fact);
        // Another day's events say so where there is room.
        let same_day = state.setup.zone.day(event.at) == today;
        let time = if same_day || width < 60 {
            state.setup.zone.time(event.at)
        } else {
            state.setup.zone.day_and_time(event.at)
        };
        let column = if width < 60 { 8 } else { 12 };
        pen.right(1, y, column, &time, theme.dim);
        let row = event.dealership.map(|id| state.rows.get(id));
        let name = match row {
            Some(row) => row.map_or("?".into(), |row| row.state.profile.name.screen()),
            None => "Xtime".into(),
        };
        let room = (width / 4).clamp(10, 32);
        pen.text(column + 2, y, room, &name, theme.text);
        let mut x = column + 2 + room + 1;
        let actor = event.actor.to_string();
        if width >= 90 {
            pen.text(x, y, 13, &actor, theme.dim);
            x += 14;
        }
        pen.text(x, y, width.saturating_sub(x), &event.summary(), theme.tone(tone));
        if chosen == Some(event.seq) {
            pen.text(0, y, 1, "›", theme.key);
            pen.paint(y, theme.cursor);
        }
    }
}

fn heading(state: &State, theme: &Theme, focused: bool, pen: &mut Pen<'_>) {
    let width = pen.area().width;
    let line = if focused { theme.line_focus } else { theme.line };
    pen.fill(0, 0, width, "─", line);
    let mut x = 2 + pen.text(2, 0, width.saturating_sub(4), " Events ", theme.title);
    let arrived = state.tail.arrived(state.cursor.id);
    let (words, style) = match (state.tail.follows(), arrived) {
        (true, _) => ("following ".to_owned(), theme.dim),
        (false, 0) => ("paused ".to_owned(), theme.tone(Tone::Warn)),
        (false, arrived) => (format!("paused, {arrived} new "), theme.tone(Tone::Warn)),
    };
    x += pen.text(x, 0, width.saturating_sub(x + 1), &words, style);
    if state.tail.only_selected {
        let name = state.selected().map(|row| row.state.profile.name.screen().into_owned());
        let words = format!("only {} ", name.unwrap_or_default());
        x += pen.text(x, 0, width.saturating_sub(x + 1), &words, theme.tone(Tone::Warn));
    }
    let hidden: Vec<&str> =
        Group::ALL.iter().filter(|group| !state.tail.shows(**group)).map(|group| group.word()).collect();
    if !hidden.is_empty() {
        let words = format!("without {} ", hidden.join(", "));
        pen.text(x, 0, width.saturating_sub(x + 1), &words, theme.tone(Tone::Warn));
    }
}
