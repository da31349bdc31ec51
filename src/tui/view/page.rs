//! The lines of the detail pane as they are gathered.

use ratatui::style::Style;

use super::canvas::{width, wrap};
use crate::tui::theme::Theme;

/// A line: pieces of text with their styles.
pub(super) type Line = Vec<(String, Style)>;

/// The cells for the names of values.
pub(super) const NAMES: usize = 11;

/// The lines of a pane as they are gathered.
pub(super) struct Page<'a> {
    pub(super) lines: Vec<Line>,
    pub(super) theme: &'a Theme,
    pub(super) room: u16,
}

impl Page<'_> {
    pub(super) fn heading(&mut self, text: &str) {
        self.lines.push(Vec::new());
        self.lines.push(vec![(text.to_owned(), self.theme.title)]);
    }

    /// A name and its value, broken into as many lines as it needs.
    pub(super) fn pair(&mut self, name: &str, value: &str, style: Style) {
        if value.is_empty() {
            return;
        }
        for (place, line) in wrap(value, self.room.saturating_sub(NAMES as u16 + 1)).into_iter().enumerate() {
            let name = if place == 0 { name } else { "" };
            self.lines.push(vec![(format!("{name:<NAMES$}"), self.theme.dim), (line, style)]);
        }
    }

    pub(super) fn text(&mut self, text: &str, style: Style) {
        for line in wrap(text, self.room) {
            self.lines.push(vec![(line, style)]);
        }
    }
}

/// Two columns as lines, the left one in so many cells and two between them.
pub(super) fn beside(left: Vec<Line>, right: Vec<Line>, room: u16) -> Vec<Line> {
    let lines = left.len().max(right.len());
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let mut both = Vec::with_capacity(lines);
    for _ in 0..lines {
        let mut line = left.next().unwrap_or_default();
        let used: usize = line.iter().map(|(text, _)| width(text)).sum();
        let gap = (usize::from(room) + 2).saturating_sub(used);
        line.push((" ".repeat(gap), Style::new()));
        line.extend(right.next().unwrap_or_default());
        both.push(line);
    }
    both
}
