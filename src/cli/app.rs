//! What every command needs: settings, streams, the clock, and the engine, started when it is needed.

use std::borrow::Cow;
use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::client::SharedClient;
use crate::clock::{SharedClock, WallClock};
use crate::config::{self, Config, Overrides};
use crate::domain::when::WhenError;
use crate::domain::{Actor, ClockDoubt, Onboarding, Policy, ProbeSchedule, ProbeState, Timestamp, cadence};
use crate::engine::Engine;
use crate::present::time::Zone;
use crate::protocol::{EventQuery, ProbeStatus};
use crate::store::{ProbeStates, Snapshot};
use crate::timezone::{self, Database};
use crate::wiring::{Access, Need, Wiring, blocking, connect, directory, open_store, serve};

use super::args::Globals;
use super::error::{CliError, held_by};
use super::input::read_text;
use super::output::Out;
use super::select::DeskView;
use super::store_access;

/// An end that takes longer is explained.
const SAID_AFTER: Duration = Duration::from_millis(300);

/// The process around one command.
pub struct App {
    /// What holds for every command.
    pub globals: Globals,
    pub config: Config,
    pub out: Out,
    pub clock: SharedClock,
    pub zone: Zone,
    client: Mutex<Option<SharedClient>>,
}

impl App {
    /// Reads the settings and says what is doubtful about them.
    ///
    /// # Errors
    /// Settings that cannot be used.
    pub fn new(globals: Globals) -> Result<Self, CliError> {
        let out = Out::new(globals.color);
        let loaded = config::load(&overrides(&globals))?;
        for warning in &loaded.warnings {
            out.note(warning.to_string());
        }
        if let Some(doubt) = choose_zone_rules(&loaded.config).doubt() {
            out.warn(format!("time zone rules: {}", crate::domain::text::clean(doubt)));
        }
        Ok(Self {
            globals,
            config: loaded.config,
            out,
            clock: Arc::new(WallClock::real()),
            zone: operators_zone(),
            client: Mutex::default(),
        })
    }

    /// The program with the options that say which settings and which store: what is to be typed begins with it.
    pub fn program(&self) -> Vec<String> {
        let config =
            self.globals.config.as_ref().map(|path| ["--config".to_owned(), path.to_string_lossy().into_owned()]);
        let store = self.globals.store.as_ref().map(|url| ["--store".to_owned(), url.clone()]);
        ["cloverwatch".to_owned()].into_iter().chain(config.into_iter().chain(store).flatten()).collect()
    }

    /// Who sits at the desk.
    pub fn actor(&self) -> Actor {
        Actor::person(&self.config.operator())
    }

    /// Reads a moment that names no zone in this one: a dealership's, where one is spoken of.
    ///
    /// # Errors
    /// Wrong usage when it is none.
    pub fn moment(&self, text: &str, zone: impl Into<Zone>) -> Result<Timestamp, CliError> {
        zone.into().read(text, self.clock.now()).map_err(|error: WhenError| CliError::usage(error.to_string()))
    }

    /// Reads where a span of time begins or ends, in the operator's zone: a day stands for its start.
    ///
    /// # Errors
    /// Wrong usage when it is neither a moment nor a day.
    pub fn span(&self, text: &str) -> Result<Timestamp, CliError> {
        self.zone.read_start(text, self.clock.now()).map_err(|error: WhenError| CliError::usage(error.to_string()))
    }

    /// Reads the store from the journal, and says when somebody owns it. It needs no lock and changes nothing.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn read(&self) -> Result<StoreReading, CliError> {
        if let Some(holder) = store_access::holder(&self.config.store) {
            self.out.note(format!("reading the journal beside {}", held_by(&holder)));
        }
        self.read_beside().await
    }

    /// The same without a word about who owns it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn read_beside(&self) -> Result<StoreReading, CliError> {
        let (journal, probes) = store_access::read_beside(&self.config.store).await?;
        if !journal.end.is_whole() {
            let words = crate::domain::text::clean(&journal.end.to_string()).into_owned();
            self.out.warn(format!("{words} (`cloverwatch doctor` tells more)"));
        }
        self.warn_of_clock(journal.read_model.newest_event());
        let (seq, states) = journal.read_model.all();
        let journal = Arc::new(journal);
        let (policy, me, clock) = (self.config.policy.clone(), self.config.operator(), Arc::clone(&self.clock));
        let rhythm = self.config.xtime.missing().is_empty().then(|| self.config.pace().probe_schedule());
        Ok(StoreReading { seq, states, journal, probes, policy, rhythm, me, clock })
    }

    /// Says that our clock is behind what is recorded.
    fn warn_of_clock(&self, newest_event: Option<Timestamp>) {
        if let Some(doubt) = ClockDoubt::find(self.clock.now(), newest_event, None, &self.config.policy) {
            self.out.warn(doubt.to_string());
        }
    }

    /// A client of the engine: of the one that owns the store, else of one that is started.
    ///
    /// # Errors
    /// When the store is held by somebody who does not answer, or broken, or the platform or code source cannot be set up.
    pub async fn client(&self, need: Need) -> Result<SharedClient, CliError> {
        if let Some(client) = self.client.lock().clone() {
            return Ok(client);
        }
        let client = self.connect(need, false).await?;
        for notice in &client.info().notices {
            self.out.warn(crate::domain::text::clean(notice));
        }
        self.warn_of_clock(client.read_model().newest_event());
        Ok(client)
    }

    /// The client of a person's desk. What there is to say is in its notices: nothing is written over the screen.
    ///
    /// # Errors
    /// As [`App::client`].
    pub async fn desk_client(&self, need: Need) -> Result<SharedClient, CliError> {
        self.connect(need, true).await
    }

    async fn connect(&self, need: Need, desk: bool) -> Result<SharedClient, CliError> {
        let Globals { no_attach, read_only, .. } = self.globals;
        // What works in the background without a person is the owner or nothing.
        let attach = !no_attach && (desk || !need.background);
        let access = Access { attach, desk, read_only, operator: self.config.operator() };
        let client = connect(&self.config, &self.clock, need, &access).await?;
        *self.client.lock() = Some(Arc::clone(&client));
        Ok(client)
    }

    /// Only until every command is on the client.
    pub async fn engine(&self, need: Need) -> Result<Engine, CliError> {
        let wiring = Wiring::of(&self.config, &self.clock, need)?;
        let store = open_store(&self.config.store, Arc::clone(&self.clock)).await?;
        let client = Wiring { read_only: self.globals.read_only, ..wiring }.start(store);
        let client = if need.background { serve(client, &directory(&self.config.store), false) } else { client };
        let engine = client.engine().clone();
        *self.client.lock() = Some(Arc::new(client));
        Ok(engine)
    }

    /// Asks a person and waits for a line.
    ///
    /// # Errors
    /// When nothing can be read.
    pub async fn ask(&self, question: &str) -> Result<String, CliError> {
        self.out.flush()?;
        // No line end, so that the answer stands behind the question.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), question.as_bytes());
        let read = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).map(|_| line)
        });
        let line = read.await.map_err(|error| CliError::Failed(error.to_string()))??;
        Ok(line.trim().to_owned())
    }

    /// Reads a code from standard input: one line, so that no list of processes and no history of a shell has it.
    ///
    /// # Errors
    /// When there is none, or more than one line.
    pub async fn code_from_stdin(&self) -> Result<String, CliError> {
        if std::io::stdin().is_terminal() {
            return self.ask("code: ").await;
        }
        let text = read_text(Path::new("-")).await.map_err(|error| match error {
            CliError::Usage(why) => CliError::Usage(format!("--code -: {why}")),
            other => other,
        })?;
        let mut lines = text.as_str().lines().map(str::trim).filter(|line| !line.is_empty());
        match (lines.next(), lines.next()) {
            (Some(code), None) => Ok(code.to_owned()),
            (None, _) => Err(CliError::usage("--code -: there is no code on stdin")),
            (Some(_), Some(_)) => {
                Err(CliError::usage("--code -: stdin has more than one line; codes for many go to --codes -"))
            }
        }
    }

    /// Ends whatever was started; everything acknowledged is durable.
    ///
    /// # Errors
    /// When the store could not be closed cleanly.
    pub async fn close(&self) -> Result<(), CliError> {
        let Some(client) = self.client.lock().take() else { return Ok(()) };
        let letters = client.status().mail.in_flight;
        let mut ending = std::pin::pin!(client.shutdown());
        let is_over = tokio::time::timeout(SAID_AFTER, &mut ending).await;
        if is_over.is_err() && letters > 0 {
            let what = if letters == 1 { "1 letter".to_owned() } else { format!("{letters} letters") };
            self.out.note(format!("waiting for {what} that the mail server has not answered, at most 5s"));
        }
        match is_over {
            Ok(ended) => Ok(ended?),
            Err(_) => Ok(ending.await?),
        }
    }
}

/// Decides, once for the process, by which rules local times are told.
pub(super) fn choose_zone_rules(config: &Config) -> Database {
    let tzdir = std::env::var_os("TZDIR").filter(|dir| !dir.is_empty());
    let database = Database::choose(&config.zone_database, tzdir.as_deref().map(Path::new));
    timezone::use_database(database.clone());
    database
}

/// The zone of whoever sits here.
pub fn operators_zone() -> Zone {
    let localtime = std::fs::read_link("/etc/localtime").ok();
    Zone::find(std::env::var("TZ").ok().as_deref(), localtime.as_deref())
}

/// What was asked for outside the settings file.
pub fn overrides(globals: &Globals) -> Overrides {
    Overrides { file: globals.config.clone(), store: globals.store.clone(), ..Overrides::default() }.with_environment()
}

/// The store as it stood when it was opened.
pub struct StoreReading {
    /// The last event in it.
    pub seq: u64,
    states: Vec<Arc<Onboarding>>,
    journal: Arc<Snapshot>,
    probes: ProbeStates,
    policy: Policy,
    /// How often is looked at what; `None`: there is no platform to ask.
    rhythm: Option<ProbeSchedule>,
    me: String,
    clock: SharedClock,
}

impl StoreReading {
    /// The dealerships at this moment.
    pub fn desk(&self) -> DeskView<'_> {
        DeskView { states: &self.states, now: self.clock.now(), policy: &self.policy, me: &self.me }
    }

    /// The last look at a dealership, and when the next one is due.
    pub fn probe(&self, state: &Onboarding) -> ProbeStatus {
        let kept = self.probes.get(state.id);
        let now = self.clock.now();
        let last = ProbeState::last(state, kept.as_deref(), now);
        let next = |rhythm| cadence(state, now, &self.policy, rhythm, last.as_deref());
        let next_at = self.rhythm.as_ref().and_then(next);
        ProbeStatus { next_at, last: last.map(Cow::into_owned) }
    }

    /// Whether there is no dealership at all.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Reads events, up to the last one of which the dealerships tell.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn events(&self, query: EventQuery) -> Result<Vec<crate::domain::Event>, CliError> {
        let journal = Arc::clone(&self.journal);
        Ok(blocking(move || journal.events(&query)).await?)
    }
}
