//! `export` and `restore`: the whole event log as JSON lines, and back into an empty store.

use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;

use tokio::runtime::Handle;

use crate::config::{Config, StoreUrl};
use crate::domain::Timestamp;
use crate::domain::text::clean;
use crate::domain::text::shown_path;
use crate::present::Tone;
use crate::present::json::SCHEMA;
use crate::protocol::RequestError;
use crate::store::postgres;
use crate::store::{JournalEnd, JournalReader, RestoreError, Restored, StoreError, restore as restore_journal};
use crate::wiring::{SetupFailure, blocking, database};

use super::app::App;
use super::args::Json;
use super::error::CliError;

documents! {
    RestoredDocument of (restored: &Restored) {
        complete: bool = restored.complete && !restored.partial,
        dealerships: usize = restored.dealerships,
        events: u64 = restored.events,
        schema: u32 = SCHEMA,
    }
}

/// `export`. It works beside a process that owns the store. What it writes holds codes in full, so a file is only for its owner.
pub(super) async fn export(app: &App, to: Option<PathBuf>) -> Result<(), CliError> {
    let (from, is_file) = (place(&app.config)?, to.is_some());
    let exported = blocking(move || {
        let Some(to) = to else {
            let mut stdout = BufWriter::with_capacity(64 * 1024, std::io::stdout());
            let exported = write_log(&from, &mut stdout);
            return match stdout.flush() {
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(CliError::Closed),
                _ => Ok(exported?),
            };
        };
        write_file(&to, |file| write_log(&from, file))
    });
    let (count, end) = exported.await?;
    if is_file {
        app.out.note(format!("{count} events; the file holds codes in full, keep it safe"));
    }
    if end.is_whole() {
        return Ok(());
    }
    app.out.warn(clean(&format!("the export holds {count} events, and is not the whole log: {end}")));
    Err(CliError::Partly)
}

/// Where the store is, with what it takes to open it.
fn place(config: &Config) -> Result<StoreUrl, SetupFailure> {
    match &config.store {
        StoreUrl::Embedded(dir) => Ok(StoreUrl::Embedded(dir.clone())),
        StoreUrl::Postgres(url) => Ok(StoreUrl::Postgres(Box::new(database(config, url)?))),
    }
}

/// How many events there are, and what is missing after them.
fn write_log(from: &StoreUrl, out: &mut impl Write) -> Result<(u64, JournalEnd), StoreError> {
    match from {
        StoreUrl::Embedded(dir) => JournalReader::open(dir)?.export(out),
        StoreUrl::Postgres(url) => {
            let count = Handle::current().block_on(postgres::export(url, out))?;
            Ok((count, JournalEnd::default()))
        }
    }
}

fn fill(to: &StoreUrl, input: impl BufRead, now: Timestamp) -> Result<Restored, RestoreError> {
    match to {
        StoreUrl::Embedded(dir) => restore_journal(dir, input, now),
        StoreUrl::Postgres(url) => Handle::current().block_on(postgres::restore(url, input)),
    }
}

/// Writes a file that appears whole, durable and private, or not at all.
fn write_file<T>(
    to: &Path,
    write: impl FnOnce(&mut BufWriter<&mut std::fs::File>) -> Result<T, StoreError>,
) -> Result<T, CliError> {
    let failed = |error: std::io::Error| CliError::Failed(format!("writing {}: {error}", shown_path(to)));
    if to.exists() {
        return Err(CliError::usage(format!("{} exists already", shown_path(to))));
    }
    let name = to.file_name().ok_or_else(|| CliError::usage("--output needs a file name"))?;
    let mut partial = name.to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = to.with_file_name(partial);
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial).map_err(failed)?;
    let written = (|| {
        let mut buffer = BufWriter::new(&mut file);
        let written = write(&mut buffer)?;
        buffer.flush().map_err(failed)?;
        drop(buffer);
        file.sync_all().map_err(failed)?;
        std::fs::rename(&partial, to).map_err(failed)?;
        let directory = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // A place that cannot be read is not ours to sync; others know no such thing as syncing a directory.
        match std::fs::File::open(directory).map(|directory| directory.sync_all()) {
            Ok(Err(error)) if !matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
                return Err(failed(error));
            }
            _ => {}
        }
        Ok(written)
    })();
    if written.is_err() {
        // What is left of it is of no use to anybody.
        let _ = std::fs::remove_file(&partial);
    }
    written
}

pub(super) async fn restore(app: &App, file: &Path, json: Json) -> Result<(), CliError> {
    if app.globals.read_only {
        return Err(CliError::Refused("read-only: nothing is recorded".to_owned()));
    }
    let (to, now, from) = (place(&app.config)?, app.clock.now(), shown_path(file));
    let file = file.to_owned();
    let name = from.clone();
    let restored = blocking(move || {
        let failed = |error| match error {
            RestoreError::Store(error) => error.into(),
            RestoreError::NotEmpty(_) => CliError::Refused(error.to_string()),
            error => CliError::Failed(format!("{name}: {error}; nothing was restored")),
        };
        if file == Path::new("-") {
            return fill(&to, std::io::stdin().lock(), now).map_err(failed);
        }
        let file =
            std::fs::File::open(&file).map_err(|error| CliError::usage(format!("cannot read {name}: {error}")))?;
        fill(&to, BufReader::with_capacity(256 * 1024, file), now).map_err(failed)
    });
    let restored = restored.await?;
    if !restored.complete {
        app.out.note(format!(
            "{from}: no end mark: an export of an older version; {} events, and nothing says whether there were more",
            restored.events
        ));
    }
    if restored.partial {
        app.out.warn(format!(
            "{from} was made from a journal that was not whole: what followed its {} events is not in it",
            restored.events
        ));
    }
    if json.json {
        return app.out.document(&RestoredDocument::of(&restored));
    }
    let done = app.out.paint(Tone::Good, "done");
    app.out.line(format!("{done}: {} events of {} dealerships restored", restored.events, restored.dealerships))
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        RequestError::from(error).into()
    }
}
