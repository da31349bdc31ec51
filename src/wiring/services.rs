//! What a process that does the background work owes the machine around it: health and metrics, hooks, signs of life.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::SetupFailure;
use super::setup::hooks;
use crate::clock::SharedClock;
use crate::config::Config;
use crate::engine::Engine;
use crate::service::hooks::{Hook, RunningHooks};
use crate::service::systemd::ReadyService;
use crate::service::{MetricsEndpoint, MetricsServer, ServiceError};
use crate::store::Store;
use crate::xtime::Platform;

/// Services that are not begun; the address is taken already, so that one that is taken is said before anything is done.
#[derive(Default)]
pub struct ServiceParts {
    endpoint: Option<MetricsEndpoint>,
    hooks: Vec<Hook>,
}

impl ServiceParts {
    pub async fn of(config: &Config, clock: &SharedClock, read_only: bool) -> Result<Self, ServicesFailure> {
        let hooks = if read_only { Vec::new() } else { hooks(config)? };
        Ok(Self { hooks, ..Self::metrics(config.metrics_listen, clock).await? })
    }

    pub async fn metrics(listen: Option<SocketAddr>, clock: &SharedClock) -> Result<Self, ServicesFailure> {
        let endpoint = match listen {
            Some(address) => Some(MetricsEndpoint::bind(address, Arc::clone(clock)).await?),
            None => None,
        };
        Ok(Self { endpoint, hooks: Vec::new() })
    }

    /// Store and platform, measured where somebody is told.
    pub(super) fn measured(
        &self,
        store: Arc<dyn Store>,
        platform: Option<Arc<dyn Platform>>,
    ) -> (Arc<dyn Store>, Option<Arc<dyn Platform>>) {
        match &self.endpoint {
            Some(endpoint) => (endpoint.store(store), platform.map(|platform| endpoint.platform(platform))),
            None => (store, platform),
        }
    }

    pub(super) fn begin(self, engine: &Engine, seed: u64) -> Result<RunningServices, String> {
        let hooks = RunningHooks::start(self.hooks, engine, seed)?;
        let statuses = hooks.statuses().to_vec();
        let server = self.endpoint.map(|endpoint| endpoint.serve(engine.clone(), statuses));
        if let Some(address) = server.as_ref().and_then(|server| server.address) {
            tracing::info!(%address, "/metrics and /health are answered");
        }
        Ok(RunningServices { engine: engine.clone(), _hooks: hooks, _server: server })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ServicesFailure {
    #[error(transparent)]
    Setup(#[from] SetupFailure),
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// They end when this is dropped.
pub struct RunningServices {
    engine: Engine,
    _hooks: RunningHooks,
    _server: Option<MetricsServer>,
}

impl RunningServices {
    /// Lasts until `end` is cancelled. systemd is told that it is ready and lives when the program `is_service`.
    pub async fn run(self, end: CancellationToken, is_service: bool) {
        let alive = async {
            match is_service {
                true => ReadyService::tell(&self.engine).keep_alive(&self.engine).await,
                false => std::future::pending().await,
            }
        };
        tokio::select! {
            () = end.cancelled() => {}
            () = alive => {}
        }
    }
}
