//! The table by which answers are read now: that of the settings, and what was taught since.

use std::sync::Arc;

use parking_lot::RwLock;

use crate::domain::classification::{ClassificationRule, DEFAULT_RULES};

/// Shared by all who read by it.
#[derive(Debug, Clone)]
pub(super) struct RuleTable(Arc<RwLock<Arc<Vec<ClassificationRule>>>>);

impl RuleTable {
    pub(super) fn new(rows: Vec<ClassificationRule>) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(rows))))
    }

    pub(super) fn now(&self) -> Arc<Vec<ClassificationRule>> {
        Arc::clone(&self.0.read())
    }

    /// Puts a row where the settings have it at the next start: after the operator's own rows, before the defaults.
    pub(super) fn learn(&self, row: ClassificationRule) {
        let mut rows = self.0.write();
        let place = rows.len().saturating_sub(DEFAULT_RULES);
        Arc::make_mut(&mut rows).insert(place, row);
    }
}
