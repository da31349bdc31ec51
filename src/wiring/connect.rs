//! The way of a command to an engine: its own on a store that nobody owns, else that of the owner.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Need, ServiceParts, ServicesFailure, SetupFailure, Wiring, directory, open_store};
use crate::attach::{AttachError, AttachOptions, AttachedClient, OwnerSocket};
use crate::client::{LocalClient, SharedClient};
use crate::clock::SharedClock;
use crate::config::{Config, login_name};
use crate::protocol::RequestError;
use crate::store::{Lock, StoreError};

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
    #[error(transparent)]
    Services(#[from] ServicesFailure),
    /// A hook cannot be begun.
    #[error("{0}")]
    Hook(String),
}

/// Owns the store, or attaches to whoever does.
///
/// # Errors
/// When the store is held by somebody who does not answer, or is broken, or the settings cannot be used.
pub async fn connect(
    config: &Config,
    clock: &SharedClock,
    need: Need,
    access: &Access,
) -> Result<SharedClient, ConnectError> {
    let dir = directory(&config.store);
    // What the owner has need not be set up here.
    if access.attach
        && Lock::holder(&dir).is_some()
        && let Some(client) = attach(&dir, access, need.states).await?
    {
        return Ok(Arc::new(client));
    }
    let wiring = Wiring { read_only: access.read_only, ..Wiring::of(config, clock, need)? };
    let mut tries = 0;
    let store = loop {
        match open_store(&config.store, Arc::clone(clock)).await {
            Err(StoreError::Held(_)) if access.attach && tries < TRIES => tries += 1,
            opened => break opened?,
        }
        if let Some(client) = attach(&dir, access, need.states).await? {
            return Ok(Arc::new(client));
        }
        tokio::time::sleep(BETWEEN).await;
    };
    if !need.background {
        let (client, _) = wiring.start(store).map_err(ConnectError::Hook)?;
        return Ok(Arc::new(client));
    }
    let kept = Arc::clone(&store);
    let started = async {
        // Only now: whoever owned the store before listened at the same address.
        let services = ServiceParts::of(config, clock, access.read_only).await?;
        Wiring { services, ..wiring }.start(store).map_err(ConnectError::Hook)
    };
    let (client, services) = match started.await {
        Ok(started) => started,
        Err(error) => {
            kept.close().await?;
            return Err(error);
        }
    };
    let is_service = !access.desk;
    client.run_beside(|end| services.run(end, is_service));
    Ok(Arc::new(serve(client, &dir, access.desk)))
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
    match AttachedClient::connect(dir, options).await {
        Ok(client) => Ok(Some(client)),
        Err(AttachError::NotListening) => Ok(None),
        Err(AttachError::Refused(why)) => Err(RequestError::Unreachable { holder, why }),
    }
}
