//! The table: the visible rows only, written cell by cell.

use super::canvas::{Canvas, width, wrap};
use super::dealership::{Dealership, highlight};
use crate::present::clocks::Clocks;
use crate::present::column::CellView;
use crate::protocol::Presence;
use crate::tui::hit_map::ClickTarget;
use crate::tui::rows::{DealershipRow, TableColumn, TableLine, TableSection};
use crate::tui::state::{Focus, ScreenState, presence_glyph};
use crate::tui::table_columns::{GUTTER, TableSlot};
use crate::tui::theme::{Theme, Tone};

/// A revealed code is shown whole: its column takes from the names what it needs, and gives it back.
fn make_room_for_reveal(state: &ScreenState, slots: &mut [TableSlot]) {
    let Some(reveal) = state.reveal else { return };
    // In a letter that is read, a code may be revealed that is not the one of the table.
    let row = state.rows.get(reveal.id).filter(|row| row.state.generation() == reveal.generation);
    let Some(row) = row else { return };
    let long = row.state.invitation.as_ref().map_or(0, |newest| newest.code.reveal().chars().count() as u16);
    let room =
        slots.iter().find(|slot| slot.column == TableColumn::Name).map_or(0, |slot| slot.width.saturating_sub(8));
    let wanted =
        slots.iter().find(|slot| slot.column == TableColumn::Code).map_or(0, |slot| long.saturating_sub(slot.width));
    let more = wanted.min(room);
    for slot in slots {
        match slot.column {
            TableColumn::Code => slot.width += more,
            TableColumn::Name => slot.width -= more,
            _ => {}
        }
    }
}

pub(super) fn draw(state: &ScreenState, theme: &Theme, clocks: &Clocks, canvas: &mut Canvas<'_>) {
    canvas.hit_all(ClickTarget::Pane(Focus::Table));
    let mut slots = state.columns.fit(canvas.area().width, state.rows.is_found_elsewhere());
    make_room_for_reveal(state, &mut slots);
    heading(state, theme, &slots, canvas);
    if state.rows.shown() == 0 {
        let room = canvas.area().width.saturating_sub(GUTTER);
        for (y, line) in (2..).zip(wrap(&nothing(state), room)) {
            canvas.text(GUTTER, y, room, &line, theme.dim);
        }
    }
    for (y, line) in (1..canvas.area().height).zip(state.cursor.list.top..) {
        match state.rows.line(line) {
            Some(TableLine::Row(place)) => {
                if let Some(row) = state.rows.at(place) {
                    draw_row(row, state, theme, clocks, &slots, y, canvas);
                }
            }
            Some(TableLine::Rule(section)) => draw_rule(section, state, y, theme, canvas),
            None => break,
        }
    }
}

fn draw_rule(section: TableSection, state: &ScreenState, y: u16, theme: &Theme, canvas: &mut Canvas<'_>) {
    let room = canvas.area().width.saturating_sub(2);
    let words = if state.has_first_page() { section.kind_words().to_owned() } else { section.words() };
    canvas.pieces(2, y, room, [("── ", theme.line), (words.as_str(), theme.dim), (" ──", theme.line)]);
}

/// Why there is no row.
fn nothing(state: &ScreenState) -> String {
    match (state.opening, state.loaded) {
        (true, _) => format!("Opening {} …", state.setup.store),
        (_, false) => "Reading the dealerships …".to_owned(),
        _ if state.past.is_some() && state.rows.is_empty() => "No dealership was in the store then.".to_owned(),
        _ if state.rows.query().is_empty() => "No dealership is at this stage.".to_owned(),
        _ => "No dealership matches the filter here.".to_owned(),
    }
}

fn heading(state: &ScreenState, theme: &Theme, slots: &[TableSlot], canvas: &mut Canvas<'_>) {
    let sort = state.rows.sort();
    let arrow = |descending| if descending { "▼" } else { "▲" };
    if sort.column == TableColumn::Attention {
        canvas.text(2, 0, 2, if sort.descending { "!▼" } else { "!" }, theme.title);
    }
    canvas.hit(0, 0, GUTTER, ClickTarget::Heading(TableColumn::Attention));
    let marked = state.marks.len();
    let mut x = GUTTER;
    for slot in slots {
        canvas.hit(x, 0, slot.width, ClickTarget::Heading(slot.column));
        let title = slot.column.title();
        let title = match title.split_once(',') {
            Some((first, _)) if width(title) > usize::from(slot.width) => first,
            _ => title,
        };
        let mut used = canvas.text(x, 0, slot.width, title, theme.dim);
        let is_second = sort.then.is_some_and(|(column, _)| column.ordered_as() == slot.column.ordered_as());
        let arrow = match sort.then {
            _ if slot.column.ordered_as() == sort.column.ordered_as() => arrow(sort.descending),
            Some((_, descending)) if is_second => ["△", "▽"][usize::from(descending)],
            _ => "",
        };
        if !arrow.is_empty() {
            canvas.text(x, 0, slot.width.saturating_sub(1), title, theme.title);
            used = used.min(slot.width.saturating_sub(1));
            canvas.text(x + used, 0, 1, arrow, theme.title);
            used += 1;
        }
        if slot.column == TableColumn::Name && marked > 0 {
            let hidden = state.hidden_marks();
            let words = match hidden {
                0 => format!(" {marked} marked"),
                _ => format!(" {marked} marked, {hidden} hidden"),
            };
            // Where both do not fit, the marks say more than the heading.
            let whole = usize::from(used) + width(&words) <= usize::from(slot.width);
            let (used, words) = if whole { (used, words.as_str()) } else { (0, words.trim_start()) };
            if !whole {
                canvas.fill(x, 0, slot.width, " ", theme.text);
            }
            canvas.text(x + used, 0, slot.width - used.min(slot.width), words, theme.mark);
        }
        x += slot.width + 1;
    }
}

/// What stands before the columns: marked or not, who is needed, who else looks at it.
fn draw_glyphs(
    row: &DealershipRow,
    state: &ScreenState,
    (is_pending, other): (bool, Option<&Presence>),
    theme: &Theme,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    if state.marks.contains(row.state.id) {
        canvas.text(1, y, 1, "◆", theme.mark);
    }
    match row.facts.attention {
        _ if is_pending => canvas.text(2, y, 1, "◌", theme.tone(Tone::Busy)),
        Some(_) => canvas.text(2, y, 1, "!", theme.title),
        None if row.facts.snoozed => canvas.text(2, y, 1, "z", theme.dim),
        None => 0,
    };
    if let Some((glyph, tone)) = other.map(presence_glyph) {
        canvas.text(3, y, 1, glyph, theme.tone(tone));
    }
}

fn draw_row(
    row: &DealershipRow,
    state: &ScreenState,
    theme: &Theme,
    clocks: &Clocks,
    slots: &[TableSlot],
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let onboarding = &*row.state;
    let pending = state.pending(onboarding.id);
    canvas.hit(0, y, canvas.area().width, ClickTarget::Row(onboarding.id));
    let others = state.others_at(onboarding.id);
    draw_glyphs(row, state, (pending.is_some(), others.first().copied()), theme, y, canvas);
    let view = row.view(clocks.now(), &state.setup.policy).estimated_by(state.estimate.known());
    let is_revealed = state.revealed(onboarding.id, onboarding.generation());
    let mut x = GUTTER;
    for TableSlot { column, width: room } in slots.iter().copied() {
        if let (TableColumn::NextStep, Some(words)) = (column, &pending) {
            canvas.text(x, y, room, words, theme.tone(Tone::Busy));
            x += room + 1;
            continue;
        }
        let cell = (column.screen().cell)(&CellView { view, clocks, is_revealed, room });
        let mut used = 0;
        for (text, tone) in &cell.pieces {
            let style = theme.tone(*tone);
            if cell.is_right {
                canvas.right(x, y, room, text, style);
            } else if column == TableColumn::Name {
                let dealership = Dealership { row, state, slots, is_revealed };
                used += dealership.draw((x, y, room), (text, style), theme, canvas);
            } else {
                let cells = canvas.text(x + used, y, room.saturating_sub(used), text, style);
                highlight(state, column, (x + used, y, cells), text, theme, canvas);
                used += cells + 1;
            }
        }
        if let (TableColumn::Name, [other, ..]) = (column, others.as_slice()) {
            let name = state.name_of(other);
            let free = usize::from(room.saturating_sub(used)) > width(&name);
            canvas.right(x, y, room, if free { &name } else { "" }, theme.dim);
        }
        x += room + 1;
    }
    if state.cursor.id == Some(onboarding.id) {
        canvas.text(0, y, 1, "›", theme.key);
        canvas.paint(y, if state.focus == Focus::Table { theme.cursor } else { theme.cursor_away });
    }
}
