//! What is recorded in one line, and what was cut off: `unfinished`, `confirm`, `note`, `assign`, `snooze` and `archive`.

use clap::Args;

use super::{Json, Targets};

#[derive(Debug, Args)]
pub struct Confirm {
    #[command(flatten)]
    pub targets: Targets,
    /// When the dealer finished (default: now)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Do not acknowledge it by a letter
    #[arg(long)]
    pub no_email: bool,
}

#[derive(Debug, Args)]
pub struct Unfinished {
    /// Do not tell of it any more
    #[arg(long)]
    pub put_away: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Note {
    /// Which dealership
    pub dealership: String,
    /// What
    #[arg(required = true)]
    pub text: Vec<String>,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Assign {
    /// Which dealership
    pub dealership: String,
    /// To whom
    #[arg(required_unless_present = "nobody", conflicts_with = "nobody")]
    pub owner: Option<String>,
    /// To nobody
    #[arg(long)]
    pub nobody: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Snooze {
    /// Which dealership
    pub dealership: String,
    /// For how long, like 2d, or until when
    #[arg(value_name = "DURATION|TIME", required_unless_present = "wake", conflicts_with = "wake")]
    pub until: Option<String>,
    /// End the snooze
    #[arg(long)]
    pub wake: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Archive {
    #[command(flatten)]
    pub targets: Targets,
    /// Take back from the archive
    #[arg(long)]
    pub undo: bool,
}
