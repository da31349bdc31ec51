//! The store of a team, over the model of its database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use cloverwatch::clock::Clock;
use cloverwatch::domain::bulk::Bulk;
use cloverwatch::domain::classification::ClassificationRule;
use cloverwatch::domain::{Actor, Event};
use cloverwatch::protocol::{BulkId, Committed, EventQuery, Presence, ReadModel, Request, Response, Status};
use cloverwatch::store::{
    Append, Epoch, Fitness, Leader, MemoryStore, ProbeStates, Relay, RelayState, RelayedId, RelayedRequest, Store,
    StoreError, Team, TeamNews,
};
use tokio::sync::{broadcast, watch};

use super::database::{Asked, Database, Fate, Tables};
use super::watched::Watched;

/// How often a process looks for what the others recorded when it is told nothing.
const POLL: Duration = Duration::from_secs(30);

/// One process's view of it.
pub struct TeamStore {
    database: Arc<Database>,
    /// As far as it was read.
    memory: Arc<MemoryStore>,
    read: tokio::sync::Mutex<usize>,
    leader: Watched<Option<Leader>>,
    away: watch::Sender<Option<StoreError>>,
    news: watch::Sender<TeamNews>,
    closed: AtomicBool,
}

impl TeamStore {
    /// Opens it, and follows what others record.
    pub async fn open(database: &Arc<Database>) -> Arc<Self> {
        let store = Arc::new(Self {
            database: Arc::clone(database),
            memory: MemoryStore::new(),
            read: tokio::sync::Mutex::default(),
            leader: Watched::default(),
            away: watch::Sender::default(),
            news: watch::Sender::default(),
            closed: AtomicBool::new(false),
        });
        store.catch_up().await;
        let (follower, mut told) = (Arc::clone(&store), database.told.subscribe());
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    biased;
                    Ok(()) = told.changed() => {}
                    () = follower.database.clock.sleep(POLL) => {}
                }
                if !follower.database.tables.lock().faults.away {
                    follower.catch_up().await;
                }
            }
        });
        store
    }

    async fn catch_up(&self) {
        let mut read = self.read.lock().await;
        let (new, leader) = {
            let tables = self.database.tables.lock();
            (tables.batches[*read..].to_vec(), tables.leader.clone())
        };
        for batch in new {
            match self.memory.append(batch).await {
                Ok(_) => *read += 1,
                Err(StoreError::Closed) => return,
                Err(error) => panic!("what is recorded cannot be folded: {error}"),
            }
        }
        self.leader.set(leader);
    }

    async fn record(&self, epoch: Option<Epoch>, batch: Vec<Append>) -> Result<Committed, StoreError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(StoreError::Closed);
        }
        let fate = self.database.fate().await;
        let result = {
            if let Fate::Gone = fate {
                return Err(Database::unavailable());
            }
            let fenced = epoch.is_some_and(|epoch| epoch.0 != self.database.tables.lock().epoch);
            match fate {
                _ if fenced => Err(StoreError::NotLeader),
                Fate::Cut(false) => return Err(Self::in_doubt()),
                _ => self.database.truth.append(batch.clone()).await,
            }
        };
        if result.as_ref().is_ok_and(|committed| !committed.events.is_empty()) {
            self.database.tables.lock().batches.push(batch);
            self.database.told.change(|told| *told += 1);
        }
        if let Fate::Cut(_) = fate {
            return result.and_then(|_| Err(Self::in_doubt()));
        }
        // A conflict is only told once it can be seen.
        self.catch_up().await;
        result
    }

    fn in_doubt() -> StoreError {
        StoreError::InDoubt { place: "the database".to_owned() }
    }
}

#[async_trait]
impl Store for TeamStore {
    async fn append(&self, batch: Vec<Append>) -> Result<Committed, StoreError> {
        self.record(None, batch).await
    }

    async fn append_as_leader(&self, epoch: Epoch, batch: Vec<Append>) -> Result<Committed, StoreError> {
        self.record(Some(epoch), batch).await
    }

    fn team(&self) -> Option<&dyn Team> {
        Some(self)
    }

    fn read_model(&self) -> &ReadModel {
        self.memory.read_model()
    }

    fn subscribe(&self) -> broadcast::Receiver<Committed> {
        self.memory.subscribe()
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, StoreError> {
        if self.database.tables.lock().faults.away {
            return Err(Database::unavailable());
        }
        self.catch_up().await;
        self.memory.events(query).await
    }

    fn probes(&self) -> &ProbeStates {
        self.memory.probes()
    }

    async fn save_probes(&self) -> Result<(), StoreError> {
        self.memory.save_probes().await
    }

    fn notices(&self) -> Vec<String> {
        Vec::new()
    }

    async fn begin_bulk(&self, bulk: Bulk) -> Result<BulkId, StoreError> {
        self.database.truth.begin_bulk(bulk).await
    }

    async fn end_bulk(&self, id: BulkId) -> Result<(), StoreError> {
        self.database.truth.end_bulk(id).await
    }

    async fn bulks(&self) -> Vec<(BulkId, Bulk)> {
        self.database.truth.bulks().await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.closed.store(true, Ordering::SeqCst);
        self.memory.close().await
    }
}

#[async_trait]
impl Relay for TeamStore {
    async fn ask(&self, request: &Request, actor: &Actor) -> Result<RelayedId, StoreError> {
        let at = self.database.clock.elapsed();
        let asked = Asked {
            request: request.clone(),
            actor: actor.clone(),
            at,
            taken: None,
            stopped: false,
            answers: Vec::new(),
            done: false,
        };
        let insert = |tables: &mut Tables| {
            tables.last_asked += 1;
            tables.asked.insert(tables.last_asked, asked);
            Ok(tables.last_asked)
        };
        self.database.tell_of(insert).await
    }

    async fn answers(&self, id: RelayedId, after: u64) -> Result<(Vec<(u64, Response)>, RelayState), StoreError> {
        let read = |tables: &mut Tables| {
            let Some(asked) = tables.asked.get(&id) else { return Ok((Vec::new(), RelayState::Lost)) };
            let state = match asked.taken {
                _ if asked.done => RelayState::Done,
                None => RelayState::Waiting,
                Some(epoch) if epoch.0 == tables.epoch => RelayState::Taken,
                Some(_) => RelayState::Lost,
            };
            let numbered = (1..).zip(asked.answers.iter().cloned());
            Ok((numbered.filter(|(number, _)| *number > after).collect(), state))
        };
        let answers = self.database.change(read).await;
        // What the answers tell of can be seen.
        self.catch_up().await;
        answers
    }

    async fn withdraw(&self, id: RelayedId) -> Result<bool, StoreError> {
        let withdraw = |tables: &mut Tables| {
            let waits = tables.asked.get(&id).is_some_and(|asked| asked.taken.is_none());
            if waits {
                tables.asked.remove(&id);
            }
            Ok(waits)
        };
        self.database.change(withdraw).await
    }

    async fn stop(&self, id: RelayedId) -> Result<(), StoreError> {
        let stop = |tables: &mut Tables| {
            tables.asked.get_mut(&id).into_iter().for_each(|asked| asked.stopped = true);
            Ok(())
        };
        self.database.tell_of(stop).await
    }

    async fn forget(&self, id: RelayedId) -> Result<(), StoreError> {
        let forget = |tables: &mut Tables| {
            tables.asked.remove(&id);
            Ok(())
        };
        self.database.change(forget).await
    }

    async fn take(
        &self,
        epoch: Epoch,
        patience: Duration,
        in_hand: &[RelayedId],
    ) -> Result<Vec<RelayedRequest>, StoreError> {
        let now = self.database.clock.elapsed();
        let take = |tables: &mut Tables| {
            let (leads, mut taken) = (tables.epoch == epoch.0, Vec::new());
            for (id, asked) in tables.asked.iter_mut().filter(|_| leads) {
                let waits = asked.taken.is_none() && now.saturating_sub(asked.at) <= patience;
                let again = asked.taken == Some(epoch) && !asked.done && !in_hand.contains(id);
                if waits || again {
                    asked.taken = Some(epoch);
                    let (request, actor) = (asked.request.clone(), asked.actor.clone());
                    taken.push(RelayedRequest { id: *id, request, actor });
                }
            }
            Ok(taken)
        };
        let taken = self.database.change(take).await;
        self.catch_up().await;
        taken
    }

    async fn lose(&self, _: Epoch) -> Result<(), StoreError> {
        // What another epoch took is lost by that alone.
        self.database.change(|_| Ok(())).await
    }

    async fn stopped(&self, epoch: Epoch) -> Result<Vec<RelayedId>, StoreError> {
        let is_stopped = |(id, asked): (&RelayedId, &Asked)| {
            (asked.taken == Some(epoch) && asked.stopped && !asked.done).then_some(*id)
        };
        self.database.change(|tables| Ok(tables.asked.iter().filter_map(is_stopped).collect())).await
    }

    async fn answer(&self, id: RelayedId, responses: &[Response], done: bool) -> Result<(), StoreError> {
        let answer = |tables: &mut Tables| {
            if let Some(asked) = tables.asked.get_mut(&id) {
                asked.answers.extend_from_slice(responses);
                asked.done = done;
            }
            Ok(())
        };
        self.database.tell_of(answer).await
    }

    fn relayed(&self) -> watch::Receiver<u64> {
        self.database.relayed.subscribe()
    }
}

#[async_trait]
impl Team for TeamStore {
    async fn join(&self, _: Fitness, _: usize) -> Result<(), StoreError> {
        Ok(())
    }

    async fn present(&self, _: Vec<Presence>) -> Result<(), StoreError> {
        Ok(())
    }

    fn news(&self) -> watch::Receiver<TeamNews> {
        self.news.subscribe()
    }

    async fn try_lead(&self, name: &str, lease: Duration) -> Result<Option<Epoch>, StoreError> {
        let (elapsed, since) = (self.database.clock.elapsed(), self.database.clock.now());
        let take = |tables: &mut Tables| {
            let free = tables.leader.as_ref().is_none_or(|leader| *leader.name == *name);
            if !free && tables.lease_until > elapsed {
                return Ok(None);
            }
            tables.epoch += 1;
            let epoch = Epoch(tables.epoch);
            tables.leader = Some(Leader { name: name.into(), epoch, since });
            tables.lease_until = elapsed + lease;
            Ok(Some(epoch))
        };
        let led = self.database.change(take).await;
        self.database.told.change(|told| *told += 1);
        self.catch_up().await;
        led
    }

    async fn renew(&self, epoch: Epoch, lease: Duration) -> Result<(), StoreError> {
        let elapsed = self.database.clock.elapsed();
        let renew = |tables: &mut Tables| {
            if tables.epoch != epoch.0 || tables.leader.is_none() {
                return Err(StoreError::NotLeader);
            }
            tables.lease_until = elapsed + lease;
            Ok(())
        };
        self.database.change(renew).await
    }

    async fn resign(&self, epoch: Epoch) -> Result<(), StoreError> {
        let resign = |tables: &mut Tables| {
            if tables.epoch == epoch.0 {
                (tables.epoch, tables.leader) = (epoch.0 + 1, None);
            }
            Ok(())
        };
        let resigned = self.database.change(resign).await;
        self.database.told.change(|told| *told += 1);
        resigned
    }

    fn leader(&self) -> watch::Receiver<Option<Leader>> {
        self.leader.subscribe()
    }

    fn away(&self) -> watch::Receiver<Option<StoreError>> {
        self.away.subscribe()
    }

    async fn tell(&self, _: Epoch, _: &Status) -> Result<(), StoreError> {
        Ok(())
    }

    async fn teach(&self, _: &ClassificationRule, _: u64) -> Result<(), StoreError> {
        Ok(())
    }

    async fn taught(&self, _: u64) -> Result<Vec<(u64, ClassificationRule)>, StoreError> {
        Ok(Vec::new())
    }

    async fn refresh_probes(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
