//! The steps to a visible opcode as a checklist, with what is seen of each, and the letter for the dealer below. Made anew from the
//! dealership's state in every frame.

use ratatui::style::Style;

use super::canvas::{Canvas, width, wrap};
use crate::domain::text::clean;
use crate::domain::{DealershipId, Guide, LikelyCause, NO_SLOTS_CAUSES, Onboarding, OpcodeOption, Timestamp, guide};
use crate::present::opcode::{self, observed_mark};
use crate::present::time::Zone;
use crate::tui::action::Action;
use crate::tui::list_cursor::Scroll;
use crate::tui::state::ScreenState;
use crate::tui::theme::{Theme, Tone};

type Line = (String, Style);

/// What a step begins with.
const BOX: usize = 4;

/// A text broken into lines that all begin at the same cell; the first one has something before it.
pub(super) fn hang(lines: &mut Vec<Line>, before: &str, text: &str, indent: usize, room: u16, style: Style) {
    for (place, line) in wrap(text, room.saturating_sub(indent as u16)).into_iter().enumerate() {
        let before = if place == 0 { before } else { "" };
        lines.push((format!("{before:<indent$}{line}"), style));
    }
}

fn lines(state: &ScreenState, onboarding: &Onboarding, theme: &Theme, now: Timestamp, room: u16) -> Vec<Line> {
    let guide = guide(onboarding, &state.setup.policy, &state.setup.partner);
    let mut lines = Vec::new();
    let causes = onboarding.likely_causes(now, &state.setup.policy.default_opcode);
    head(&mut lines, &guide, &causes, onboarding, theme, room);
    for (number, step) in (1..).zip(&guide.steps) {
        let (mark, tone) = observed_mark(step.observed);
        let before = format!("{mark} {number}.");
        hang(&mut lines, &before, &step.title, BOX + 3, room, theme.tone(tone));
        let why = if step.why.is_empty() { String::new() } else { format!(": {}", clean(&step.why)) };
        hang(&mut lines, "", &format!("{}{why}", step.observed.message()), BOX + 3, room, theme.dim);
    }
    if onboarding.slots.as_ref().is_some_and(|slots| slots.count == 0) && onboarding.is_confirmed() {
        lines.push((String::new(), theme.text));
        hang(&mut lines, "", "No slot would be offered. The usual causes, the likeliest first:", 0, room, theme.title);
        for (number, cause) in (1..).zip(NO_SLOTS_CAUSES) {
            hang(&mut lines, &format!("{number}."), cause, 3, room, theme.text);
        }
    }
    lines.push((String::new(), theme.text));
    let key = state.setup.keymap.first_key(Action::CopyLetter);
    let key = key.map_or_else(String::new, |key| format!(" ({key} copies it)"));
    hang(&mut lines, "", &format!("The letter for the dealer{key}"), 0, room, theme.title);
    for line in guide.letter().lines() {
        match line.split_once(". ").filter(|(number, _)| number.parse::<u8>().is_ok()) {
            Some((number, step)) => hang(&mut lines, &format!("{number}."), step, 3, room, theme.dim),
            None => hang(&mut lines, "", line, 0, room, theme.dim),
        }
    }
    lines
}

fn head(lines: &mut Vec<Line>, guide: &Guide, causes: &[LikelyCause], state: &Onboarding, theme: &Theme, room: u16) {
    let option = match guide.option {
        OpcodeOption::Existing => "Option 1, an existing opcode",
        OpcodeOption::New => "Option 2, a new opcode",
    };
    let chosen = if guide.chosen { String::new() } else { format!(" ({})", opcode::option(state)) };
    hang(lines, "", &format!("{option}: `{}`{chosen}", guide.code.screen()), 0, room, theme.text);
    let (words, tone) = match (guide.open(), state.lacks()) {
        (0, Some(lacks)) => (format!("Every step is seen to be done; not live all the same: {lacks}."), Tone::Warn),
        (0, None) => ("Every step is seen to be done.".to_owned(), Tone::Good),
        (1, _) => ("1 step is not seen to be done.".to_owned(), Tone::Warn),
        (open, _) => (format!("{open} of {} steps are not seen to be done.", guide.steps.len()), Tone::Warn),
    };
    hang(lines, "", &words, 0, room, theme.tone(tone));
    if let Some(words) = opcode::drift(state, |at| Zone::from(state.profile.timezone).show(at)) {
        hang(lines, "", &words, 0, room, theme.tone(Tone::Bad));
    }
    if let Some(LikelyCause { cause, tell }) = causes.first() {
        let words = if tell.is_empty() { cause.to_string() } else { format!("{tell} ({cause}?)") };
        hang(lines, "→", &format!("tell first: {words}"), 2, room, theme.title);
    }
    lines.push((String::new(), theme.text));
}

pub(super) fn draw(
    id: DealershipId,
    scroll: &Scroll,
    state: &ScreenState,
    theme: &Theme,
    now: Timestamp,
    canvas: &mut Canvas<'_>,
) {
    let Some(row) = state.rows.get(id) else { return };
    let room = canvas.area().width.min(96).saturating_sub(4);
    let lines = lines(state, &row.state, theme, now, room);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let mut canvas = canvas.popup(room + 4, height.max(6));
    let title = format!("Opcode guide: {}", row.state.profile.name.screen());
    let inside = canvas.frame(&title, theme.line_focus, theme.title);
    let rows = usize::from(inside.height);
    let top = scroll.top(lines.len(), rows);
    let more = lines.len().saturating_sub(top + rows);
    if more > 0 {
        let words = format!(" {more} more below ");
        let x = inside.width.saturating_sub(width(&words) as u16);
        canvas.text(x, inside.height + 1, inside.width, &words, theme.chosen);
    }
    let mut canvas = canvas.within(inside);
    for (y, (line, style)) in (0..).zip(lines.iter().skip(top).take(rows)) {
        canvas.text(1, y, room, line, *style);
    }
}
