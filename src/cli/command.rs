//! Every command: its name, what it does, and the file that does it.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{CommandFactory, Parser, Subcommand, ValueHint};
use futures::FutureExt;
use futures::future::LocalBoxFuture;

use super::app::App;
use super::args::{Globals, Json, Targets};
use super::error::CliError;
use super::invite::CodeKind;
use super::output::{ColorWhen, Out};
use super::{
    appointment, backup, call, check, complete, demo, desk, doctor, events, generate, import, insight, invite, list,
    log, mail, meaning, opcode, plain, record, sandbox, set, settings, show, store, unfinished, watch,
};
use crate::domain::text::clean;
use crate::signals::Signals;

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

/// Every command, by what it needs.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// The dashboard on invented dealerships, against the built-in sandbox; nothing to configure, no network
    Demo(demo::DemoArgs),
    #[command(flatten)]
    Desk(DeskCommand),
    #[command(flatten)]
    Program(ProgramCommand),
}

/// The commands on a store.
#[derive(Debug, Subcommand)]
pub enum DeskCommand {
    /// Take dealerships in from CSV or JSON; importing again changes nothing
    Import(import::Import),
    /// Take one dealership in
    Add(import::Add),
    /// Correct the profile of a dealership; prints what was and what is
    Set(set::Set),
    /// The table of dealerships
    #[command(visible_alias = "ls")]
    List(list::ListArgs),
    /// One dealership: profile, code, clocks, opcode findings, timeline
    Show(show::Show),
    /// Give dealerships their first code
    Invite(invite::Codes),
    /// Give dealerships a new code; the old one is superseded
    Reissue {
        #[command(flatten)]
        codes: invite::Codes,
        /// Also when the dealer says that the present code was entered
        #[arg(long)]
        despite_word: bool,
    },
    /// What was begun for many and cut off, with the dealerships that are left
    Unfinished {
        /// Do not tell of it any more
        #[arg(long)]
        put_away: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Take the living code back
    Revoke(record::Revoke),
    /// Record that the dealer says it is done; the second clock starts
    Confirm(record::Confirm),
    /// Record a call with a dealership and what came of it
    Call(call::LogCall),
    /// Record that the living code was read out by phone
    Told(call::Told),
    /// Write something down
    Note(record::Note),
    /// Give a dealership to somebody
    Assign(record::Assign),
    /// Out of sight for a while
    Snooze(record::Snooze),
    /// Put aside; it is not probed any more
    Archive {
        #[command(flatten)]
        targets: Targets,
        /// Take back from the archive
        #[arg(long)]
        undo: bool,
    },
    /// Send the letter of the present code once more; only while the code lives
    Resend(mail::Resend),
    /// Letters: what waits, what went wrong, previews, retries, delivery reports
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// Ask Xtime now
    Check(Targets),
    /// How Xtime's answers are read, and teaching those that no row knows
    #[command(subcommand)]
    Meaning(meaning::MeaningCommand),
    /// The dealership's service opcode
    #[command(subcommand)]
    Opcode(opcode::Opcode),
    /// The test appointment: the exact request with the dealership's opcode; sent only with --book and a typed dealerCode
    Appointment(appointment::AppointmentArgs),
    /// The event log
    Events(events::Events),
    /// What the log says: codes that end, where dealerships stick, how long things take, calls; by owner, group or week
    Report(insight::ReportArgs),
    /// The engine without a screen: probes, expiry, mail; logs JSON lines
    Watch,
    /// Write the whole event log as JSON lines; it holds codes
    Export {
        /// Where to; without it: stdout
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
    /// Read an export back into an empty store
    Restore {
        /// The export; `-` is stdin
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        #[command(flatten)]
        json: Json,
    },
    /// The store itself
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// The simulated Xtime by itself
    Sandbox(sandbox::SandboxArgs),
}

/// The commands about the program itself: they need neither settings nor a store.
#[derive(Debug, Subcommand)]
pub enum ProgramCommand {
    /// The keys: what holds, or what is wrong with a file
    #[command(subcommand)]
    Keymap(settings::KeymapCommand),
    /// The settings: what holds, or what is wrong with them
    #[command(subcommand)]
    Config(settings::ConfigCommand),
    /// Look at everything that must be right: terminal, paths, store, platform, clock
    Doctor {
        /// Give up acknowledged events that are missing at the journal's end, for good; without it such a store is not opened
        #[arg(long)]
        accept_loss: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Completions for a shell
    Completions {
        /// For which shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// The manual page
    Man,
}

/// Reads the command line, runs the command, prints why it ended otherwise than well. The answer is the exit code.
pub fn main() -> std::io::Result<u8> {
    match complete::answer(Cli::command) {
        Ok(false) => {}
        Ok(true) => return Ok(0),
        Err(error) => return Ok(usage(&error)),
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return Ok(usage(&error)),
    };
    let out = Out::new(cli.globals.color);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ended = runtime.block_on(run(cli));
    // A thread that still waits for a line from a terminal must not hold the process.
    runtime.shutdown_background();
    Ok(match ended {
        Ok(()) => 0,
        Err(error) => {
            let text = error.to_string();
            if !text.is_empty() {
                let lines: Vec<_> = text.lines().map(clean).collect();
                out.error(lines.join("\n"));
            }
            error.code()
        }
    })
}

/// Help and versions are answers; everything else is wrong usage. What was typed is cleaned before it is repeated.
fn usage(error: &clap::Error) -> u8 {
    if !error.use_stderr() {
        let _ = error.print();
        return 0;
    }
    let text = error.to_string();
    let lines: Vec<_> = text.lines().map(clean).collect();
    let _ = std::io::Write::write_all(&mut std::io::stderr(), (lines.join("\n") + "\n").as_bytes());
    2
}

async fn run(cli: Cli) -> Result<(), CliError> {
    crate::signals::survive_file_size_limit()?;
    if cli.plain && cli.command.is_some() {
        return Err(CliError::usage("--plain is for the desk: give it alone, or after demo"));
    }
    let mut cli = cli;
    if cli.plain || matches!(&cli.command, Some(CliCommand::Demo(args)) if args.plain) {
        // A screen reader reads colours out, or leaves words out with them.
        cli.globals.color = ColorWhen::Never;
        cli.globals.spoken = true;
    }
    let command = match cli.command {
        Some(CliCommand::Program(command)) => return program(&cli.globals, command).await,
        Some(CliCommand::Demo(args)) => {
            return Box::pin(demo::run(&Arc::new(App::new(cli.globals)?), &args, run_words)).await;
        }
        Some(CliCommand::Desk(command)) => Some(command),
        None => None,
    };
    let app = Arc::new(App::new(cli.globals)?);
    // They end a command cleanly: what was acknowledged is safe, and the exit code says which one it was.
    let mut signals = Signals::listen()?;
    // Nothing may be written over the screen: what goes wrong behind it is told by the screen itself.
    if command.is_some() || !std::io::stderr().is_terminal() {
        log::start(&app, matches!(command, Some(DeskCommand::Watch)));
    }
    let ended = tokio::select! {
        biased;
        ending = signals.ending() => Err(CliError::Signal(ending.number())),
        ended = dispatch(&app, command, cli.plain) => ended,
    };
    let closed = app.close().await;
    let flushed = app.out.flush();
    // The first thing that went wrong is what the command ends with.
    ended.and(closed).and(flushed)
}

async fn program(globals: &Globals, command: ProgramCommand) -> Result<(), CliError> {
    match command {
        ProgramCommand::Completions { shell } => generate::completions(shell),
        ProgramCommand::Man => generate::man(&Cli::command()),
        ProgramCommand::Keymap(command) => settings::keymap(globals, &command),
        ProgramCommand::Doctor { accept_loss, json } => doctor::run(globals, accept_loss, json).await,
        ProgramCommand::Config(command) => settings::run(globals, command),
    }
}

async fn dispatch(app: &Arc<App>, command: Option<DeskCommand>, plain: bool) -> Result<(), CliError> {
    match command {
        Some(command) => perform(app, command).await,
        None if plain => Box::pin(plain::desk(app, run_words)).await,
        None => desk::run(app).await,
    }
}

/// Does on a desk that runs what somebody has typed there.
fn run_words(app: Arc<App>, words: Vec<String>) -> LocalBoxFuture<'static, Result<(), CliError>> {
    async move {
        let cli = match Cli::try_parse_from(std::iter::once("cloverwatch".to_owned()).chain(words)) {
            Ok(cli) => cli,
            Err(error) if error.use_stderr() => {
                let text = error.to_string();
                return Err(CliError::usage(text.strip_prefix("error: ").unwrap_or(&text).trim_end()));
            }
            Err(answer) => {
                let lines: Vec<_> = answer.to_string().lines().map(|line| clean(line).into_owned()).collect();
                return app.out.line(lines.join("\n").trim_end());
            }
        };
        match cli.command {
            Some(CliCommand::Desk(command)) if is_of_a_desk(&command) => perform(&app, command).await,
            _ => Err(CliError::usage("that is for a shell: it runs by itself, or on another store")),
        }
    }
    .boxed_local()
}

/// Whether a command ends by itself, and works on the store of the desk without owning it alone.
fn is_of_a_desk(command: &DeskCommand) -> bool {
    match command {
        DeskCommand::Watch | DeskCommand::Sandbox(_) | DeskCommand::Store(_) | DeskCommand::Restore { .. } => false,
        DeskCommand::Events(args) => !args.follow,
        _ => true,
    }
}

async fn perform(app: &Arc<App>, command: DeskCommand) -> Result<(), CliError> {
    match command {
        DeskCommand::Import(args) => import::run(app, &args).await,
        DeskCommand::Add(args) => import::add(app, &args).await,
        DeskCommand::Set(args) => set::run(app, &args).await,
        DeskCommand::List(args) => list::run(app, &args).await,
        DeskCommand::Show(args) => show::run(app, &args).await,
        DeskCommand::Invite(args) => invite::run(app, &args, CodeKind::Invite).await,
        DeskCommand::Reissue { codes, despite_word } => {
            invite::run(app, &codes, CodeKind::Reissue { despite_word }).await
        }
        DeskCommand::Unfinished { put_away, json } => unfinished::run(app, put_away, json).await,
        DeskCommand::Revoke(args) => record::revoke(app, &args).await,
        DeskCommand::Confirm(args) => record::confirm(app, &args).await,
        DeskCommand::Call(args) => call::log(app, &args).await,
        DeskCommand::Told(args) => call::told(app, &args).await,
        DeskCommand::Note(args) => record::note(app, &args).await,
        DeskCommand::Assign(args) => record::assign(app, &args).await,
        DeskCommand::Snooze(args) => record::snooze(app, &args).await,
        DeskCommand::Archive { targets, undo } => record::archive(app, &targets, undo).await,
        DeskCommand::Resend(args) => mail::resend(app, &args).await,
        DeskCommand::Mail(command) => mail::run(app, &command).await,
        DeskCommand::Check(args) => check::run(app, &args).await,
        DeskCommand::Meaning(command) => meaning::run(app, &command).await,
        DeskCommand::Opcode(command) => opcode::run(app, &command).await,
        DeskCommand::Appointment(args) => appointment::run(app, &args).await,
        DeskCommand::Events(args) => events::run(app, &args).await,
        DeskCommand::Report(args) => insight::run(app, &args).await,
        DeskCommand::Watch => watch::run(app).await,
        DeskCommand::Export { output } => backup::export(app, output).await,
        DeskCommand::Restore { file, json } => backup::restore(app, &file, json).await,
        DeskCommand::Store(command) => store::run(app, command).await,
        DeskCommand::Sandbox(args) => sandbox::run(app, &args).await,
    }
}
