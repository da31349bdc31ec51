//! What came of a bulk job, item by item.

use super::body::ResultKind;
use super::{DialogView, Line};
use crate::domain::Severity;
use crate::domain::text::fit;
use crate::tui::action::Action;
use crate::tui::bulk_job::{BulkJob, JobItem, JobPhase};

impl DialogView<'_> {
    /// What becomes of a piece of work when its results are closed.
    pub(super) fn goes_on(&self, work: &BulkJob) -> Vec<Line> {
        if work.phase != JobPhase::UnderWay {
            return Vec::new();
        }
        let key = self.state.setup.keymap.first_key(Action::Results);
        let again = key.map_or_else(String::new, |key| format!(": {key} shows them again"));
        vec![Line(format!("It goes on when these results are closed{again}."), self.theme.dim)]
    }

    /// How an item ended: in a line, or one of its two.
    pub(super) fn result(&self, item: &JobItem, kind: ResultKind, row: Option<usize>, phase: JobPhase) -> Line {
        let name = fit(&item.name, usize::from(self.room / 3).min(30));
        let Some((words, tone)) = item.told(&self.state.rows) else {
            let words = match (row, phase) {
                (Some(1), _) => String::new(),
                (_, JobPhase::Over) => format!("– {name} not begun"),
                _ => format!("… {name}"),
            };
            return Line(words, self.theme.dim);
        };
        let glyph = match (kind, &item.outcome) {
            (ResultKind::Failed, _) => "✗",
            (ResultKind::Unsent, _) => "!",
            (_, Some(Ok(done))) if done.severity != Severity::Good => "!",
            _ => "✓",
        };
        let text = match row {
            None => format!("{glyph} {name} {words}"),
            Some(0) => format!("{glyph} {name}"),
            Some(_) => format!("  {words}"),
        };
        Line(text, self.theme.tone(tone))
    }
}
