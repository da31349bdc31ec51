//! What systemd is told: that the program is ready, that it lives, that it ends. Nobody is told anything elsewhere.

use std::time::Duration;

use sd_notify::NotifyState;

use crate::engine::{Engine, TaskState};

/// How often the status is told where there is no watchdog.
const STATUS_EVERY: Duration = Duration::from_secs(30);

fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!("systemd could not be told: {error}");
    }
}

/// Tells that the program is ready, that it lives for as long as it does, and that it ends when this is dropped.
pub async fn keep_alive(engine: &Engine) {
    notify(&[NotifyState::Ready, NotifyState::Status(&status_line(engine))]);
    scopeguard::defer!(notify(&[NotifyState::Stopping]));
    let watchdog = sd_notify::watchdog_enabled();
    let every = watchdog.map_or(STATUS_EVERY, |longest| longest / 2);
    loop {
        engine.clock().sleep(every).await;
        let line = status_line(engine);
        // The supervisor mends a task that failed; one that does not come back nobody does but a restart.
        let stuck = engine.task_faults().into_iter().find(|(_, state)| *state == TaskState::Stuck);
        match stuck {
            Some((name, _)) => {
                tracing::error!("the task `{name}` does not come back; systemd is told no more that we live");
                notify(&[NotifyState::Status(&format!("the task {name} does not come back"))]);
            }
            None if watchdog.is_some() => notify(&[NotifyState::Watchdog, NotifyState::Status(&line)]),
            None => notify(&[NotifyState::Status(&line)]),
        }
    }
}

fn status_line(engine: &Engine) -> String {
    let status = engine.status().borrow().clone();
    let alarm = if status.platform.is_alarm() { "; the platform fails" } else { "" };
    let (dealerships, waiting) = (engine.read_model().len(), status.waiting);
    format!("{dealerships} dealerships, event {}, {waiting} probes due{alarm}", engine.read_model().seq())
}
