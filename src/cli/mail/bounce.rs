//! `mail bounce`: a delivery report from a file or a pipe.

use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

use crate::domain::text::clean;
use crate::engine::Returns;
use crate::mail::bounce::LONGEST_REPORT;

use super::super::app::{App, Need};
use super::super::error::CliError;
use super::super::json::SCHEMA;
use super::super::report::{identity, named};

/// Runs the command.
pub(super) async fn run(app: &App, file: Option<&Path>, json: bool) -> Result<(), CliError> {
    let file = file.filter(|file| *file != Path::new("-")).map(Path::to_owned);
    let shown = file.as_deref().map_or_else(|| "stdin".to_owned(), crate::config::diagnostic::shown);
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        match file {
            Some(file) => std::fs::File::open(file)?.take(LONGEST_REPORT as u64).read_to_end(&mut bytes),
            None => std::io::stdin().lock().take(LONGEST_REPORT as u64).read_to_end(&mut bytes),
        }?;
        std::io::Result::Ok(bytes)
    });
    let bytes = read.await.map_err(|error| CliError::Failed(error.to_string()))?;
    let bytes = bytes.map_err(|error| CliError::usage(format!("cannot read {shown}: {error}")))?;
    let engine = app.engine(Need::default()).await?;
    let returns = engine.take_report(&bytes, &app.actor()).await?;
    let state = |id| engine.book().get(id);
    if json {
        let one = |one: &Returns| {
            let dealerships: Vec<Value> =
                one.dealerships.iter().filter_map(|id| Some(identity(state(*id)?.as_ref()))).collect();
            json!({
                "letter": one.returned.letter,
                "address": one.returned.address.raw(),
                "status": one.returned.status,
                "reason": one.returned.reason,
                "dealerships": dealerships,
            })
        };
        let returned: Vec<Value> = returns.iter().map(one).collect();
        app.out.document(&json!({ "schema": SCHEMA, "returned": returned }))?;
    }
    for one in &returns {
        let (address, status, reason) =
            (one.returned.address.plain(), clean(&one.returned.status), clean(&one.returned.reason));
        for id in one.dealerships.iter().filter(|_| !json) {
            let who = state(*id).map_or_else(|| id.to_string(), |state| named(&state));
            app.out.line(format!("{who}: {address} refused, {status} ({reason})"))?;
        }
        if one.dealerships.is_empty() {
            app.out.warn(format!("{address} refused, {status}: about no letter in these books"));
        }
    }
    if returns.is_empty() {
        app.out.note("the report tells of no failure");
    }
    Ok(())
}
