//! What a person teaches about answers that nothing knew: in effect at once.

use super::{Engine, EngineError};
use crate::domain::{DealershipId, Outcome, ResponseFacts};
use crate::xtime::ClassificationRule;

impl Engine {
    /// The row that would read an answer about a dealership as a person says.
    pub fn row_for(
        &self,
        id: DealershipId,
        answer: &ResponseFacts,
        means: Outcome,
    ) -> Result<ClassificationRule, String> {
        let platform = self.inner.parts.platform.as_ref().ok_or_else(|| EngineError::NoPlatform.to_string())?;
        let state = self.book().get(id);
        let dealer_code = state.as_ref().map_or("", |state| state.profile.dealer_code.raw());
        platform.row_for(answer, dealer_code, means).map_err(|why| why.to_string())
    }

    /// Reads answers by a row too, in this run; it is the caller's to keep it for the next one.
    pub fn learn(&self, row: ClassificationRule) {
        if let Some(platform) = &self.inner.parts.platform {
            platform.learn(row);
        }
    }
}
