//! The tables, and their versions: each is made of the one before it, and none is undone.
//!
//! Not `sqlx::migrate`: it needs the right to create tables at every start, which a desk's role does not have.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use super::PostgresUrl;
use super::session::{GRANT, refused, told};
use crate::domain::Timestamp;
use crate::store::StoreError;

/// Statements that make each version of the one before it, from 1 on.
const VERSIONS: &[&str] = &[include_str!("schema_1.sql"), include_str!("schema_2.sql")];

/// Checks the tables, and makes or raises them where they are missing or old.
pub(super) async fn prepare(connection: &mut PgConnection, address: &PostgresUrl) -> Result<(), StoreError> {
    let failed = |error: sqlx::Error| told(address, &error);
    let encoding: String =
        sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut *connection).await.map_err(failed)?;
    if encoding != "UTF8" {
        let advice = "Make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0";
        return Err(refused(address, format!("the database is in {encoding}, which cannot hold every text"), advice));
    }
    let there = version(&mut *connection, address).await?;
    if there == VERSIONS.len() {
        return Ok(());
    }
    let mut transaction = connection.begin().await.map_err(failed)?;
    // Another process may be at it.
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended('cloverwatch ' || $1, 0))";
    sqlx::query(lock).bind(address.schema()).execute(&mut *transaction).await.map_err(failed)?;
    let there = version(&mut transaction, address).await?;
    if there == 0 {
        let sql = format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", address.schema());
        let exists = "SELECT to_regnamespace($1) IS NOT NULL";
        let exists: bool =
            sqlx::query_scalar(exists).bind(address.schema()).fetch_one(&mut *transaction).await.map_err(failed)?;
        if !exists {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await.map_err(failed)?;
        }
    }
    for sql in VERSIONS.get(there..).unwrap_or_default() {
        let raised = sqlx::raw_sql(*sql).execute(&mut *transaction).await;
        raised.map_err(|error| not_raised(address, there, &error))?;
    }
    let sql = "UPDATE schema_version SET version = $1";
    let version = i32::try_from(VERSIONS.len()).unwrap_or(i32::MAX);
    sqlx::query(sql).bind(version).execute(&mut *transaction).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

/// Only the owner of the tables may change them, whatever else is granted.
fn not_raised(address: &PostgresUrl, there: usize, error: &sqlx::Error) -> StoreError {
    let is_owners = error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("42501"));
    if there == 0 || !is_owners {
        return told(address, error);
    }
    let what = format!("its tables are of version {there}, and your user may not raise them to {}", VERSIONS.len());
    refused(address, what, "Have whoever made the store open it once with this version")
}

/// Of a connection to a store that is there: whether the user may append, and the server's clock.
pub(super) async fn session_facts(
    connection: &mut PgConnection,
    address: &PostgresUrl,
) -> Result<(bool, Timestamp), StoreError> {
    let failed = |error: sqlx::Error| told(address, &error);
    let sql =
        "SELECT has_table_privilege('events', 'INSERT') AND has_table_privilege('head', 'UPDATE'), clock_timestamp()";
    let row = sqlx::query(sql).fetch_one(connection).await.map_err(failed)?;
    Ok((row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?))
}

/// Of a database that has no store, where none is made.
pub fn none_yet(address: &PostgresUrl) -> StoreError {
    refused(address, "there is no store in it yet", "The first command that records makes one")
}

/// The version that is there; 0 when there is nothing.
pub(super) async fn version(connection: &mut PgConnection, address: &PostgresUrl) -> Result<usize, StoreError> {
    let failed = |error: sqlx::Error| told(address, &error);
    let tables =
        "SELECT relname::text FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind IN ('r', 'v', 'p')";
    let tables: Vec<String> =
        sqlx::query_scalar(tables).bind(address.schema()).fetch_all(&mut *connection).await.map_err(failed)?;
    let Some(first) = tables.first() else { return Ok(0) };
    if ["schema_version", "head", "events"].iter().any(|ours| !tables.iter().any(|table| table == ours)) {
        let what = format!("the schema `{}` holds tables of something else (`{first}`)", address.schema());
        return Err(refused(address, what, "Name another one: ?schema=NAME"));
    }
    // Without it the tables seem not to be there.
    let usable = "SELECT has_schema_privilege($1, 'USAGE')";
    let usable: bool =
        sqlx::query_scalar(usable).bind(address.schema()).fetch_one(&mut *connection).await.map_err(failed)?;
    if !usable {
        return Err(refused(address, format!("permission denied for schema {}", address.schema()), GRANT));
    }
    let version = sqlx::query_scalar::<_, i32>("SELECT version FROM schema_version").fetch_one(connection).await;
    let version = usize::try_from(version.map_err(failed)?).unwrap_or(0);
    if version > VERSIONS.len() {
        let what = format!("its tables are of version {version}, and this program knows {}", VERSIONS.len());
        return Err(refused(address, what, "Update cloverwatch"));
    }
    Ok(version)
}
