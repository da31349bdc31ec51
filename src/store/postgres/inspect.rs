//! How a team's store is doing, and whether its events and what is kept of them agree.

use sqlx::{Error, Row as _};

use super::rows::{self, EventRow, PAGE};
use super::session::{self, refused};
use super::shared::Head;
use super::{PostgresUrl, schema, snapshots};
use crate::domain::{Event, Timestamp};
use crate::protocol::ReadModel;
use crate::store::pending_batch::PendingBatch;
use crate::store::{Leader, StoreError};

const ABOUT: &str = "
SELECT current_setting('server_version'), clock_timestamp(),
    has_database_privilege(current_database(), 'CREATE'),
    COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
    (SELECT COALESCE(sum(pg_total_relation_size(oid)), 0)::bigint
        FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'r'),
    (SELECT COALESCE(array_agg(nspname::text ORDER BY nspname), '{}') FROM pg_namespace
        WHERE nspname <> $1 AND 3 = (SELECT count(*) FROM pg_class
            WHERE relnamespace = pg_namespace.oid AND relname IN ('schema_version', 'head', 'events')))";

pub struct PostgresReport {
    /// The version of the server.
    pub server: String,
    /// The server's clock, and ours when it was read.
    pub clocks: (Timestamp, Timestamp),
    pub is_encrypted: bool,
    pub bytes: u64,
    /// Schemas of other teams in the same database.
    pub others: Vec<String>,
    /// Whether a store may be made in it.
    pub may_create: bool,
    /// `None`: there is no store in it yet.
    pub store: Option<StoreReport>,
}

pub struct StoreReport {
    /// The version of the tables.
    pub tables: usize,
    pub may_record: bool,
    pub leader: Option<Leader>,
}

/// Looks at a database, and changes nothing.
pub async fn inspect(address: &PostgresUrl, now: impl Fn() -> Timestamp) -> Result<PostgresReport, StoreError> {
    let failed = |error: Error| session::told(address, &error);
    let mut connection = session::first(address).await?;
    let row = sqlx::query(ABOUT).bind(address.schema()).fetch_one(&mut connection).await.map_err(failed)?;
    let ours = now();
    let tables = schema::version(&mut connection, address).await?;
    let store = match tables {
        0 => None,
        tables => {
            let (may_record, _) = schema::session_facts(&mut connection, address).await?;
            let leader = Head::read(&mut connection).await.map_err(failed)?.leader;
            Some(StoreReport { tables, may_record, leader })
        }
    };
    Ok(PostgresReport {
        server: row.try_get(0).map_err(failed)?,
        clocks: (row.try_get(1).map_err(failed)?, ours),
        may_create: row.try_get(2).map_err(failed)?,
        is_encrypted: row.try_get(3).map_err(failed)?,
        bytes: rows::number(&row, 4).map_err(failed)?,
        others: row.try_get(5).map_err(failed)?,
        store,
    })
}

/// Folds every event by the rules for a new one, and compares the states that are kept with those. The answer is how many
/// events there are.
pub async fn verify(address: &PostgresUrl) -> Result<u64, StoreError> {
    let failed = |error: Error| session::told(address, &error);
    let mut connection = session::first(address).await?;
    if schema::version(&mut connection, address).await? == 0 {
        return Ok(0);
    }
    let mut moment = session::at_one_moment(&mut connection).await.map_err(failed)?;
    let last = Head::read(&mut moment).await.map_err(failed)?.seq;
    let (kept_at, kept) = snapshots::load(&mut moment).await.map_err(failed)?;
    let (read_model, mut seq) = (ReadModel::default(), 0);
    while seq < last {
        let end = if seq < kept_at { kept_at } else { last };
        let limit = usize::try_from(end - seq).unwrap_or(PAGE).min(PAGE);
        let rows = rows::after(&mut moment, seq, limit).await.map_err(failed)?;
        seq = fold(address, &read_model, seq, &rows)?;
        if seq == kept_at {
            let same = read_model.len() == kept.len()
                && kept.iter().all(|state| read_model.get(state.id).is_some_and(|folded| folded == *state));
            if !same {
                let what = format!("the states that are kept up to event {kept_at} are not those that the events tell");
                let sql = format!("UPDATE {}.snapshot_head SET seq = 0", address.schema());
                return Err(refused(address, what, format!("The events are the truth; forget the states by: {sql}")));
            }
        }
    }
    Ok(last)
}

fn fold(address: &PostgresUrl, read_model: &ReadModel, seq: u64, rows: &[EventRow]) -> Result<u64, StoreError> {
    let damaged = |what: String| refused(address, what, "Restore an export into another schema, and use that");
    let Some(last) = rows.last() else {
        return Err(damaged(format!("event {} is missing", seq + 1)));
    };
    let events: Result<Vec<Event>, _> = rows.iter().map(|row| row.event(address)).collect();
    let folded = PendingBatch::after(seq).replay_batch(read_model, events?);
    read_model.put(last.seq, folded.map_err(|error| damaged(error.to_string()))?.states.iter().cloned());
    Ok(last.seq)
}
