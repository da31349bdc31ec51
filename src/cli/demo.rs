//! `demo`: the desk on invented dealerships, against the built-in sandbox.

use clap::Args;

/// `demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// How many dealerships are invented
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub dealerships: u32,
    /// How many times as fast as real time it goes
    #[arg(long, value_name = "X", default_value_t = 60.0)]
    pub speed: f64,
    /// Which of the possible worlds
    #[arg(long, value_name = "S", default_value_t = 7)]
    pub seed: u64,
    /// Keep the books in this directory instead of throwing them away
    #[arg(long, value_name = "DIR")]
    pub keep: Option<std::path::PathBuf>,
    /// Without a terminal: print events as JSON lines
    #[arg(long)]
    pub headless: bool,
    /// End by itself after so long, in real time
    #[arg(long, value_name = "DURATION")]
    pub run_for: Option<String>,
}
