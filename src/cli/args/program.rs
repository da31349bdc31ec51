//! The program itself: `keymap`, `config` and `doctor`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::Json;

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

#[derive(Debug, Args)]
pub struct Doctor {
    /// Give up acknowledged events that are missing at the journal's end, for good; without it such a store is not opened
    #[arg(long)]
    pub accept_loss: bool,
    #[command(flatten)]
    pub json: Json,
}
