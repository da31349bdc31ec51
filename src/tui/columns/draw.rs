//! Drawing the preview.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::list::Origin;
use crate::domain::text::width;
use crate::tui::theme::{Theme, Tone};
use crate::tui::view::canvas::{Canvas, wrap};

use super::{Choice, Preview};

/// The narrowest and the widest that names of columns are shown.
const NAME_WIDTH: (u16, u16) = (28, 60);

/// The most lines that tell the outcome.
const MOST_OUTCOME: usize = 8;

/// How many cells are shown of a column.
const SAMPLES: usize = 3;

/// The keys, and what they do.
const KEYS: &[(&str, &str)] = &[
    ("↑ ↓  k j  tab", "another field; home and end: the first and the last"),
    ("← →  h l  space", "another column for it; of several, one alone"),
    ("x  delete", "no column for it"),
    ("enter", "take the list in as it is shown; what a rule holds back still waits for --yes"),
    ("esc  q  ctrl-c", "leave; nothing is recorded"),
    ("ctrl-z", "to the shell; fg comes back"),
    ("?  f1", "this help; esc or ? closes it"),
    ("", ""),
    ("?", "behind a column: it may be meant, and is not used unless you take the list in"),
    ("✓", "behind a column: it was chosen"),
    ("a, b", "several columns: in each row the first that is filled counts"),
    ("also fills …", "one column may fill several fields"),
    ("… fills …", "a column was guessed here, and is chosen for another field"),
];

/// Draws the preview into a whole buffer.
pub fn draw(preview: &mut Preview, theme: &Theme, buffer: &mut Buffer) {
    let area = *buffer.area();
    let mut canvas = Canvas::new(buffer, area);
    canvas.clear();
    if area.height < 4 {
        canvas.text(0, 0, area.width, &format!("columns of {}: the window is too small", preview.file), theme.text);
        return;
    }
    if preview.help {
        help(&mut canvas, theme);
        return;
    }
    let below = below(preview, area);
    let rows = usize::from(area.height).saturating_sub(2 + below.len()).max(1);
    preview.scroll(rows);
    title(&mut canvas, preview, rows, theme);
    let field_width = preview.choices.iter().map(|choice| width(choice.field.as_str())).max().unwrap_or(0) as u16 + 3;
    for (line, place) in (preview.top..preview.choices.len()).take(rows).enumerate() {
        let Some(choice) = preview.choices.get(place) else { break };
        row(&mut canvas, preview, choice, (line as u16 + 1, field_width, place == preview.cursor), theme);
    }
    let first = area.height.saturating_sub(below.len() as u16 + 1);
    for (line, (text, is_strong)) in below.iter().enumerate() {
        let style = if *is_strong { theme.text } else { theme.dim };
        canvas.text(0, first + line as u16, area.width, text, style);
    }
    let keys = "↑↓ field  ←→ column  x none  enter take it in  ? help  esc leave";
    canvas.text(0, area.height - 1, area.width, keys, theme.key);
}

fn title(canvas: &mut Canvas<'_>, preview: &Preview, rows: usize, theme: &Theme) {
    let (room, all) = (canvas.area().width, preview.choices.len());
    let shown =
        if rows < all { format!(" {}–{} of {all}", preview.top + 1, preview.top + rows) } else { String::new() };
    let right = width(&shown) as u16;
    canvas.text(0, 0, room.saturating_sub(right), &format!("Which column holds what in {}", preview.file), theme.title);
    canvas.right(0, 0, room, &shown, theme.dim);
}

fn help(canvas: &mut Canvas<'_>, theme: &Theme) {
    let Rect { width: room, height, .. } = canvas.area();
    canvas.text(0, 0, room, "Keys of this preview", theme.title);
    let beside = KEYS.iter().map(|(keys, _)| width(keys)).max().unwrap_or(0) as u16 + 4;
    let lines = KEYS.iter().flat_map(|(keys, does)| {
        let lines = wrap(does, room.saturating_sub(beside).max(1));
        let beside = std::iter::once(*keys).chain(std::iter::repeat(""));
        beside.zip(if lines.is_empty() { vec![String::new()] } else { lines })
    });
    for (y, (keys, does)) in (1..height - 1).zip(lines) {
        canvas.text(2, y, beside.min(room), keys, theme.key);
        canvas.text(beside, y, room, &does, theme.text);
    }
    canvas.text(0, height - 1, room, "esc or ? closes this", theme.key);
}

fn row(
    canvas: &mut Canvas<'_>,
    preview: &Preview,
    choice: &Choice,
    (y, field_width, here): (u16, u16, bool),
    theme: &Theme,
) {
    let room = canvas.area().width;
    let needed = choice.field.is_needed() && choice.columns.is_empty();
    let name_style = if needed { theme.tone(Tone::Warn) } else { theme.text };
    canvas.text(0, y, 2, if here { "›" } else { " " }, theme.text);
    canvas.text(2, y, field_width, choice.field.as_str(), name_style);
    let names: Vec<&str> = preview.names(&choice.columns).collect();
    let names = if names.is_empty() { "–".to_owned() } else { names.join(", ") };
    let mark = match choice.origin {
        _ if choice.columns.is_empty() => "",
        Some(Origin::Offered) => " ?",
        Some(Origin::Said) => " ✓",
        _ => "",
    };
    let x = field_width + 2;
    let name_width = (room / 3).clamp(NAME_WIDTH.0, NAME_WIDTH.1);
    let used = canvas.text(x, y, name_width - width(mark) as u16, &names, theme.text);
    canvas.text(x + used, y, width(mark) as u16, mark, theme.text);
    let x = x + name_width + 1;
    let note = preview.note(choice);
    let used = note.map_or(0, |note| canvas.text(x, y, room.saturating_sub(x), &format!("{note}  "), theme.text));
    canvas.text(x + used, y, room.saturating_sub(x + used), &samples(preview, choice).join(" · "), theme.dim);
    if here {
        canvas.paint(y, theme.cursor);
    }
}

/// What the first rows would give a field.
fn samples<'a>(preview: &'a Preview, choice: &Choice) -> Vec<&'a str> {
    let columns: Vec<&Vec<String>> =
        choice.columns.iter().filter_map(|place| preview.columns.get(*place)).map(|column| &column.cells).collect();
    let rows = columns.iter().map(|cells| cells.len()).max().unwrap_or(0);
    let cell = |row: usize| {
        let mut cells = columns.iter().filter_map(|cells| cells.get(row)).map(String::as_str);
        cells.find(|cell| !cell.is_empty())
    };
    (0..rows).filter_map(cell).take(SAMPLES).collect()
}

/// What stands below the fields; whether it is important.
fn below(preview: &Preview, area: Rect) -> Vec<(String, bool)> {
    // The fields come first: some of them are always shown.
    let most = usize::from(area.height).saturating_sub(2) / 2;
    let mut lines: Vec<(String, bool)> = wrap(&preview.hint, area.width).into_iter().map(|line| (line, true)).collect();
    lines.retain(|(line, _)| !line.is_empty());
    let used = |place: usize| preview.choices.iter().any(|choice| choice.columns.contains(&place));
    let unused: Vec<&str> = preview
        .columns
        .iter()
        .enumerate()
        .filter(|(place, _)| !used(*place))
        .map(|(_, column)| column.name.as_str())
        .collect();
    if !unused.is_empty() {
        lines.push((format!("not used: {}", unused.join(", ")), false));
    }
    let command = wrap(&preview.command, area.width);
    match &preview.outcome {
        None => lines.push(("…".to_owned(), false)),
        Some(outcome) => {
            let room = most.saturating_sub(lines.len() + command.len()).clamp(1, MOST_OUTCOME);
            lines.extend(outcome.lines.iter().take(room).map(|line| (line.clone(), true)));
        }
    }
    lines.extend(command.into_iter().map(|line| (line, false)));
    lines.truncate(most);
    lines
}
