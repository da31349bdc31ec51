//! The dashboard: on the configured store, or on the demo's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::task::AbortOnDropHandle;

use crate::config::{self, teach};
use crate::engine::{ClassificationRule, Engine};
use crate::mail::Transport;
use crate::signals::Termination;
use crate::tui::keymap::Keymap;
use crate::tui::reading::Mailboxes;
use crate::tui::run::{Exit, KeepsMeanings, ScreenOptions, run as show};
use crate::tui::theme::{ByBackground, TerminalEnv, Theme, ThemeChoice};

use super::app::{App, Need};
use super::error::CliError;
use super::output::{ColorWhen, humanize_term, is_dumb};

/// Runs the dashboard on the configured store until it is left.
pub(super) async fn run(app: &Arc<App>) -> Result<(), CliError> {
    needs_terminal()?;
    let mut notices = Vec::new();
    let missing = app.config.xtime.missing();
    if !missing.is_empty() {
        notices.push(format!("probing is off: set {} in [xtime]", missing.join(", ")));
    }
    if let Transport::Directory(path) = &app.config.mail.transport {
        notices.push(format!("letters are not mailed, but written to {}: see [mail] transport", shown(path)));
    }
    let need = Need { platform: true, source: true, background: true, mail: true };
    let opener = Arc::clone(app);
    // A large store takes a moment to open, so somebody else does that: whoever waits sees for what, and can leave.
    let opening = async move {
        let opening = tokio::spawn(async move { opener.engine_behind_screen(need).await });
        let opened = AbortOnDropHandle::new(opening).await;
        opened.unwrap_or_else(|error| Err(CliError::Failed(error.to_string())))
    };
    Box::pin(on(app, opening, &app.config.store.to_string(), DemoExtras::default(), notices)).await
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
    /// The mailboxes of its dealers.
    pub(super) mailboxes: Option<Arc<dyn Mailboxes>>,
}

/// Shows the desk on an engine, as soon as there is one, until it is left. The engine runs on.
pub(super) async fn on(
    app: &App,
    opening: impl Future<Output = Result<Engine, CliError>>,
    store: &str,
    demo: DemoExtras,
    mut notices: Vec<String>,
) -> Result<(), CliError> {
    let keymap = keymap(&mut notices);
    let (theme, themes, has_title) = theme(app);
    let options = ScreenOptions {
        keymap,
        theme,
        themes,
        has_title,
        me: app.config.operator(),
        zone: app.zone,
        store: store.to_owned(),
        partner: app.config.partner.clone(),
        appointment: app.config.appointment.clone(),
        demo: demo.runs,
        mailboxes: demo.mailboxes,
        keeper: Arc::new(SettingsFile { read: app.config.file.clone(), demo: demo.runs }),
        notices,
        clock: Arc::clone(&app.clock),
        policy: app.config.policy.clone(),
        read_only: app.globals.read_only,
    };
    let left = show(opening, options).await.map_err(|error| match error.is_gone() {
        true => CliError::Signal(Termination::HangUp.number()),
        false => CliError::Failed(error.to_string()),
    })??;
    for words in &left.unfinished {
        app.out.warn(words);
    }
    match left.exit {
        Exit::Quit => Ok(()),
        Exit::Signal(ending) => Err(CliError::Signal(ending.number())),
    }
}

/// The settings file, where rows of the meanings are kept; a demo keeps none.
struct SettingsFile {
    read: Option<PathBuf>,
    demo: bool,
}

impl KeepsMeanings for SettingsFile {
    fn printed(&self, row: &ClassificationRule) -> String {
        teach::printed(row)
    }

    fn place(&self) -> Result<String, String> {
        if self.demo {
            return Ok("It is written nowhere: a demo keeps no settings.".to_owned());
        }
        let path = teach::file(self.read.as_deref()).map_err(|why| why.to_string())?;
        Ok(format!("It is written into {}.", shown(&path)))
    }

    fn keep(&self, row: &ClassificationRule, event: u64) -> Result<(), String> {
        if self.demo {
            return Ok(());
        }
        let kept = teach::file(self.read.as_deref())
            .and_then(|path| teach::add_row(&path, row, &format!("taught from event {event}")));
        kept.map(drop).map_err(|why| why.to_string())
    }
}

/// The default keys with the operator's own file over them. A bad file never stops the desk: it says what is wrong.
fn keymap(notices: &mut Vec<String>) -> Keymap {
    let Some(path) = config::paths::keymap_file() else {
        return Keymap::default();
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Keymap::default(),
        Err(error) => {
            notices.push(format!("cannot read {}: {error}; the default keys hold", shown(&path)));
            return Keymap::default();
        }
    };
    let (keymap, problems) = Keymap::load(Some((&path.to_string_lossy(), &text)));
    notices.extend(problems.iter().map(ToString::to_string));
    keymap
}

fn shown(path: &Path) -> String {
    config::diagnostic::shown(path)
}

pub(super) fn theme(app: &App) -> (Theme, Option<ByBackground>, bool) {
    let choice = if app.globals.color == ColorWhen::Never { ThemeChoice::Mono } else { app.config.ui.theme };
    let variable = |name: &str| std::env::var(name).ok();
    let no_color = variable("NO_COLOR").filter(|_| app.globals.color != ColorWhen::Always);
    let (term, colorterm, colorfgbg) = (variable("TERM"), variable("COLORTERM"), variable("COLORFGBG"));
    let env = TerminalEnv {
        term: term.as_deref(),
        colorterm: colorterm.as_deref(),
        no_color: no_color.as_deref(),
        colorfgbg: colorfgbg.as_deref(),
    };
    (Theme::choose(choice, env), Theme::by_background(choice, env), env.has_title())
}
