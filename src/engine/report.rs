//! Reports: the cases of the log are read when somebody first asks, and gone on with from then on.

use super::Engine;
use crate::domain::report::{Report, ReportQuery, survival};
use crate::domain::survival::Survival;
use crate::domain::{Actor, Timestamp};
use crate::protocol::{PastFound, RequestError, Selection};
use crate::store::report::{find_past, read_cases, report_of_now, report_of_past};

impl Engine {
    pub(super) async fn report(&self, query: &ReportQuery) -> Result<Report, RequestError> {
        let (known, policy) = (self.read_model(), self.policy());
        if let Some(at) = query.at {
            return report_of_past(query, at, known.seq(), policy, |query| self.events(query)).await;
        }
        let mut cases = self.inner.cases.lock().await;
        report_of_now(query, &mut cases, known, (self.inner.now(), policy), |query| self.events(query)).await
    }

    pub(super) async fn select_past(
        &self,
        selection: &Selection,
        at: Timestamp,
        alike: bool,
        me: &Actor,
    ) -> Result<PastFound, RequestError> {
        let past = (at, self.read_model().seq(), self.policy());
        find_past(selection, past, alike, me, |query| self.events(query)).await
    }

    /// How likely codes are used, by every one that there was.
    pub(super) async fn survival(&self) -> Result<Survival, RequestError> {
        let mut cases = self.inner.cases.lock().await;
        read_cases(&mut cases, self.read_model().seq(), |query| self.events(query)).await?;
        Ok(survival(&cases, &ReportQuery::default(), self.inner.now()))
    }
}
