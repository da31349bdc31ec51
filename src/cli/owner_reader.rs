//! Reading through the store's owner, who may end at any moment.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use tokio::sync::OnceCell;

use super::error::CliError;
use super::store_access::StoreClient;
use crate::client::ReadClient;
use crate::domain::report::{Report, ReportQuery};
use crate::domain::survival::Survival;
use crate::domain::{Actor, DealershipId, Event, Onboarding, ProbeStatus, Timestamp};
use crate::protocol::{AlikeDealership, EventQuery, FirstFound, PastFound, RequestError, Selection};

/// Opens the store itself, after the owner did not answer for that reason.
type OpenStore<'a> = Box<dyn Fn(RequestError) -> BoxFuture<'a, Result<StoreClient, CliError>> + Send + Sync + 'a>;

/// Asks the owner, and once that is gone or silent the store itself: whatever the owner acknowledged is in there.
pub(super) struct OwnerReader<'a, C: ?Sized> {
    owner: Arc<C>,
    open_store: OpenStore<'a>,
    store: OnceCell<StoreClient>,
}

impl<'a, C: ReadClient + ?Sized> OwnerReader<'a, C> {
    pub(super) fn new(owner: Arc<C>, open_store: OpenStore<'a>) -> Self {
        Self { owner, open_store, store: OnceCell::new() }
    }

    async fn store(&self, why: RequestError) -> Result<&StoreClient, RequestError> {
        let opened = self.store.get_or_try_init(|| (self.open_store)(why)).await;
        opened.map_err(|error| RequestError::Store(error.to_string()))
    }
}

macro_rules! ask_owner_else_store {
    ($self:ident.$ask:ident($what:ident $(, $more:ident)*)) => {
        match $self.owner.$ask(Clone::clone(&$what) $(, $more)*).await {
            Err(why @ (RequestError::OwnerLost { .. } | RequestError::Unreachable { .. } | RequestError::Ending)) => {
                $self.store(why).await?.$ask($what $(, $more)*).await
            }
            answered => answered,
        }
    };
}

#[async_trait]
impl<C: ReadClient + ?Sized> ReadClient for OwnerReader<'_, C> {
    async fn select(&self, selection: Selection, me: &Actor) -> Result<Vec<Arc<Onboarding>>, RequestError> {
        ask_owner_else_store!(self.select(selection, me))
    }

    async fn first(&self, selection: Selection, limit: usize, me: &Actor) -> Result<FirstFound, RequestError> {
        ask_owner_else_store!(self.first(selection, limit, me))
    }

    async fn select_past(
        &self,
        selection: Selection,
        at: Timestamp,
        alike: bool,
        me: &Actor,
    ) -> Result<PastFound, RequestError> {
        ask_owner_else_store!(self.select_past(selection, at, alike, me))
    }

    async fn probe_statuses(&self, ids: Vec<DealershipId>, me: &Actor) -> Result<Vec<ProbeStatus>, RequestError> {
        ask_owner_else_store!(self.probe_statuses(ids, me))
    }

    async fn alike(&self, of: Vec<DealershipId>, me: &Actor) -> Result<Vec<Vec<AlikeDealership>>, RequestError> {
        ask_owner_else_store!(self.alike(of, me))
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, RequestError> {
        ask_owner_else_store!(self.events(query))
    }

    async fn report(&self, query: ReportQuery, me: &Actor) -> Result<Box<Report>, RequestError> {
        ask_owner_else_store!(self.report(query, me))
    }

    async fn survival(&self, me: &Actor) -> Result<Survival, RequestError> {
        ask_owner_else_store!(self.survival(me))
    }
}
