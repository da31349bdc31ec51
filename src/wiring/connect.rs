//! The way of a command to an engine: its own on a store that nobody owns, else that of the owner.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Need, ServiceParts, SetupFailure, Wiring, database, open_embedded};
use crate::attach::{AttachOptions, AttachedClient, OwnerSocket};
use crate::client::{LocalClient, SharedClient};
use crate::clock::SharedClock;
use crate::config::{Config, StoreUrl, login_name};
use crate::domain::ClockDoubt;
use crate::protocol::RequestError;
use crate::store::postgres::none_yet;
use crate::store::{Lock, PostgresStore, Store, StoreError};

/// How often, and how far apart, a store is asked for that is held by somebody who does not listen: an owner needs a
/// moment to begin, and a command may be about to end.
const TRIES: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(50);

/// Who wants to get to an engine, and how.
#[derive(Debug, Clone)]
pub struct Access {
    /// Through the owner of the store, if there is one.
    pub attach: bool,
    /// A person sits in front of it.
    pub desk: bool,
    pub read_only: bool,
    pub operator: String,
}

/// Why there is no way to an engine.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error(transparent)]
    Setup(#[from] SetupFailure),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Owner(#[from] RequestError),
    /// A hook cannot be begun.
    #[error("{0}")]
    Hook(String),
}

/// Owns the store, or attaches to whoever does. The store of a team is opened beside the others.
pub async fn connect(
    config: &Config,
    clock: &SharedClock,
    need: Need,
    access: &Access,
) -> Result<SharedClient, ConnectError> {
    let dir = match &config.store {
        StoreUrl::Embedded(dir) => dir,
        StoreUrl::Postgres(url) => {
            let url = database(config, url)?;
            let wiring = Wiring::of(config, clock, need)?;
            let store = match access.read_only {
                true => PostgresStore::open_existing(&url, Arc::clone(clock)).await?.ok_or_else(|| none_yet(&url))?,
                false => PostgresStore::open(&url, Arc::clone(clock)).await?,
            };
            let read_only = access.read_only || !store.may_record();
            let doubt = ClockDoubt::of_database(store.clock_skew(), &config.policy);
            let client = begin(Wiring { read_only, ..wiring }, store, config, access.desk).await?;
            client.count_desks(usize::from(access.desk));
            return Ok(Arc::new(match doubt {
                Some(doubt) => client.noting(doubt.to_string()),
                None => client,
            }));
        }
    };
    // What the owner has need not be set up here.
    if access.attach
        && Lock::holder(dir).is_some()
        && let Some(client) = attach(dir, access, need.states).await?
    {
        return Ok(Arc::new(client));
    }
    let wiring = Wiring { read_only: access.read_only, ..Wiring::of(config, clock, need)? };
    let mut tries = 0;
    let store = loop {
        match open_embedded(dir, Arc::clone(clock)).await {
            Err(StoreError::Held(_)) if access.attach && tries < TRIES => tries += 1,
            opened => break opened?,
        }
        if let Some(client) = attach(dir, access, need.states).await? {
            return Ok(Arc::new(client));
        }
        tokio::time::sleep(BETWEEN).await;
    };
    let client = begin(wiring, store, config, access.desk).await?;
    Ok(Arc::new(if need.background { serve(client, dir, access.desk) } else { client }))
}

/// Starts the engine, and what is beside it where it works in the background.
async fn begin(
    wiring: Wiring,
    store: Arc<dyn Store>,
    config: &Config,
    is_desk: bool,
) -> Result<LocalClient, ConnectError> {
    if !wiring.background {
        return Ok(wiring.start(store).map_err(ConnectError::Hook)?.0);
    }
    let kept = Arc::clone(&store);
    let started = async {
        // Only now: whoever owned the store before listened at the same address.
        let services = ServiceParts::of(config, &wiring.clock, wiring.read_only).await?;
        Wiring { services, ..wiring }.start(store).map_err(ConnectError::Hook)
    };
    let (client, services) = match started.await {
        Ok(started) => started,
        Err(error) => {
            kept.close().await?;
            return Err(error);
        }
    };
    client.run_beside(|end| services.run(end, !is_desk));
    Ok(client)
}

/// Has an engine serve whoever attaches. That it cannot is no failure.
pub fn serve(client: LocalClient, dir: &Path, is_desk: bool) -> LocalClient {
    match OwnerSocket::bind(dir, login_name()) {
        Ok(socket) => {
            socket.serve(&client, is_desk);
            client
        }
        Err(error) => client.noting(format!("nothing else can record in this store meanwhile: {error}")),
    }
}

/// Attaches to the owner of a store; `None`: nobody listens there.
pub async fn attach(dir: &Path, access: &Access, states: bool) -> Result<Option<AttachedClient>, RequestError> {
    let Access { desk, read_only, ref operator, .. } = *access;
    let holder = Lock::holder(dir);
    let options = AttachOptions { operator: operator.clone(), read_only, desk, states, holder: holder.clone() };
    let attached = AttachedClient::connect(dir, options).await;
    attached.map_err(|why| RequestError::Unreachable { holder, why })
}
