//! A store without files, for simulations and tests: the same check and the same read model, forgotten at the end.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::broadcast;

use super::pending_batch::PendingBatch;
use super::{Append, ProbeStates, SUBSCRIBERS_LAG, Store, StoreError};
use crate::domain::Event;
use crate::domain::bulk::Bulk;
use crate::protocol::{BulkId, Committed, EventQuery, ReadModel};

/// The event log in memory. What it acknowledged lives as long as it does; [`MemoryStore::log`] and
/// [`MemoryStore::from_events`] carry it over a simulated crash.
#[derive(Debug)]
pub struct MemoryStore {
    read_model: ReadModel,
    log: Mutex<Log>,
    probes: ProbeStates,
    subscribers: broadcast::Sender<Committed>,
}

#[derive(Debug, Default)]
struct Log {
    events: Vec<Arc<Event>>,
    closed: bool,
    bulks: BTreeMap<BulkId, Bulk>,
    last_bulk: BulkId,
}

impl MemoryStore {
    pub fn new() -> Arc<Self> {
        Arc::new(Self::empty())
    }

    /// A store with a log that was recorded before.
    /// Fails when such a log could not have been recorded: a gap, a code used twice, a dealership that was never added.
    pub fn from_events(events: Vec<Event>) -> Result<Arc<Self>, StoreError> {
        let store = Self::empty();
        let mut pending = PendingBatch::default();
        let mut log = Vec::with_capacity(events.len());
        for event in events {
            log.extend(pending.replay(&store.read_model, event)?.committed.events.iter().cloned());
        }
        pending.into_read_model(&store.read_model);
        store.log.lock().events = log;
        Ok(Arc::new(store))
    }

    pub fn log(&self) -> Vec<Event> {
        self.log.lock().events.iter().map(|event| Event::clone(event)).collect()
    }

    fn empty() -> Self {
        Self {
            read_model: ReadModel::default(),
            log: Mutex::default(),
            probes: ProbeStates::default(),
            subscribers: broadcast::Sender::new(SUBSCRIBERS_LAG),
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn append(&self, batch: Vec<Append>) -> Result<Committed, StoreError> {
        let mut log = self.log.lock();
        if log.closed {
            return Err(StoreError::Closed);
        }
        let committed = PendingBatch::after(log.events.len() as u64).plan(&self.read_model, batch)?.committed;
        log.events.extend(committed.events.iter().cloned());
        self.read_model.put(log.events.len() as u64, committed.states.iter().cloned());
        if !committed.events.is_empty() {
            // Nobody listening is no failure.
            let _ = self.subscribers.send(committed.clone());
        }
        Ok(committed)
    }

    fn read_model(&self) -> &ReadModel {
        &self.read_model
    }

    fn subscribe(&self) -> broadcast::Receiver<Committed> {
        self.subscribers.subscribe()
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, StoreError> {
        let log = self.log.lock();
        let limit = query.limit.unwrap_or(usize::MAX);
        let later = log.events.get(usize::try_from(query.after).unwrap_or(usize::MAX)..).unwrap_or_default();
        let wanted = later.iter().filter(|event| query.matches(event));
        if !query.newest {
            return Ok(wanted.take(limit).map(|event| Event::clone(event)).collect());
        }
        let mut events: Vec<Event> = wanted.rev().take(limit).map(|event| Event::clone(event)).collect();
        events.reverse();
        Ok(events)
    }

    fn probes(&self) -> &ProbeStates {
        &self.probes
    }

    async fn save_probes(&self) -> Result<(), StoreError> {
        drop(self.probes.take_unsaved());
        Ok(())
    }

    fn notices(&self) -> Vec<String> {
        Vec::new()
    }

    async fn begin_bulk(&self, bulk: Bulk) -> Result<BulkId, StoreError> {
        let mut log = self.log.lock();
        log.last_bulk += 1;
        let id = log.last_bulk;
        log.bulks.insert(id, bulk);
        Ok(id)
    }

    async fn end_bulk(&self, id: BulkId) -> Result<(), StoreError> {
        self.log.lock().bulks.remove(&id);
        Ok(())
    }

    async fn bulks(&self) -> Vec<(BulkId, Bulk)> {
        self.log.lock().bulks.clone().into_iter().collect()
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.log.lock().closed = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Actor, Claim, CodeOrigin, Contact, DealershipId, Fact, IntentId, Profile, Timestamp};

    fn profile(code: &str) -> Profile {
        Profile {
            name: "Sample Motors".into(),
            dealer_code: code.into(),
            group: "".into(),
            brand: "".into(),
            city: "".into(),
            state: "".into(),
            timezone: crate::timezone::Tz::UTC,
            contact: Contact::default(),
            owner: None,
        }
    }

    fn append(id: u64, expected_version: u64, facts: Vec<Fact>) -> Append {
        let dealership = Some(DealershipId::from_bits(id));
        Append { dealership, expected_version, actor: Actor::system("test"), at: Timestamp::UNIX_EPOCH, facts }
    }

    fn added(id: u64, code: &str) -> Append {
        append(id, 0, vec![Fact::DealershipAdded { profile: profile(code) }])
    }

    fn updated(id: u64, version: u64, code: &str) -> Append {
        append(id, version, vec![Fact::DealershipUpdated { profile: profile(code) }])
    }

    fn issued(id: u64, version: u64, code: &str) -> Append {
        let fact = Fact::InvitationIssued {
            generation: 1,
            code: code.parse().unwrap(),
            generated_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::UNIX_EPOCH,
            source: CodeOrigin::Paste,
            intent: IntentId::from_bits(1),
        };
        append(id, version, vec![fact])
    }

    #[tokio::test]
    async fn a_refused_batch_leaves_no_trace() {
        let store = MemoryStore::new();
        let error = store.append(vec![added(1, "a"), added(2, "a")]).await.unwrap_err();
        assert!(matches!(error, StoreError::Claimed { claim: Claim::DealerCode(_), .. }), "{error}");
        let error = store.append(vec![added(1, "a"), issued(2, 0, "CODE-1")]).await.unwrap_err();
        assert!(matches!(error, StoreError::Unfit(_)), "{error}");
        assert!(store.read_model().is_empty() && store.log().is_empty());

        let committed = store.append(vec![added(1, "a"), issued(1, 1, "CODE-1")]).await.unwrap();
        assert_eq!(committed.events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(committed.states.len(), 1);
        let error = store.append(vec![issued(1, 1, "CODE-2")]).await.unwrap_err();
        assert!(matches!(error, StoreError::Conflict { expected: 1, actual: 2, .. }), "{error}");
        let error = store.append(vec![added(2, "b"), issued(2, 1, "CODE-1")]).await.unwrap_err();
        assert!(matches!(error, StoreError::Claimed { claim: Claim::Code(_), .. }), "{error}");
        assert_eq!(store.log().len(), 2);
    }

    #[tokio::test]
    async fn a_dealer_code_that_was_given_up_is_free_in_the_same_batch() {
        let store = MemoryStore::new();
        store.append(vec![added(1, "a"), added(2, "b")]).await.unwrap();
        let note = append(2, 1, vec![Fact::NoteAdded { text: "first touched, last renamed".into() }]);
        store.append(vec![note, updated(1, 1, "c"), updated(2, 2, "a")]).await.unwrap();
        let id = |bits| Some(DealershipId::from_bits(bits));
        assert_eq!(store.read_model().by_dealer_code("a"), id(2));
        assert_eq!(store.read_model().by_dealer_code("b"), None);
        assert_eq!(store.read_model().by_dealer_code("c"), id(1));
    }

    #[tokio::test]
    async fn a_log_survives_a_simulated_crash() {
        let store = MemoryStore::new();
        store.append(vec![added(1, "a"), added(2, "b"), issued(1, 1, "CODE-1")]).await.unwrap();
        store.append(vec![updated(2, 1, "c")]).await.unwrap();
        let again = MemoryStore::from_events(store.log()).unwrap();
        assert_eq!(again.log(), store.log());
        assert_eq!(again.read_model().seq(), 4);
        assert_eq!(again.read_model().by_dealer_code("c"), Some(DealershipId::from_bits(2)));
        again.append(vec![added(3, "b")]).await.unwrap();
        assert_eq!(again.events(EventQuery { after: 3, ..EventQuery::default() }).await.unwrap().len(), 2);

        let mut gap = store.log();
        gap.remove(1);
        assert!(MemoryStore::from_events(gap).is_err());
    }
}
