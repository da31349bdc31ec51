//! The palette.

use ratatui::layout::Position;

use super::canvas::{Canvas, width};
use super::{popup, tabs};
use crate::tui::palette::Palette;
use crate::tui::state::ScreenState;
use crate::tui::theme::{Theme, Tone};

pub(super) fn draw(palette: &Palette, state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) -> Option<Position> {
    let height = (canvas.area().height * 2 / 3).clamp(8, 24);
    let mut canvas = popup(canvas, 76, height);
    let inside = canvas.frame("Actions", theme.line_focus, theme.title);
    let mut canvas = canvas.within(inside);
    let room = inside.width;
    let used = canvas.text(1, 0, room, ": ", theme.key);
    let (caret, _) = tabs::draw_edit(&palette.edit, 1 + used, 0, room.saturating_sub(2 + used), theme, &mut canvas);
    let rows = usize::from(inside.height.saturating_sub(1));
    let mut cursor = palette.cursor;
    cursor.keep_in_view(palette.found.len(), rows);
    if palette.found.is_empty() {
        canvas.text(1, 1, room, "no action has such a name", theme.dim);
    }
    for (y, (place, found)) in (1..).zip(palette.found.iter().enumerate().skip(cursor.top).take(rows)) {
        let info = found.action.info();
        let keys = state.setup.keymap.keys_for(found.action).join("  ");
        let possible = found.why_not.is_none();
        let title = if possible { theme.title } else { theme.dim };
        let keys_room = (width(&keys) as u16).min(room / 4);
        canvas.text(1, y, 16, info.title, title);
        match &found.why_not {
            Some(why) => canvas.text(18, y, room.saturating_sub(20 + keys_room), why, theme.tone(Tone::Warn)),
            None => canvas.text(18, y, room.saturating_sub(20 + keys_room), info.doc, theme.dim),
        };
        canvas.right(room.saturating_sub(keys_room + 1), y, keys_room, &keys, theme.key);
        if place == cursor.place {
            canvas.paint(y, theme.cursor);
        }
    }
    caret
}
