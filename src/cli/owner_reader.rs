//! Reading through the store's owner, who may end at any moment.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::OnceCell;

use super::app::App;
use super::error::CliError;
use super::store_access::StoreClient;
use crate::client::ReadClient;
use crate::domain::report::{Report, ReportQuery};
use crate::domain::survival::Survival;
use crate::domain::{Actor, DealershipId, Event, Onboarding, ProbeStatus, Timestamp};
use crate::protocol::{AlikeDealership, EventQuery, FirstFound, RequestError, Selection};

/// Asks the owner, and once that is gone or silent the store itself: whatever the owner acknowledged is in there.
pub(super) struct OwnerReader<'a, C: ?Sized> {
    owner: Arc<C>,
    app: &'a App,
    beside: OnceCell<StoreClient>,
}

impl<'a, C: ReadClient + ?Sized> OwnerReader<'a, C> {
    pub(super) fn new(owner: Arc<C>, app: &'a App) -> Self {
        Self { owner, app, beside: OnceCell::new() }
    }

    async fn beside(&self, why: RequestError) -> Result<&StoreClient, RequestError> {
        let open = || async {
            if matches!(why, RequestError::Unreachable { .. }) {
                self.app.out.warn(format!("{}; reading the journal beside it", CliError::from(why)));
            }
            self.app.read_beside().await
        };
        self.beside.get_or_try_init(open).await.map_err(|error| RequestError::Store(error.to_string()))
    }
}

macro_rules! ask_owner_else_store {
    ($self:ident.$ask:ident($what:ident $(, $more:ident)*)) => {
        match $self.owner.$ask($what.clone() $(, $more)*).await {
            Err(why @ (RequestError::OwnerLost { .. } | RequestError::Unreachable { .. } | RequestError::Ending)) => {
                $self.beside(why).await?.$ask($what $(, $more)*).await
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
        me: &Actor,
    ) -> Result<Vec<Arc<Onboarding>>, RequestError> {
        ask_owner_else_store!(self.select_past(selection, at, me))
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

    async fn survival(&self, at: Option<Timestamp>, me: &Actor) -> Result<Survival, RequestError> {
        ask_owner_else_store!(self.survival(at, me))
    }
}
