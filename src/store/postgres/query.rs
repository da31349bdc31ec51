//! Reading events by a query.

use sqlx::postgres::PgRow;
use sqlx::{Error, QueryBuilder};

use super::rows::{EventRow, PAGE, column_moment};
use super::shared::PostgresShared;
use crate::domain::{Event, Fact};
use crate::protocol::EventQuery;
use crate::store::StoreError;

/// The events that are asked for, as far as they are in the read model.
pub(super) async fn events(shared: &PostgresShared, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
    let last = shared.read_model.seq();
    let mut rest = EventQuery { before: Some(query.before.unwrap_or(u64::MAX).min(last + 1)), ..query.clone() };
    let limit = query.limit.unwrap_or(usize::MAX);
    let mut found = Vec::new();
    while found.len() < limit {
        let page = PAGE.min(limit - found.len());
        let rows = page_of(shared, &rest, page).await.map_err(|error| shared.told(&error))?;
        for row in &rows {
            let event = row.event(&shared.address)?;
            // The columns hold a moment less finely than the event.
            if query.matches(&event) {
                found.push(event);
            }
        }
        match rows.last() {
            Some(row) if rows.len() == page && query.newest => rest.before = Some(row.seq),
            Some(row) if rows.len() == page => rest.after = row.seq,
            _ => break,
        }
    }
    if query.newest {
        found.reverse();
    }
    Ok(found)
}

async fn page_of(shared: &PostgresShared, query: &EventQuery, page: usize) -> Result<Vec<EventRow>, Error> {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let mut sql = QueryBuilder::new("SELECT seq, batch, body::text FROM events WHERE seq > ");
    sql.push_bind(number(query.after));
    if let Some(before) = query.before {
        sql.push(" AND seq < ").push_bind(number(before));
    }
    if let Some(id) = query.dealership {
        sql.push(" AND dealership = ").push_bind(id.to_string());
    }
    if !query.kinds.is_empty() {
        let kinds = query.kinds.iter().filter_map(|kind| Fact::KINDS.get(usize::from(*kind)));
        sql.push(" AND kind = ANY(").push_bind(kinds.map(|kind| (*kind).to_owned()).collect::<Vec<_>>()).push(")");
    }
    if let Some(since) = query.since {
        sql.push(" AND at >= ").push_bind(column_moment(since)).push(" - interval '1 second'");
    }
    if let Some(until) = query.until {
        sql.push(" AND at < ").push_bind(column_moment(until)).push(" + interval '1 second'");
    }
    sql.push(if query.newest { " ORDER BY seq DESC LIMIT " } else { " ORDER BY seq LIMIT " });
    sql.push_bind(number(page as u64));
    let rows: Vec<PgRow> = sql.build().fetch_all(&shared.pool).await?;
    rows.iter().map(EventRow::of).collect()
}
