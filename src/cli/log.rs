//! Where a command says what it does.

use super::app::App;

/// Sends what the program says of itself to stderr: warnings, more with `-v`; JSON lines for `watch`.
pub(super) fn start(app: &App, watch: bool) {
    let level = match (app.globals.verbose, watch) {
        (0, false) => "warn",
        (0, true) => "cloverwatch=info,warn",
        (1, _) => "cloverwatch=info,cloverwatch::meanings=debug,warn",
        (2, _) => "cloverwatch=debug,info",
        _ => "cloverwatch=trace,debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("CLOVERWATCH_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        // Where stderr is gone a complaint about that would be a panic.
        .log_internal_errors(false);
    // A second logger in one process is refused, which is no fault of the command.
    let _ = if watch { builder.json().try_init() } else { builder.without_time().with_target(false).try_init() };
}
