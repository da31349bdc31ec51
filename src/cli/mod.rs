//! The command line: one of the two faces of the engine.

pub mod app;
mod appointment;
pub mod args;
mod backup;
mod books;
mod check;
mod columns;
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
pub mod json;
mod later;
mod list;
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
mod twins;
mod unfinished;
mod watch;

use std::io::IsTerminal;
use std::sync::Arc;

use clap::Parser;

use app::App;
use args::{Cli, Command, Opcode};
use error::CliError;
use invite::Wish;
use output::Out;

use crate::signals::Signals;

/// Reads the command line, runs the command, prints why it ended otherwise than well. The answer is the exit code.
///
/// # Errors
/// When the runtime of the process cannot be started.
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
    // These need neither settings nor books.
    match &cli.command {
        Some(Command::Completions { shell }) => return generate::completions(*shell),
        Some(Command::Man) => return generate::man(),
        Some(Command::Keymap(command)) => return settings::keymap(&cli.globals, command),
        Some(Command::Doctor(args)) => return doctor::run(&cli.globals, args).await,
        Some(Command::Config(command)) => return settings::run(&cli.globals, *command),
        Some(Command::Report(_)) => return Err(later::refuse("report", "reporting")),
        _ => {}
    }
    let app = Arc::new(App::new(cli.globals)?);
    if let Some(Command::Demo(args)) = &cli.command {
        return Box::pin(demo::run(&app, args)).await;
    }
    // They end a command cleanly: what was acknowledged is safe, and the exit code says which one it was.
    let mut signals = Signals::listen()?;
    // Nothing may be written over the screen: what goes wrong behind it is told by the screen itself.
    if cli.command.is_some() || !std::io::stderr().is_terminal() {
        log::start(&app, matches!(cli.command, Some(Command::Watch)));
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

async fn dispatch(app: &Arc<App>, command: Option<Command>) -> Result<(), CliError> {
    match command {
        Some(Command::Import(args)) => import::run(app, &args).await,
        Some(Command::Add(args)) => import::add(app, &args).await,
        Some(Command::Set(args)) => set::run(app, &args).await,
        Some(Command::List(args)) => list::run(app, &args).await,
        Some(Command::Show(args)) => show::run(app, &args).await,
        Some(Command::Invite(args)) => invite::run(app, &args, Wish::Invite).await,
        Some(Command::Reissue(args)) => {
            invite::run(app, &args.codes, Wish::Reissue { despite_word: args.despite_word }).await
        }
        Some(Command::Unfinished(args)) => unfinished::run(app, &args).await,
        Some(Command::Revoke(args)) => record::revoke(app, &args).await,
        Some(Command::Confirm(args)) => record::confirm(app, &args).await,
        Some(Command::Note(args)) => record::note(app, &args).await,
        Some(Command::Assign(args)) => record::assign(app, &args).await,
        Some(Command::Snooze(args)) => record::snooze(app, &args).await,
        Some(Command::Archive(args)) => record::archive(app, &args).await,
        Some(Command::Resend(args)) => mail::resend(app, &args).await,
        Some(Command::Mail(command)) => mail::run(app, &command).await,
        Some(Command::Check(args)) => check::run(app, &args).await,
        Some(Command::Meaning(command)) => meaning::run(app, &command).await,
        Some(Command::Opcode(Opcode::Set(args))) => opcode::set::run(app, &args).await,
        Some(Command::Opcode(Opcode::List { dealership, json })) => {
            opcode::list::run(app, &dealership, json.json).await
        }
        Some(Command::Opcode(Opcode::Guide(args))) => opcode::guide::run(app, &args).await,
        Some(Command::Appointment(args)) => appointment::run(app, &args).await,
        Some(Command::Events(args)) => events::run(app, &args).await,
        Some(Command::Watch) => watch::run(app).await,
        Some(Command::Export(args)) => backup::export(app, &args).await,
        Some(Command::Restore(args)) => backup::restore(app, &args).await,
        Some(Command::Sandbox(args)) => sandbox::run(app, &args).await,
        None => desk::run(app).await,
        // The others need no books and were answered before.
        Some(_) => Ok(()),
    }
}
