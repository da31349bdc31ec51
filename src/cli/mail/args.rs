//! What is given to `resend` and `mail …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use crate::cli::args::{Json, Targets};
use crate::domain::LetterKind;

#[derive(Debug, Args)]
pub struct Resend {
    #[command(flatten)]
    pub targets: Targets,
    /// Do the rest of what was cut off: an earlier run of the same that did not come to its end
    #[arg(long, conflicts_with_all = ["dealerships", "query"])]
    pub resume: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// The words of kinds of letters: `a, b or c`.
fn one_of(which: fn(&LetterKind) -> bool) -> String {
    let words: Vec<_> = LetterKind::ALL.into_iter().filter(which).map(LetterKind::as_str).collect();
    let (last, others) = words.split_last().unwrap_or((&"", &[]));
    format!("{} or {last}", others.join(", "))
}

#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Letters that wait or went wrong; with --all every letter that is kept (all about the present code, the latest before it)
    #[command(visible_alias = "ls")]
    List {
        /// Only of dealerships that a query finds
        query: Option<String>,
        /// Also those that went out, and those that were not to go out
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        json: Json,
    },
    /// One letter: what became of it, and its text
    Show {
        /// The letter's id, or a dealership for its newest letter
        letter: String,
        #[command(flatten)]
        form: Form,
        #[command(flatten)]
        json: Json,
    },
    /// A letter as it would go out now; nothing is sent
    Preview {
        /// Which dealership
        dealership: String,
        #[arg(help = one_of(|_| true))]
        kind: String,
        #[command(flatten)]
        form: Form,
    },
    #[command(about = format!("Send a letter: {} (for the code there is `resend`)", one_of(|kind| !kind.carries_code())))]
    Send {
        /// Which letter
        kind: String,
        #[command(flatten)]
        targets: Targets,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Try letters again now
    Retry(Letters),
    /// Do not send letters after all; those that went wrong are put away
    Suppress {
        #[command(flatten)]
        letters: Letters,
        /// Why
        #[arg(long, default_value = "somebody at the desk said so")]
        reason: String,
    },
    /// Whether dealerships are reminded before their code dies
    Reminders {
        /// on or off
        #[arg(value_parser = ["on", "off"])]
        set: String,
        #[command(flatten)]
        targets: Targets,
    },
    /// Take in a delivery report; a mail server can pipe them here, and what is none is left alone
    Bounce {
        /// The message; `-` or nothing: stdin
        #[arg(value_hint = ValueHint::FilePath)]
        file: Option<PathBuf>,
        #[command(flatten)]
        json: Json,
    },
    /// Send a letter without a code to an address of yours: does mail leave and arrive?
    Test {
        /// Where to
        address: String,
    },
}

#[derive(Debug, Args)]
#[allow(clippy::struct_field_names, reason = "named as it is on the command line")]
pub struct Letters {
    /// Letter ids, or dealerships for their letters that wait or went wrong
    #[arg(value_name = "LETTER", required_unless_present = "all")]
    pub letters: Vec<String>,
    /// Every letter that waits or went wrong
    #[arg(long, conflicts_with = "letters")]
    pub all: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    #[command(flatten)]
    pub json: Json,
}

/// How a letter is shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct Form {
    /// As HTML
    #[arg(long)]
    pub html: bool,
    /// With the full code
    #[arg(long)]
    pub reveal: bool,
}
