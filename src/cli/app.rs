//! What every command needs: settings, streams, the clock, and the engine, started when it is needed.

use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use parking_lot::Mutex;

use crate::client::{EngineClient, ReadClient, SharedClient};
use crate::clock::{SharedClock, WallClock};
use crate::config::{self, Config, Overrides, StoreUrl};
use crate::domain::when::WhenError;
use crate::domain::{Actor, ClockDoubt, Timestamp};
use crate::present::time::Zone;
use crate::protocol::RequestError;
use crate::wiring::{Access, Need, attach, connect};

use super::args::Globals;
use super::error::{CliError, held_by};
use super::input::read_text;
use super::output::Out;
use super::owner_reader::OwnerReader;
use super::store_access::{StoreClient, holder};
use super::zone::{choose_zone_rules, operators_zone};

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
    pub fn new(globals: Globals) -> Result<Self, CliError> {
        let out = Out::new(globals.color).spoken(globals.spoken);
        let (config, warnings) = config::load(&overrides(&globals))?;
        for warning in &warnings {
            out.note(warning.to_string());
        }
        if let Some(doubt) = choose_zone_rules(&config).doubt() {
            out.warn(format!("time zone rules: {}", crate::domain::text::clean(doubt)));
        }
        Ok(Self {
            globals,
            config,
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
        let store = self.globals.store.as_ref().map(|url| match &self.config.store {
            StoreUrl::Embedded(_) => ["--store".to_owned(), url.clone()],
            // A password may stand in what was typed.
            StoreUrl::Postgres(url) => ["--store".to_owned(), url.written().to_owned()],
        });
        ["cloverwatch".to_owned()].into_iter().chain(config.into_iter().chain(store).flatten()).collect()
    }

    /// The same on an engine that runs already, with the settings that it has.
    pub(super) fn on(&self, client: SharedClient, config: Config) -> Self {
        let config = Config { ui: self.config.ui.clone(), views: self.config.views.clone(), ..config };
        Self {
            globals: self.globals.clone(),
            config,
            out: Out::new(self.globals.color).spoken(self.globals.spoken),
            clock: Arc::clone(client.clock()),
            zone: self.zone,
            client: Mutex::new(Some(client)),
        }
    }

    /// Who sits at the desk.
    pub fn actor(&self) -> Actor {
        Actor::person(&self.config.operator())
    }

    /// Reads a moment that names no zone in this one: a dealership's, where one is spoken of.
    pub fn moment(&self, text: &str, zone: impl Into<Zone>) -> Result<Timestamp, CliError> {
        zone.into().read(text, self.clock.now()).map_err(|error: WhenError| CliError::usage(error.to_string()))
    }

    /// Reads a moment to come, in this zone unless it names its own; a length of time counts from now.
    pub fn ahead(&self, text: &str, zone: impl Into<Zone>) -> Result<Timestamp, CliError> {
        zone.into().read_ahead(text, self.clock.now()).map_err(|error: WhenError| CliError::usage(error.to_string()))
    }

    /// Reads where a span of time begins or ends, in the operator's zone: a day stands for its start.
    pub fn span(&self, text: &str) -> Result<Timestamp, CliError> {
        self.zone.read_start(text, self.clock.now()).map_err(|error: WhenError| CliError::usage(error.to_string()))
    }

    /// Reads what the store's owner has, else the journal or the team's database, without a lock or a change. An owner who is silent is told of.
    pub async fn read(&self) -> Result<Box<dyn ReadClient + '_>, CliError> {
        if let Some(client) = self.client.lock().clone() {
            return Ok(Box::new(self.reader(client)));
        }
        Ok(match self.owner(false).await {
            Some(client) => Box::new(self.reader(Arc::new(client))),
            None => Box::new(self.read_beside().await?),
        })
    }

    /// A client of the store's owner, for reading; with all `states`, and what is recorded from then on. Where there is an owner
    /// that does not answer, that is said.
    pub async fn owner(&self, states: bool) -> Option<impl EngineClient + Clone + 'static> {
        let dir = self.config.store.directory()?;
        let holder = holder(dir)?;
        let access = self.access(false);
        let attached = if access.attach { attach(dir, &access, states).await } else { Ok(None) };
        match attached {
            Ok(Some(client)) => {
                self.warn_of_clock(client.read_model().newest_event());
                return Some(client);
            }
            Ok(None) => self.out.note(format!("reading the journal beside {}", held_by(&holder))),
            Err(why) => self.out.warn(format!("{}; reading the journal beside it", CliError::from(why))),
        }
        None
    }

    /// Reads through an owner as long as that answers.
    pub(super) fn reader<C: ReadClient + ?Sized>(&self, owner: Arc<C>) -> OwnerReader<'_, C> {
        let open_store = move |why| {
            async move {
                if matches!(why, RequestError::Unreachable { .. }) {
                    self.out.warn(format!("{}; reading the journal beside it", CliError::from(why)));
                }
                self.read_beside().await
            }
            .boxed()
        };
        OwnerReader::new(owner, Box::new(open_store))
    }

    /// Reads the store itself, whoever owns it.
    pub async fn read_beside(&self) -> Result<StoreClient, CliError> {
        let client = StoreClient::open(&self.config, Arc::clone(&self.clock)).await?;
        if let Some(words) = client.doubt() {
            self.out.warn(words);
        }
        self.warn_of_clock(client.read_model().newest_event());
        Ok(client)
    }

    /// Says that our clock is behind what is recorded.
    fn warn_of_clock(&self, newest_event: Option<Timestamp>) {
        if let Some(doubt) = ClockDoubt::find(self.clock.now(), newest_event, None, &self.config.policy) {
            self.out.warn(doubt.to_string());
        }
    }

    /// A client of the engine: of the one that owns the store, else of one that is started.
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
    pub async fn desk_client(&self, need: Need) -> Result<SharedClient, CliError> {
        self.connect(need, true).await
    }

    fn access(&self, desk: bool) -> Access {
        let Globals { no_attach, read_only, .. } = self.globals;
        Access { attach: !no_attach, desk, read_only, operator: self.config.operator() }
    }

    async fn connect(&self, need: Need, desk: bool) -> Result<SharedClient, CliError> {
        let access = self.access(desk);
        // What works in the background without a person is the owner or nothing.
        let access = Access { attach: access.attach && (desk || !need.background), ..access };
        let client = connect(&self.config, &self.clock, need, &access).await?;
        *self.client.lock() = Some(Arc::clone(&client));
        Ok(client)
    }

    /// Asks a person and waits for a line.
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

/// What was asked for outside the settings file.
pub fn overrides(globals: &Globals) -> Overrides {
    Overrides { file: globals.config.clone(), store: globals.store.clone(), ..Overrides::default() }.with_environment()
}
