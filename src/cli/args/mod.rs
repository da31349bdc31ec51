//! What can be typed after `cloverwatch`.

mod call;
mod codes;
mod dealerships;
mod mail;
mod meaning;
mod opcode;
mod program;
mod record;
mod sandbox;
mod store;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};

use super::output::ColorWhen;

pub use call::{LogCall, Told};
pub use codes::{Codes, Reissue, Revoke};
pub use dealerships::{Add, Import, Set};
pub use mail::{Form, Letters, MailCommand, Resend};
pub use meaning::{AddMeaning, MeaningCommand};
pub use opcode::{AppointmentArgs, GuideArgs, Opcode, SetOpcode};
pub use program::{ConfigCommand, Doctor, KeymapCommand};
pub use record::{Archive, Assign, Confirm, Note, Snooze, Unfinished};
pub use sandbox::{DemoArgs, SandboxArgs};
pub use store::{Events, Export, ListArgs, ReportArgs, Restore, Show, StoreCommand};

const AFTER: &str = "\
A DEALERSHIP is named by its id, its dealerCode, or an unambiguous part of its name.
QUERY: words; field:value; field:a,b; !term; ~fuzzy; /regex/; expires<6h; waiting>24h; expired>2d;
       is:expired|attention|mine|twin|…; stage:…; move:us|dealer|xtime|nobody; next:word; opcode:missing|…; mail:failed|…; kind:invitation.issued
TIME:  `2026-03-30 14:05`, `3/30/2026 2:05pm`, `06:05`, `yesterday 14:05` (the dealership's zone, else yours),
       with a zone of its own: `… CST`, `…-05:00`; `-71h`, `2 hours ago`, `now`

Exit codes: 0 done · 1 failed · 2 wrong usage or settings · 3 partly done · 4 refused by a rule · 75 the store is held";

/// The onboarding desk of a certified scheduling partner of Xtime, in a terminal. Without a command: the dashboard.
#[derive(Debug, Parser)]
#[command(name = "cloverwatch", version, about, after_help = AFTER, max_term_width = 120, args_override_self = true)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub globals: Globals,
    /// The desk as lines of text instead of a picture, for screen readers: news are told, commands are typed
    #[arg(long)]
    pub plain: bool,
    /// What to do; nothing: the dashboard.
    #[command(subcommand)]
    pub command: Option<CliCommand>,
}

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
}

/// Every command, by what it needs.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// The dashboard on invented dealerships, against the built-in sandbox; nothing to configure, no network
    Demo(DemoArgs),
    #[command(flatten)]
    Desk(DeskCommand),
    #[command(flatten)]
    Program(ProgramCommand),
}

/// The commands on a store.
#[derive(Debug, Subcommand)]
pub enum DeskCommand {
    /// Take dealerships in from CSV or JSON; importing again changes nothing
    Import(Import),
    /// Take one dealership in
    Add(Add),
    /// Correct the profile of a dealership; prints what was and what is
    Set(Set),
    /// The table of dealerships
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// One dealership: profile, code, clocks, opcode findings, timeline
    Show(Show),
    /// Give dealerships their first code
    Invite(Codes),
    /// Give dealerships a new code; the old one is superseded
    Reissue(Reissue),
    /// What was begun for many and cut off, with the dealerships that are left
    Unfinished(Unfinished),
    /// Take the living code back
    Revoke(Revoke),
    /// Record that the dealer says it is done; the second clock starts
    Confirm(Confirm),
    /// Record a call with a dealership and what came of it
    Call(LogCall),
    /// Record that the living code was read out by phone
    Told(Told),
    /// Write something down
    Note(Note),
    /// Give a dealership to somebody
    Assign(Assign),
    /// Out of sight for a while
    Snooze(Snooze),
    /// Put aside; it is not probed any more
    Archive(Archive),
    /// Send the letter of the present code once more; only while the code lives
    Resend(Resend),
    /// Letters: what waits, what went wrong, previews, retries, delivery reports
    #[command(subcommand)]
    Mail(MailCommand),
    /// Ask Xtime now
    Check(Targets),
    /// How Xtime's answers are read, and teaching those that no row knows
    #[command(subcommand)]
    Meaning(MeaningCommand),
    /// The dealership's service opcode
    #[command(subcommand)]
    Opcode(Opcode),
    /// The test appointment: the exact request with the dealership's opcode; sent only with --book and a typed dealerCode
    Appointment(AppointmentArgs),
    /// The event log
    Events(Events),
    /// What the log says: codes that end, where dealerships stick, how long things take, calls; by owner, group or week
    Report(ReportArgs),
    /// The engine without a screen: probes, expiry, mail; logs JSON lines
    Watch,
    /// Write the whole event log as JSON lines; it holds codes
    Export(Export),
    /// Read an export back into an empty store
    Restore(Restore),
    /// The store itself
    #[command(subcommand)]
    Store(StoreCommand),
    /// The simulated Xtime by itself
    Sandbox(SandboxArgs),
}

/// The commands about the program itself: they need neither settings nor a store.
#[derive(Debug, Subcommand)]
pub enum ProgramCommand {
    /// The keys: what holds, or what is wrong with a file
    #[command(subcommand)]
    Keymap(KeymapCommand),
    /// The settings: what holds, or what is wrong with them
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Look at everything that must be right: terminal, paths, store, platform, clock
    Doctor(Doctor),
    /// Completions for a shell
    Completions {
        /// For which shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// The manual page
    Man,
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
