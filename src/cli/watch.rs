//! `watch`: the engine without a screen. Events are JSON lines on stdout; how the platform is doing is on stderr.

use tokio::sync::broadcast::error::RecvError;

use crate::domain::{in_words, rfc3339};
use crate::engine::{Engine, EngineError, PlatformState};
use crate::service::systemd::ReadyService;
use crate::store::EventQuery;

use super::app::{App, Need};
use super::error::CliError;

/// Runs until a signal ends it.
pub(super) async fn run(app: &App) -> Result<(), CliError> {
    if app.globals.read_only {
        // It would look at nothing, record nothing, and say nothing.
        return Err(EngineError::ReadOnly.into());
    }
    let engine = app.engine(Need { platform: true, source: true, background: true, mail: true }).await?;
    let missing = app.config.xtime.missing();
    if !missing.is_empty() {
        tracing::warn!("probing is off: set {} in [xtime]", missing.join(", "));
    }
    if !engine.sends_letters() {
        tracing::warn!("no letters are sent: set transport in [mail]");
    } else if !engine.mails() {
        tracing::warn!("letters are only written to files, nobody mails them: set transport in [mail]");
    }
    tracing::info!(dealerships = engine.book().len(), store = %app.config.store, "watching");
    let service = ReadyService::tell(&engine);
    tokio::select! {
        ended = follow(app, &engine) => ended,
        () = statuses(&engine) => Ok(()),
        () = service.keep_alive(&engine) => Ok(()),
    }
}

/// Prints every event from now on; after a lag it reads on from the log, so that none is missing.
pub(super) async fn follow(app: &App, engine: &Engine) -> Result<(), CliError> {
    let mut commits = engine.follow();
    let mut last = engine.book().seq();
    loop {
        match commits.recv().await {
            Ok(committed) => {
                for event in committed.events.iter().filter(|event| event.seq > last) {
                    print(app, engine, event)?;
                }
                last = committed.events.iter().map(|event| event.seq).max().unwrap_or(last).max(last);
            }
            Err(RecvError::Lagged(_)) => {
                for event in engine.events(EventQuery { after: last, ..EventQuery::default() }).await? {
                    print(app, engine, &event)?;
                    last = event.seq;
                }
            }
            Err(RecvError::Closed) => return Ok(()),
        }
        app.out.flush()?;
    }
}

fn print(app: &App, engine: &Engine, event: &crate::domain::Event) -> Result<(), CliError> {
    let state = event.dealership.and_then(|id| engine.book().get(id));
    app.out.json_line(&event.public(state.as_ref().map(|state| &state.profile.name)))
}

async fn statuses(engine: &Engine) {
    let mut status = engine.status();
    let mut shown = PlatformState::Unconfigured;
    let (mut alarms, mut sweep, mut longest) = (Vec::new(), None::<usize>, None);
    let mut doubted = false;
    loop {
        let now = status.borrow_and_update().clone();
        let doubt = engine.clock_doubt();
        if let Some(doubt) = doubt.filter(|_| !doubted) {
            tracing::error!("{doubt}");
        }
        doubted = doubt.is_some();
        let platform = now.platform;
        for alarm in now.alarms.iter().filter(|alarm| !alarms.contains(&alarm.cause)) {
            tracing::error!("{alarm}: one cause, at Xtime or with us");
        }
        alarms = now.alarms.iter().map(|alarm| alarm.cause).collect();
        // A sweep is told at its beginning and its end, with the longest wait that anybody had in it.
        match (sweep, now.sweep.as_ref().map(|sweep| sweep.total)) {
            (None, Some(total)) => tracing::info!(dealerships = total, "more looks are due than the budget allows"),
            (Some(total), None) => {
                let wait = longest.map_or_else(String::new, in_words);
                tracing::info!(dealerships = total, longest_wait = wait, "everybody was looked at");
                longest = None;
            }
            _ => {}
        }
        sweep = now.sweep.as_ref().map(|sweep| sweep.total);
        longest = longest.max(now.longest_wait.filter(|_| sweep.is_some()));
        let is_short_wait = matches!(platform, PlatformState::RateLimited { .. }) && !platform.is_alarm();
        if platform != shown && !is_short_wait {
            match &platform {
                PlatformState::Ok if matches!(shown, PlatformState::RateLimited { .. }) => {
                    tracing::info!("the wait that the platform asked for is over");
                }
                PlatformState::Ok => tracing::info!("the platform answers"),
                PlatformState::RateLimited { why, until, .. } => {
                    let why = crate::domain::text::clean(why);
                    tracing::warn!(until = rfc3339(*until), "the platform asked us to wait: {why}");
                }
                PlatformState::Down { why, .. } => {
                    tracing::error!("the platform fails: {}", crate::domain::text::clean(why));
                }
                PlatformState::OurCredentials { why, .. } => {
                    tracing::error!("our credentials are refused: {}", crate::domain::text::clean(why));
                }
                PlatformState::MassDisconnect { turned, .. } => {
                    tracing::error!(
                        turned,
                        "half or more of the last looks turned \"not connected\" together; nobody is recorded as lost"
                    );
                }
                PlatformState::Unconfigured | PlatformState::Starting => {}
            }
            shown = platform;
        }
        if status.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
