//! The stage tabs with their counts, and the filter line below them.

use ratatui::layout::Position;

use super::canvas::{Canvas, width};
use crate::tui::action::Action;
use crate::tui::hit_map::ClickTarget;
use crate::tui::line_edit::LineEdit;
use crate::tui::rows::Tab;
use crate::tui::state::{FilterInput, Mode, ScreenState};
use crate::tui::theme::{Theme, Tone};

/// From this width on the tabs have their keys with them.
const WITH_KEYS: u16 = 60;

/// The action that shows a tab, where it has one of its own.
const fn action(tab: Tab) -> Option<Action> {
    Some(match tab {
        Tab::All => Action::TabAll,
        Tab::Attention => Action::TabAttention,
        Tab::Lost => Action::TabLost,
        Tab::Overdue => Action::TabOverdue,
        Tab::Expired => Action::TabExpired,
        Tab::Opcode => Action::TabOpcode,
        Tab::Awaiting => Action::TabAwaiting,
        Tab::Invited => Action::TabInvited,
        Tab::New => Action::TabNew,
        Tab::Confirmed | Tab::Live | Tab::Snoozed | Tab::Aside => return None,
    })
}

/// A tab as it is written: ` 3 Overdue 7 `, the key apart.
struct Label {
    tab: Tab,
    key: String,
    text: String,
}

impl Label {
    fn of(tab: Tab, state: &ScreenState, room: u16) -> Self {
        let key = action(tab).and_then(|action| state.setup.keymap.first_key(action));
        let key = key.filter(|_| room >= WITH_KEYS).map_or_else(String::new, |key| format!(" {key}"));
        let text = match state.loaded {
            true => format!(" {} {} ", tab.title(), state.rows.count(tab)),
            // How many there are is not known yet.
            false => format!(" {} ", tab.title()),
        };
        Self { tab, key, text }
    }

    fn width(&self) -> u16 {
        (width(&self.key) + width(&self.text)) as u16
    }
}

pub(super) fn draw(state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) {
    let active = state.rows.tab();
    let room = canvas.area().width;
    let mut shown: Vec<Label> = Tab::ALL.into_iter().map(|tab| Label::of(tab, state, room)).collect();
    let total = |shown: &[Label]| shown.iter().map(Label::width).sum::<u16>();
    // When they do not all fit: empty ones go first, then the least urgent, and before the active one as few as needed.
    if total(&shown) > room {
        let needed = |tab: Tab| tab == active || matches!(tab, Tab::All | Tab::Attention);
        shown.retain(|label| needed(label.tab) || state.has_first_page() || state.rows.count(label.tab) > 0);
    }
    let (mut before, mut behind) = (false, false);
    while total(&shown) + u16::from(before) + u16::from(behind) > room && shown.len() > 1 {
        if shown.last().is_some_and(|label| label.tab != active) {
            shown.pop();
            behind = true;
        } else {
            shown.remove(0);
            before = true;
        }
    }
    let mut x = if before { canvas.text(0, 0, 1, "‹", theme.dim) } else { 0 };
    for Label { tab, key, text } in &shown {
        let is_empty = state.loaded && state.rows.count(*tab) == 0;
        let style = match tab {
            _ if *tab == active => theme.chosen,
            _ if is_empty => theme.dim,
            Tab::Attention | Tab::Expired | Tab::Overdue | Tab::Lost => theme.tone(Tone::Bad),
            Tab::Opcode => theme.tone(Tone::Warn),
            _ => theme.text,
        };
        let key_style = if *tab == active { theme.chosen } else { theme.key };
        canvas.hit(x, 0, (width(key) + width(text)) as u16, ClickTarget::Tab(*tab));
        x += canvas.pieces(x, 0, room.saturating_sub(x), [(key.as_str(), key_style), (text.as_str(), style)]);
    }
    if behind {
        canvas.text(room.saturating_sub(1), 0, 1, "›", theme.dim);
    }
}

/// How many are found, here and in other tabs, and the key that shows those.
fn found(state: &ScreenState) -> (String, Tone) {
    let rows = &state.rows;
    if state.has_first_page() {
        return (" counting … ".to_owned(), Tone::Faint);
    }
    let Some(tab) = rows.elsewhere() else {
        return (format!(" {} of {} ", rows.shown(), rows.len()), Tone::Faint);
    };
    let action = match &state.mode {
        Mode::Filter(input) => Some(Action::InputNext).filter(|_| !input.completes()),
        _ => action(tab),
    };
    let key = action.and_then(|action| state.setup.keymap.first_key(action));
    let key = key.map_or_else(String::new, |key| format!(": {key}"));
    let place = if tab == Tab::Aside { "put aside" } else { "in other tabs" };
    (format!(" {} here, {} {place}{key} ", rows.shown(), rows.matching_elsewhere()), Tone::Warn)
}

/// Draws the filter; the place of the caret while it is typed.
pub(super) fn draw_filter(state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) -> Option<Position> {
    let room = canvas.area().width;
    let (found, tone) = found(state);
    let side = (width(&found) as u16).min(room / 2);
    let name = state.view.as_ref().map_or_else(String::new, |view| format!(" {} ", view.name));
    let named = canvas.text(0, 0, room.saturating_sub(side) / 2, &name, theme.chosen);
    let Mode::Filter(input) = &state.mode else {
        canvas.hit_all(ClickTarget::Action(Action::Filter));
        let query = state.rows.query().text();
        let slash = if query.is_empty() { " " } else { "/ " };
        let remark = state.view.as_ref().map_or("", |view| view.remark);
        let remark = if remark.is_empty() { String::new() } else { format!("   {remark}") };
        let pieces = [(slash, theme.key), (query, theme.title), (remark.as_str(), theme.dim)];
        canvas.pieces(named, 0, room.saturating_sub(named + side), pieces);
        canvas.right(room - side, 0, side, &found, theme.tone(tone));
        return None;
    };
    let used = named + canvas.text(named, 0, room - named, "/ ", theme.key);
    let (caret, skipped) = draw_edit(&input.edit, used, 0, room - used - side, theme, canvas);
    canvas.right(room - side, 0, side, &found, theme.tone(tone));
    if let Some(mistake) = &input.mistake {
        let before = input.edit.text().get(..mistake.span.start).map_or(0, width).saturating_sub(skipped) as u16;
        let under = input.edit.text().get(mistake.span.clone()).map_or(1, width).max(1) as u16;
        let start = (used + before).min(room.saturating_sub(2));
        let style = theme.tone(Tone::Bad);
        let end = (start + under).min(room);
        canvas.fill(start, 1, end - start, "^", style);
        // The words stand behind the caret where there is room, else before it.
        let words = mistake.to_string();
        let behind = room.saturating_sub(end + 1);
        if usize::from(behind) >= width(&words) || behind >= start {
            canvas.text(end + 1, 1, behind, &words, style);
        } else {
            canvas.text(0, 1, start.saturating_sub(1), &words, style);
        }
    }
    let below = if input.mistake.is_some() { 2 } else { 1 };
    let lines = canvas.area().height.saturating_sub(below);
    let has_list = !input.completion.candidates.is_empty();
    if has_list && lines > 0 {
        draw_candidates(input, below, theme, canvas);
    }
    let y = below + u16::from(has_list);
    if y < below + lines {
        canvas.text(2, y, room.saturating_sub(2), &input.completion.hint, theme.dim);
    }
    caret
}

/// What the word under the caret may become, in a line that the chosen one is in.
fn draw_candidates(input: &FilterInput, y: u16, theme: &Theme, canvas: &mut Canvas<'_>) {
    let room = canvas.area().width;
    let words: Vec<(String, String)> = input
        .completion
        .candidates
        .iter()
        .map(|one| (one.text.clone(), one.count.map_or_else(String::new, |count| format!(" {count}"))))
        .collect();
    let cells = |(text, count): &(String, String)| (width(text) + width(count)) as u16 + 2;
    // The first ones go as soon as the chosen one has no room.
    let chosen = input.chosen.unwrap_or(0);
    let mut first = 0;
    while first < chosen && words.get(first..=chosen).into_iter().flatten().map(cells).sum::<u16>() + 6 > room {
        first += 1;
    }
    let mut x = 2;
    if first > 0 {
        x += canvas.text(x, y, 2, "… ", theme.dim);
    }
    for (place, word) in words.iter().enumerate().skip(first) {
        if x + cells(word) + 2 > room && place > chosen {
            canvas.text(x, y, 1, "…", theme.dim);
            break;
        }
        let style = if input.chosen == Some(place) { theme.chosen } else { theme.text };
        let (text, count) = word;
        x += canvas.text(x, y, room.saturating_sub(x), text, style);
        x += canvas.text(x, y, room.saturating_sub(x), count, theme.dim) + 2;
    }
}

/// Draws a line that is edited, its caret in view: the caret's place on the screen, and the cells skipped on the left.
pub(super) fn draw_edit(
    edit: &LineEdit,
    x: u16,
    y: u16,
    room: u16,
    theme: &Theme,
    canvas: &mut Canvas<'_>,
) -> (Option<Position>, usize) {
    let text = edit.text();
    let before = text.get(..edit.caret()).map_or(0, width);
    // The caret needs a cell of its own at the end.
    let room_for_text = usize::from(room.saturating_sub(1));
    let mut skipped = 0;
    let mut shown = text;
    while before - skipped > room_for_text {
        let mut chars = shown.chars();
        let Some(c) = chars.next() else { break };
        skipped += width(c.encode_utf8(&mut [0; 4]));
        shown = chars.as_str();
    }
    canvas.text(x, y, room, shown, theme.input);
    let area = canvas.area();
    let place = x + (before - skipped) as u16;
    (Some(Position { x: area.x + place.min(area.width.saturating_sub(1)), y: area.y + y }), skipped)
}
