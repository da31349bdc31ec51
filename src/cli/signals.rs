//! What a command does about signals besides ending, and where it says what it does.

use tokio::signal::unix::{SignalKind, signal};

use super::app::App;

/// From now on a limit on the size of files (`ulimit -f`) is an error of the write that meets it, as a full disk is, and not
/// the end of the process: a handler is there, and nobody listens.
pub(super) fn survive_file_size_limit() -> std::io::Result<()> {
    signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).map(drop)
}

/// Sends what the program says of itself to stderr: warnings, more with `-v`; JSON lines for `watch`.
pub(super) fn log(app: &App, watch: bool) {
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
