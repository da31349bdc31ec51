//! The help on the screen: in two columns where it is wide, with what is searched for marked.

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::canvas::{Canvas, width};
use super::tabs;
use crate::tui::action::Action;
use crate::tui::help::{Help, HelpPage, HelpRow, HelpStyle, columns, start_of};
use crate::tui::state::ScreenState;
use crate::tui::theme::Theme;

pub(super) fn draw(help: &Help, state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) -> Option<Position> {
    let (screen, height) = (canvas.area().width, canvas.area().height);
    let mut canvas = canvas.popup(screen, height);
    let mut inside = canvas.frame("Help", theme.line_focus, theme.title);
    let bottom = inside.height + 1;
    let page = HelpPage::of(help, state);
    let mut caret = None;
    if help.types || !help.search.is_empty() {
        caret = search(help, &page, state, theme, &mut canvas.within(inside));
        inside = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    }
    let (count, cells) = columns(screen);
    let rows = usize::from(inside.height);
    let in_view = rows * usize::from(count);
    let top = help.scroll.top(page.rows.len(), in_view);
    let more = page.rows.len().saturating_sub(top + in_view);
    if more > 0 {
        canvas.right(2, bottom, inside.width.saturating_sub(2), &format!(" {more} more below "), theme.chosen);
    }
    let mut canvas = canvas.within(inside);
    for column in 0..count {
        let start = start_of(column, cells);
        let skipped = top + rows * usize::from(column);
        for (y, row) in (0..).zip(page.rows.iter().skip(skipped).take(rows)) {
            draw_row(row, (start, y, cells), &page, help.at(), theme, &mut canvas);
        }
        if column > 0 {
            for y in 0..inside.height {
                canvas.text(start - 2, y, 1, "│", theme.line);
            }
        }
    }
    caret
}

/// What is searched for, and which of the hits is shown.
fn search(
    help: &Help,
    page: &HelpPage,
    state: &ScreenState,
    theme: &Theme,
    canvas: &mut Canvas<'_>,
) -> Option<Position> {
    let room = canvas.area().width;
    let key = |action| state.setup.keymap.first_key(action).unwrap_or_default();
    let place = help.at().and_then(|at| page.hits.iter().position(|hit| *hit == at));
    let words = match (page.hits.len(), place) {
        _ if page.search.is_empty() => String::new(),
        (0, _) => "nothing here has these words".to_owned(),
        (all, place) => {
            let shown = place.map_or_else(|| format!("{all} hits"), |place| format!("{} of {all}", place + 1));
            format!("{shown}   {} next  {} previous", key(Action::HelpNext), key(Action::HelpPrevious))
        }
    };
    let used = canvas.text(1, 0, room, "/ ", theme.key);
    let left = room.saturating_sub(2 + used);
    let aside = (width(&words) as u16).min(left.saturating_sub(12));
    let caret = tabs::draw_edit(&help.search, 1 + used, 0, left.saturating_sub(aside + 1), theme, canvas)
        .0
        .filter(|_| help.types);
    canvas.right(room.saturating_sub(aside + 1), 0, aside, &words, theme.dim);
    caret
}

fn draw_row(
    row: &HelpRow,
    (x, y, cells): (u16, u16, u16),
    page: &HelpPage,
    at: Option<usize>,
    theme: &Theme,
    canvas: &mut Canvas<'_>,
) {
    let is_hit = page.hits.binary_search(&row.line).is_ok();
    for (from, text, style) in &row.pieces {
        let used = canvas.text(x + from, y, cells.saturating_sub(*from), text, of(*style, theme));
        for span in page.search.spans(text).filter(|_| is_hit) {
            canvas.mark((x + from, y, used), text, span, theme.hit);
        }
    }
    if at == Some(row.line) && !row.pieces.is_empty() {
        canvas.text(x - 1, y, 1, "›", theme.key);
    }
}

fn of(style: HelpStyle, theme: &Theme) -> Style {
    match style {
        HelpStyle::Heading | HelpStyle::Title => theme.title,
        HelpStyle::Key => theme.key,
        HelpStyle::Faint => theme.dim,
        HelpStyle::Tone(tone) => theme.tone(tone),
    }
}
