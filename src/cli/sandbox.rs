//! `sandbox`: the simulated platform by itself.

use clap::Args;

use super::app::App;
use super::error::CliError;

/// `sandbox`.
#[derive(Debug, Clone, Args)]
pub struct SandboxArgs {
    /// Where it listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787")]
    pub listen: std::net::SocketAddr,
    /// Which of the possible worlds
    #[arg(long, value_name = "S", default_value_t = 7)]
    pub seed: u64,
    /// How many times as fast as real time it goes
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub speed: f64,
    /// Which faults, and how often
    #[arg(long, value_name = "SPEC")]
    pub faults: Option<String>,
}

/// Runs until a signal ends it.
pub(super) async fn run(_app: &App, _args: &SandboxArgs) -> Result<(), CliError> {
    std::future::ready(Err(CliError::Failed("the sandbox is not built in yet".to_owned()))).await
}
