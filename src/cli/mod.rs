//! The command line.

pub mod app;
mod appointment;
pub mod args;
mod backup;
mod call;
mod check;
pub mod demo;
mod desk;
mod doctor;
pub mod error;
mod escaped;
mod events;
mod generate;
mod import;
mod input;
mod invite;
pub mod list;
mod log;
mod mail;
mod meaning;
mod opcode;
pub mod output;
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
use args::{Cli, CliCommand, Opcode};
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
    // These need neither settings nor a store.
    match &cli.command {
        Some(CliCommand::Completions { shell }) => return generate::completions(*shell),
        Some(CliCommand::Man) => return generate::man(),
        Some(CliCommand::Keymap(command)) => return settings::keymap(&cli.globals, command),
        Some(CliCommand::Doctor(args)) => return doctor::run(&cli.globals, args).await,
        Some(CliCommand::Config(command)) => return settings::run(&cli.globals, *command),
        _ => {}
    }
    let app = Arc::new(App::new(cli.globals)?);
    if let Some(CliCommand::Demo(args)) = &cli.command {
        return Box::pin(demo::run(&app, args)).await;
    }
    // They end a command cleanly: what was acknowledged is safe, and the exit code says which one it was.
    let mut signals = Signals::listen()?;
    // Nothing may be written over the screen: what goes wrong behind it is told by the screen itself.
    if cli.command.is_some() || !std::io::stderr().is_terminal() {
        log::start(&app, matches!(cli.command, Some(CliCommand::Watch)));
    }
    let ended = tokio::select! {
        biased;
        ending = signals.ending() => Err(CliError::Signal(ending.number())),
        ended = dispatch(&app, cli.command) => ended,
    };
    let closed = app.close().await;
    let flushed = app.out.flush();
    // The first thing that went wrong is what the command ends with.
    ended.and(closed).and(flushed)
}

async fn dispatch(app: &Arc<App>, command: Option<CliCommand>) -> Result<(), CliError> {
    match command {
        Some(CliCommand::Import(args)) => import::run(app, &args).await,
        Some(CliCommand::Add(args)) => import::add(app, &args).await,
        Some(CliCommand::Set(args)) => set::run(app, &args).await,
        Some(CliCommand::List(args)) => list::run(app, &args).await,
        Some(CliCommand::Show(args)) => show::run(app, &args).await,
        Some(CliCommand::Invite(args)) => invite::run(app, &args, CodeKind::Invite).await,
        Some(CliCommand::Reissue(args)) => {
            invite::run(app, &args.codes, CodeKind::Reissue { despite_word: args.despite_word }).await
        }
        Some(CliCommand::Unfinished(args)) => unfinished::run(app, &args).await,
        Some(CliCommand::Revoke(args)) => record::revoke(app, &args).await,
        Some(CliCommand::Confirm(args)) => record::confirm(app, &args).await,
        Some(CliCommand::Call(args)) => call::log(app, &args).await,
        Some(CliCommand::Told(args)) => call::told(app, &args).await,
        Some(CliCommand::Note(args)) => record::note(app, &args).await,
        Some(CliCommand::Assign(args)) => record::assign(app, &args).await,
        Some(CliCommand::Snooze(args)) => record::snooze(app, &args).await,
        Some(CliCommand::Archive(args)) => record::archive(app, &args).await,
        Some(CliCommand::Resend(args)) => mail::resend(app, &args).await,
        Some(CliCommand::Mail(command)) => mail::run(app, &command).await,
        Some(CliCommand::Check(args)) => check::run(app, &args).await,
        Some(CliCommand::Meaning(command)) => meaning::run(app, &command).await,
        Some(CliCommand::Opcode(Opcode::Set(args))) => opcode::set::run(app, &args).await,
        Some(CliCommand::Opcode(Opcode::List { dealership, json })) => {
            opcode::list::run(app, &dealership, json.json).await
        }
        Some(CliCommand::Opcode(Opcode::Guide(args))) => opcode::guide::run(app, &args).await,
        Some(CliCommand::Appointment(args)) => appointment::run(app, &args).await,
        Some(CliCommand::Events(args)) => events::run(app, &args).await,
        Some(CliCommand::Watch) => watch::run(app).await,
        Some(CliCommand::Export(args)) => backup::export(app, &args).await,
        Some(CliCommand::Restore(args)) => backup::restore(app, &args).await,
        Some(CliCommand::Store(command)) => store::run(app, command).await,
        Some(CliCommand::Sandbox(args)) => sandbox::run(app, &args).await,
        None => desk::run(app).await,
        // The others need no store and were answered before.
        Some(_) => Ok(()),
    }
}
