//! Requests that the leader does for the others, as rows, and its answers.
//!
//! A request is taken once, by the one who leads then. What is not answered when its lease ends is not taken again: it may be
//! half done.

use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::{Error, Row as _};
use tokio::sync::watch;

use super::lease::milliseconds;
use super::rows::number;
use super::session::{is_transient, refused};
use super::shared::{POLL, PostgresShared};
use crate::domain::Actor;
use crate::protocol::{Request, Response};
use crate::store::{Epoch, Relay, RelayState, RelayedId, RelayedRequest, StoreError};

/// What a notification of a request or an answer is; all others are of events and of the lease.
pub(super) const RELAYED: &str = "relayed";

const ASK: &str = "
WITH asked AS (INSERT INTO requests (actor, request) VALUES ($1, $2::json) RETURNING id)
SELECT id, pg_notify($3, $4) FROM asked";

const STATE: &str = "
SELECT CASE WHEN done THEN 'done' WHEN taken IS NULL THEN 'waiting'
            WHEN taken = (SELECT epoch FROM head) THEN 'taken' ELSE 'lost' END
FROM requests WHERE id = $1";

/// Whatever an answer is of was recorded before it.
const ANSWERS: &str =
    "SELECT id, response::text, (SELECT seq FROM head) FROM answers WHERE request = $1 AND id > $2 ORDER BY id";

const WITHDRAW: &str = "DELETE FROM requests WHERE id = $1 AND taken IS NULL";

const STOP: &str = "
WITH stop AS (UPDATE requests SET stopped = true WHERE id = $1 RETURNING id) SELECT pg_notify($2, $3) FROM stop";

/// What nobody read to its end is of no use after an hour.
const CLEAN_UP: &str = "
DELETE FROM requests WHERE at < clock_timestamp() - interval '1 hour' AND (done OR taken IS DISTINCT FROM $1)";

const TAKE: &str = "
WITH taken AS (
    UPDATE requests SET taken = $1
    WHERE (taken IS NULL AND at > clock_timestamp() - $2 * interval '1 millisecond'
            OR taken = $1 AND NOT done AND id <> ALL ($3))
        AND $1 = (SELECT epoch FROM head WHERE leader IS NOT NULL)
    RETURNING id, actor, request
)
SELECT id, request::text, (SELECT seq FROM head), actor FROM taken ORDER BY id";

/// No epoch is 0.
const LOSE: &str = "UPDATE requests SET taken = 0 WHERE taken = $1 AND NOT done";

const STOPPED: &str = "SELECT id FROM requests WHERE taken = $1 AND stopped AND NOT done";

const ANSWER: &str = "
WITH added AS (
    INSERT INTO answers (request, response)
    SELECT id, r::json FROM requests, unnest($2::text[]) WITH ORDINALITY AS t (r, n) WHERE id = $1 ORDER BY n
), ended AS (UPDATE requests SET done = $3 WHERE id = $1)
SELECT pg_notify($4, $5)";

impl PostgresShared {
    /// Waits until the read model has what was recorded before rows of requests or answers. What is not read in time comes
    /// again.
    async fn reach_what_is_before(&self, rows: &[PgRow]) -> Result<(), StoreError> {
        let Some(row) = rows.last() else { return Ok(()) };
        let seq = number(row, 2).map_err(|error| self.told(&error))?;
        self.reach(seq, POLL).await
    }

    pub(super) fn written(&self, value: &impl Serialize) -> Result<String, StoreError> {
        serde_json::to_string(value).map_err(|error| refused(&self.address, error.to_string(), "This is a fault"))
    }

    pub(super) fn read<T: DeserializeOwned>(&self, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|error| {
            let what = format!("what another process asked or answered cannot be read ({error})");
            refused(&self.address, what, "All desks of a team use the same version of cloverwatch: update this one")
        })
    }
}

#[async_trait]
impl Relay for PostgresShared {
    async fn ask(&self, request: &Request, actor: &Actor) -> Result<RelayedId, StoreError> {
        let query = sqlx::query(ASK).bind(actor.as_str()).bind(self.written(request)?);
        let query = query.bind(self.address.channel()).bind(RELAYED);
        let mut connection = self.pool.acquire().await.map_err(|error| self.told(&error))?;
        let row = query.fetch_one(&mut *connection).await.and_then(|row| number(&row, 0));
        row.map_err(|error| match is_transient(&error) {
            // It may be there, and be taken.
            true => StoreError::InDoubt { place: self.address.to_string() },
            false => self.told(&error),
        })
    }

    /// The state first: an answer that comes in between is then not the last one.
    async fn answers(&self, id: RelayedId, after: u64) -> Result<(Vec<(u64, Response)>, RelayState), StoreError> {
        let failed = |error: Error| self.told(&error);
        let id = id.cast_signed();
        let state: Option<String> =
            sqlx::query_scalar(STATE).bind(id).fetch_optional(&self.pool).await.map_err(failed)?;
        let state = match state.as_deref() {
            Some("waiting") => RelayState::Waiting,
            Some("taken") => RelayState::Taken,
            Some("done") => RelayState::Done,
            _ => RelayState::Lost,
        };
        let rows = sqlx::query(ANSWERS).bind(id).bind(after.cast_signed()).fetch_all(&self.pool).await;
        let (rows, mut answers) = (rows.map_err(failed)?, Vec::new());
        self.reach_what_is_before(&rows).await?;
        for row in rows {
            answers.push((number(&row, 0).map_err(failed)?, self.read(row.try_get(1).map_err(failed)?)?));
        }
        Ok((answers, state))
    }

    async fn withdraw(&self, id: RelayedId) -> Result<bool, StoreError> {
        let done = sqlx::query(WITHDRAW).bind(id.cast_signed()).execute(&self.pool).await;
        done.map(|done| done.rows_affected() > 0).map_err(|error| self.told(&error))
    }

    async fn stop(&self, id: RelayedId) -> Result<(), StoreError> {
        let query = sqlx::query(STOP).bind(id.cast_signed()).bind(self.address.channel()).bind(RELAYED);
        self.execute(query).await
    }

    async fn forget(&self, id: RelayedId) -> Result<(), StoreError> {
        self.execute(sqlx::query("DELETE FROM requests WHERE id = $1").bind(id.cast_signed())).await
    }

    async fn take(
        &self,
        epoch: Epoch,
        patience: Duration,
        in_hand: &[RelayedId],
    ) -> Result<Vec<RelayedRequest>, StoreError> {
        let failed = |error: Error| self.told(&error);
        let own = epoch.0.cast_signed();
        self.execute(sqlx::query(CLEAN_UP).bind(own)).await?;
        let in_hand: Vec<i64> = in_hand.iter().map(|id| id.cast_signed()).collect();
        let query = sqlx::query(TAKE).bind(own).bind(milliseconds(patience)).bind(in_hand);
        let (rows, mut taken) = (query.fetch_all(&self.pool).await.map_err(failed)?, Vec::new());
        self.reach_what_is_before(&rows).await?;
        for row in rows {
            let id = number(&row, 0).map_err(failed)?;
            let actor = Actor::recorded(row.try_get(3).map_err(failed)?);
            match self.read(row.try_get(1).map_err(failed)?) {
                Ok(request) => taken.push(RelayedRequest { id, request, actor }),
                Err(error) => {
                    // Of a later version. Whoever asked is told at once that nobody does it.
                    tracing::warn!("{error}");
                    self.forget(id).await?;
                }
            }
        }
        Ok(taken)
    }

    async fn lose(&self, epoch: Epoch) -> Result<(), StoreError> {
        self.execute(sqlx::query(LOSE).bind(epoch.0.cast_signed())).await
    }

    async fn stopped(&self, epoch: Epoch) -> Result<Vec<RelayedId>, StoreError> {
        let rows = sqlx::query(STOPPED).bind(epoch.0.cast_signed()).fetch_all(&self.pool).await;
        let ids = rows.and_then(|rows| rows.iter().map(|row| number(row, 0)).collect());
        ids.map_err(|error| self.told(&error))
    }

    async fn answer(&self, id: RelayedId, responses: &[Response], done: bool) -> Result<(), StoreError> {
        let written = responses.iter().map(|response| self.written(response)).collect::<Result<Vec<_>, _>>()?;
        let query = sqlx::query(ANSWER).bind(id.cast_signed()).bind(written).bind(done);
        let query = query.bind(self.address.channel()).bind(RELAYED);
        self.execute(query).await
    }

    fn relayed(&self) -> watch::Receiver<u64> {
        self.relayed.subscribe()
    }
}
