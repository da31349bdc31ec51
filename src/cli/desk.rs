//! The dashboard: on the configured store, or on the demo's.

use std::path::Path;

use crate::config::{self, Theme as Wanted};
use crate::engine::Engine;
use crate::tui::clocks::Zone;
use crate::tui::keymap::Keymap;
use crate::tui::run::{Exit, Options, run as show};
use crate::tui::theme::{Theme, ThemeChoice};

use super::app::{App, Need};
use super::error::CliError;
use super::output::ColorWhen;

/// Runs the dashboard on the configured store until it is left.
pub(super) async fn run(app: &App) -> Result<(), CliError> {
    if !super::output::is_interactive() || super::output::terminal_width().is_none() {
        return Err(CliError::usage("the dashboard needs a terminal; see --help for commands that do not"));
    }
    // A large store takes a moment to open, and it is opened before the terminal is taken: whoever waits sees for what.
    let waiting = Waiting::show(&format!("Opening {} …", app.config.store));
    let engine = app.engine(Need { platform: true, source: true, background: true }).await;
    drop(waiting);
    let engine = engine?;
    let mut notices = Vec::new();
    let missing = app.config.xtime.missing();
    if !missing.is_empty() {
        notices.push(format!("probing is off: set {} in [xtime]", missing.join(", ")));
    }
    on(app, engine, &app.config.store.to_string(), false, notices).await
}

/// Shows the desk on an engine until it is left. The engine runs on.
pub(super) async fn on(
    app: &App,
    engine: Engine,
    store: &str,
    demo: bool,
    mut notices: Vec<String>,
) -> Result<(), CliError> {
    let keymap = keymap(&mut notices);
    let variable = |name: &str| std::env::var(name).ok();
    let localtime = std::fs::read_link("/etc/localtime").ok();
    let options = Options {
        keymap,
        theme: theme(app),
        me: app.config.operator(),
        zone: Zone::find(variable("TZ").as_deref(), localtime.as_deref()),
        store: store.to_owned(),
        partner: app.config.partner.clone(),
        appointment: app.config.appointment.clone(),
        demo,
        mouse: app.config.ui.mouse,
        notices,
    };
    match show(engine, options).await.map_err(|error| CliError::Failed(error.to_string()))? {
        Exit::Quit => Ok(()),
        Exit::Signal(ending) => Err(CliError::Signal(ending.number())),
    }
}

/// The default keys with the operator's own file over them. A bad file never stops the desk: it says what is wrong.
fn keymap(notices: &mut Vec<String>) -> Keymap {
    let Some(path) = config::paths::config_dir().map(|directory| directory.join("keymap.toml")) else {
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

fn theme(app: &App) -> Theme {
    let choice = match (app.globals.color, app.config.ui.theme) {
        (ColorWhen::Never, _) => ThemeChoice::Mono,
        (_, Wanted::Auto) => ThemeChoice::Auto,
        (_, Wanted::Dark) => ThemeChoice::Dark,
        (_, Wanted::Light) => ThemeChoice::Light,
        (_, Wanted::Mono) => ThemeChoice::Mono,
    };
    let variable = |name: &str| std::env::var(name).ok();
    let no_color = variable("NO_COLOR").filter(|_| app.globals.color != ColorWhen::Always);
    Theme::choose(choice, no_color.as_deref(), variable("COLORFGBG").as_deref())
}

/// A line on the alternate screen while the store is being opened; gone when it is dropped.
struct Waiting;

impl Waiting {
    fn show(words: &str) -> Self {
        let words = crate::domain::text::clean(words).into_owned();
        write(&format!("\x1b[?1049h\x1b[2J\x1b[H{words}"));
        Self
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        write("\x1b[?1049l");
    }
}

/// To the terminal, as well as it can be: nothing depends on it.
fn write(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = std::io::Write::write_all(&mut stdout, text.as_bytes()).and_then(|()| std::io::Write::flush(&mut stdout));
}
