//! What is given to `invite` and `reissue`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::args::Targets;

/// `invite`, and most of `reissue`.
#[allow(clippy::struct_excessive_bools, reason = "independent options, each given or not")]
#[allow(clippy::struct_field_names, reason = "named as it is on the command line")]
#[derive(Debug, Args)]
pub struct Codes {
    #[command(flatten)]
    pub targets: Targets,
    /// The code, taken from the partner's own screen; for one dealership. `-`: read from stdin, so that it is in no list of processes
    #[arg(long, value_name = "CODE", conflicts_with_all = ["codes", "query"])]
    pub code: Option<String>,
    /// Codes for many: lines of `dealership,code[,generated_at]`; `-` is stdin
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub codes: Option<PathBuf>,
    /// Do the rest of what was cut off: an earlier run of the same that did not come to its end
    #[arg(long, conflicts_with_all = ["dealerships", "query", "code", "codes"])]
    pub resume: bool,
    /// When the codes were generated: their hours run from there (default: now)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub generated_at: Option<String>,
    /// Send no letter: the dealership gets the code another way, and no reminders
    #[arg(long)]
    pub no_email: bool,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}
