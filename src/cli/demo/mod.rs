//! `cloverwatch demo`: the desk on a throw-away store, against the built-in sandbox over HTTP on loopback, in fast time.

mod history;
mod mail;
mod people;
mod phone;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use self::history::Past;
use self::phone::PhoneLine;
use crate::clock::{SharedClock, WallClock};
use crate::domain::{Policy, when};
use crate::engine::{Engine, Pace, Parts};
use crate::sandbox::{self, Faults, PostSettings, Sandbox};
use crate::service::{MetricsEndpoint, MetricsServer, ServiceError};
use crate::signals::Signals;
use crate::store::embedded::EmbeddedStore;
use crate::store::scratch::Scratch;
use crate::tui::reading::Mailboxes;
use crate::xtime::source::HttpSource;
use crate::xtime::{self, HttpPlatform};
use chrono::TimeDelta;

use super::app::{App, measured};
use super::desk;
use super::error::CliError;

/// The sandbox is on this machine: a demo that takes longer than this to begin will not begin.
const LONGEST_START: Duration = Duration::from_secs(60);

/// What its temporary directory is for, in its name.
const SCRATCH: &str = "demo";

/// How the sandbox misbehaves in the demo.
const FAULTS: &str =
    "503=1%,429=1%,slow=2%:300ms,truncated=0.5%,mail-unknown=1%,mail-bounced=0.5%,mail-deferred=2%,mail-cut=0.5%";

/// The demo's arguments.
#[derive(Debug, Clone, clap::Args)]
pub struct DemoArgs {
    /// How many dealerships to invent.
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub dealerships: u32,
    /// How many times as fast as the real time the demo's time runs.
    #[arg(long, default_value_t = 300.0, value_name = "X", value_parser = speed)]
    pub speed: f64,
    /// What everything random is made from: the same seed invents the same dealerships.
    #[arg(long, default_value_t = 7, value_name = "S")]
    pub seed: u64,
    /// Keep the store in this directory (it must be empty) instead of throwing it away.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// How the sandbox misbehaves (see `sandbox --help`); `none` for a well-behaved one.
    #[arg(long, value_name = "SPEC", default_value = FAULTS)]
    pub faults: Faults,
    /// No screen: print events as JSON lines.
    #[arg(long)]
    pub headless: bool,
    /// End by itself after this real time.
    #[arg(long = "for", value_name = "DURATION", value_parser = when::parse_duration)]
    pub lasting: Option<TimeDelta>,
}

/// A speed that the clocks can keep.
pub(super) fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (1.0..=10_000.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 1 to 10000".to_owned()),
    }
}

/// Runs the demo until somebody leaves it, or a signal or its time ends it.
///
/// # Errors
/// When it cannot be started, or the screen cannot be shown.
pub(super) async fn run(app: &App, args: &DemoArgs) -> Result<(), CliError> {
    if !args.headless {
        desk::needs_terminal()?;
    }
    let mut signals = Signals::listen()?;
    let demo = tokio::select! {
        biased;
        ending = signals.ending() => return Err(CliError::Signal(ending.number())),
        demo = Demo::start(args, app.config.metrics_listen) => demo.map_err(DemoError::into_cli)?,
        () = tokio::time::sleep(LONGEST_START) => return Err(CliError::Failed("the demo did not start".to_owned())),
    };
    let over = async {
        match args.lasting.and_then(|lasting| lasting.to_std().ok()) {
            Some(lasting) => tokio::time::sleep(lasting).await,
            None => std::future::pending().await,
        }
    };
    let shown = async {
        if args.headless {
            return demo.print_events(app).await;
        }
        let engine = std::future::ready(Ok(demo.engine.clone()));
        Box::pin(desk::on(app, engine, "demo", demo.shows(), Vec::new())).await
    };
    let ended = tokio::select! {
        biased;
        ending = signals.ending() => Err(CliError::Signal(ending.number())),
        ended = shown => ended,
        () = over => Ok(()),
    };
    let stopped = demo.stop().await.map_err(CliError::from);
    ended.and(stopped)
}

/// Why the demo could not run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// `--keep` names a place that is taken.
    #[error("--keep {}: the directory is not empty; name a new one", .0.display())]
    NotEmpty(PathBuf),
    /// A directory or a socket could not be had.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The store could not be made.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// The platform client could not be made.
    #[error(transparent)]
    Setup(#[from] xtime::SetupError),
    /// The past could not be told.
    #[error(transparent)]
    History(#[from] history::HistoryError),
    /// There is no mail.
    #[error(transparent)]
    Mail(#[from] mail::MailError),
    /// The phone line could not be made.
    #[error(transparent)]
    Line(#[from] phone::LineError),
    /// Nobody can be told how it does.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl DemoError {
    fn into_cli(self) -> CliError {
        match self {
            Self::Service(error) => error.into(),
            error => CliError::Failed(error.to_string()),
        }
    }
}

/// A demo that runs: an engine like every other, and what it lives on.
pub struct Demo {
    /// The engine.
    pub engine: Engine,
    sandbox: Sandbox,
    listener: tokio::task::JoinHandle<()>,
    server: Option<MetricsServer>,
    // Deleted when it is dropped, after everything above has ended.
    _scratch: Scratch,
}

impl Demo {
    /// Invents the dealerships, gives them a past, and starts the engine and the sandbox.
    ///
    /// # Errors
    /// See [`DemoError`].
    pub async fn start(args: &DemoArgs, metrics_listen: Option<SocketAddr>) -> Result<Self, DemoError> {
        Scratch::remove_stale(SCRATCH);
        let scratch = Scratch::make(SCRATCH)?;
        let dir = store_dir(args.keep.as_ref(), &scratch)?;
        let clock: SharedClock = Arc::new(WallClock::accelerated(args.speed));
        let endpoint = match metrics_listen {
            Some(address) => Some(MetricsEndpoint::bind(address, Arc::clone(&clock)).await?),
            None => None,
        };
        let settings = sandbox::SandboxSettings {
            seed: args.seed,
            faults: Faults::none(),
            ..sandbox::SandboxSettings::new(Arc::clone(&clock))
        };
        let reports = scratch.below("mail")?;
        let listen = (std::net::Ipv4Addr::LOCALHOST, 0).into();
        let settings = sandbox::SandboxSettings {
            post: Some(PostSettings { listen, maildir: Some(reports.clone()) }),
            ..settings
        };
        let credentials = xtime::PlatformSettings {
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone().into(),
            api_key: settings.api_key.clone().into(),
            timeout: Duration::from_secs(5),
            ..xtime::PlatformSettings::default()
        };
        let sandbox = sandbox::start(settings).await?;
        let line = PhoneLine::new(sandbox.invitations_url(), sandbox.control_url())?;
        let platform = Arc::new(HttpPlatform::new(platform_settings(&sandbox, credentials), Arc::clone(&clock))?);
        let source = HttpSource::new(source_settings(&sandbox), Arc::clone(&clock))?;
        let store_clock = Arc::clone(&clock);
        let opened = tokio::task::spawn_blocking(move || EmbeddedStore::open(&dir, store_clock)).await;
        let store = opened.map_err(|error| std::io::Error::other(error.to_string()))??;
        let policy = Policy::default();
        let past = Past {
            store: &*store,
            platform: &*platform,
            line: &line,
            policy: &policy,
            now: clock.now(),
            seed: args.seed,
        };
        let people = people::invent(args.dealerships as usize, args.seed);
        let last_call = past.write(people.clone()).await?;
        // Whoever is invited from now on learns the code from a letter, or not at all.
        line.give_addresses(&people).await?;
        let outbox = mail::outbox(&sandbox, reports, Arc::clone(&clock))?;
        // The past is told undisturbed; what comes now is as nasty as it was asked to be.
        line.misbehave(&args.faults.to_string()).await?;
        let (store, platform) = measured(endpoint.as_ref(), store, Some(platform));
        let engine = Engine::start(Parts {
            store,
            platform,
            source: Some(Arc::new(source)),
            outbox: Some(outbox),
            clock,
            policy,
            pace: Pace::default(),
            seed: args.seed,
            read_only: false,
            background: true,
        });
        let listener = tokio::spawn(line.listen(engine.clone(), last_call));
        // It has no hooks: nobody is to be told of invented dealerships.
        let server = endpoint.map(|endpoint| endpoint.serve(engine.clone(), Vec::new()));
        Ok(Self { engine, sandbox, listener, server, _scratch: scratch })
    }

    /// Ends everything, the store last but one, the throw-away directory last.
    ///
    /// # Errors
    /// When the store cannot be closed.
    pub async fn stop(self) -> Result<(), crate::engine::EngineError> {
        self.listener.abort();
        drop(self.server);
        let closed = self.engine.shutdown().await;
        self.sandbox.shutdown().await;
        closed
    }

    /// What its screen shows besides.
    fn shows(&self) -> desk::DemoExtras {
        let mailboxes = self.sandbox.post().map(|post| Arc::new(mail::Letterboxes(post)) as Arc<dyn Mailboxes>);
        desk::DemoExtras { runs: true, mailboxes }
    }

    /// Prints events as JSON lines for as long as somebody reads them.
    async fn print_events(&self, app: &App) -> Result<(), CliError> {
        super::watch::follow(app, &self.engine).await
    }
}

fn store_dir(keep: Option<&PathBuf>, scratch: &Scratch) -> Result<PathBuf, DemoError> {
    let Some(dir) = keep else { return Ok(scratch.below("store")?) };
    if std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(DemoError::NotEmpty(dir.clone()));
    }
    Ok(dir.clone())
}

fn platform_settings(sandbox: &Sandbox, credentials: xtime::PlatformSettings) -> xtime::PlatformSettings {
    xtime::PlatformSettings { base_url: sandbox.base_url(), token_url: sandbox.token_url(), ..credentials }
}

fn source_settings(sandbox: &Sandbox) -> xtime::source::HttpSettings {
    xtime::source::HttpSettings {
        url: sandbox.invitations_url(),
        body: Some(r#"{"dealerCode": "{{ dealer_code }}"}"#.to_owned()),
        code: "/data/code".to_owned(),
        expires_at: Some("/data/expires".to_owned()),
        generated_at: Some("/data/generated".to_owned()),
        ..xtime::source::HttpSettings::default()
    }
}
