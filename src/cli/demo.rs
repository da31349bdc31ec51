//! `cloverwatch demo`: the desk on a throw-away store, against the built-in sandbox over HTTP on loopback, in fast time.

mod error;
mod history;
mod mail;
mod people;
mod phone;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use clap::Args;
use futures::FutureExt;
use secrecy::SecretString;

use self::error::DemoError;
use self::history::Past;
use self::phone::PhoneLine;
use crate::client::SharedClient;
use crate::clock::{SharedClock, WallClock};
use crate::config::model::{HttpCodes, Invitations};
use crate::config::{Config, SecretSource, StoreUrl};
use crate::domain::{CodeOrigin, when};
use crate::protocol::RequestError;
use crate::sandbox::{self, Faults, PostSettings, Sandbox};
use crate::signals::Signals;
use crate::store::scratch::Scratch;
use crate::wiring::{KeptNowhere, Need, RunningServices, ServiceParts, Wiring, open_embedded, serve};
use crate::xtime::PlatformSettings;
use crate::xtime::source::HttpSettings;

use super::app::App;
use super::error::CliError;
use super::plain::RunWords;
use super::sandbox::speed;
use super::{desk, plain};

/// How the sandbox misbehaves in the demo.
const FAULTS: &str =
    "503=1%,429=1%,slow=2%:300ms,truncated=0.5%,mail-unknown=1%,mail-bounced=0.5%,mail-deferred=2%,mail-cut=0.5%";

#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// How many dealerships to invent.
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub dealerships: u32,
    /// Begin with ten small tasks; each is checked, and the keys that it took are compared with the shortest way.
    #[arg(long, conflicts_with = "headless")]
    pub practice: bool,
    /// How many times as fast as the real time the demo's time runs: 300, with --practice 20.
    #[arg(long, value_name = "X", value_parser = speed)]
    pub speed: Option<f64>,
    /// What everything random is made from: the same seed invents the same dealerships.
    #[arg(long, default_value_t = 7, value_name = "S")]
    pub seed: u64,
    /// Keep the store in this directory (it must be empty) instead of throwing it away.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// How the sandbox misbehaves (see `sandbox --help`); `none` for a well-behaved one.
    #[arg(long, value_name = "SPEC", default_value = FAULTS)]
    pub faults: Faults,
    /// Lines of text instead of a picture, for screen readers: news are told, commands are typed.
    #[arg(long, conflicts_with_all = ["headless", "practice"])]
    pub plain: bool,
    /// No screen: print events as JSON lines.
    #[arg(long)]
    pub headless: bool,
    /// End by itself after this real time.
    #[arg(long = "for", value_name = "DURATION", value_parser = when::parse_duration)]
    pub lasting: Option<TimeDelta>,
}

impl DemoArgs {
    /// Whoever practises is not to be overtaken by the dealers.
    pub fn speed(&self) -> f64 {
        self.speed.unwrap_or(if self.practice { 20.0 } else { 300.0 })
    }
}

/// The sandbox is on this machine: a demo that takes longer than this to begin will not begin.
const LONGEST_START: Duration = Duration::from_secs(60);

/// What its temporary directory is for, in its name.
const SCRATCH: &str = "demo";

/// Runs the demo until somebody leaves it, or a signal or its time ends it.
pub(super) async fn run(app: &App, args: &DemoArgs, run_words: RunWords) -> Result<(), CliError> {
    if !args.headless && !args.plain {
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
            return super::watch::follow(app, &*demo.client).await;
        }
        if args.plain {
            let app = Arc::new(app.on(Arc::clone(&demo.client), demo.config.clone()));
            return Box::pin(plain::run(&app, "demo", run_words)).await;
        }
        let client = Arc::clone(&demo.client);
        let opener = move || std::future::ready(Ok(Arc::clone(&client))).boxed();
        Box::pin(desk::on(app, opener, "demo", demo.shows(args.practice), Vec::new())).await
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

/// A demo that runs: an engine like every other, and what it lives on.
pub struct Demo {
    pub client: SharedClient,
    config: Config,
    sandbox: Sandbox,
    listener: tokio::task::JoinHandle<()>,
    services: RunningServices,
    // Deleted when it is dropped, after everything above has ended.
    _scratch: Scratch,
}

impl Demo {
    /// Invents the dealerships, gives them a past, and starts the engine and the sandbox.
    pub async fn start(args: &DemoArgs, metrics_listen: Option<SocketAddr>) -> Result<Self, DemoError> {
        Scratch::remove_stale(SCRATCH);
        let scratch = Scratch::make(SCRATCH)?;
        let dir = store_dir(args.keep.as_ref(), &scratch)?;
        let clock: SharedClock = Arc::new(WallClock::accelerated(args.speed()));
        // It has no hooks: nobody is to be told of invented dealerships.
        let services = ServiceParts::metrics(metrics_listen, &clock).await?;
        let reports = scratch.below("mail")?;
        let listen = (std::net::Ipv4Addr::LOCALHOST, 0).into();
        let settings = sandbox::SandboxSettings {
            seed: args.seed,
            faults: Faults::none(),
            post: Some(PostSettings { listen, maildir: Some(reports.clone()) }),
            ..sandbox::SandboxSettings::new(Arc::clone(&clock))
        };
        let credentials =
            (settings.client_id.clone(), settings.client_secret.clone().into(), settings.api_key.clone().into());
        let sandbox = sandbox::start(settings).await?;
        let line = PhoneLine::new(sandbox.invitations_url(), sandbox.control_url())?;
        let kept = dir.clone();
        let config = config(&sandbox, credentials, dir, reports)?;
        let mut wiring = Wiring::of(&config, &clock, Need::ALL)?;
        wiring.seed = args.seed;
        wiring.rules = Arc::new(KeptNowhere);
        wiring.outbox = wiring.outbox.map(mail::only_to_the_invented);
        let store = open_embedded(&kept, Arc::clone(&clock)).await?;
        let past = Past {
            store: &*store,
            platform: wiring.platform.as_deref().ok_or(DemoError::NoPlatform)?,
            line: &line,
            policy: &wiring.policy,
            now: clock.now(),
            seed: args.seed,
        };
        let people = people::invent(args.dealerships as usize, args.seed);
        let last_call = past.write(people.clone()).await?;
        // Whoever is invited from now on learns the code from a letter, or not at all.
        line.give_addresses(&people).await?;
        // The past is told undisturbed; what comes now is as nasty as it was asked to be.
        line.misbehave(&args.faults.to_string()).await?;
        let (client, services) = Wiring { services, ..wiring }.start(store).map_err(DemoError::Hooks)?;
        let client = if args.keep.is_some() { serve(client, &kept, !args.headless) } else { client };
        let client: SharedClient = Arc::new(client);
        let listener = tokio::spawn(line.listen(Arc::clone(&client), last_call));
        Ok(Self { client, config, sandbox, listener, services, _scratch: scratch })
    }

    /// Ends everything, the store last but one, the throw-away directory last.
    pub async fn stop(self) -> Result<(), RequestError> {
        self.listener.abort();
        drop(self.services);
        let closed = self.client.shutdown().await;
        self.sandbox.shutdown().await;
        closed
    }

    /// What its screen shows besides.
    fn shows(&self, practice: bool) -> desk::DemoExtras {
        let mailboxes = self.sandbox.post().map(mail::mailboxes);
        desk::DemoExtras { runs: true, practice, mailboxes }
    }
}

fn store_dir(keep: Option<&PathBuf>, scratch: &Scratch) -> Result<PathBuf, DemoError> {
    let Some(dir) = keep else { return Ok(scratch.below("store")?) };
    if std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(DemoError::NotEmpty(dir.clone()));
    }
    Ok(dir.clone())
}

/// The settings of a desk on the sandbox.
fn config(
    sandbox: &Sandbox,
    (client_id, client_secret, api_key): (String, SecretString, SecretString),
    dir: PathBuf,
    reports: PathBuf,
) -> Result<Config, DemoError> {
    let mut config = Config { store: StoreUrl::Embedded(dir), ..Config::default() };
    config.xtime.settings = PlatformSettings {
        base_url: sandbox.base_url(),
        token_url: sandbox.token_url(),
        client_id,
        timeout: Duration::from_secs(5),
        ..PlatformSettings::default()
    };
    config.xtime.client_secret = Some(SecretSource::Literal(client_secret));
    config.xtime.api_key = Some(SecretSource::Literal(api_key));
    let settings = HttpSettings {
        url: sandbox.invitations_url(),
        body: Some(r#"{"dealerCode": "{{ dealer_code }}"}"#.to_owned()),
        code: "/data/code".to_owned(),
        expires_at: Some("/data/expires".to_owned()),
        generated_at: Some("/data/generated".to_owned()),
        ..HttpSettings::default()
    };
    let http = Some(HttpCodes { settings, headers: Vec::new() });
    config.invitations = Invitations { source: CodeOrigin::Http, http, command: None };
    mail::configure(&mut config.mail, sandbox, reports)?;
    Ok(config)
}
