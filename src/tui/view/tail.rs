//! The event tail.

use ratatui::layout::Position;

use super::canvas::{Canvas, width};
use super::tabs::draw_edit;
use crate::domain::Timestamp;
use crate::present::clocks::Clocks;
use crate::present::log_line::LogLine;
use crate::tui::hit_map::ClickTarget;
use crate::tui::state::{Focus, Mode, ScreenState};
use crate::tui::tail::{Group, Seek, TailInput, TailInputKind, TailRow, TailSpan, TailText};
use crate::tui::theme::{Theme, Tone};

/// The cells of a moment: `24 Nov 14:05`.
const TIME: u16 = 12;

/// Draws the tail; the place of the caret while a line is typed in its heading.
pub(super) fn draw(state: &ScreenState, theme: &Theme, clocks: &Clocks, canvas: &mut Canvas<'_>) -> Option<Position> {
    canvas.hit_all(ClickTarget::Pane(Focus::Tail));
    let (width, height) = (canvas.area().width, canvas.area().height);
    let caret = match &state.mode {
        Mode::TailLine(input) => typed(input, theme, canvas),
        _ => {
            heading(state, theme, canvas);
            None
        }
    };
    let scope = state.tail_scope();
    let rows = state.tail.rows(usize::from(height.saturating_sub(1)), scope);
    if rows.is_empty() {
        let words = match () {
            () if state.tail.awaits_history(scope.selected) => "…",
            () if scope.since.is_some() => "nothing in this time",
            () => "nothing yet",
        };
        canvas.text(2, 1, width.saturating_sub(2), words, theme.dim);
    }
    let focused = state.focus == Focus::Tail;
    let chosen = focused.then(|| state.tail.chosen(scope)).flatten().map(|line| line.newest.seq);
    let selection = state.tail.selected_from.filter(|_| focused).and_then(|_| state.tail.selection(scope));
    for (y, row) in (1..).zip(&rows) {
        let line = match row {
            TailRow::Day(at) => {
                day(*at, state, theme, clocks, y, canvas);
                continue;
            }
            TailRow::Pending => {
                canvas.text(2, y, width.saturating_sub(2), "… reading the log", theme.dim);
                continue;
            }
            TailRow::Line(line) => line,
        };
        event(line, state, theme, clocks, y, canvas);
        let seq = line.newest.seq;
        canvas.hit(0, y, width, ClickTarget::Event(seq));
        if selection.is_some_and(|(first, last)| first <= seq && seq <= last) {
            canvas.paint(y, theme.cursor_away);
        }
        if chosen == Some(seq) {
            canvas.text(0, y, 1, "›", theme.key);
            canvas.paint(y, theme.cursor);
        }
    }
    caret
}

/// A line that divides the days.
fn day(at: Timestamp, state: &ScreenState, theme: &Theme, clocks: &Clocks, y: u16, canvas: &mut Canvas<'_>) {
    let (room, zone) = (canvas.area().width, state.setup.zone);
    canvas.fill(1, y, room.saturating_sub(2), "─", theme.line);
    let words = format!(" {}, {} ", zone.day(at, clocks.now()), zone.name());
    canvas.text(TIME + 1, y, room.saturating_sub(TIME + 2), &words, theme.dim);
}

fn event(line: &LogLine<'_>, state: &ScreenState, theme: &Theme, clocks: &Clocks, y: u16, canvas: &mut Canvas<'_>) {
    let all = canvas.area().width;
    let room = (all / 4).clamp(10, 32);
    let with_actor = all >= 90;
    let x = TIME + 2 + room + 1 + if with_actor { 14 } else { 0 };
    let cells = all.saturating_sub(x);
    let text = TailText::of(line, cells.into(), &state.rows, state.setup.zone, clocks.now());
    let mut put = |x: u16, cells: u16, words: &str, style| {
        let used = canvas.text(x, y, cells, words, style);
        for span in state.tail.search.spans(words) {
            canvas.mark((x, y, used), words, span, theme.hit);
        }
    };
    put(1 + TIME.saturating_sub(width(&text.when) as u16), TIME, &text.when, theme.dim);
    if text.divides {
        let words = format!("── {} ", text.words);
        put(TIME + 2, all.saturating_sub(TIME + 2), &words, theme.tone(text.tone));
        let used = TIME + 2 + width(&words) as u16;
        canvas.fill(used, y, all.saturating_sub(used + 1), "─", theme.tone(text.tone));
        return;
    }
    put(TIME + 2, room, &text.name, theme.text);
    if with_actor {
        put(TIME + 2 + room + 1, 13, &text.actor, theme.dim);
    }
    put(x, cells, &text.words, theme.tone(text.tone));
}

/// The line of text that is typed in the place of the heading.
fn typed(input: &TailInput, theme: &Theme, canvas: &mut Canvas<'_>) -> Option<Position> {
    let width = canvas.area().width;
    canvas.fill(0, 0, width, "─", theme.line_focus);
    let words = match input.kind {
        TailInputKind::Search { .. } => " search events: ",
        TailInputKind::Save => " save events to a new file: ",
    };
    let used = 2 + canvas.text(2, 0, width.saturating_sub(4), words, theme.key);
    let room = width.saturating_sub(used + 1);
    canvas.fill(used, 0, room, " ", theme.text);
    draw_edit(&input.edit, used, 0, room, theme, canvas).0
}

fn heading(state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) {
    let width = canvas.area().width;
    let (tail, focused) = (&state.tail, state.focus == Focus::Tail);
    canvas.fill(0, 0, width, "─", if focused { theme.line_focus } else { theme.line });
    let mut x = 2;
    let mut put = |words: &str, style| {
        x += canvas.text(x, 0, width.saturating_sub(x + 2), words, style);
    };
    let warn = theme.tone(Tone::Warn);
    put(" Events ", if focused { theme.chosen } else { theme.title });
    let arrived = tail.arrived(state.tail_scope());
    match (tail.follows(), arrived) {
        (true, _) => put("following ", theme.dim),
        (false, (0, false)) => put("paused ", warn),
        (false, (count, more)) => put(&format!("paused, {count}{} new ", if more { "+" } else { "" }), warn),
    }
    put(&format!("{} ", state.setup.zone.name()), theme.dim);
    match tail.seek {
        Some(Seek::Hit { .. }) => put("searching, esc stops ", theme.tone(Tone::Busy)),
        Some(Seek::Top) => put("reading ", theme.tone(Tone::Busy)),
        None => {}
    }
    if tail.span != TailSpan::All {
        put(&format!("{} ", tail.span.message()), warn);
    }
    if tail.only_selected {
        let name = state.selected().map(|row| row.state.profile.name.screen().into_owned());
        put(&format!("only {} ", name.unwrap_or_default()), warn);
    }
    let hidden: Vec<&str> =
        Group::ALL.iter().filter(|group| !tail.shows(**group)).map(|group| group.as_str()).collect();
    if !hidden.is_empty() {
        put(&format!("without {} ", hidden.join(", ")), warn);
    }
}
