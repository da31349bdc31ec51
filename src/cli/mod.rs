//! The command line.

pub mod app;
mod appointment;
pub mod args;
mod backup;
mod call;
mod check;
pub mod demo;
mod desk;
mod desk_files;
mod doctor;
pub mod error;
mod escaped;
mod events;
mod generate;
mod import;
mod input;
mod insight;
mod invite;
mod kept_desk;
pub mod list;
mod log;
mod mail;
mod meaning;
mod opcode;
pub mod output;
mod owner_reader;
mod plain;
mod record;
mod report;
pub mod sandbox;
mod select;
mod set;
mod settings;
mod show;
mod store;
mod store_access;
mod twins;
mod unfinished;
mod watch;
mod zone;

use std::io::IsTerminal;
use std::sync::Arc;

use clap::Parser;

use app::App;
use args::{Cli, CliCommand, DeskCommand, Globals, Opcode, ProgramCommand};
use error::CliError;
use invite::CodeKind;
use output::Out;

use crate::signals::Signals;

/// Reads the command line, runs the command, prints why it ended otherwise than well. The answer is the exit code.
pub fn main() -> std::io::Result<u8> {
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
                let lines: Vec<_> = text.lines().map(crate::domain::text::clean).collect();
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
    let lines: Vec<_> = text.lines().map(crate::domain::text::clean).collect();
    let _ = std::io::Write::write_all(&mut std::io::stderr(), (lines.join("\n") + "\n").as_bytes());
    2
}

async fn run(cli: Cli) -> Result<(), CliError> {
    crate::signals::survive_file_size_limit()?;
    if cli.plain && cli.command.is_some() {
        return Err(CliError::usage("--plain is for the desk: give it alone, or after demo"));
    }
    let command = match cli.command {
        Some(CliCommand::Program(command)) => return program(&cli.globals, command).await,
        Some(CliCommand::Demo(args)) => return Box::pin(demo::run(&Arc::new(App::new(cli.globals)?), &args)).await,
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
        ProgramCommand::Man => generate::man(),
        ProgramCommand::Keymap(command) => settings::keymap(globals, &command),
        ProgramCommand::Doctor(args) => doctor::run(globals, &args).await,
        ProgramCommand::Config(command) => settings::run(globals, command),
    }
}

async fn dispatch(app: &Arc<App>, command: Option<DeskCommand>, plain: bool) -> Result<(), CliError> {
    match command {
        Some(command) => perform(app, command).await,
        None if plain => Box::pin(plain::desk(app)).await,
        None => desk::run(app).await,
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
        DeskCommand::Reissue(args) => {
            invite::run(app, &args.codes, CodeKind::Reissue { despite_word: args.despite_word }).await
        }
        DeskCommand::Unfinished(args) => unfinished::run(app, &args).await,
        DeskCommand::Revoke(args) => record::revoke(app, &args).await,
        DeskCommand::Confirm(args) => record::confirm(app, &args).await,
        DeskCommand::Call(args) => call::log(app, &args).await,
        DeskCommand::Told(args) => call::told(app, &args).await,
        DeskCommand::Note(args) => record::note(app, &args).await,
        DeskCommand::Assign(args) => record::assign(app, &args).await,
        DeskCommand::Snooze(args) => record::snooze(app, &args).await,
        DeskCommand::Archive(args) => record::archive(app, &args).await,
        DeskCommand::Resend(args) => mail::resend(app, &args).await,
        DeskCommand::Mail(command) => mail::run(app, &command).await,
        DeskCommand::Check(args) => check::run(app, &args).await,
        DeskCommand::Meaning(command) => meaning::run(app, &command).await,
        DeskCommand::Opcode(Opcode::Set(args)) => opcode::set::run(app, &args).await,
        DeskCommand::Opcode(Opcode::List { dealership, json }) => opcode::list::run(app, &dealership, json.json).await,
        DeskCommand::Opcode(Opcode::Guide(args)) => opcode::guide::run(app, &args).await,
        DeskCommand::Appointment(args) => appointment::run(app, &args).await,
        DeskCommand::Events(args) => events::run(app, &args).await,
        DeskCommand::Report(args) => insight::run(app, &args).await,
        DeskCommand::Watch => watch::run(app).await,
        DeskCommand::Export(args) => backup::export(app, &args).await,
        DeskCommand::Restore(args) => backup::restore(app, &args).await,
        DeskCommand::Store(command) => store::run(app, command).await,
        DeskCommand::Sandbox(args) => sandbox::run(app, &args).await,
    }
}
