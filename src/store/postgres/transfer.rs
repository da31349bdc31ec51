//! An exported log into an empty store, and a store's log out of it; and the roles that a database gives its users.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::mem;

use sqlx::Error;
use sqlx::postgres::PgConnection;

use super::rows::{self, EventColumns, PAGE};
use super::shared::Head;
use super::{PostgresUrl, schema, session};
use crate::protocol::ReadModel;
use crate::store::export::{ExportLines, ExportWriter};
use crate::store::pending_batch::PendingBatch;
use crate::store::{RestoreError, Restored, StoreError};

/// What a database's administrator runs, once, for the schema of a team.
pub fn roles(schema: &str) -> String {
    include_str!("roles.sql").replace("{schema}", schema)
}

/// Writes all events, in the form of every export. The answer is how many there are.
pub async fn export(address: &PostgresUrl, out: impl Write) -> Result<u64, StoreError> {
    let failed = |error: Error| session::told(address, &error);
    let mut connection = session::first(address).await?;
    if schema::version(&mut connection, address).await? == 0 {
        return Err(schema::none_yet(address));
    }
    let mut out = ExportWriter::new(out);
    let mut previous = HashMap::new();
    let (mut seq, last) = (0, Head::read(&mut connection).await.map_err(failed)?.seq);
    while seq < last {
        let portion = rows::after(&mut connection, seq, PAGE).await.map_err(failed)?;
        let Some(end) = portion.last().map(|row| row.seq.min(last)) else { break };
        for row in portion.iter().filter(|row| row.seq <= last) {
            let dealership = row.event(address)?.dealership;
            let prev = dealership.and_then(|id| previous.insert(id, row.seq)).unwrap_or(0);
            out.event(row.seq, prev, row.fields())?;
        }
        seq = end;
    }
    out.finish(false)
}

/// Fills an empty store with an exported log, in one transaction: wholly or not at all.
pub async fn restore(address: &PostgresUrl, mut input: impl BufRead) -> Result<Restored, RestoreError> {
    let failed = |error: Error| RestoreError::Store(session::told(address, &error));
    let mut connection = session::first(address).await?;
    schema::prepare(&mut connection, address).await?;
    let head = Head::lock(&mut connection).await.map_err(failed)?;
    if head.seq > 0 {
        return Err(RestoreError::NotEmpty(head.seq));
    }
    let longer = "SET LOCAL idle_in_transaction_session_timeout TO '5min'; SET LOCAL statement_timeout TO '5min'";
    sqlx::raw_sql(longer).execute(&mut connection).await.map_err(failed)?;
    let restored = fill(&mut connection, address, &mut input).await?;
    sqlx::raw_sql("COMMIT").execute(&mut connection).await.map_err(failed)?;
    Ok(restored)
}

async fn fill(
    connection: &mut PgConnection,
    address: &PostgresUrl,
    input: &mut impl BufRead,
) -> Result<Restored, RestoreError> {
    let (mut pending, read_model, mut lines) = (PendingBatch::default(), ReadModel::default(), ExportLines::default());
    let (mut columns, mut events) = (EventColumns::default(), 0);
    loop {
        let event = lines.next(input)?;
        let end = event.is_none();
        if let Some(event) = event {
            let planned = pending.replay(&read_model, event).map_err(|error| lines.wrong(error.to_string()))?;
            columns.add(&planned.committed)?;
            events += 1;
        }
        if columns.len() >= PAGE || (end && columns.len() > 0) {
            let recorded = mem::take(&mut columns).record(connection, &address.channel()).await;
            recorded.map_err(|error| RestoreError::Store(session::told(address, &error)))?;
        }
        if end {
            break;
        }
    }
    pending.into_read_model(&read_model);
    Ok(Restored { events, dealerships: read_model.len(), complete: lines.complete, partial: lines.partial })
}
