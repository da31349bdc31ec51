//! The lines that are selected, to be copied.

use super::{EventTail, NextLine, TailScope};
use crate::present::log_line::LogLine;

impl EventTail {
    /// The numbers of the first and last line of the selection, or of the line under the cursor.
    pub fn selection(&self, scope: TailScope) -> Option<(u64, u64)> {
        let cursor = self.chosen(scope)?.newest.seq;
        let other = self.selected_from.unwrap_or(cursor);
        Some((cursor.min(other), cursor.max(other)))
    }

    /// The lines of the selection, ascending.
    pub fn selected_lines(&self, scope: TailScope) -> Vec<LogLine<'_>> {
        let Some((first, last)) = self.selection(scope) else { return Vec::new() };
        let (mut seq, mut lines) = (last + 1, Vec::new());
        while let NextLine::Line(line) = self.next_line(seq, false, scope) {
            if line.newest.seq < first {
                break;
            }
            seq = line.newest.seq;
            lines.push(line);
        }
        lines.reverse();
        lines
    }
}
