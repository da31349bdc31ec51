//! Messages that go away. They lie over nothing that is read: the newest has the line of the status, and a long one that of
//! the keys too; the others wait. That it is production stays in view.

use super::canvas::{Canvas, width, wrap};
use super::status;
use crate::tui::action::Action;
use crate::tui::hit_map::ClickTarget;
use crate::tui::state::ScreenState;
use crate::tui::theme::{Theme, Tone};
use crate::tui::toasts::Toast;

fn message(toast: &Toast) -> String {
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

/// Draws the newest message on the last line of the screen, or the last two, and how many more there are.
pub(super) fn draw(state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) {
    let Some(newest) = state.toasts.iter().next_back() else { return };
    let area = canvas.area();
    let style = theme.cursor_away.over(theme.tone(newest.tone));
    let mut behind = match state.toasts.iter().count() - 1 {
        0 => String::new(),
        more => format!(" +{more} "),
    };
    let text = message(newest);
    let left = status::always_told(state);
    let room = |behind: &str| area.width.saturating_sub(left + 3 + width(behind) as u16);
    let lines = if width(&text) <= usize::from(room(&behind)) || state.is_covered() {
        // Where something is open its keys stay in view.
        vec![text]
    } else {
        let key = state.setup.keymap.first_key(Action::ClearFilter).unwrap_or_default();
        behind.push_str(&format!(" {key} "));
        let mut wrapped = wrap(&text, room(&behind)).into_iter();
        vec![wrapped.next().unwrap_or_default(), wrapped.collect::<Vec<_>>().join(" ")]
    };
    let top = area.height.saturating_sub(lines.len() as u16);
    let left_of = |y| if y + 1 == area.height { left } else { 0 };
    for (line, y) in lines.iter().zip(top..) {
        let x = left_of(y);
        canvas.fill(x, y, area.width.saturating_sub(x), " ", style);
        canvas.hit(x, y, area.width.saturating_sub(x), ClickTarget::Cover);
        canvas.text(x + 3, y, room(&behind), line, style);
    }
    canvas.text(left_of(top) + 1, top, 1, glyph(newest.tone), style);
    canvas.right(
        area.width.saturating_sub(width(&behind) as u16),
        area.height - 1,
        width(&behind) as u16,
        &behind,
        style,
    );
}
