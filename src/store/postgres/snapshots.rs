//! The newest states as rows, so that opening need not fold every event.
//!
//! Any process that appends may write them, not only the leader: a row that is locked while that is done keeps the others
//! from doing the same, and a team that has no leader yet opens as fast.

use std::sync::Arc;

use futures::TryStreamExt as _;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Acquire as _, Error, Row as _};
use tokio::task::{JoinHandle, spawn_blocking};

use super::rows::number;
use super::shared::PostgresShared;
use crate::domain::Onboarding;
use crate::store::StoreError;
use crate::store::index::STATE_FORMAT;

/// How many rows are written in one statement.
const PORTION: usize = 1_000;

/// The states up to an event. Those in another form are none: they are made of the events anew.
pub(super) async fn load(connection: &mut PgConnection) -> Result<(u64, Vec<Arc<Onboarding>>), Error> {
    let head = sqlx::query("SELECT seq, format FROM snapshot_head").fetch_one(&mut *connection).await?;
    let (seq, format) = (number(&head, 0)?, head.try_get::<i32, _>(1)?);
    if format.cast_unsigned() != STATE_FORMAT || seq == 0 {
        return Ok((0, Vec::new()));
    }
    // While rows arrive, those that are there are decoded on all cores.
    let rows = sqlx::query("SELECT state FROM snapshots").fetch(connection).try_ready_chunks(PORTION);
    let decoded: Vec<_> =
        rows.map_ok(|rows| spawn_blocking(move || decode(&rows))).map_err(|error| error.1).try_collect().await?;
    let mut states = Vec::new();
    for decoded in decoded {
        match decoded.await {
            Ok(Some(decoded)) => states.extend(decoded),
            _ => return Ok((0, Vec::new())),
        }
    }
    Ok((seq, states))
}

/// `None`: one of them cannot be read.
fn decode(rows: &[PgRow]) -> Option<Vec<Arc<Onboarding>>> {
    let state = |row: &PgRow| postcard::from_bytes(row.try_get(0).ok()?).ok().map(Arc::new);
    rows.iter().map(state).collect()
}

/// Writes them in the background.
pub(super) struct SnapshotTask {
    /// After how many events it is worth it.
    every: u64,
    /// The last event when it was last begun.
    begun: u64,
    running: Option<JoinHandle<()>>,
}

impl SnapshotTask {
    pub fn new(every: u64, begun: u64) -> Self {
        Self { every, begun, running: None }
    }

    pub fn begin_when_due(&mut self, shared: &Arc<PostgresShared>) {
        let seq = shared.read_model.seq();
        if seq < self.begun.saturating_add(self.every) || self.running.as_ref().is_some_and(|task| !task.is_finished())
        {
            return;
        }
        // When it fails, the next one is due as much later: it only makes opening faster.
        self.begun = seq;
        let shared = Arc::clone(shared);
        self.running = Some(tokio::spawn(async move {
            if let Err(error) = write(&shared).await {
                tracing::debug!("no snapshot was written: {error}");
            }
        }));
    }

    pub async fn end(self) {
        if let Some(running) = self.running {
            // A snapshot that is not written is written the next time.
            let _ = running.await;
        }
    }
}

/// Writes the states that changed since the last time.
async fn write(shared: &PostgresShared) -> Result<(), StoreError> {
    let failed = |error: Error| shared.told(&error);
    let mut connection = shared.pool.acquire().await.map_err(failed)?;
    let mut transaction = connection.begin().await.map_err(failed)?;
    let head = "SELECT seq, format FROM snapshot_head FOR UPDATE SKIP LOCKED";
    let Some(head) = sqlx::query(head).fetch_optional(&mut *transaction).await.map_err(failed)? else {
        // Another process is at it.
        return Ok(());
    };
    let written = number(&head, 0).map_err(failed)?;
    let format: i32 = head.try_get(1).map_err(failed)?;
    let (seq, mut states) = shared.read_model.all();
    if format.cast_unsigned() > STATE_FORMAT || (seq <= written && format.cast_unsigned() == STATE_FORMAT) {
        // A later version of the program writes them, or another process did already.
        return Ok(());
    }
    if format.cast_unsigned() == STATE_FORMAT {
        states.retain(|state| state.last_event.seq > written);
    }
    for portion in states.chunks(PORTION) {
        put(&mut transaction, portion).await.map_err(failed)?;
    }
    let sql = "UPDATE snapshot_head SET seq = $1, format = $2";
    let query = sqlx::query(sql).bind(seq.cast_signed()).bind(STATE_FORMAT.cast_signed());
    query.execute(&mut *transaction).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

async fn put(connection: &mut PgConnection, states: &[Arc<Onboarding>]) -> Result<(), Error> {
    let bytes: Result<Vec<Vec<u8>>, _> = states.iter().map(|state| postcard::to_stdvec(&**state)).collect();
    let bytes = bytes.map_err(|error| Error::Encode(Box::new(error)))?;
    let ids: Vec<String> = states.iter().map(|state| state.id.to_string()).collect();
    let seqs: Vec<i64> = states.iter().map(|state| state.last_event.seq.cast_signed()).collect();
    let sql = "INSERT INTO snapshots (dealership, seq, state) SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[]) \
               ON CONFLICT (dealership) DO UPDATE SET seq = excluded.seq, state = excluded.state";
    sqlx::query(sql).bind(ids).bind(seqs).bind(bytes).execute(connection).await.map(drop)
}
