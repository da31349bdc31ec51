//! What can be typed after `cloverwatch`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};

use super::output::ColorWhen;

const AFTER: &str = "\
A DEALERSHIP is named by its id, its dealerCode, or an unambiguous part of its name.
QUERY: words; field:value; field:a,b; !term; ~fuzzy; /regex/; expires<6h; waiting>24h; expired>2d;
       is:expired|attention|mine|…; stage:…; opcode:missing|…; kind:invitation.issued
TIME:  RFC 3339, `2026-03-30 14:05` (the dealership's zone, else yours), `-71h`, `2d ago`, `now`

Exit codes: 0 done · 1 failed · 2 wrong usage or settings · 3 partly done · 4 refused by a rule · 75 the store is held";

/// The onboarding desk of a certified scheduling partner of Xtime, in a terminal. Without a command: the dashboard.
#[derive(Debug, Parser)]
#[command(name = "cloverwatch", version, about, after_help = AFTER, max_term_width = 120, args_override_self = true)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do; nothing: the dashboard.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What holds for every command.
#[derive(Debug, Clone, Args)]
pub struct Globals {
    /// Read the settings from this file
    #[arg(long, global = true, value_name = "FILE", env = "CLOVERWATCH_CONFIG", hide_env = true, value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Keep the books there: sled:PATH
    #[arg(long, global = true, value_name = "URL")]
    pub store: Option<String>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub color: ColorWhen,
    /// Refuse everything that would record something
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Say more on stderr (-v what happens, -vv every detail)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The dashboard on invented dealerships, against the built-in sandbox; nothing to configure, no network
    Demo(super::demo::DemoArgs),
    /// Take dealerships in from CSV or JSON; importing again changes nothing
    Import(Import),
    /// Take one dealership in
    Add(Add),
    /// The table of dealerships
    #[command(visible_alias = "ls")]
    List(List),
    /// One dealership: profile, code, clocks, opcode findings, timeline
    Show(Show),
    /// Give dealerships their first code
    Invite(Codes),
    /// Give dealerships a new code; the old one is superseded
    Reissue(Reissue),
    /// Take the living code back
    Revoke(Revoke),
    /// Record that the dealer says it is done; the 24 hours start
    Confirm(Confirm),
    /// Write something down
    Note(Note),
    /// Give a dealership to somebody
    Assign(Assign),
    /// Out of sight for a while
    Snooze(Snooze),
    /// Put aside; it is not probed any more
    Archive(Archive),
    /// Ask Xtime now
    Check(Targets),
    /// The dealership's service opcode
    #[command(subcommand)]
    Opcode(Opcode),
    /// The event log
    Events(Events),
    /// The engine without a screen: probes and expiry; logs JSON lines
    Watch,
    /// Write the whole event log as JSON lines; it holds codes
    Export(Export),
    /// Read an export back into an empty store
    Restore(Restore),
    /// The simulated Xtime by itself
    Sandbox(super::sandbox::SandboxArgs),
    /// The keys: what holds, or what is wrong with a file
    #[command(subcommand)]
    Keymap(Keymap),
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
    /// Not part of this version: mail
    #[command(hide = true)]
    Resend(Later),
    /// Not part of this version: mail
    #[command(hide = true)]
    Mail(Later),
    /// Not part of this version: bookings
    #[command(hide = true)]
    Appointment(Later),
    /// Not part of this version: reports
    #[command(hide = true)]
    Report(Later),
}

/// Whatever follows a command that does not exist yet.
#[derive(Debug, Args)]
pub struct Later {
    /// Anything
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub rest: Vec<String>,
}

/// `--json`.
#[derive(Debug, Clone, Copy, Args)]
pub struct Json {
    /// One JSON document (JSON lines for streams)
    #[arg(long)]
    pub json: bool,
}

/// Which dealerships.
#[derive(Debug, Clone, Args)]
pub struct Targets {
    /// Which dealerships
    #[arg(value_name = "DEALERSHIP")]
    pub dealerships: Vec<String>,
    /// All that a query finds
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub json: Json,
}

/// `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// CSV or JSON; `-` is stdin
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Which field a column holds (name, dealer_code, group, brand, city, state, timezone, contact_name, email, phone, owner)
    #[arg(long, value_name = "COLUMN=FIELD")]
    pub map: Vec<String>,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub json: Json,
}

/// `add`.
#[derive(Debug, Args)]
pub struct Add {
    /// The rooftop's name
    pub name: String,
    /// Xtime's dealerCode
    #[arg(long, value_name = "CODE")]
    pub dealer_code: String,
    /// The contact's mail address
    #[arg(long)]
    pub email: String,
    /// Its IANA time zone, like America/Chicago
    #[arg(long, value_name = "ZONE")]
    pub timezone: String,
    /// The dealer group
    #[arg(long, default_value = "")]
    pub group: String,
    /// Which of us looks after it
    #[arg(long, default_value = "")]
    pub owner: String,
    /// The contact's number
    #[arg(long, default_value = "")]
    pub phone: String,
    /// The contact's name
    #[arg(long, default_value = "", value_name = "NAME")]
    pub contact: String,
    /// The make it sells
    #[arg(long, default_value = "")]
    pub brand: String,
    /// Where it is
    #[arg(long, default_value = "")]
    pub city: String,
    /// Its state or province
    #[arg(long, default_value = "")]
    pub state: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub json: Json,
}

/// `list`.
#[derive(Debug, Args)]
pub struct List {
    /// Which dealerships; several words are one query
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// By which fields, like `stage,expires_at:desc`; without it: what needs attention first
    #[arg(long, value_name = "FIELD[:desc],…", value_delimiter = ',')]
    pub sort: Vec<String>,
    /// Which columns, in order
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// One JSON document
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// CSV, with times in UTC
    #[arg(long)]
    pub csv: bool,
}

/// `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// Which dealership
    pub dealership: String,
    /// As it stood then
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// With the full code
    #[arg(long)]
    pub reveal: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub json: Json,
}

/// `invite`, and most of `reissue`.
#[derive(Debug, Args)]
pub struct Codes {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub targets: Targets,
    /// The code, taken from the partner's own screen; for one dealership
    #[arg(long, value_name = "CODE", conflicts_with_all = ["codes", "query"])]
    pub code: Option<String>,
    /// Codes for many: lines of `dealership,code[,generated_at]`; `-` is stdin
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub codes: Option<PathBuf>,
    /// When the codes were generated: their hours run from there (default: now)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub generated_at: Option<String>,
    /// Send no mail; this version never does
    #[arg(long, hide = true)]
    pub no_email: bool,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// `reissue`.
#[derive(Debug, Args)]
pub struct Reissue {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub codes: Codes,
    /// Also when the dealer says that the present code was entered
    #[arg(long)]
    pub despite_word: bool,
}

/// `revoke`.
#[derive(Debug, Args)]
pub struct Revoke {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub targets: Targets,
    /// Why
    #[arg(long, default_value = "")]
    pub reason: String,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// `confirm`.
#[derive(Debug, Args)]
pub struct Confirm {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub targets: Targets,
    /// When the dealer finished (default: now)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
}

/// `note`.
#[derive(Debug, Args)]
pub struct Note {
    /// Which dealership
    pub dealership: String,
    /// What
    #[arg(required = true)]
    pub text: Vec<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub json: Json,
}

/// `assign`.
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
    #[allow(missing_docs)]
    pub json: Json,
}

/// `snooze`.
#[derive(Debug, Args)]
pub struct Snooze {
    /// Which dealership
    pub dealership: String,
    /// For how long, like 2d
    #[arg(required_unless_present = "wake", conflicts_with = "wake")]
    pub duration: Option<String>,
    /// End the snooze
    #[arg(long)]
    pub wake: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub json: Json,
}

/// `archive`.
#[derive(Debug, Args)]
pub struct Archive {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub targets: Targets,
    /// Take back from the archive
    #[arg(long)]
    pub undo: bool,
}

/// `opcode …`.
#[derive(Debug, Subcommand)]
pub enum Opcode {
    /// Record the dealership's choice
    Set {
        /// Which dealership
        dealership: String,
        /// The opcode, exactly as it is at the dealership
        code: String,
        /// One that the dealership had already (the usual case)
        #[arg(long, conflicts_with = "new")]
        existing: bool,
        /// One made for the partner's appointments
        #[arg(long)]
        new: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        json: Json,
    },
    /// What Xtime shows us, asked now
    List {
        /// Which dealership
        dealership: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        json: Json,
    },
    /// Not part of this version: letters
    #[command(hide = true)]
    Guide(Later),
}

/// `events`.
#[derive(Debug, Args)]
pub struct Events {
    /// Of which dealerships; several words are one query
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Go on with what happens from now on
    #[arg(short, long)]
    pub follow: bool,
    /// Only from then on
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub since: Option<String>,
    /// Only before then
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub until: Option<String>,
    /// Only these kinds, or groups of them
    #[arg(long, value_name = "KIND,…", value_delimiter = ',')]
    pub kind: Vec<String>,
    /// Only the last so many (of what is there already)
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<usize>,
    /// JSON lines
    #[arg(long)]
    pub json: bool,
}

/// `export`.
#[derive(Debug, Args)]
pub struct Export {
    /// Where to; without it: stdout
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// The export; `-` is stdin
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub json: Json,
}

/// `keymap …`.
#[derive(Debug, Subcommand)]
pub enum Keymap {
    /// Every key that holds
    Print,
    /// What is wrong with a file (default: yours)
    Check {
        /// The file
        #[arg(value_hint = ValueHint::FilePath)]
        file: Option<PathBuf>,
    },
}

/// `config …`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigCommand {
    /// Every setting that holds, as TOML; no secrets
    Print,
    /// What is wrong with the settings
    Check,
}

/// `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub json: Json,
}
