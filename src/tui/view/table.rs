//! The table: the visible rows only, written cell by cell. Its columns adapt to the width.

use super::canvas::{Canvas, width, wrap};
use crate::present::clocks::Clocks;
use crate::present::column::CellView;
use crate::tui::presence::glyph;
use crate::tui::rows::{DealershipRow, TableColumn};
use crate::tui::state::{Focus, ScreenState};
use crate::tui::theme::Theme;

/// A column and how wide it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    column: TableColumn,
    width: u16,
}

/// Below this width one column shows whichever clock counts.
const NARROW: u16 = 52;

/// The gutter: cursor, mark, urgency, somebody else.
const GUTTER: u16 = 4;

/// The columns for a width: as many as fit, the most useful first; the name gets what is left.
fn columns(room: u16) -> Vec<Slot> {
    let mut left = room.saturating_sub(GUTTER);
    let (smallest_name, useful_name, largest_name) = TableColumn::Name.screen().widths;
    if room < NARROW {
        let name = Slot { column: TableColumn::Name, width: left.saturating_sub(8 + 11 + 2) };
        return vec![
            name,
            Slot { column: TableColumn::CodeClock, width: 8 },
            Slot { column: TableColumn::Stage, width: 11 },
        ];
    }
    let mut optional = TableColumn::ALL.map(TableColumn::screen).to_vec();
    optional.retain(|screen| screen.rank > 0);
    optional.sort_by_key(|screen| screen.rank);
    let mut chosen = Vec::new();
    for screen in &optional {
        let name = if chosen.len() < 3 { smallest_name } else { useful_name };
        let (least, wanted, _) = screen.widths;
        if let Some(width) = [wanted, least].into_iter().find(|width| left > name + width) {
            left -= width + 1;
            chosen.push(Slot { column: screen.column, width });
        }
    }
    let name = left.min(largest_name);
    let mut spare = left - name;
    for slot in &mut chosen {
        let more = spare.min(slot.column.screen().widths.2 - slot.width);
        slot.width += more;
        spare -= more;
    }
    chosen.push(Slot { column: TableColumn::Name, width: name });
    chosen.sort_by_key(|slot| slot.column as usize);
    chosen
}

/// A revealed code is shown whole: its column takes from the names what it needs, and gives it back.
fn make_room_for_reveal(state: &ScreenState, slots: &mut [Slot]) {
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
    let mut slots = columns(canvas.area().width);
    make_room_for_reveal(state, &mut slots);
    heading(state, theme, &slots, canvas);
    let height = usize::from(canvas.area().height.saturating_sub(1));
    if state.rows.shown() == 0 {
        let room = canvas.area().width.saturating_sub(GUTTER);
        for (y, line) in (2..).zip(wrap(&nothing(state), room)) {
            canvas.text(GUTTER, y, room, &line, theme.dim);
        }
    }
    for (y, row) in (1..).zip(state.rows.from(state.cursor.list.top).take(height)) {
        draw_row(row, state, theme, clocks, &slots, y, canvas);
    }
}

/// Why there is no row.
fn nothing(state: &ScreenState) -> String {
    match (state.opening, state.loaded) {
        (true, _) => format!("Opening {} …", state.setup.store),
        (_, false) => "Reading the dealerships …".to_owned(),
        _ if state.rows.query().is_empty() => "No dealership is at this stage.".to_owned(),
        _ => "No dealership matches the filter here.".to_owned(),
    }
}

fn heading(state: &ScreenState, theme: &Theme, slots: &[Slot], canvas: &mut Canvas<'_>) {
    let sort = state.rows.sort();
    let arrow = if sort.descending { "▼" } else { "▲" };
    if sort.column == TableColumn::Attention {
        canvas.text(2, 0, 2, if sort.descending { "!▼" } else { "!" }, theme.title);
    }
    let marked = state.marks.len();
    let mut x = GUTTER;
    let narrow = canvas.area().width < NARROW;
    for slot in slots {
        let title = if narrow && slot.column == TableColumn::CodeClock { "clock" } else { slot.column.title() };
        let mut used = canvas.text(x, 0, slot.width, title, theme.dim);
        if slot.column == sort.column {
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

fn draw_row(
    row: &DealershipRow,
    state: &ScreenState,
    theme: &Theme,
    clocks: &Clocks,
    slots: &[Slot],
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let onboarding = &*row.state;
    if state.marks.contains(onboarding.id) {
        canvas.text(1, y, 1, "◆", theme.mark);
    }
    match row.facts.attention {
        Some(attention) => canvas.text(2, y, 1, "!", theme.tone(attention.into())),
        None if row.facts.snoozed => canvas.text(2, y, 1, "z", theme.dim),
        None => 0,
    };
    let others = state.others_at(onboarding.id);
    if let Some((glyph, tone)) = others.first().map(|other| glyph(other)) {
        canvas.text(3, y, 1, glyph, theme.tone(tone));
    }
    let view = row.view(clocks.now(), &state.setup.policy);
    let is_revealed = state.revealed(onboarding.id, onboarding.generation());
    let awaits = onboarding.xtime_due_at().is_some() || onboarding.is_confirmed();
    let mut x = GUTTER;
    for Slot { column, width: room } in slots.iter().copied() {
        let column = match column {
            TableColumn::CodeClock if awaits && canvas.area().width < NARROW => TableColumn::ConfirmClock,
            column => column,
        };
        let cell = (column.screen().cell)(&CellView { view, clocks, is_revealed, room });
        let mut used = 0;
        for (text, tone) in &cell.pieces {
            let style = theme.tone(*tone);
            if cell.is_right {
                canvas.right(x, y, room, text, style);
            } else {
                used += canvas.text(x + used, y, room.saturating_sub(used), text, style) + 1;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fit_every_width() {
        for room in 40..=400 {
            let slots = columns(room);
            let used: u16 = slots.iter().map(|slot| slot.width + 1).sum::<u16>() - 1 + GUTTER;
            assert!(used <= room, "{room}: {used}");
            let name = slots.iter().find(|slot| slot.column == TableColumn::Name).unwrap();
            assert!(name.width >= 12, "{room}: {}", name.width);
            assert!(slots.iter().any(|slot| slot.column == TableColumn::Stage), "{room}");
        }
        assert_eq!(columns(200).len(), 11);
    }
}
