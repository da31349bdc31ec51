//! What can be typed after more than one command.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::output::ColorWhen;

/// What holds for every command.
#[derive(Debug, Clone, Args)]
pub struct Globals {
    /// Read the settings from this file
    #[arg(long, global = true, value_name = "FILE", env = "CLOVERWATCH_CONFIG", hide_env = true, value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Keep the store there: sled:PATH, or postgres://USER@HOST/DATABASE for a team
    #[arg(long, global = true, value_name = "URL")]
    pub store: Option<String>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub color: ColorWhen,
    /// Refuse everything that would record something
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Refuse when another process owns the store, instead of working through it
    #[arg(long, global = true)]
    pub no_attach: bool,
    /// Say more on stderr (-v what happens, -vv every detail)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What is printed is read out.
    #[arg(skip)]
    pub spoken: bool,
}

#[derive(Debug, Clone, Copy, Args)]
pub struct Json {
    /// One JSON document (JSON lines for streams)
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Targets {
    /// Which dealerships
    #[arg(value_name = "DEALERSHIP")]
    pub dealerships: Vec<String>,
    /// All that a query finds
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    #[command(flatten)]
    pub json: Json,
}
