//! The lines that are selected, to be copied.

use super::{Adjacent, EventTail, TailScope};
use crate::present::log_line::LogLine;

impl EventTail {
    /// The numbers of the first and last line of the selection, or of the line under the cursor.
    pub fn selection(&self, scope: TailScope) -> Option<(u64, u64)> {
        let cursor = self.chosen(scope)?.newest.seq;
        let other = self.selected_from.unwrap_or(cursor);
        Some((cursor.min(other), cursor.max(other)))
    }

    /// The lines of the selection, ascending; `None`: not all of them are held.
    pub fn selected_lines(&self, scope: TailScope) -> Option<Vec<LogLine<'_>>> {
        let (first, last) = self.selection(scope)?;
        let (mut seq, mut lines) = (last + 1, Vec::new());
        while seq > first {
            match self.next_line(seq, false, scope) {
                Adjacent::Here(line) if line.newest.seq >= first => {
                    seq = line.newest.seq;
                    lines.push(line);
                }
                Adjacent::Unread(from) if from > first => return None,
                Adjacent::Here(_) | Adjacent::Unread(_) | Adjacent::End => break,
            }
        }
        lines.reverse();
        (!lines.is_empty()).then_some(lines)
    }
}
