//! Any store by its address.

use std::path::PathBuf;
use std::sync::Arc;

use super::postgres::PostgresUrl;
use super::{EmbeddedStore, PostgresStore, Store, StoreError};
use crate::clock::SharedClock;

/// Opens the store at `postgres://…`, or in a directory (`sled:PATH`, or its path alone).
pub async fn open(url: &str, clock: SharedClock) -> Result<Arc<dyn Store>, StoreError> {
    if PostgresUrl::is_one(url) {
        return Ok(PostgresStore::open(&PostgresUrl::parse(url)?, clock).await?);
    }
    let dir = PathBuf::from(url.strip_prefix("sled:").unwrap_or(url));
    let opened = tokio::task::spawn_blocking(move || EmbeddedStore::open(&dir, clock)).await;
    Ok(opened.unwrap_or(Err(StoreError::Closed))?)
}
