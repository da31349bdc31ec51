//! No command: the dashboard on the configured store.

use super::app::{App, Need};
use super::error::CliError;

/// Runs the dashboard until it is left.
pub(super) async fn run(app: &App) -> Result<(), CliError> {
    if !super::output::is_interactive() || super::output::terminal_width().is_none() {
        return Err(CliError::usage("the dashboard needs a terminal; see --help for commands that do not"));
    }
    let engine = app.engine(Need { platform: true, source: true, background: true }).await?;
    let _ = engine;
    Err(CliError::Failed("the screen is not built in yet".to_owned()))
}
