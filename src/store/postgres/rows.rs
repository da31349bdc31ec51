//! Events as rows of the table, and back.

use std::collections::HashMap;

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{ColumnIndex, Error, Row as _};
use uuid::Uuid;

use super::PostgresUrl;
use super::session::refused;
use crate::domain::{DealershipId, Event, Timestamp};
use crate::protocol::Committed;
use crate::store::{StoreError, line};

/// All of what is recorded together in one statement, with the head moved and everybody told: the fewer times a
/// transaction waits for the network, the shorter the one lock is held.
const RECORD: &str = include_str!("record.sql");

const AFTER: &str = "SELECT seq, batch, body::text FROM events WHERE seq > $1 ORDER BY seq LIMIT $2";

/// How many events are read at once.
pub(super) const PAGE: usize = 5_000;

/// The moments that a column holds.
const FIRST_MOMENT: Option<Timestamp> = Timestamp::from_timestamp(-62_135_596_800, 0);
const LAST_MOMENT: Option<Timestamp> = Timestamp::from_timestamp(253_402_300_799, 0);

/// A recorded event that was not read yet.
pub(super) struct EventRow {
    pub seq: u64,
    pub batch: Uuid,
    body: String,
}

impl EventRow {
    pub fn of(row: &PgRow) -> Result<Self, Error> {
        Ok(Self { seq: number(row, 0)?, batch: row.try_get(1)?, body: row.try_get(2)? })
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
    at.clamp(FIRST_MOMENT.unwrap_or(at), LAST_MOMENT.unwrap_or(at))
}

/// A column that holds what is never negative.
pub(super) fn number(row: &PgRow, column: impl ColumnIndex<PgRow>) -> Result<u64, Error> {
    row.try_get::<i64, _>(column).map(i64::unsigned_abs)
}

pub(super) fn new_uuid() -> Uuid {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid()
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
        let batch = new_uuid();
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
