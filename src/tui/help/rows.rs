//! The lines of the help in the cells that there are.

use super::HelpLine;
use crate::tui::theme::Tone;
use crate::tui::view::canvas::{width, wrap};

/// From this width on the help stands in two columns.
const TWO_COLUMNS: u16 = 140;

/// What lies between two columns.
const GAP: u16 = 3;

/// In fewer cells beside what leads nothing can be read.
const LEAST: u16 = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpStyle {
    Heading,
    Key,
    Title,
    Faint,
    Tone(Tone),
}

/// A row of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpRow {
    /// Of which line of the help it is.
    pub line: usize,
    /// Texts, and from which cell on.
    pub pieces: Vec<(u16, String, HelpStyle)>,
}

/// How many columns there are on a screen so wide, and the cells of one.
pub fn columns(screen: u16) -> (u16, u16) {
    let inside = screen.saturating_sub(4);
    if screen >= TWO_COLUMNS { (2, (inside - GAP) / 2) } else { (1, inside) }
}

pub fn start_of(column: u16, cells: u16) -> u16 {
    1 + column * (cells + GAP)
}

pub(super) fn laid_out(lines: &[HelpLine], cells: u16) -> Vec<HelpRow> {
    let mut rows = Vec::new();
    for (line, help) in lines.iter().enumerate() {
        let row = |pieces| HelpRow { line, pieces };
        match help {
            HelpLine::Heading(text) => {
                if line > 0 {
                    rows.push(row(Vec::new()));
                }
                rows.push(row(vec![(0, text.clone(), HelpStyle::Heading)]));
            }
            HelpLine::Text(text, tone) => {
                let style = HelpStyle::Tone(*tone);
                rows.extend(wrap(text, cells).into_iter().map(|piece| row(vec![(0, piece, style)])));
            }
            HelpLine::Entry { lead, style, title, words } => {
                rows.extend(entry((lead, *style), title, words, cells).into_iter().map(row));
            }
        }
    }
    rows
}

/// The words begin beside what leads, and go on below each other.
fn entry((lead, style): (&str, HelpStyle), title: &str, words: &str, cells: u16) -> Vec<Vec<(u16, String, HelpStyle)>> {
    let indent: u16 = if cells < 60 { 9 } else { 18 };
    // What is longer than its column is followed at once, where there is room.
    let lead_cells = (width(lead) as u16 + 2).max(indent);
    let title_cells = if title.is_empty() { 0 } else { width(title) as u16 + 2 };
    let start = lead_cells + title_cells;
    let mut row = vec![(0, lead.to_owned(), style)];
    if !title.is_empty() {
        row.push((lead_cells, title.to_owned(), HelpStyle::Title));
    }
    let room = cells.saturating_sub(indent);
    if start + LEAST > cells {
        let below = wrap(words, room).into_iter().map(|piece| vec![(indent, piece, HelpStyle::Faint)]);
        return std::iter::once(row).chain(below).collect();
    }
    // A word without a break holds the place of what stands before the words.
    let held = usize::from(start - indent);
    let text = if held == 0 { words.to_owned() } else { format!("{} {words}", "x".repeat(held - 1)) };
    let mut pieces = wrap(&text, room).into_iter();
    let first = pieces.next().unwrap_or_default();
    row.push((start, first.get(held..).unwrap_or_default().to_owned(), HelpStyle::Faint));
    let more = pieces.map(|piece| vec![(indent, piece, HelpStyle::Faint)]);
    std::iter::once(row).chain(more).collect()
}
