//! The page of what the log says of the work.

use super::list_cursor::Scroll;
use super::work::WorkId;
use crate::domain::report::{Report, ReportBy};

#[derive(Debug)]
pub struct InsightPage {
    /// What was asked for; another answer is not for this.
    pub ticket: WorkId,
    pub scroll: Scroll,
    /// What the last table tells apart by.
    pub by: ReportBy,
    /// `None`: the log is being read. Or why it cannot be.
    pub report: Option<Result<Box<Report>, String>>,
}

impl InsightPage {
    pub fn new(ticket: WorkId) -> Self {
        Self { ticket, scroll: Scroll::default(), by: ReportBy::default(), report: None }
    }

    /// Tells apart by the next property, or by the one before.
    pub fn turn(&mut self, forward: bool) {
        let count = ReportBy::ALL.len();
        let place = self.by as usize + if forward { 1 } else { count - 1 };
        self.by = ReportBy::ALL[place % count];
    }
}
