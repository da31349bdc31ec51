//! `demo` and `sandbox`.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::TimeDelta;
use clap::Args;

use crate::domain::when;
use crate::sandbox::Faults;

/// How the sandbox misbehaves in the demo.
const FAULTS: &str =
    "503=1%,429=1%,slow=2%:300ms,truncated=0.5%,mail-unknown=1%,mail-bounced=0.5%,mail-deferred=2%,mail-cut=0.5%";

#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// How many dealerships to invent.
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub dealerships: u32,
    /// Begin with ten small tasks; each is checked, and the keys that it took are compared with the shortest way.
    #[arg(long, conflicts_with = "headless")]
    pub practice: bool,
    /// How many times as fast as the real time the demo's time runs: 300, with --practice 20.
    #[arg(long, value_name = "X", value_parser = speed)]
    pub speed: Option<f64>,
    /// What everything random is made from: the same seed invents the same dealerships.
    #[arg(long, default_value_t = 7, value_name = "S")]
    pub seed: u64,
    /// Keep the store in this directory (it must be empty) instead of throwing it away.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// How the sandbox misbehaves (see `sandbox --help`); `none` for a well-behaved one.
    #[arg(long, value_name = "SPEC", default_value = FAULTS)]
    pub faults: Faults,
    /// Lines of text instead of a picture, for screen readers: news are told, commands are typed.
    #[arg(long, conflicts_with_all = ["headless", "practice"])]
    pub plain: bool,
    /// No screen: print events as JSON lines.
    #[arg(long)]
    pub headless: bool,
    /// End by itself after this real time.
    #[arg(long = "for", value_name = "DURATION", value_parser = when::parse_duration)]
    pub lasting: Option<TimeDelta>,
}

impl DemoArgs {
    /// Whoever practises is not to be overtaken by the dealers.
    pub fn speed(&self) -> f64 {
        self.speed.unwrap_or(if self.practice { 20.0 } else { 300.0 })
    }
}

/// A speed that the clocks can keep.
fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (1.0..=10_000.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 1 to 10000".to_owned()),
    }
}

#[derive(Debug, Clone, Args)]
pub struct SandboxArgs {
    /// Where it listens, on this machine only; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787")]
    pub listen: SocketAddr,
    /// Which of the possible worlds
    #[arg(long, value_name = "S", default_value_t = 7)]
    pub seed: u64,
    /// How many times as fast as real time it goes
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// Which faults, and how often: `none`, `nasty`, or a list like `503=2%,429=1%,slow=3%:400ms`
    #[arg(long, value_name = "SPEC", default_value = "none")]
    pub faults: Faults,
    /// Take letters there, on this machine only, and keep them in mailboxes; dealerships with an address then act on the
    /// code that they read
    #[arg(long, value_name = "ADDR")]
    pub smtp: Option<SocketAddr>,
    /// Also put reports of failed delivery into this maildir
    #[arg(long, value_name = "DIR", requires = "smtp", value_hint = clap::ValueHint::DirPath)]
    pub maildir: Option<PathBuf>,
}
