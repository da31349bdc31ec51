//! `config` and `keymap`: what holds, or what is wrong with it.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Subcommand, ValueHint};

use crate::clock::{SharedClock, WallClock};
use crate::config::paths::keymap_file;
use crate::config::schema::schema;
use crate::config::{self, Config, StoreUrl, print};
use crate::domain::text::shown_path;
use crate::present::Tone;
use crate::tui::keymap::{Keymap, check};
use crate::wiring;

use super::app::overrides;
use super::args::Globals;
use super::error::CliError;
use super::output::Out;

#[derive(Debug, Subcommand)]
pub enum KeymapCommand {
    /// Every key that holds
    Print,
    /// What is wrong with a file (default: yours)
    Check {
        /// The file
        #[arg(value_hint = ValueHint::FilePath)]
        file: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigCommand {
    /// Every setting that holds, as TOML; no secrets
    Print,
    /// What is wrong with the settings
    Check,
    /// A JSON Schema (2020-12) of the settings, for editors
    Schema,
}

/// `config`. It needs no store and no working settings.
pub(super) fn run(globals: &Globals, command: ConfigCommand) -> Result<(), CliError> {
    let out = Out::new(globals.color);
    match command {
        ConfigCommand::Print => out.raw(print::effective(&load(globals, &out)?).as_bytes())?,
        ConfigCommand::Check => check_settings(&load(globals, &out)?, &out)?,
        ConfigCommand::Schema => out.raw(format!("{:#}\n", schema()).as_bytes())?,
    }
    out.flush()
}

fn load(globals: &Globals, out: &Out) -> Result<Config, CliError> {
    let (config, warnings) = config::load(&overrides(globals))?;
    for warning in &warnings {
        out.note(warning.to_string());
    }
    Ok(config)
}

/// Secrets are fetched and templates tried, but nothing is sent.
fn check_settings(config: &Config, out: &Out) -> Result<(), CliError> {
    let clock: SharedClock = Arc::new(WallClock::real());
    let platform = wiring::platform(config, Arc::clone(&clock))?;
    wiring::code_source(config, Arc::clone(&clock))?;
    if let StoreUrl::Postgres(url) = &config.store {
        wiring::database(config, url)?;
    }
    let post = wiring::outbox(config, clock)?;
    let file = config.file.as_deref().map_or_else(|| "no file; the defaults".to_owned(), shown_path);
    out.line(format!("{} {file}", out.paint(Tone::Good, "ok")))?;
    if platform.is_none() {
        out.note(format!("probing is off until these are set in [xtime]: {}", config.xtime.missing().join(", ")));
    }
    match (post, config.mail.directory()) {
        (Some(post), Some(_)) => {
            out.note(format!("no mail server is configured: letters become files, {}", post.transport.name()));
        }
        (None, _) => out.note("[mail] transport is none: no letter is ever sent"),
        _ => {}
    }
    Ok(())
}

/// `keymap`. It needs no store and no working settings.
pub(super) fn keymap(globals: &Globals, command: &KeymapCommand) -> Result<(), CliError> {
    let out = Out::new(globals.color);
    let read = |path: &Path, required: bool| match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => Ok(None),
        Err(error) => Err(CliError::usage(format!("cannot read {}: {error}", shown_path(path)))),
    };
    match command {
        KeymapCommand::Print => {
            let path = keymap_file();
            let text = path.as_deref().map(|path| read(path, false)).transpose()?.flatten();
            let name = path.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
            let (map, problems) = Keymap::load(text.as_deref().map(|text| (name.as_str(), text)));
            for problem in problems {
                out.note(problem.to_string());
            }
            out.raw(map.print().as_bytes())?;
        }
        KeymapCommand::Check { file } => {
            let (path, required) = match file {
                Some(file) => (file.clone(), true),
                None => (keymap_file().unwrap_or_default(), false),
            };
            let Some(text) = read(&path, required)? else {
                out.line(format!("{} no file; the default keymap", out.paint(Tone::Good, "ok")))?;
                return out.flush();
            };
            let problems = check(&text, &path.to_string_lossy());
            for problem in &problems {
                out.line(problem.to_string())?;
            }
            if problems.iter().any(|problem| !problem.warning) {
                out.flush()?;
                return Err(CliError::Told(2));
            }
            if problems.is_empty() {
                out.line(format!("{} {}", out.paint(Tone::Good, "ok"), shown_path(&path)))?;
            }
        }
    }
    out.flush()
}
