//! `cloverwatch demo`: the desk on a throw-away store, against the built-in sandbox over HTTP on loopback, in fast time.

mod history;
mod people;
mod phone;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::broadcast::error::RecvError;

use self::history::Past;
use self::phone::Line;
use crate::clock::{SharedClock, WallClock};
use crate::domain::{Policy, when};
use crate::engine::{Engine, Pace, Parts};
use crate::sandbox::{self, Faults, Sandbox};
use crate::store::Store as _;
use crate::store::embedded::EmbeddedStore;
use crate::xtime::source::HttpSource;
use crate::xtime::{self, HttpPlatform};

/// The demo's arguments.
#[derive(Debug, Clone, clap::Args)]
pub struct DemoArgs {
    /// How many dealerships to invent.
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub dealerships: u32,
    /// How many times as fast as the real time the demo's time runs.
    #[arg(long, default_value_t = 300.0, value_name = "X", value_parser = speed)]
    pub speed: f64,
    /// What everything random is made from: the same seed invents the same dealerships.
    #[arg(long, default_value_t = 7, value_name = "S")]
    pub seed: u64,
    /// Keep the store in this directory (it must be empty) instead of throwing it away.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// How the sandbox misbehaves (see `sandbox --help`); `none` for a well-behaved one.
    #[arg(long, value_name = "SPEC", default_value = "503=1%,429=1%,slow=2%:300ms,truncated=0.5%")]
    pub faults: String,
    /// No screen: print events as JSON lines.
    #[arg(long)]
    pub headless: bool,
    /// End by itself after this real time.
    #[arg(long = "for", value_name = "DURATION", value_parser = when::parse_duration)]
    pub lasting: Option<TimeDelta>,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (1.0..=10_000.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 1 to 10000".to_owned()),
    }
}
