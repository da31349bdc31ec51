//! Reports: the cases of the log are read when somebody first asks, and gone on with from then on.

use super::Engine;
use crate::domain::report::{CaseLog, Report, ReportQuery, survival};
use crate::domain::survival::Survival;
use crate::protocol::RequestError;
use crate::store::report::{read_cases, report};

impl Engine {
    pub(super) async fn report(&self, query: &ReportQuery) -> Result<Report, RequestError> {
        let at = (self.inner.now(), self.policy());
        if query.at.is_some() {
            // The past is read by itself, and keeps nobody waiting.
            let mut none = CaseLog::default();
            return report(query, &mut none, self.read_model(), at, |query| self.events(query)).await;
        }
        let mut cases = self.inner.cases.lock().await;
        report(query, &mut cases, self.read_model(), at, |query| self.events(query)).await
    }

    /// How likely codes are used, by every one that there was.
    pub(super) async fn survival(&self) -> Result<Survival, RequestError> {
        let mut cases = self.inner.cases.lock().await;
        read_cases(&mut cases, self.read_model().seq(), |query| self.events(query)).await?;
        Ok(survival(&cases, &ReportQuery::default(), self.inner.now()))
    }
}
