//! What commands that only read ask.

use std::sync::Arc;

use async_trait::async_trait;

use super::{EngineClient, ask};
use crate::domain::report::{Report, ReportQuery};
use crate::domain::survival::Survival;
use crate::domain::{Actor, DealershipId, Event, Onboarding, ProbeStatus, Timestamp};
use crate::protocol::{AlikeDealership, EventQuery, FirstFound, PastFound, Request, RequestError, Selection};

/// Answered by every client of an engine, and by whoever reads the store beside its owner.
#[async_trait]
pub trait ReadClient: Send + Sync {
    /// The dealerships that are meant.
    async fn select(&self, selection: Selection, me: &Actor) -> Result<Vec<Arc<Onboarding>>, RequestError>;

    /// The first of those, in the order of the screen.
    async fn first(&self, selection: Selection, limit: usize, me: &Actor) -> Result<FirstFound, RequestError>;

    /// What was known at a moment that is past; `alike`: with who might have been the same.
    async fn select_past(
        &self,
        selection: Selection,
        at: Timestamp,
        alike: bool,
        me: &Actor,
    ) -> Result<PastFound, RequestError>;

    async fn probe_statuses(&self, ids: Vec<DealershipId>, me: &Actor) -> Result<Vec<ProbeStatus>, RequestError>;

    /// Who may be the same as each of these.
    async fn alike(&self, of: Vec<DealershipId>, me: &Actor) -> Result<Vec<Vec<AlikeDealership>>, RequestError>;

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, RequestError>;

    async fn report(&self, query: ReportQuery, me: &Actor) -> Result<Box<Report>, RequestError>;

    /// How likely codes are used before they end.
    async fn survival(&self, me: &Actor) -> Result<Survival, RequestError>;
}

#[async_trait]
impl<C: EngineClient + ?Sized> ReadClient for C {
    async fn select(&self, selection: Selection, me: &Actor) -> Result<Vec<Arc<Onboarding>>, RequestError> {
        ask(self, Request::Select(selection), me).await
    }

    async fn first(&self, selection: Selection, limit: usize, me: &Actor) -> Result<FirstFound, RequestError> {
        ask(self, Request::SelectFirst(selection, limit), me).await
    }

    async fn select_past(
        &self,
        selection: Selection,
        at: Timestamp,
        alike: bool,
        me: &Actor,
    ) -> Result<PastFound, RequestError> {
        ask(self, Request::SelectPast { selection, at, alike }, me).await
    }

    async fn probe_statuses(&self, ids: Vec<DealershipId>, me: &Actor) -> Result<Vec<ProbeStatus>, RequestError> {
        ask(self, Request::ProbeStatuses(ids), me).await
    }

    async fn alike(&self, of: Vec<DealershipId>, me: &Actor) -> Result<Vec<Vec<AlikeDealership>>, RequestError> {
        ask(self, Request::Alike { dealerships: of, archived: false }, me).await
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, RequestError> {
        EngineClient::events(self, query).await
    }

    async fn report(&self, query: ReportQuery, me: &Actor) -> Result<Box<Report>, RequestError> {
        ask(self, Request::Report(query), me).await
    }

    async fn survival(&self, me: &Actor) -> Result<Survival, RequestError> {
        ask(self, Request::Survival, me).await
    }
}
