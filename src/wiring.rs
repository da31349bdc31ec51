//! From settings to a running engine and the client of it: the one place that knows what an engine is made of.

mod connect;
mod rules;
mod services;
mod setup;

use std::path::Path;
use std::sync::Arc;

use crate::client::LocalClient;
use crate::clock::SharedClock;
use crate::config::Config;
use crate::domain::Policy;
use crate::engine::{Engine, LeaseSettings, OutboxParts, Pace, Parts, RuleStore};
use crate::store::{EmbeddedStore, Store, StoreError};
use crate::xtime::{CodeSource, Platform};
use rules::SettingsFile;

pub use connect::{Access, ConnectError, attach, connect, serve};
pub use rules::KeptNowhere;
pub use services::{RunningServices, ServiceParts};
pub use setup::{SetupFailure, code_source, database, hooks, outbox, platform, transport};

/// What a command needs of the engine.
#[allow(clippy::struct_excessive_bools, reason = "independent parts, each needed or not")]
#[derive(Debug, Clone, Copy, Default)]
pub struct Need {
    pub platform: bool,
    pub source: bool,
    pub mail: bool,
    /// The states of all dealerships, not only of those that are selected, and who has which code.
    pub states: bool,
    /// To do the background work.
    pub background: bool,
}

impl Need {
    pub const ALL: Self = Self { platform: true, source: true, mail: true, states: true, background: true };
}

/// An engine but for its store, which is opened last: what is wrong with settings is said before.
pub struct Wiring {
    pub platform: Option<Arc<dyn Platform>>,
    pub source: Option<Arc<dyn CodeSource>>,
    pub outbox: Option<OutboxParts>,
    /// Where rows of the classification are kept.
    pub rules: Arc<dyn RuleStore>,
    pub clock: SharedClock,
    pub policy: Policy,
    pub pace: Pace,
    pub seed: u64,
    pub read_only: bool,
    pub background: bool,
    pub services: ServiceParts,
    pub lease: LeaseSettings,
}

impl Wiring {
    /// What the settings say, as far as it is needed.
    pub fn of(config: &Config, clock: &SharedClock, need: Need) -> Result<Self, SetupFailure> {
        let platform = if need.platform { platform(config, Arc::clone(clock))? } else { None };
        Ok(Self {
            platform: platform.map(|platform| platform as Arc<dyn Platform>),
            source: if need.source { code_source(config, Arc::clone(clock))? } else { None },
            outbox: if need.mail { outbox(config, Arc::clone(clock))? } else { None },
            rules: Arc::new(SettingsFile::of(config)),
            clock: Arc::clone(clock),
            policy: config.policy.clone(),
            pace: config.pace(),
            seed: rand::random(),
            read_only: false,
            background: need.background,
            services: ServiceParts::default(),
            lease: LeaseSettings::of(&config.operator()),
        })
    }

    /// Starts the engine on a store, and its services.
    pub fn start(self, store: Arc<dyn Store>) -> Result<(LocalClient, RunningServices), String> {
        let Self { platform, source, outbox, rules, clock, policy, pace, seed, read_only, background, services, lease } =
            self;
        let (store, platform) = services.measured(store, platform);
        let rules = Some(rules);
        let parts =
            Parts { store, platform, source, outbox, rules, clock, policy, pace, seed, read_only, background, lease };
        let engine = Engine::start(parts);
        let services = services.begin(&engine, seed)?;
        Ok((LocalClient::new(engine), services))
    }
}

/// Whether a panic of the current thread is caught by the store and told in its notices.
pub fn panic_is_caught() -> bool {
    crate::store::panic_is_caught()
}

/// Opens an embedded store to record in it.
pub async fn open_embedded(dir: &Path, clock: SharedClock) -> Result<Arc<dyn Store>, StoreError> {
    let dir = dir.to_owned();
    blocking(move || EmbeddedStore::open(&dir, clock).map(|store| store as Arc<dyn Store>)).await
}

/// Runs what blocks on a thread of its own.
pub async fn blocking<T: Send + 'static, E: From<StoreError> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    // The thread only ends without an answer when the program is ending.
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
}
