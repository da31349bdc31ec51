//! Drawing the preview.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::list::Origin;
use crate::domain::text::width;
use crate::tui::theme::{Theme, Tone};
use crate::tui::view::pen::{Pen, wrap};

use super::{Choice, Preview};

/// The widest that names of columns are shown.
const WIDEST_NAME: u16 = 28;

/// The most lines that tell the outcome.
const MOST_OUTCOME: usize = 8;

/// Draws the preview into a whole buffer.
pub fn draw(preview: &mut Preview, theme: &Theme, buffer: &mut Buffer) {
    let area = *buffer.area();
    let mut pen = Pen::new(buffer, area);
    pen.clear();
    if area.height < 4 {
        pen.text(0, 0, area.width, &format!("columns of {}: the window is too small", preview.file), theme.text);
        return;
    }
    let below = below(preview, area);
    pen.text(0, 0, area.width, &format!("Which column holds what in {}", preview.file), theme.title);
    let rows = usize::from(area.height).saturating_sub(2 + below.len()).max(1);
    preview.scroll(rows);
    let field_width = preview.choices.iter().map(|choice| width(choice.field.word())).max().unwrap_or(0) as u16 + 3;
    for (line, place) in (preview.top..preview.choices.len()).take(rows).enumerate() {
        let Some(choice) = preview.choices.get(place) else { break };
        row(&mut pen, preview, choice, (line as u16 + 1, field_width, place == preview.cursor), theme);
    }
    let first = area.height.saturating_sub(below.len() as u16 + 1);
    for (line, (text, is_strong)) in below.iter().enumerate() {
        let style = if *is_strong { theme.text } else { theme.dim };
        pen.text(0, first + line as u16, area.width, text, style);
    }
    let keys = match preview.hint {
        "" => "↑↓ field  ←→ column  x none  enter take it in  esc leave",
        hint => hint,
    };
    pen.text(0, area.height - 1, area.width, keys, theme.key);
}

fn row(pen: &mut Pen<'_>, preview: &Preview, choice: &Choice, (y, field_width, here): (u16, u16, bool), theme: &Theme) {
    let room = pen.area().width;
    let needed = choice.field.is_needed() && choice.column.is_none();
    let name_style = if needed { theme.tone(Tone::Warn) } else { theme.text };
    pen.text(0, y, 2, if here { "›" } else { " " }, theme.text);
    pen.text(2, y, field_width, choice.field.word(), name_style);
    let column = choice.column.and_then(|place| preview.columns.get(place));
    let (name, samples) = match column {
        Some(column) => (column.name.as_str(), column.samples.join(" · ")),
        None => ("–", String::new()),
    };
    let mark = match (column, choice.origin) {
        (Some(_), Some(Origin::Offered)) => " ?",
        (Some(_), Some(Origin::Said)) => " ✓",
        _ => "",
    };
    let x = field_width + 2;
    pen.text(x, y, WIDEST_NAME, &format!("{name}{mark}"), theme.text);
    let x = x + WIDEST_NAME + 1;
    pen.text(x, y, room.saturating_sub(x), &samples, theme.dim);
    if here {
        pen.paint(y, theme.cursor);
    }
}

/// What stands below the fields; whether it is important.
fn below(preview: &Preview, area: Rect) -> Vec<(String, bool)> {
    let mut lines = Vec::new();
    let used = |place: &usize| preview.choices.iter().any(|choice| choice.column == Some(*place));
    let unused: Vec<&str> = (0..preview.columns.len())
        .filter(|place| !used(place))
        .filter_map(|place| preview.columns.get(place).map(|column| column.name.as_str()))
        .collect();
    if !unused.is_empty() {
        lines.push((format!("not used: {}", unused.join(", ")), false));
    }
    match &preview.outcome {
        None => lines.push(("…".to_owned(), false)),
        Some(outcome) => lines.extend(outcome.lines.iter().take(MOST_OUTCOME).map(|line| (line.clone(), true))),
    }
    lines.extend(wrap(&preview.command, area.width).into_iter().map(|line| (line, false)));
    // The fields come first: some of them are always shown.
    let most = usize::from(area.height).saturating_sub(2) / 2;
    lines.truncate(most);
    lines
}
