//! The palette.

use ratatui::layout::Position;

use super::canvas::{Canvas, width};
use super::tabs;
use crate::tui::hit_map::ClickTarget;
use crate::tui::palette::{Palette, PaletteChoice};
use crate::tui::state::ScreenState;
use crate::tui::theme::{Theme, Tone};

pub(super) fn draw(palette: &Palette, state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) -> Option<Position> {
    let most = if palette.is_of_views() { state.setup.views.len() as u16 + 3 } else { 24 };
    let height = (canvas.area().height * 2 / 3).min(most).max(8);
    let mut canvas = canvas.popup(76, height);
    let inside =
        canvas.frame(if palette.is_of_views() { "Saved views" } else { "Actions" }, theme.line_focus, theme.title);
    let mut canvas = canvas.within(inside);
    let room = inside.width;
    let used = canvas.text(1, 0, room, ": ", theme.key);
    let (caret, _) = tabs::draw_edit(&palette.edit, 1 + used, 0, room.saturating_sub(2 + used), theme, &mut canvas);
    let possible = palette.found.iter().filter(|found| found.why_not.is_none()).count();
    if possible < palette.found.len() {
        let counts = format!("{possible} now, {} not", palette.found.len() - possible);
        let typed = 4 + used + width(palette.edit.text()) as u16;
        if typed + width(&counts) as u16 + 1 < room {
            canvas.right(typed, 0, room - typed - 1, &counts, theme.dim);
        }
    }
    let rows = usize::from(inside.height.saturating_sub(1));
    let mut cursor = palette.cursor;
    cursor.keep_in_view(palette.found.len(), rows);
    if palette.found.is_empty() {
        let nothing = if palette.is_of_views() { "no view has such a name" } else { "no action has such a name" };
        canvas.text(1, 1, room, nothing, theme.dim);
    }
    let beside = if palette.is_of_views() { 28 } else { 18 };
    for (y, (place, found)) in (1..).zip(palette.found.iter().enumerate().skip(cursor.top).take(rows)) {
        let side = match found.choice {
            PaletteChoice::Action(action) => state.setup.keymap.keys_for(action).join("  "),
            PaletteChoice::View(_) => palette.count(found).map_or_else(String::new, |count| count.to_string()),
        };
        canvas.hit(0, y, room, ClickTarget::Choice(found.choice));
        let possible = found.why_not.is_none();
        let title = if possible { theme.title } else { theme.dim };
        let side_room = (width(&side) as u16).min(room / 4);
        canvas.text(1, y, beside - 2, &found.title, title);
        let about_room = room.saturating_sub(beside + 2 + side_room);
        match &found.why_not {
            Some(why) => canvas.text(beside, y, about_room, why, theme.tone(Tone::Warn)),
            None => canvas.text(beside, y, about_room, &found.about, theme.dim),
        };
        canvas.right(room.saturating_sub(side_room + 1), y, side_room, &side, theme.key);
        if place == cursor.place {
            canvas.paint(y, theme.cursor);
        }
    }
    caret
}
