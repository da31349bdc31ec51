//! Of what a report is made.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;

/// Which codes and calls are counted: those from a moment on, those before another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportQuery {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// As everything stood then; `None`: now.
    pub at: Option<Timestamp>,
}

impl ReportQuery {
    pub(super) fn counts(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}
