//! What all parts of the store share, and how it takes in what others recorded.

use std::mem::{self, discriminant};
use std::time::Duration;

use parking_lot::Mutex;
use sqlx::postgres::{PgArguments, PgConnection, PgPool, PgRow};
use sqlx::query::Query;
use sqlx::{Error, Postgres, Row as _};
use tokio::sync::{Notify, broadcast, watch};
use uuid::Uuid;

use super::PostgresUrl;
use super::rows::{self, EventRow, PAGE, number};
use super::session::{told, unavailable};
use crate::clock::SharedClock;
use crate::domain::{Event, Timestamp};
use crate::protocol::{Committed, Presence, ReadModel};
use crate::store::pending_batch::PendingBatch;
use crate::store::{Epoch, Fitness, Leader, ProbeStates, StoreError, TeamNews};

/// A notification may be lost: by a pooler, by a sleeping machine.
pub(super) const POLL: Duration = Duration::from_secs(2);

const HEAD: &str = include_str!("head.sql");
/// In one message; what it locks is held until the end of the transaction.
const LOCK_HEAD: &str =
    concat!("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; ", include_str!("head.sql"), "FOR UPDATE");

/// This process, as the others see it.
#[derive(Debug, Clone, Default)]
pub(super) struct Membership {
    pub fitness: Fitness,
    pub desks: usize,
    pub presences: Vec<Presence>,
}

pub(super) struct PostgresShared {
    pub address: PostgresUrl,
    pub clock: SharedClock,
    pub pool: PgPool,
    pub read_model: ReadModel,
    pub probes: ProbeStates,
    /// Up to when those of others were taken in, by the server's clock.
    pub probes_read: tokio::sync::Mutex<Timestamp>,
    pub subscribers: broadcast::Sender<Committed>,
    pub leader: watch::Sender<Option<Leader>>,
    /// Counts what was heard of requests and answers.
    pub relayed: watch::Sender<u64>,
    /// The number of this process; whether it is one that the others see.
    pub session: Uuid,
    pub joined: Mutex<Option<Membership>>,
    pub news: watch::Sender<TeamNews>,
    /// There may be something new.
    pub wake: Notify,
    /// Why nothing can be read of the database at present.
    pub away: watch::Sender<Option<StoreError>>,
    /// Why nothing is taken in any more: what was read cannot be folded.
    pub stopped: Mutex<Option<String>>,
}

/// The row that all appends lock.
pub(super) struct Head {
    pub seq: u64,
    pub epoch: Epoch,
    pub leader: Option<Leader>,
}

impl Head {
    pub async fn read(connection: &mut PgConnection) -> Result<Self, Error> {
        Self::of(&sqlx::query(HEAD).fetch_one(connection).await?)
    }

    /// Begins a transaction that nobody else appends beside.
    pub async fn lock(connection: &mut PgConnection) -> Result<Self, Error> {
        let row = sqlx::raw_sql(LOCK_HEAD).fetch_one(connection).await?;
        Self::of(&row)
    }

    fn of(row: &PgRow) -> Result<Self, Error> {
        let epoch = Epoch(number(row, "epoch")?);
        let (name, since): (Option<Box<str>>, Option<Timestamp>) = (row.try_get("leader")?, row.try_get("led_since")?);
        let leader = name.zip(since).map(|(name, since)| Leader { name, epoch, since });
        Ok(Self { seq: number(row, "seq")?, epoch, leader })
    }
}

impl PostgresShared {
    pub fn told(&self, error: &Error) -> StoreError {
        told(&self.address, error)
    }

    pub async fn execute(&self, query: Query<'_, Postgres, PgArguments>) -> Result<(), StoreError> {
        query.execute(&self.pool).await.map(drop).map_err(|error| self.told(&error))
    }

    pub fn check_stopped(&self) -> Result<(), StoreError> {
        self.stopped.lock().clone().map_or(Ok(()), |why| Err(StoreError::Poisoned(why)))
    }

    /// Takes in what was recorded up to a head. `found` becomes true when the batch that is sought was among it.
    pub async fn catch_up(
        &self,
        connection: &mut PgConnection,
        head: &Head,
        sought: Option<Uuid>,
        found: &mut bool,
    ) -> Result<(), StoreError> {
        self.check_stopped()?;
        if head.seq < self.read_model.seq() {
            let (there, here) = (head.seq, self.read_model.seq());
            return Err(
                self.stop(format!("the database has {there} events, and had {here}: an older copy of it was restored"))
            );
        }
        let mut limit = PAGE;
        while self.read_model.seq() < head.seq {
            let mut rows =
                rows::after(connection, self.read_model.seq(), limit).await.map_err(|error| self.told(&error))?;
            if rows.len() == limit {
                // The last batch may not be whole.
                let last = rows.last().map(|row| row.batch);
                let whole = rows.iter().rposition(|row| Some(row.batch) != last).map_or(0, |place| place + 1);
                rows.truncate(whole);
                if rows.is_empty() {
                    limit *= 2;
                    continue;
                }
            }
            if rows.is_empty() {
                return Err(self.stop("events are missing in the database".to_owned()));
            }
            *found |= rows.iter().any(|row| Some(row.batch) == sought);
            self.fold(&rows).map_err(|error| self.stop(error.to_string()))?;
        }
        // Only now: whoever leads or follows acts on what was recorded before.
        self.tell_leader(head);
        Ok(())
    }

    /// Waits until what was recorded up to an event is in the read model.
    pub async fn reach(&self, seq: u64, limit: Duration) -> Result<(), StoreError> {
        let (began, mut commits) = (self.clock.elapsed(), self.subscribers.subscribe());
        while self.read_model.seq() < seq {
            self.check_stopped()?;
            let left = limit.saturating_sub(self.clock.elapsed().saturating_sub(began));
            if left.is_zero() {
                return Err(unavailable(&self.address, &"what others recorded could not be read in time"));
            }
            self.wake.notify_one();
            tokio::select! {
                _ = commits.recv() => {}
                () = self.clock.sleep(left.min(POLL)) => {}
            }
        }
        Ok(())
    }

    /// Folds whole batches and tells everybody.
    fn fold(&self, rows: &[EventRow]) -> Result<(), StoreError> {
        let mut pending = PendingBatch::after(self.read_model.seq());
        let mut batches = Vec::new();
        for batch in rows.chunk_by(|one, other| one.batch == other.batch) {
            let events: Result<Vec<Event>, _> = batch.iter().map(|row| row.event(&self.address)).collect();
            batches.push(pending.replay_batch(&self.read_model, events?)?);
        }
        self.publish(&batches);
        Ok(())
    }

    /// Something durable: the read model first, then subscribers.
    pub fn publish(&self, batches: &[Committed]) {
        let last = batches.iter().rev().find_map(|batch| batch.events.last());
        let Some(last) = last.map(|event| event.seq) else { return };
        self.read_model.put(last, batches.iter().flat_map(|batch| batch.states.iter().cloned()));
        for batch in batches.iter().filter(|batch| !batch.events.is_empty()) {
            // Nobody listening is no failure.
            let _ = self.subscribers.send(batch.clone());
        }
    }

    fn stop(&self, why: String) -> StoreError {
        tracing::error!("the store stops: {why}");
        StoreError::Poisoned(self.stopped.lock().get_or_insert(why).clone())
    }

    fn tell_leader(&self, head: &Head) {
        self.leader.send_if_modified(|told| mem::replace(told, head.leader.clone()) != head.leader);
    }

    /// What others recorded can be read, or cannot.
    pub fn note_answer(&self, result: Result<(), &StoreError>) {
        let away = result.err().cloned();
        self.away.send_if_modified(|told| {
            let other = told.as_ref().map(discriminant) != away.as_ref().map(discriminant);
            *told = away;
            other
        });
    }
}
