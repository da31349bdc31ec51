//! The store of a team: a PostgreSQL database that several processes record in at once.
//!
//! The events in it are the truth. Every process folds all of them into a read model of its own, in one order: that of the
//! one row that every append locks.

mod address;
mod beside;
mod committer;
mod follow;
mod inspect;
mod lease;
mod query;
mod requests;
mod rows;
mod schema;
mod session;
mod sessions;
mod shared;
mod snapshots;
mod transfer;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use parking_lot::Mutex;
use sqlx::postgres::PgConnection;
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{
    Append, BulkId, Committed, Epoch, EventQuery, HookPosition, ProbeStates, ReadModel, SUBSCRIBERS_LAG, Store,
    StoreError, Team,
};
use crate::clock::SharedClock;
use crate::domain::Event;
use crate::domain::bulk::Bulk;
use committer::{Answer, AppendRequest, Committer};
use session::Link;
use shared::{Head, PostgresShared};
use snapshots::SnapshotTask;

pub use address::PostgresUrl;
pub use inspect::{PostgresReport, StoreReport, inspect, verify};
pub use schema::none_yet;
pub use transfer::{export, restore, roles};

/// How many appends may wait before those who append have to.
const WAITING: usize = 4_096;
/// How long each step of closing may take: a server that went away without a word keeps nobody from leaving.
const LAST_WAIT: Duration = Duration::from_secs(5);
const ONLY_READS: &str = "your user may only read, so nothing is recorded here; `cloverwatch store roles` prints what \
                          gives somebody a desk's rights";

/// What can be chosen when a store is opened.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// After how many events the states are written for the next opening.
    pub snapshot_every: u64,
    /// How long it is tried to find out what became of a commit whose connection was lost.
    pub doubt_limit: Duration,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self { snapshot_every: 20_000, doubt_limit: Duration::from_secs(30) }
    }
}

pub struct PostgresStore {
    shared: Arc<PostgresShared>,
    /// Gone when the store is closed.
    requests: Mutex<Option<mpsc::Sender<AppendRequest>>>,
    committer: Mutex<Option<JoinHandle<()>>>,
    follower: Mutex<Option<JoinHandle<()>>>,
    may_record: bool,
    clock_skew: TimeDelta,
}

impl PostgresStore {
    /// Opens a store, or makes one in a database that has none.
    /// Errors: [`StoreError::Unavailable`] when the server does not answer, [`StoreError::Database`] when it refuses, or holds
    /// something else or something newer.
    pub async fn open(address: &PostgresUrl, clock: SharedClock) -> Result<Arc<Self>, StoreError> {
        Self::open_with(address, clock, PostgresOptions::default()).await
    }

    /// The same with other numbers.
    pub async fn open_with(
        address: &PostgresUrl,
        clock: SharedClock,
        options: PostgresOptions,
    ) -> Result<Arc<Self>, StoreError> {
        let mut connection = session::first(address).await?;
        schema::prepare(&mut connection, address).await?;
        Self::start(address, clock, options, connection).await
    }

    /// Opens a store to read it; `None`: there is none.
    pub async fn open_existing(address: &PostgresUrl, clock: SharedClock) -> Result<Option<Arc<Self>>, StoreError> {
        let mut connection = session::first(address).await?;
        if schema::version(&mut connection, address).await? == 0 {
            return Ok(None);
        }
        schema::prepare(&mut connection, address).await?;
        Self::start(address, clock, PostgresOptions::default(), connection).await.map(Some)
    }

    async fn start(
        address: &PostgresUrl,
        clock: SharedClock,
        options: PostgresOptions,
        mut connection: PgConnection,
    ) -> Result<Arc<Self>, StoreError> {
        let (may_record, now) = schema::session_facts(&mut connection, address).await?;
        let clock_skew = now - clock.now();
        let shared = Arc::new(PostgresShared {
            address: address.clone(),
            pool: session::pool(address),
            clock: Arc::clone(&clock),
            read_model: ReadModel::default(),
            probes: ProbeStates::default(),
            probes_read: tokio::sync::Mutex::default(),
            subscribers: broadcast::Sender::new(SUBSCRIBERS_LAG),
            leader: watch::Sender::new(None),
            relayed: watch::Sender::new(0),
            wake: Notify::new(),
            away: watch::Sender::new(None),
            stopped: Mutex::default(),
            session: rows::new_uuid(),
            joined: Mutex::default(),
            news: watch::Sender::default(),
        });
        let snapshot = load(&shared, &mut connection).await?;
        beside::read_probes(&shared).await?;
        shared.read_news().await?;
        let (sender, requests) = mpsc::channel(WAITING);
        let committer = Committer {
            link: Link::new(address.clone(), clock, connection),
            requests,
            snapshots: SnapshotTask::new(options.snapshot_every, snapshot),
            doubt_limit: options.doubt_limit,
            shared: Arc::clone(&shared),
        };
        Ok(Arc::new(Self {
            requests: Mutex::new(Some(sender)),
            committer: Mutex::new(Some(tokio::spawn(committer.run()))),
            follower: Mutex::new(Some(tokio::spawn(follow::follow(Arc::clone(&shared))))),
            may_record,
            clock_skew,
            shared,
        }))
    }

    /// Whether the database lets its user record, or only read.
    pub fn may_record(&self) -> bool {
        self.may_record
    }

    /// The server's clock minus ours, when it was opened.
    pub fn clock_skew(&self) -> TimeDelta {
        self.clock_skew
    }

    async fn send(&self, batch: Vec<Append>, epoch: Option<Epoch>) -> Answer {
        let (reply, answer) = oneshot::channel();
        let sender = self.requests.lock().clone().ok_or(StoreError::Closed)?;
        sender.send(AppendRequest { batch, epoch, reply }).await.map_err(|_| StoreError::Closed)?;
        drop(sender);
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

/// Folds what is there. The answer is up to which event there were states.
async fn load(shared: &PostgresShared, connection: &mut PgConnection) -> Result<u64, StoreError> {
    let failed = |error: sqlx::Error| shared.told(&error);
    let mut transaction = session::at_one_moment(connection).await.map_err(failed)?;
    let head = Head::read(&mut transaction).await.map_err(failed)?;
    let (snapshot, states) = snapshots::load(&mut transaction).await.map_err(failed)?;
    shared.read_model.fill(snapshot, states);
    shared.catch_up(&mut transaction, &head, None, &mut false).await?;
    transaction.rollback().await.map_err(failed)?;
    Ok(snapshot)
}

#[async_trait]
impl Store for PostgresStore {
    async fn append(&self, batch: Vec<Append>) -> Result<Committed, StoreError> {
        self.send(batch, None).await
    }

    async fn append_as_leader(&self, epoch: Epoch, batch: Vec<Append>) -> Result<Committed, StoreError> {
        self.send(batch, Some(epoch)).await
    }

    fn team(&self) -> Option<&dyn Team> {
        Some(&*self.shared)
    }

    fn read_model(&self) -> &ReadModel {
        &self.shared.read_model
    }

    fn subscribe(&self) -> broadcast::Receiver<Committed> {
        self.shared.subscribers.subscribe()
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, StoreError> {
        query::events(&self.shared, &query).await
    }

    fn probes(&self) -> &ProbeStates {
        &self.shared.probes
    }

    async fn save_probes(&self) -> Result<(), StoreError> {
        if self.requests.lock().is_none() {
            return Err(StoreError::Closed);
        }
        beside::save_probes(&self.shared).await
    }

    fn notices(&self) -> Vec<String> {
        let stopped = self.shared.stopped.lock().clone();
        let away = self.shared.away.borrow().as_ref().map(StoreError::to_string).filter(|_| stopped.is_none());
        let only_reads = (!self.may_record).then(|| format!("{}: {ONLY_READS}", self.shared.address));
        stopped.into_iter().chain(only_reads).chain(away).collect()
    }

    async fn begin_bulk(&self, bulk: Bulk) -> Result<BulkId, StoreError> {
        beside::begin_bulk(&self.shared, &bulk).await
    }

    async fn end_bulk(&self, id: BulkId) -> Result<(), StoreError> {
        beside::end_bulk(&self.shared, id).await
    }

    async fn bulks(&self) -> Vec<(BulkId, Bulk)> {
        beside::bulks(&self.shared).await.unwrap_or_else(|error| {
            tracing::warn!("what was begun for many could not be read: {error}");
            Vec::new()
        })
    }

    async fn hook_position(&self, hook: &str) -> Result<Option<HookPosition>, StoreError> {
        self.shared.hook_position(hook).await
    }

    async fn keep_hook_position(
        &self,
        epoch: Option<Epoch>,
        hook: &str,
        position: &HookPosition,
    ) -> Result<(), StoreError> {
        self.shared.keep_hook_position(epoch.ok_or(StoreError::NotLeader)?, hook, position).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        drop(self.requests.lock().take());
        let committer = self.committer.lock().take();
        if let Some(committer) = committer {
            // What was taken is answered before it ends.
            let _ = timeout(LAST_WAIT, committer).await;
            // What is not written is probed again: no reason to fail.
            let _ = timeout(LAST_WAIT, beside::save_probes(&self.shared)).await;
            // It is seen for a while otherwise.
            let _ = timeout(LAST_WAIT, self.shared.leave()).await;
        }
        let follower = self.follower.lock().take();
        if let Some(follower) = follower {
            // It holds the channel of those who subscribed.
            follower.abort();
            let _ = timeout(LAST_WAIT, follower).await;
        }
        let _ = timeout(LAST_WAIT, self.shared.pool.close()).await;
        Ok(())
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        if let Some(follower) = self.follower.get_mut().take() {
            follower.abort();
        }
    }
}
