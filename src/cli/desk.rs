//! The dashboard: on the configured store, or on the demo's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::FutureExt;
use tokio_util::task::AbortOnDropHandle;

use crate::client::SharedClient;
use crate::domain::Environment;
use crate::domain::text::shown_path;
use crate::signals::Termination;
use crate::tui::DeskStart;
use crate::tui::notifier::NotifySequence;
use crate::tui::reading::Mailboxes;
use crate::tui::run::{Exit, Opening, ScreenOptions, run as show};

use super::app::{App, overrides};
use super::desk_files::{DeskFiles, has_title, keymap, themes};
use super::error::CliError;
use super::kept_desk;
use super::output::{humanize_term, is_dumb};
use crate::wiring::{Need, panic_is_caught};

/// How far apart a store is asked for whose owner has ended.
const BETWEEN: Duration = Duration::from_millis(200);

/// Runs the dashboard on the configured store until it is left.
pub(super) async fn run(app: &Arc<App>) -> Result<(), CliError> {
    needs_terminal()?;
    let mut notices = Vec::new();
    let missing = app.config.xtime.missing();
    if !missing.is_empty() {
        notices.push(format!("probing is off: set {} in [xtime]", missing.join(", ")));
    }
    if let Some(path) = app.config.mail.directory() {
        notices.push(format!("letters are not mailed, but written to {}: see [mail] transport", shown_path(path)));
    }
    let (again, opened_for) = (AtomicBool::new(false), Arc::clone(app));
    // A large store takes a moment to open, so somebody else does that: whoever waits sees for what, and can leave.
    let opener = move || {
        let opening = open(Arc::clone(&opened_for), again.swap(true, Ordering::Relaxed));
        let opening = AbortOnDropHandle::new(tokio::spawn(opening));
        opening.map(|opened| opened.unwrap_or_else(|error| Err(CliError::Failed(error.to_string())))).boxed()
    };
    Box::pin(on(app, opener, &app.config.store.to_string(), DemoExtras::default(), notices)).await
}

/// Opens the store, or attaches to its owner. When that is done again, because the owner has ended, one of those who were
/// attached is the first, and the others wait until it listens.
pub(super) async fn open(app: Arc<App>, again: bool) -> Result<SharedClient, CliError> {
    loop {
        match app.desk_client(Need::ALL).await {
            Err(CliError::Held(_) | CliError::Unreachable { .. }) if again => tokio::time::sleep(BETWEEN).await,
            opened => return opened,
        }
    }
}

/// Refuses where no screen can be drawn. What goes to stderr may go anywhere.
pub(super) fn needs_terminal() -> Result<(), CliError> {
    const INSTEAD: &str = "`list`, `show`, `events --follow`, `watch` and `demo --headless` do without";
    if let Err(error) = crate::tui::terminal::needs_terminal() {
        if error.is_gone() {
            return Err(CliError::Signal(Termination::HangUp.number()));
        }
        return Err(CliError::usage(format!("the dashboard needs a terminal; {INSTEAD}")));
    }
    let term = std::env::var("TERM").ok();
    if is_dumb(term.as_deref()) {
        let term = humanize_term(term.as_deref());
        return Err(CliError::usage(format!(
            "the dashboard cannot be drawn on this terminal: TERM is {term}; set it to what the terminal is, such as xterm-256color. {INSTEAD}"
        )));
    }
    Ok(())
}

/// What a demo shows besides.
#[derive(Default)]
pub(super) struct DemoExtras {
    pub(super) runs: bool,
    /// It begins with its tasks.
    pub(super) practice: bool,
    /// The mailboxes of its dealers.
    pub(super) mailboxes: Option<Arc<Mailboxes>>,
}

/// Shows the desk on an engine, as soon as there is one, until it is left. The engine runs on.
pub(super) async fn on(
    app: &App,
    opener: impl Fn() -> Opening<CliError> + Send + Sync + 'static,
    store: &str,
    demo: DemoExtras,
    mut notices: Vec<String>,
) -> Result<(), CliError> {
    let keymap = keymap(&mut notices);
    let themes = themes(app.globals.color, &app.config.ui, &mut notices);
    // Nothing of a demo is kept: it is another one each time.
    let place = if demo.runs { None } else { kept_desk::place(&app.config.store) };
    let kept = place.as_ref().filter(|_| app.config.ui.restore).and_then(|place| kept_desk::read(place, &mut notices));
    let start = match kept {
        _ if demo.practice => DeskStart::Practice,
        _ if demo.runs => DeskStart::All,
        Some(kept) => DeskStart::AsLeft(Box::new(kept)),
        None => DeskStart::Mine,
    };
    let mut files = DeskFiles::new(app.globals.color, overrides(&app.globals), &app.config);
    let options = ScreenOptions {
        keymap,
        themes,
        notify: NotifySequence::choose(app.config.ui.notify, |name| std::env::var(name).ok()),
        mouse: app.config.ui.mouse,
        has_title: has_title(),
        me: app.config.operator(),
        zone: app.zone,
        store: store.to_owned(),
        partner: app.config.partner.clone(),
        appointment: app.config.appointment.clone(),
        environment: demo.runs.then_some(Environment::Demo),
        mailboxes: demo.mailboxes,
        panic_is_caught,
        notices,
        clock: Arc::clone(&app.clock),
        policy: app.config.policy.clone(),
        read_only: app.globals.read_only,
        views: app.config.views.clone(),
        start,
        read_again: Box::new(move || files.read_again()),
    };
    let left = show(opener, options).await.map_err(|error| match error.is_gone() {
        true => CliError::Signal(Termination::HangUp.number()),
        false => CliError::Failed(error.to_string()),
    })??;
    if let Some((place, kept)) = place.zip(left.kept)
        && let Err(error) = kept_desk::write(&place, &kept)
    {
        app.out.warn(format!("how the desk was left cannot be kept in {}: {error}", shown_path(&place)));
    }
    for words in &left.unfinished {
        app.out.warn(words);
    }
    match left.exit {
        Exit::Quit => Ok(()),
        Exit::Signal(ending) => Err(CliError::Signal(ending.number())),
    }
}
