//! The store and the platform with a measure beside them: neither knows of it, and without a listener there is none.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDate;
use tokio::sync::broadcast;

use super::metrics::Metrics;
use crate::clock::SharedClock;
use crate::domain::bulk::Bulk;
use crate::domain::classification::{ClassificationRule, TeachError};
use crate::domain::{Appointment, Booking, Environment, Event, Outcome, ProbeResult, ResponseFacts, Slot};
use crate::protocol::{BulkId, Committed, EventQuery, ReadModel, RequestPreview};
use crate::store::{Append, Epoch, HookPosition, ProbeStates, Store, StoreError, Team};
use crate::xtime::{AttemptReport, BookingOutcome, Platform};

/// A store whose appends are measured, or a platform whose probes are.
pub struct Metered<T: ?Sized> {
    pub inner: Arc<T>,
    pub metrics: Arc<Metrics>,
    pub clock: SharedClock,
}

impl Metered<dyn Store> {
    async fn measured(
        &self,
        append: impl Future<Output = Result<Committed, StoreError>>,
    ) -> Result<Committed, StoreError> {
        let began = self.clock.elapsed();
        let appended = append.await;
        let took = self.clock.elapsed().saturating_sub(began);
        self.metrics.appended(appended.as_ref().map(|committed| &*committed.events), took);
        appended
    }
}

#[async_trait]
impl Store for Metered<dyn Store> {
    async fn append(&self, batch: Vec<Append>) -> Result<Committed, StoreError> {
        self.measured(self.inner.append(batch)).await
    }

    async fn append_as_leader(&self, epoch: Epoch, batch: Vec<Append>) -> Result<Committed, StoreError> {
        self.measured(self.inner.append_as_leader(epoch, batch)).await
    }

    fn team(&self) -> Option<&dyn Team> {
        self.inner.team()
    }

    fn read_model(&self) -> &ReadModel {
        self.inner.read_model()
    }

    fn subscribe(&self) -> broadcast::Receiver<Committed> {
        self.inner.subscribe()
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, StoreError> {
        self.inner.events(query).await
    }

    fn probes(&self) -> &ProbeStates {
        self.inner.probes()
    }

    async fn save_probes(&self) -> Result<(), StoreError> {
        self.inner.save_probes().await
    }

    fn notices(&self) -> Vec<String> {
        self.inner.notices()
    }

    async fn begin_bulk(&self, bulk: Bulk) -> Result<BulkId, StoreError> {
        self.inner.begin_bulk(bulk).await
    }

    async fn end_bulk(&self, id: BulkId) -> Result<(), StoreError> {
        self.inner.end_bulk(id).await
    }

    async fn bulks(&self) -> Vec<(BulkId, Bulk)> {
        self.inner.bulks().await
    }

    async fn hook_position(&self, hook: &str) -> Result<Option<HookPosition>, StoreError> {
        self.inner.hook_position(hook).await
    }

    async fn keep_hook_position(
        &self,
        epoch: Option<Epoch>,
        hook: &str,
        position: &HookPosition,
    ) -> Result<(), StoreError> {
        self.inner.keep_hook_position(epoch, hook, position).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.inner.close().await
    }
}

#[async_trait]
impl Platform for Metered<dyn Platform> {
    async fn probe(&self, dealer_code: &str) -> AttemptReport<ProbeResult> {
        let began = self.clock.elapsed();
        let report = self.inner.probe(dealer_code).await;
        self.metrics.probed(report.value.outcome, self.clock.elapsed().saturating_sub(began));
        report
    }

    async fn slots(
        &self,
        dealer_code: &str,
        opcode: &str,
        start: NaiveDate,
        days: u8,
    ) -> AttemptReport<Result<Vec<Slot>, String>> {
        self.inner.slots(dealer_code, opcode, start, days).await
    }

    async fn book(&self, dealer_code: &str, booking: &Booking) -> AttemptReport<BookingOutcome> {
        self.inner.book(dealer_code, booking).await
    }

    async fn appointments(&self, dealer_code: &str, vin: &str) -> AttemptReport<Result<Vec<Appointment>, String>> {
        self.inner.appointments(dealer_code, vin).await
    }

    fn environment(&self) -> Environment {
        self.inner.environment()
    }

    fn row_for(
        &self,
        answer: &ResponseFacts,
        dealer_code: &str,
        means: Outcome,
    ) -> Result<ClassificationRule, TeachError> {
        self.inner.row_for(answer, dealer_code, means)
    }

    fn learn(&self, row: ClassificationRule) {
        self.inner.learn(row);
    }

    fn preview(&self, dealer_code: &str, booking: &Booking) -> Result<RequestPreview, String> {
        self.inner.preview(dealer_code, booking)
    }
}
