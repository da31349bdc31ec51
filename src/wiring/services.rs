//! What a process that does the background work owes the machine around it: health and metrics, hooks, signs of life.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::SetupFailure;
use super::setup::hooks;
use crate::clock::SharedClock;
use crate::config::Config;
use crate::engine::Engine;
use crate::service::MetricsEndpoint;
use crate::service::hooks::{Hook, RunningHooks};
use crate::service::systemd;
use crate::store::Store;
use crate::xtime::Platform;

/// Services that are not begun; the address is taken already, so that one that is taken is said before anything is done.
#[derive(Default)]
pub struct ServiceParts {
    endpoint: Option<MetricsEndpoint>,
    hooks: Vec<Hook>,
}

impl ServiceParts {
    pub async fn of(config: &Config, clock: &SharedClock, read_only: bool) -> Result<Self, SetupFailure> {
        let hooks = if read_only { Vec::new() } else { hooks(config)? };
        Ok(Self { hooks, ..Self::metrics(config.metrics_listen, clock).await? })
    }

    pub async fn metrics(listen: Option<SocketAddr>, clock: &SharedClock) -> Result<Self, SetupFailure> {
        let endpoint = match listen {
            Some(address) => {
                let bound = MetricsEndpoint::bind(address, Arc::clone(clock)).await;
                Some(bound.map_err(|why| SetupFailure::Listen { address, why: why.to_string() })?)
            }
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
        if let Some(Ok(address)) = self.endpoint.as_ref().map(MetricsEndpoint::address) {
            tracing::info!(%address, "/metrics and /health are answered");
        }
        let server = self.endpoint.map(|endpoint| endpoint.serve(engine.clone(), statuses));
        Ok(RunningServices { engine: engine.clone(), _hooks: hooks, _server: server })
    }
}

/// They end when this is dropped.
pub struct RunningServices {
    engine: Engine,
    _hooks: RunningHooks,
    _server: Option<AbortOnDropHandle<()>>,
}

impl RunningServices {
    /// Lasts until `end` is cancelled. systemd is told that it is ready and lives when the program `is_service`.
    pub async fn run(self, end: CancellationToken, is_service: bool) {
        let alive = async {
            match is_service {
                true => systemd::keep_alive(&self.engine).await,
                false => std::future::pending().await,
            }
        };
        tokio::select! {
            () = end.cancelled() => {}
            () = alive => {}
        }
    }
}
