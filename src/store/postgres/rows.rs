//! Events as rows of the table, and back.

use std::collections::HashMap;

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Error, Row as _};
use uuid::Uuid;

use super::PostgresUrl;
use super::session::refused;
use crate::domain::{DealershipId, Event, Timestamp};
use crate::protocol::Committed;
use crate::store::{StoreError, line};

/// All of what is recorded together in one statement, with the head moved and everybody told: the fewer times a
/// transaction waits for the network, the shorter the one lock is held.
const RECORD: &str = "
WITH moved AS (UPDATE head SET seq = $1),
added AS (
    INSERT INTO events (seq, dealership, version, batch, at, kind, body)
    SELECT s, d, v, b, a, k, j::json
    FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::uuid[], $6::timestamptz[], $7::text[], $8::text[])
        AS t (s, d, v, b, a, k, j)
)
SELECT pg_notify($9, $1::text)";

const AFTER: &str = "SELECT seq, batch, body::text FROM events WHERE seq > $1 ORDER BY seq LIMIT $2";

/// A recorded event that was not read yet.
pub(super) struct EventRow {
    pub seq: u64,
    pub batch: Uuid,
    body: String,
}

impl EventRow {
    pub fn of(row: &PgRow) -> Result<Self, Error> {
        let seq: i64 = row.try_get(0)?;
        Ok(Self { seq: seq.unsigned_abs(), batch: row.try_get(1)?, body: row.try_get(2)? })
    }

    /// What stands in it. A kind that is not known was recorded by a later version: nothing is folded past it.
    pub fn event(&self, address: &PostgresUrl) -> Result<Event, StoreError> {
        line::event_at(self.body.as_bytes(), self.seq).map_err(|error| {
            let what = format!("event {} cannot be read ({error})", self.seq);
            refused(address, what, "A later version of cloverwatch may have recorded it: update this one")
        })
    }

    /// Its fields as they were recorded, behind the brace.
    pub fn fields(&self) -> &[u8] {
        self.body.as_bytes().get(1..).unwrap_or_default()
    }
}

/// Up to so many events after one.
pub(super) async fn after(connection: &mut PgConnection, seq: u64, limit: usize) -> Result<Vec<EventRow>, Error> {
    let rows = sqlx::query(AFTER).bind(seq.cast_signed()).bind(i64::try_from(limit).unwrap_or(i64::MAX));
    rows.fetch_all(connection).await?.iter().map(EventRow::of).collect()
}

/// The column holds microseconds of the years that PostgreSQL knows; the body has the moment itself.
pub(super) fn column_moment(at: Timestamp) -> Timestamp {
    let bound = |text: &str| text.parse::<Timestamp>().unwrap_or(Timestamp::UNIX_EPOCH);
    at.clamp(bound("0001-01-01T00:00:00Z"), bound("9999-12-31T23:59:59Z"))
}

/// Events to be recorded, by column.
#[derive(Default)]
pub(super) struct EventColumns {
    seqs: Vec<i64>,
    dealerships: Vec<Option<String>>,
    versions: Vec<Option<i64>>,
    batches: Vec<Uuid>,
    ats: Vec<Timestamp>,
    kinds: Vec<&'static str>,
    bodies: Vec<String>,
}

impl EventColumns {
    pub fn len(&self) -> usize {
        self.seqs.len()
    }

    /// Adds a batch: all of it or nothing.
    pub fn add(&mut self, committed: &Committed) -> Result<Uuid, StoreError> {
        let bodies: Result<Vec<String>, _> = committed.events.iter().map(|event| line::body(event)).collect();
        self.bodies.extend(bodies.map_err(|error| StoreError::Unfit(error.to_string()))?);
        let batch = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
        // A state has the version after the last of its events.
        let mut versions: HashMap<DealershipId, u64> =
            committed.states.iter().map(|state| (state.id, state.version)).collect();
        for event in committed.events.iter() {
            if let Some(version) = event.dealership.and_then(|id| versions.get_mut(&id)) {
                *version -= 1;
            }
        }
        for event in committed.events.iter() {
            let version = event.dealership.and_then(|id| versions.get_mut(&id)).map(|version| {
                *version += 1;
                version.cast_signed()
            });
            self.seqs.push(event.seq.cast_signed());
            self.dealerships.push(event.dealership.map(|id| id.to_string()));
            self.versions.push(version);
            self.batches.push(batch);
            self.ats.push(column_moment(event.at));
            self.kinds.push(event.fact.kind());
        }
        Ok(batch)
    }

    /// Records them in the transaction of a connection.
    pub async fn record(&self, connection: &mut PgConnection, channel: &str) -> Result<(), Error> {
        let last = self.seqs.last().copied().unwrap_or_default();
        let query = sqlx::query(RECORD).bind(last).bind(&self.seqs).bind(&self.dealerships).bind(&self.versions);
        let query = query.bind(&self.batches).bind(&self.ats).bind(&self.kinds).bind(&self.bodies).bind(channel);
        query.execute(connection).await.map(drop)
    }
}
