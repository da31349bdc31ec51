//! `/health` and `/metrics` over HTTP.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use prometheus_client::encoding::prometheus_text::CONTENT_TYPE;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use super::counts::{LastCounts, counts};
use super::health::health;
use super::hooks::HookStatus;
use super::metered::Metered;
use super::metrics::Metrics;
use crate::clock::SharedClock;
use crate::engine::Engine;
use crate::store::Store;
use crate::xtime::Platform;

/// A socket that is ours, and the measures that it will tell.
pub struct MetricsEndpoint {
    listener: TcpListener,
    metrics: Arc<Metrics>,
    clock: SharedClock,
}

impl MetricsEndpoint {
    pub async fn bind(address: SocketAddr, clock: SharedClock) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { listener, metrics: Arc::default(), clock })
    }

    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    pub fn store(&self, inner: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(self.metered(inner))
    }

    pub fn platform(&self, inner: Arc<dyn Platform>) -> Arc<dyn Platform> {
        Arc::new(self.metered(inner))
    }

    fn metered<T: ?Sized>(&self, inner: Arc<T>) -> Metered<T> {
        Metered { inner, metrics: Arc::clone(&self.metrics), clock: Arc::clone(&self.clock) }
    }

    /// Answers until the handle is dropped.
    pub fn serve(self, engine: Engine, hooks: Vec<Arc<HookStatus>>) -> AbortOnDropHandle<()> {
        let view = Arc::new(ServiceView { engine, metrics: self.metrics, hooks, counts: LastCounts::default() });
        let router =
            Router::new().route("/health", get(get_health)).route("/metrics", get(get_metrics)).with_state(view);
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(self.listener, router).await {
                tracing::error!("/health and /metrics are not answered any more: {error}");
            }
        });
        AbortOnDropHandle::new(serving)
    }
}

struct ServiceView {
    engine: Engine,
    metrics: Arc<Metrics>,
    hooks: Vec<Arc<HookStatus>>,
    counts: LastCounts,
}

async fn get_health(State(view): State<Arc<ServiceView>>) -> Response {
    let (well, body) = health(&view.engine, &view.metrics, &view.hooks);
    let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}

async fn get_metrics(State(view): State<Arc<ServiceView>>) -> Response {
    let counts = counts(&view.counts, &view.engine).await;
    let telling = Arc::clone(&view);
    let text = tokio::task::spawn_blocking(move || telling.metrics.text(&telling.engine, &counts, &telling.hooks));
    match text.await {
        Ok(text) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
