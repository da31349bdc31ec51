//! Reading the store beside whoever owns it.

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;

use crate::client::ReadClient;
use crate::clock::SharedClock;
use crate::config::{Config, StoreUrl};
use crate::domain::text::clean;
use crate::domain::{Actor, DealershipId, Event, Onboarding, Policy, ProbeSchedule, ProbeState, ProbeStatus, cadence};
use crate::protocol::{AlikeDealership, EventQuery, FirstFound, Holder, ReadModel, RequestError, Selection};
use crate::store::{JournalReader, Lock, ProbeStates, Snapshot, StoreError, Subscription};
use crate::wiring::{blocking, directory};

pub(super) fn holder(url: &StoreUrl) -> Option<Holder> {
    Lock::holder(&directory(url))
}

pub(super) type JournalTail = Subscription;

/// Follows the journal from after an event on.
pub(super) fn subscribe(url: &StoreUrl, after: u64) -> Result<JournalTail, StoreError> {
    Ok(JournalReader::open(&directory(url))?.subscribe(after))
}

/// The journal as it stood when it was read. It needs no lock and changes nothing.
pub struct JournalClient {
    journal: Arc<Snapshot>,
    probes: ProbeStates,
    policy: Policy,
    /// How often is looked at what; `None`: there is no platform to ask.
    schedule: Option<ProbeSchedule>,
    clock: SharedClock,
}

impl JournalClient {
    /// Reads the journal. Where there is none yet, there is nothing in it.
    pub(super) async fn open(config: &Config, clock: SharedClock) -> Result<Self, StoreError> {
        let directory = directory(&config.store);
        let read = move || match JournalReader::open(&directory) {
            Err(StoreError::Io { .. }) if !directory.join("journal").exists() => {
                Ok((Snapshot::default(), ProbeStates::default()))
            }
            reader => {
                let reader = reader?;
                Ok((reader.read()?, reader.probes()))
            }
        };
        let (journal, probes) = blocking(read).await?;
        let schedule = config.xtime.missing().is_empty().then(|| config.pace().probe_schedule());
        Ok(Self { journal: Arc::new(journal), probes, policy: config.policy.clone(), schedule, clock })
    }

    pub(super) fn read_model(&self) -> &ReadModel {
        &self.journal.read_model
    }

    /// What is missing at its end, in words.
    pub(super) fn lacks(&self) -> Option<String> {
        let end = &self.journal.end;
        (!end.is_whole()).then(|| clean(&end.to_string()).into_owned())
    }
}

#[async_trait]
impl ReadClient for JournalClient {
    async fn select(&self, selection: Selection, me: &Actor) -> Result<Vec<Arc<Onboarding>>, RequestError> {
        let (_, states) = self.read_model().all();
        Ok(selection.find(states, self.clock.now(), &self.policy, me.as_str())?)
    }

    async fn first(&self, selection: Selection, limit: usize, me: &Actor) -> Result<FirstFound, RequestError> {
        let found = self.select(selection, me).await?;
        Ok(FirstFound::of(found, limit, self.clock.now(), &self.policy))
    }

    async fn probe_statuses(&self, ids: Vec<DealershipId>, _: &Actor) -> Result<Vec<ProbeStatus>, RequestError> {
        let now = self.clock.now();
        let status = |id| {
            let Some(state) = self.read_model().get(id) else { return ProbeStatus::default() };
            let kept = self.probes.get(id);
            let last = ProbeState::last(&state, kept.as_deref(), now);
            let next = |schedule| cadence(&state, now, &self.policy, schedule, last.as_deref());
            let next_at = self.schedule.as_ref().and_then(next);
            ProbeStatus { next_at, last: last.map(Cow::into_owned) }
        };
        Ok(ids.into_iter().map(status).collect())
    }

    async fn alike(&self, of: Vec<DealershipId>, _: &Actor) -> Result<Vec<Vec<AlikeDealership>>, RequestError> {
        Ok(AlikeDealership::find(&self.read_model().all().1, &of, false))
    }

    /// Up to the last one of which the dealerships tell.
    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, RequestError> {
        let journal = Arc::clone(&self.journal);
        Ok(blocking(move || journal.events(&query)).await?)
    }
}
