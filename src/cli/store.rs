//! `store`: whether all events are whole, and who may do what in a team's database.

use std::path::Path;

use clap::Subcommand;
use indicatif::HumanBytes;

use super::app::App;
use super::args::Json;
use super::error::CliError;
use super::output::progress;
use crate::config::StoreUrl;
use crate::domain::text::clean;
use crate::present::Tone;
use crate::present::json::SCHEMA;
use crate::store::postgres::{self, roles};
use crate::store::{JournalReader, Lock, StoreError, Verified};
use crate::wiring::{blocking, database};

documents! {
    VerifiedDocument of (events: u64, is_whole: bool) {
        events: u64 = events,
        schema: u32 = SCHEMA,
        whole: bool = is_whole,
    }
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum StoreCommand {
    /// Read every event and say whether all of them are whole; changes nothing
    Verify(Json),
    /// The SQL that makes two roles in the database of a team: one records, one only reads
    Roles,
}

pub(super) async fn run(app: &App, command: StoreCommand) -> Result<(), CliError> {
    match (command, &app.config.store) {
        (StoreCommand::Verify(args), _) => verify(app, args.json).await,
        (StoreCommand::Roles, StoreUrl::Postgres(url)) => app.out.raw(roles(url.schema()).as_bytes()),
        (StoreCommand::Roles, StoreUrl::Embedded(_)) => {
            Err(CliError::usage("roles are those of a team's database: name one with --store postgres://…"))
        }
    }
}

async fn verify(app: &App, json: bool) -> Result<(), CliError> {
    let (events, is_whole, words) = match &app.config.store {
        StoreUrl::Embedded(dir) => {
            let dir = dir.clone();
            let verified = blocking(move || verify_journal(&dir)).await?;
            if !verified.end.is_whole() {
                app.out.warn(clean(&verified.end.to_string()));
            }
            (verified.events, verified.end.is_whole(), journal_words(&verified))
        }
        StoreUrl::Postgres(url) => {
            let events = postgres::verify(&database(&app.config, url)?).await?;
            (events, true, database_words(events))
        }
    };
    match json {
        true => app.out.document(&VerifiedDocument::of(events, is_whole))?,
        false => app.out.line(format!("{}: {words}", app.out.paint(Tone::Good, "ok")))?,
    }
    if is_whole { Ok(()) } else { Err(CliError::Partly) }
}

/// Every line of a journal, also of files that a start passes over because they were checked before.
pub(super) fn verify_journal(dir: &Path) -> Result<Verified, StoreError> {
    let bar = progress("{bar:40} {bytes}/{total_bytes} of the journal  {elapsed}", 0);
    let check = |reader: &JournalReader| {
        bar.set_position(0);
        reader.verify(|more, all| {
            bar.set_length(all);
            bar.inc(more);
        })
    };
    let verified = JournalReader::open(dir).and_then(|reader| match check(&reader) {
        // Its owner may have been in the middle of a line.
        Err(_) if Lock::holder(dir).is_some() => check(&reader),
        verified => verified,
    });
    bar.finish_and_clear();
    match verified {
        Ok(verified) if verified.end.has_lost() => Err(StoreError::Lost(verified.end)),
        verified => verified,
    }
}

pub(super) fn journal_words(Verified { events, files, bytes, .. }: &Verified) -> String {
    let files = if *files == 1 { "one file".to_owned() } else { format!("{files} files") };
    format!("{events} events in {files}, {}: every line checked", HumanBytes(*bytes))
}

pub(super) fn database_words(events: u64) -> String {
    format!("{events} events: every one read and folded")
}
