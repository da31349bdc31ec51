//! A letter as it is read: the lines as they are, and only what is too long is broken.

use ratatui::style::Style;

use super::canvas::{Canvas, width, wrap};
use crate::domain::text::clean;
use crate::present::letters::Fate;
use crate::present::time::Zone;
use crate::tui::queue::LetterRef;
use crate::tui::reading::{LetterPage, LetterReader, UNKNOWN_CODE, What};
use crate::tui::state::{Mode, ScreenState};
use crate::tui::theme::{Theme, Tone};

type Line = (String, Style);

/// The cells for the names above the text.
const NAMES: usize = 10;

fn title(reading: &LetterReader, state: &ScreenState) -> String {
    let Some(row) = state.rows.get(reading.id) else { return String::new() };
    let name = row.state.profile.name.screen();
    match reading.what {
        What::Mailbox => format!("Mailbox of {}: {name}", row.state.profile.contact.email.screen()),
        What::Preview(kind, place) => {
            let count = match &state.mode {
                Mode::Dialog(dialog) => dialog.items.len(),
                _ => 1,
            };
            let of = if count > 1 { format!(" ({} of {count})", place + 1) } else { String::new() };
            format!("Would be sent: {kind} to {name}{of}")
        }
        What::Letter(letter) => match (LetterRef { dealership: reading.id, letter }).find(&state.rows) {
            Some((_, letter)) => {
                let (_, word, _) = Fate::of(letter).label();
                let at = Zone::from(row.state.profile.timezone).show(letter.at);
                format!("{} to {name}: {word} {at}", letter.kind)
            }
            None => format!("Letter to {name}"),
        },
    }
}

fn lines(reading: &LetterReader, state: &ScreenState, theme: &Theme, room: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    match &reading.sheets {
        None => lines.push(("…".to_owned(), theme.dim)),
        Some(Err(why)) => {
            let words = format!("It cannot be read: {}", clean(why));
            lines.extend(wrap(&words, room).into_iter().map(|line| (line, theme.tone(Tone::Warn))));
        }
        Some(Ok(sheets)) if sheets.is_empty() => lines.push(("nothing in it yet".to_owned(), theme.dim)),
        Some(Ok(sheets)) => {
            if reading.awaits_code() {
                let words = "The code is not known before the letter goes; everything else is as it will be sent.";
                lines.extend(wrap(words, room).into_iter().map(|line| (line, theme.tone(Tone::Warn))));
                lines.push((String::new(), theme.text));
            }
            let revealed = state.revealed(reading.id, reading.generation);
            for (place, sheet) in sheets.iter().enumerate() {
                if place > 0 {
                    lines.push(("─".repeat(room.into()), theme.line));
                }
                draw_sheet(sheet, revealed, theme, room, &mut lines);
            }
        }
    }
    lines
}

fn draw_sheet(sheet: &LetterPage, revealed: bool, theme: &Theme, room: u16, lines: &mut Vec<Line>) {
    for (name, value) in &sheet.head {
        for (place, line) in wrap(&clean(value), room.saturating_sub(NAMES as u16)).into_iter().enumerate() {
            let name = if place == 0 { name } else { "" };
            lines.push((format!("{name:<NAMES$}{line}"), theme.title));
        }
    }
    lines.push((String::new(), theme.text));
    for line in sheet.text(revealed).lines() {
        let style = if line.contains(UNKNOWN_CODE) { theme.tone(Tone::Warn) } else { theme.text };
        let line = line.trim_end();
        if width(line) <= usize::from(room) {
            lines.push((line.to_owned(), style));
            continue;
        }
        // What goes on hangs under what it belongs to.
        let indent = line.len() - line.trim_start().len();
        let indent = indent.min(usize::from(room / 2));
        let rest = room.saturating_sub(indent as u16);
        lines.extend(wrap(&clean(line), rest).into_iter().map(|line| (format!("{:indent$}{line}", ""), style)));
    }
}

pub(super) fn draw(reading: &LetterReader, state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) {
    let room = canvas.area().width.min(84).saturating_sub(4);
    let lines = lines(reading, state, theme, room);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let mut canvas = canvas.popup(room + 4, height.max(6));
    let inside = canvas.frame(&title(reading, state), theme.line_focus, theme.title);
    let rows = usize::from(inside.height);
    let top = reading.scroll.top(lines.len(), rows);
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
