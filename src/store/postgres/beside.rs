//! What is kept beside the events: the last probes, and what was begun for many.

use std::sync::Arc;

use sqlx::{Error, Row as _};

use super::rows::{column_moment, number};
use super::shared::PostgresShared;
use crate::domain::bulk::Bulk;
use crate::domain::{DealershipId, ProbeState, Timestamp};
use crate::protocol::BulkId;
use crate::store::StoreError;
use crate::store::probe_file::{of_record, record};

/// What is told when probes were kept.
pub(super) const PROBES_SAVED: &str = "probes";

/// Takes in what was kept since the last time, by whomever. What cannot be read is probed again.
pub(super) async fn read_probes(shared: &PostgresShared) -> Result<(), StoreError> {
    let mut last = shared.probes_read.lock().await;
    // What was written meanwhile may be seen later than it was written.
    let sql = "SELECT state, saved_at FROM probe_states WHERE saved_at > $1::timestamptz - interval '1 minute'";
    let rows = sqlx::query(sql).bind(*last).fetch_all(&shared.pool).await.map_err(|error| shared.told(&error))?;
    for row in rows {
        if let Ok(saved_at) = row.try_get::<Timestamp, _>(1) {
            *last = saved_at.max(*last);
        }
        if let Some((id, state)) = row.try_get(0).ok().and_then(|bytes| of_record(bytes).ok()) {
            shared.probes.take_in(id, state);
        }
    }
    Ok(())
}

pub(super) async fn save_probes(shared: &PostgresShared) -> Result<(), StoreError> {
    let changed = shared.probes.take_unsaved();
    if changed.is_empty() {
        return Ok(());
    }
    let saved = put(shared, &changed).await;
    if saved.is_err() {
        shared.probes.not_saved(&changed);
    }
    saved.map_err(|error| shared.told(&error))
}

/// Of two processes that probed the same, the later probe counts.
async fn put(shared: &PostgresShared, changed: &[(DealershipId, Arc<ProbeState>)]) -> Result<(), Error> {
    let sql = "
        WITH put AS (
            INSERT INTO probe_states (dealership, at, state)
            SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::bytea[])
            ON CONFLICT (dealership) DO UPDATE SET at = excluded.at, state = excluded.state, saved_at = clock_timestamp()
            WHERE probe_states.at <= excluded.at
        )
        SELECT pg_notify($4, $5)";
    let ids: Vec<String> = changed.iter().map(|(id, _)| id.to_string()).collect();
    let ats: Vec<_> = changed.iter().map(|(_, state)| column_moment(state.at)).collect();
    let states: Result<Vec<Vec<u8>>, _> = changed.iter().map(|(id, state)| record(*id, state)).collect();
    let query = sqlx::query(sql).bind(ids).bind(ats).bind(states?).bind(shared.address.channel()).bind(PROBES_SAVED);
    query.execute(&shared.pool).await.map(drop)
}

pub(super) async fn begin_bulk(shared: &PostgresShared, bulk: &Bulk) -> Result<BulkId, StoreError> {
    shared.beat().await?;
    let sql = "INSERT INTO bulks (session, note) VALUES ($1, $2::text::json) RETURNING id";
    let query = sqlx::query_scalar(sql).bind(shared.session).bind(shared.written(bulk)?);
    let id: i64 = query.fetch_one(&shared.pool).await.map_err(|error| shared.told(&error))?;
    Ok(id.unsigned_abs())
}

pub(super) async fn end_bulk(shared: &PostgresShared, id: BulkId) -> Result<(), StoreError> {
    shared.execute(sqlx::query("DELETE FROM bulks WHERE id = $1").bind(id.cast_signed())).await
}

/// Those of this process and of processes that are gone. A note that cannot be read is of another version; it is left where
/// it is.
pub(super) async fn bulks(shared: &PostgresShared) -> Result<Vec<(BulkId, Bulk)>, StoreError> {
    let sql =
        "SELECT id, note::text FROM bulks WHERE session = $1 OR session NOT IN (SELECT id FROM alive) ORDER BY id";
    let rows = sqlx::query(sql).bind(shared.session).fetch_all(&shared.pool).await;
    let rows = rows.map_err(|error| shared.told(&error))?;
    let read = |row| Some((number(row, 0).ok()?, serde_json::from_str(row.try_get(1).ok()?).ok()?));
    Ok(rows.iter().filter_map(read).collect())
}
