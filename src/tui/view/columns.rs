//! The page of the table's columns.

use ratatui::layout::Position;

use super::canvas::Canvas;
use super::tabs;
use crate::tui::columns_page::ColumnsPage;
use crate::tui::list_cursor::ListCursor;
use crate::tui::rows::TableColumn;
use crate::tui::state::ScreenState;
use crate::tui::theme::{Theme, Tone};

/// The lines above the list: the order, and what is wrong with it.
const ABOVE: u16 = 2;

/// Where the names stand by which columns are typed, and from which width on.
const IDS: u16 = 24;
const WITH_IDS: u16 = 48;

const HINT: &str = "names with a comma; the second where the first is equal; :desc";

pub(super) fn draw(
    page: &ColumnsPage,
    state: &ScreenState,
    theme: &Theme,
    canvas: &mut Canvas<'_>,
) -> Option<Position> {
    let room = state.plan().table.map_or(state.size.0, |table| table.width);
    let lines: Vec<(TableColumn, String)> = match page.types {
        true => page.suggested().into_iter().map(|column| (column, String::new())).collect(),
        false => choices(state, room),
    };
    let all = TableColumn::ALL.len() as u16;
    let mut canvas = canvas.popup(64, all + ABOVE + 2);
    let title = if page.is_for_order { "Sort by" } else { "Columns of the table" };
    let inside = canvas.frame(title, theme.line_focus, theme.title);
    let mut canvas = canvas.within(inside);
    let room = inside.width;
    let caret = draw_order(page, room, theme, &mut canvas);
    let rows = usize::from(inside.height.saturating_sub(ABOVE));
    let mut cursor: ListCursor = page.cursor;
    cursor.keep_in_view(lines.len(), rows);
    for (y, (place, (column, about))) in (ABOVE..).zip(lines.iter().enumerate().skip(cursor.top).take(rows)) {
        let is_shown = state.columns.choices().iter().any(|choice| choice.column == *column && choice.is_shown);
        let mark = match (page.types, is_shown) {
            (true, _) => "",
            (false, true) => "[x] ",
            (false, false) => "[ ] ",
        };
        let style = if is_shown || page.types { theme.text } else { theme.dim };
        let used = canvas.pieces(1, y, room, [(mark, style), (column.title(), style)]);
        let beside = IDS.max(used + 2);
        if room >= WITH_IDS {
            canvas.text(beside, y, room.saturating_sub(beside), column.id(), theme.dim);
        }
        canvas.right(0, y, room.saturating_sub(1), about, theme.dim);
        if place == cursor.place {
            canvas.paint(y, theme.cursor);
        }
    }
    caret
}

fn draw_order(page: &ColumnsPage, room: u16, theme: &Theme, canvas: &mut Canvas<'_>) -> Option<Position> {
    let used = 1 + canvas.text(1, 0, room, "sort by ", theme.key);
    if !page.types {
        canvas.text(used, 0, room.saturating_sub(used), page.order.text(), theme.title);
        return None;
    }
    let (caret, _) = tabs::draw_edit(&page.order, used, 0, room.saturating_sub(used + 1), theme, canvas);
    match &page.mistake {
        Some(mistake) => canvas.text(1, 1, room, mistake, theme.tone(Tone::Bad)),
        None => canvas.text(1, 1, room, HINT, theme.dim),
    };
    caret
}

/// The columns with how wide they are.
fn choices(state: &ScreenState, room: u16) -> Vec<(TableColumn, String)> {
    let fitted = state.columns.fit(room, false);
    let about = |choice: &crate::tui::table_columns::ColumnChoice| {
        let slot = fitted.iter().find(|slot| slot.column == choice.column);
        match (choice.is_shown, slot, choice.width) {
            (false, ..) => String::new(),
            (true, None, _) => "no room".to_owned(),
            (true, Some(slot), None) => format!("{} cells", slot.width),
            (true, Some(slot), Some(_)) => format!("{} cells, chosen", slot.width),
        }
    };
    state.columns.choices().iter().map(|choice| (choice.column, about(choice))).collect()
}
