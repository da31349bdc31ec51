//! The table: the visible rows only, written cell by cell. Its columns adapt to the width.

use super::canvas::{Canvas, width, wrap};
use crate::domain::{Fact, InvitationState, Onboarding, OpcodeState, Stage};
use crate::tui::clocks::Clocks;
use crate::tui::letters::MailLook;
use crate::tui::rows::{DealershipRow, TableColumn};
use crate::tui::state::{Focus, ScreenState};
use crate::tui::theme::{Theme, Tone, attention_tone, stage_look};

/// A column and how wide it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    column: TableColumn,
    width: u16,
}

/// Below this width one column shows whichever clock counts.
const NARROW: u16 = 52;

/// The gutter: cursor, mark, urgency.
const GUTTER: u16 = 4;

/// The cells of a letter's glyph, below the heading.
const GLYPH: u16 = 4;

/// The cells of when a letter is tried again.
const AGAIN: u16 = 6;

/// The columns for a width: as many as fit, the most useful first; the name gets what is left.
fn columns(room: u16) -> Vec<Slot> {
    const WISHES: [(TableColumn, u16); 10] = [
        (TableColumn::Stage, 16),
        (TableColumn::CodeClock, 9),
        (TableColumn::ConfirmClock, 9),
        (TableColumn::Code, 7),
        (TableColumn::Owner, 9),
        (TableColumn::Mail, 12),
        (TableColumn::LastEvent, 25),
        (TableColumn::Opcode, 22),
        (TableColumn::DealerCode, 11),
        (TableColumn::City, 13),
    ];
    const SMALLEST_NAME: u16 = 14;
    const LARGEST_NAME: u16 = 44;
    let mut left = room.saturating_sub(GUTTER);
    if room < NARROW {
        let name = Slot { column: TableColumn::Name, width: left.saturating_sub(8 + 11 + 2) };
        return vec![
            name,
            Slot { column: TableColumn::CodeClock, width: 8 },
            Slot { column: TableColumn::Stage, width: 11 },
        ];
    }
    let mut chosen = Vec::new();
    for (column, wish) in WISHES {
        let name = if chosen.len() < 3 { SMALLEST_NAME } else { SMALLEST_NAME + 8 };
        if left > name + wish {
            left -= wish + 1;
            chosen.push(Slot { column, width: wish });
        } else if column == TableColumn::Mail && left > name + GLYPH {
            // The glyph alone says it to whoever knows them.
            left -= GLYPH + 1;
            chosen.push(Slot { column, width: GLYPH });
        }
    }
    let name = left.min(LARGEST_NAME);
    let mut spare = left - name;
    // When a letter is tried again has its place only where there is room to spare.
    if let Some(mail) = chosen.iter_mut().find(|slot| slot.column == TableColumn::Mail) {
        let more = spare.min(AGAIN);
        mail.width += more;
        spare -= more;
    }
    if let Some(last) = chosen.iter_mut().find(|slot| slot.column == TableColumn::LastEvent) {
        last.width += spare.min(24);
    }
    chosen.push(Slot { column: TableColumn::Name, width: name });
    chosen.sort_by_key(|slot| TableColumn::ALL.iter().position(|column| *column == slot.column));
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
    let wish =
        slots.iter().find(|slot| slot.column == TableColumn::Code).map_or(0, |slot| long.saturating_sub(slot.width));
    let more = wish.min(room);
    for slot in slots {
        match slot.column {
            TableColumn::Code => slot.width += more,
            TableColumn::Name => slot.width -= more,
            _ => {}
        }
    }
}

pub(super) fn draw(state: &ScreenState, theme: &Theme, clocks: &Clocks, pen: &mut Canvas<'_>) {
    let mut slots = columns(pen.area().width);
    make_room_for_reveal(state, &mut slots);
    heading(state, theme, &slots, pen);
    let height = usize::from(pen.area().height.saturating_sub(1));
    if state.rows.shown() == 0 {
        let room = pen.area().width.saturating_sub(GUTTER);
        for (y, line) in (2..).zip(wrap(&nothing(state), room)) {
            pen.text(GUTTER, y, room, &line, theme.dim);
        }
    }
    for (y, row) in (1..).zip(state.rows.from(state.cursor.list.top).take(height)) {
        draw_row(row, state, theme, clocks, &slots, y, pen);
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

fn heading(state: &ScreenState, theme: &Theme, slots: &[Slot], pen: &mut Canvas<'_>) {
    let sort = state.rows.sort();
    let arrow = if sort.descending { "▼" } else { "▲" };
    if sort.column == TableColumn::Attention {
        pen.text(2, 0, 2, if sort.descending { "!▼" } else { "!" }, theme.title);
    }
    let marked = state.marks.len();
    let mut x = GUTTER;
    let narrow = pen.area().width < NARROW;
    for slot in slots {
        let title = if narrow && slot.column == TableColumn::CodeClock { "clock" } else { slot.column.title() };
        let mut used = pen.text(x, 0, slot.width, title, theme.dim);
        if slot.column == sort.column {
            pen.text(x, 0, slot.width.saturating_sub(1), title, theme.title);
            used = used.min(slot.width.saturating_sub(1));
            pen.text(x + used, 0, 1, arrow, theme.title);
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
                pen.fill(x, 0, slot.width, " ", theme.text);
            }
            pen.text(x + used, 0, slot.width - used.min(slot.width), words, theme.mark);
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
    pen: &mut Canvas<'_>,
) {
    let onboarding = &*row.state;
    let here = state.cursor.id == Some(onboarding.id);
    if state.marks.contains(onboarding.id) {
        pen.text(1, y, 1, "◆", theme.mark);
    }
    match row.facts.attention {
        Some(attention) => pen.text(2, y, 1, "!", theme.tone(attention_tone(attention))),
        None if row.facts.snoozed => pen.text(2, y, 1, "z", theme.dim),
        None => 0,
    };
    let mut x = GUTTER;
    for slot in slots {
        cell(*slot, row, state, theme, clocks, (x, y), pen);
        x += slot.width + 1;
    }
    if here {
        pen.text(0, y, 1, "›", theme.key);
        pen.paint(y, if state.focus == Focus::Table { theme.cursor } else { theme.cursor_away });
    }
}

fn cell(
    slot: Slot,
    row: &DealershipRow,
    state: &ScreenState,
    theme: &Theme,
    clocks: &Clocks,
    (x, y): (u16, u16),
    pen: &mut Canvas<'_>,
) {
    let onboarding = &*row.state;
    let room = slot.width;
    match slot.column {
        TableColumn::Name => {
            let style = if onboarding.archived_at.is_some() { theme.dim } else { theme.text };
            pen.text(x, y, room, &onboarding.profile.name.screen(), style);
        }
        TableColumn::City => {
            pen.text(x, y, room, &onboarding.profile.city.screen(), theme.dim);
        }
        TableColumn::DealerCode => {
            pen.text(x, y, room, &onboarding.profile.dealer_code.screen(), theme.dim);
        }
        TableColumn::Owner => {
            let owner = onboarding.profile.owner.as_ref().map_or("–".into(), |owner| owner.screen());
            pen.text(x, y, room, &owner, theme.text);
        }
        TableColumn::Code => code_cell(onboarding, state, theme, clocks, (x, y, room), pen),
        TableColumn::CodeClock => {
            let either = pen.area().width < NARROW;
            let second = (onboarding.confirmation.due_at.is_some() || onboarding.is_confirmed()) && either;
            let (text, tone) =
                if second { confirm_clock(onboarding, row, clocks) } else { code_clock(onboarding, row, clocks) };
            pen.right(x, y, room, &text, theme.tone(tone));
        }
        TableColumn::ConfirmClock => {
            let (text, tone) = confirm_clock(onboarding, row, clocks);
            pen.right(x, y, room, &text, theme.tone(tone));
        }
        TableColumn::Stage => {
            let (glyph, word, tone) = stage_look(row.facts.stage);
            let used = pen.text(x, y, room, glyph, theme.tone(tone));
            pen.text(x + used + 1, y, room.saturating_sub(used + 1), word, theme.tone(tone));
        }
        TableColumn::Opcode => opcode_cell(onboarding, state, theme, (x, y, room), pen),
        TableColumn::Mail => mail_cell(onboarding, theme, clocks, (x, y, room), pen),
        TableColumn::LastEvent => {
            let last = onboarding.last_event;
            let ago = clocks.ago(onboarding.last_event_happened_at());
            let kind = Fact::KINDS.get(usize::from(last.kind)).copied().unwrap_or_default();
            let used = pen.text(x, y, 4, &ago, theme.dim);
            pen.text(x + used.max(4) + 1, y, room.saturating_sub(used.max(4) + 1), kind, theme.text);
        }
        TableColumn::Attention => {}
    }
}

fn code_cell(
    onboarding: &Onboarding,
    state: &ScreenState,
    theme: &Theme,
    clocks: &Clocks,
    (x, y, room): (u16, u16, u16),
    pen: &mut Canvas<'_>,
) {
    let Some(newest) = &onboarding.invitation else {
        let Some(pending) = &onboarding.pending else { return };
        let (words, tone) = if pending.failed.is_some() { ("failed", Tone::Bad) } else { ("asked", Tone::Busy) };
        pen.text(x, y, room, words, theme.tone(tone));
        return;
    };
    let alive = newest.state(clocks.now()) == InvitationState::Live;
    let style = if alive { theme.text } else { theme.dim };
    if state.revealed(onboarding.id, newest.generation) {
        pen.text(x, y, room, newest.code.reveal(), theme.title);
    } else {
        pen.text(x, y, room, &newest.code.masked(), style);
    }
}

fn opcode_cell(
    onboarding: &Onboarding,
    state: &ScreenState,
    theme: &Theme,
    (x, y, room): (u16, u16, u16),
    pen: &mut Canvas<'_>,
) {
    let (glyph, tone) = opcode_look(onboarding.opcode_state);
    let used = pen.text(x, y, room, glyph, theme.tone(tone));
    let code = crate::domain::text::clean(onboarding.opcode_code(&state.setup.policy.default_opcode));
    // How many times a customer would be offered, where the opcode is visible and they were looked for.
    let slots = onboarding.slots.as_ref().filter(|_| onboarding.opcode_state == OpcodeState::Ok);
    let slots = slots.map_or_else(String::new, |slots| format!(" · {}", slots.count));
    let code_room = room.saturating_sub(used + 1 + width(&slots) as u16);
    let at = used + 1 + pen.text(x + used + 1, y, code_room, &code, theme.tone(tone));
    let none = onboarding.slots.as_ref().is_some_and(|slots| slots.count == 0);
    pen.text(x + at, y, room.saturating_sub(at), &slots, theme.tone(if none { Tone::Warn } else { tone }));
}

fn mail_cell(
    onboarding: &Onboarding,
    theme: &Theme,
    clocks: &Clocks,
    (x, y, room): (u16, u16, u16),
    pen: &mut Canvas<'_>,
) {
    let Some(look) = MailLook::of(onboarding) else { return };
    let (glyph, word, tone) = look.fate.look();
    let words = if room > GLYPH { format!("{glyph} {word}") } else { glyph.to_owned() };
    let used = pen.text(x, y, room, &words, theme.tone(tone));
    let again = look.again_at.map(|at| format!("in {}", clocks.until(at))).unwrap_or_default();
    if !again.is_empty() && used + 1 + width(&again) as u16 <= room {
        pen.text(x + used + 1, y, room - used - 1, &again, theme.dim);
    }
}

/// What is left of the code's life, or how long it has been over; nothing where nobody waits for its end.
pub(super) fn code_clock(onboarding: &Onboarding, row: &DealershipRow, clocks: &Clocks) -> (String, Tone) {
    let Some(newest) = &onboarding.invitation else { return (String::new(), Tone::Faint) };
    match newest.state(clocks.now()) {
        InvitationState::Live => {
            let soon = row.facts.attention == Some(crate::domain::Attention::ExpiringSoon);
            let waiting = row.facts.stage == Stage::AwaitingXtime;
            let tone = match () {
                () if waiting => Tone::Faint,
                () if soon => Tone::Warn,
                () => Tone::Busy,
            };
            (clocks.left(newest.expires_at), tone)
        }
        InvitationState::Expired => {
            let entered = onboarding.confirmation.dealer_confirmed_at.is_some();
            let tone = if entered { Tone::Faint } else { Tone::Bad };
            (format!("-{}", clocks.since(newest.expires_at)), tone)
        }
        InvitationState::Used | InvitationState::Superseded | InvitationState::Revoked => (String::new(), Tone::Faint),
    }
}

/// What is left of Xtime's 24 hours, or how long they have been over; nothing where nobody waits for Xtime.
pub(super) fn confirm_clock(onboarding: &Onboarding, row: &DealershipRow, clocks: &Clocks) -> (String, Tone) {
    match (onboarding.confirmation.due_at, row.facts.stage) {
        _ if onboarding.is_confirmed() => (String::new(), Tone::Faint),
        (Some(due_at), Stage::Overdue) => (format!("-{}", clocks.since(due_at)), Tone::Bad),
        (Some(due_at), _) => {
            let long = row.facts.attention == Some(crate::domain::Attention::WaitingLong);
            (clocks.left(due_at), if long { Tone::Warn } else { Tone::Busy })
        }
        (None, _) => (String::new(), Tone::Faint),
    }
}

/// Glyph and tone of what is known of an opcode.
pub(super) fn opcode_look(state: OpcodeState) -> (&'static str, Tone) {
    match state {
        OpcodeState::Unchecked => ("·", Tone::Faint),
        OpcodeState::Ok => ("✓", Tone::Good),
        OpcodeState::NearMiss => ("≈", Tone::Warn),
        OpcodeState::Missing => ("✗", Tone::Warn),
        OpcodeState::Unknown => ("?", Tone::Faint),
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

    #[test]
    fn opcode_states_differ_by_glyph() {
        let glyphs = [OpcodeState::Unchecked, OpcodeState::Ok, OpcodeState::NearMiss, OpcodeState::Missing];
        let mut glyphs: Vec<_> = glyphs.map(|state| opcode_look(state).0).to_vec();
        glyphs.sort_unstable();
        glyphs.dedup();
        assert_eq!(glyphs.len(), 4);
        assert!(glyphs.iter().all(|glyph| super::super::canvas::width(glyph) == 1));
    }
}
