//! `watch`: the engine without a screen. Events are JSON lines on stdout; how the platform is doing is on stderr.

use chrono::TimeDelta;
use futures::StreamExt;

use crate::client::{EngineClient, clock_doubt};
use crate::domain::text::clean;
use crate::domain::{ClockDoubt, humanize, rfc3339};
use crate::protocol::{Alarm, Cause, EventQuery, Notification, PlatformState, RequestError, Status};

use super::app::App;
use super::error::CliError;
use crate::wiring::Need;

/// Runs until a signal ends it.
pub(super) async fn run(app: &App) -> Result<(), CliError> {
    if app.globals.read_only {
        // It would look at nothing, record nothing, and say nothing.
        return Err(RequestError::ReadOnly.into());
    }
    let client = app.client(Need::ALL).await?;
    if client.info().read_only {
        // So the database of a team wants it; it was said.
        return Err(RequestError::ReadOnly.into());
    }
    let missing = app.config.xtime.missing();
    if !missing.is_empty() {
        tracing::warn!("probing is off: set {} in [xtime]", missing.join(", "));
    }
    if !client.info().sends_letters() {
        tracing::warn!("no letters are sent: set transport in [mail]");
    } else if !client.info().mails {
        tracing::warn!("letters are only written to files, nobody mails them: set transport in [mail]");
    }
    tracing::info!(dealerships = client.read_model().len(), store = %app.config.store, "watching");
    tokio::select! {
        ended = follow(app, &*client) => ended,
        () = statuses(&*client) => Ok(()),
    }
}

/// Prints every event from now on; after a lag it reads on from the log, so that none is missing.
pub(super) async fn follow(app: &App, client: &dyn EngineClient) -> Result<(), CliError> {
    let mut news = client.subscribe();
    let mut last = client.read_model().seq();
    loop {
        match news.next().await {
            Some(Notification::Committed(committed)) => {
                for event in committed.events.iter().filter(|event| event.seq > last) {
                    print(app, client, event)?;
                }
                last = committed.events.iter().map(|event| event.seq).max().unwrap_or(last).max(last);
            }
            Some(Notification::Lagged) => {
                for event in client.events(EventQuery { after: last, ..EventQuery::default() }).await? {
                    print(app, client, &event)?;
                    last = event.seq;
                }
            }
            Some(Notification::Status(_) | Notification::Owner(_)) => continue,
            Some(Notification::Ended) | None => return Ok(()),
        }
        app.out.flush()?;
    }
}

fn print(app: &App, client: &dyn EngineClient, event: &crate::domain::Event) -> Result<(), CliError> {
    let state = event.dealership.and_then(|id| client.read_model().get(id));
    app.out.json_line(&event.public(state.as_ref().map(|state| &state.profile.name)))
}

/// Logs how the platform is doing, for ever.
async fn statuses(client: &dyn EngineClient) {
    let mut news = client.subscribe();
    let mut log = StatusLog::default();
    log.tell(client.status(), clock_doubt(client));
    while let Some(notification) = news.next().await {
        if let Notification::Status(status) = notification {
            log.tell(*status, clock_doubt(client));
        }
    }
    std::future::pending::<()>().await;
}

/// What was logged last: a change is told once.
#[derive(Default)]
struct StatusLog {
    platform: PlatformState,
    alarms: Vec<Cause>,
    /// How many are due in the backlog that goes on.
    backlog: Option<usize>,
    /// The longest that anybody has waited in it.
    longest_wait: Option<TimeDelta>,
    is_doubted: bool,
}

impl StatusLog {
    fn tell(&mut self, status: Status, doubt: Option<ClockDoubt>) {
        if let Some(doubt) = doubt.filter(|_| !self.is_doubted) {
            tracing::error!("{doubt}");
        }
        self.is_doubted = doubt.is_some();
        self.tell_alarms(&status.alarms);
        self.tell_backlog(&status);
        let is_short_wait = matches!(status.platform, PlatformState::RateLimited { .. }) && !status.platform.is_alarm();
        if status.platform != self.platform && !is_short_wait {
            self.tell_platform(status.platform);
        }
    }

    fn tell_alarms(&mut self, alarms: &[Alarm]) {
        for alarm in alarms.iter().filter(|alarm| !self.alarms.contains(&alarm.cause)) {
            tracing::error!("{alarm}: one cause, at Xtime or with us");
        }
        self.alarms = alarms.iter().map(|alarm| alarm.cause).collect();
    }

    /// At its beginning and its end, with the longest wait that anybody had in it.
    fn tell_backlog(&mut self, status: &Status) {
        let now = status.backlog.as_ref().map(|backlog| backlog.total);
        match (self.backlog, now) {
            (None, Some(total)) => tracing::info!(dealerships = total, "more looks are due than the budget allows"),
            (Some(total), None) => {
                let wait = self.longest_wait.take().map_or_else(String::new, humanize);
                tracing::info!(dealerships = total, longest_wait = wait, "everybody was looked at");
            }
            _ => {}
        }
        self.backlog = now;
        self.longest_wait = self.longest_wait.max(status.longest_wait.filter(|_| now.is_some()));
    }

    fn tell_platform(&mut self, platform: PlatformState) {
        match &platform {
            PlatformState::Ok if matches!(self.platform, PlatformState::RateLimited { .. }) => {
                tracing::info!("the wait that the platform asked for is over");
            }
            PlatformState::Ok => tracing::info!("the platform answers"),
            PlatformState::RateLimited { why, until, .. } => {
                tracing::warn!(until = rfc3339(*until), "the platform asked us to wait: {}", clean(why));
            }
            PlatformState::Down { why, .. } => tracing::error!("the platform fails: {}", clean(why)),
            PlatformState::OurCredentials { why, .. } => {
                tracing::error!("our credentials are refused: {}", clean(why));
            }
            PlatformState::MassDisconnect { turned, .. } => {
                tracing::error!(
                    turned,
                    "half or more of the last looks turned \"not connected\" together; nobody is recorded as lost"
                );
            }
            PlatformState::Unconfigured | PlatformState::Starting => {}
        }
        self.platform = platform;
    }
}
