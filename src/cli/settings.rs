//! `config` and `keymap`: what holds, or what is wrong with it.

use crate::config::{self, print};

use super::app::overrides;
use super::args::{ConfigCommand, Globals};
use super::error::CliError;
use super::output::{Ink, Out};

/// `config`. It needs no books and no working settings.
pub(super) fn run(globals: &Globals, command: ConfigCommand) -> Result<(), CliError> {
    let out = Out::new(globals.color);
    let loaded = config::load(&overrides(globals))?;
    for warning in &loaded.warnings {
        out.note(warning.to_string());
    }
    match command {
        ConfigCommand::Print => out.raw(print::effective(&loaded.config).as_bytes())?,
        ConfigCommand::Check => {
            let clock: crate::clock::SharedClock = std::sync::Arc::new(crate::clock::WallClock::real());
            // Secrets are fetched and templates tried, but nothing is sent.
            let platform = loaded.config.platform(std::sync::Arc::clone(&clock))?;
            loaded.config.code_source(clock)?;
            let file = loaded
                .config
                .file
                .as_deref()
                .map_or_else(|| "no file; the defaults".to_owned(), config::diagnostic::shown);
            out.line(format!("{} {file}", out.ink(Ink::Good, "ok")))?;
            if platform.is_none() {
                let missing = loaded.config.xtime.missing().join(", ");
                out.note(format!("probing is off until these are set in [xtime]: {missing}"));
            }
        }
    }
    out.flush()
}
