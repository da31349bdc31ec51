//! Messages that go away: over the panes at the lower right. Where something is open over the panes they would hide what
//! is read there; then the newest has the line of the status, and the others wait.

use super::pen::{Pen, width, wrap};
use crate::tui::state::State;
use crate::tui::theme::{Theme, Tone};
use crate::tui::toasts::Toast;

fn words(toast: &Toast) -> String {
    let times = if toast.count > 1 { format!(" (×{})", toast.count) } else { String::new() };
    format!("{}{times}", crate::domain::text::clean(&toast.text))
}

const fn glyph(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "✓",
        Tone::Bad => "✗",
        Tone::Warn => "!",
        _ => "·",
    }
}

/// Draws the newest message in one line, and how many more there are.
pub(super) fn draw_newest(state: &State, theme: &Theme, pen: &mut Pen<'_>) {
    let Some(newest) = state.toasts.iter().next_back() else { return };
    let room = pen.area().width;
    let style = theme.cursor_away.over(theme.tone(newest.tone));
    let more = match state.toasts.iter().count() - 1 {
        0 => String::new(),
        more => format!(" +{more} "),
    };
    let behind = width(&more) as u16;
    pen.fill(0, 0, room, " ", style);
    pen.text(1, 0, 1, glyph(newest.tone), style);
    pen.text(3, 0, room.saturating_sub(3 + behind), &words(newest), style);
    pen.right(room.saturating_sub(behind), 0, behind, &more, style);
}

/// Draws the toasts at the lower right of an area, the newest lowest.
pub(super) fn draw(state: &State, theme: &Theme, pen: &mut Pen<'_>) {
    let area = pen.area();
    let room = (area.width * 3 / 5).clamp(30, 70).min(area.width);
    let mut bottom = area.height;
    for toast in state.toasts.iter().rev() {
        let mut lines = wrap(&words(toast), room - 4);
        lines.truncate(3);
        let needed = lines.len() as u16;
        if bottom < needed + 2 {
            break;
        }
        let wide = lines.iter().map(|line| width(line)).max().unwrap_or(0) as u16 + 4;
        let x = area.width.saturating_sub(wide);
        let glyph = glyph(toast.tone);
        bottom -= needed;
        for (place, line) in lines.iter().enumerate() {
            let y = bottom + place as u16;
            let text = theme.cursor_away.over(theme.tone(toast.tone));
            pen.fill(x, y, wide, " ", text);
            if place == 0 {
                pen.text(x + 1, y, 1, glyph, text);
            }
            pen.text(x + 3, y, wide - 3, line, text);
        }
    }
}
