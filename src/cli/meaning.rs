//! `meaning`: how answers are read, and what a person teaches about those that no row knows.

use serde_json::{Value, json};

use crate::config::teach;
use crate::domain::text::clean;
use crate::domain::{Event, Fact, ResponseFacts};
use crate::store::EventQuery;
use crate::xtime::Meaning as Row;
use crate::xtime::teach::{known, row_for};

use super::app::{App, Reading};
use super::args::{AddMeaning, Meaning};
use super::error::CliError;
use super::json::SCHEMA;
use super::output::Ink;

/// Runs the command.
pub(super) async fn run(app: &App, command: &Meaning) -> Result<(), CliError> {
    match command {
        Meaning::List(args) => list(app, args.json).await,
        Meaning::Add(args) => add(app, args).await,
    }
}

/// An answer that no row knows: the newest event that holds it, and how often it was recorded.
struct Untaught {
    event: Event,
    answer: ResponseFacts,
    times: usize,
}

/// The events that say what a look found otherwise than the one before.
async fn probes(app: &App, reading: &Reading, only: Option<u64>) -> Result<Vec<Event>, CliError> {
    let query = match only {
        Some(seq) => EventQuery { after: seq.saturating_sub(1), before: seq.checked_add(1), ..EventQuery::default() },
        None => EventQuery { kinds: Fact::places(|kind| kind == "probe.changed"), ..EventQuery::default() },
    };
    reading.events(app, query).await
}

async fn list(app: &App, json: bool) -> Result<(), CliError> {
    let reading = app.read().await?;
    let table = &app.config.xtime.settings.meanings;
    let mut untaught: Vec<Untaught> = Vec::new();
    for event in probes(app, &reading, None).await? {
        let Some(answer) = event.fact.unrecognised().filter(|answer| known(table, answer).is_none()) else { continue };
        match untaught.iter_mut().find(|known| known.answer == answer) {
            Some(known) => (known.event, known.times) = (event, known.times + 1),
            None => untaught.push(Untaught { event, answer, times: 1 }),
        }
    }
    let own = app.config.xtime.own_meanings;
    if json {
        let rows: Vec<Value> = table.iter().enumerate().map(|(place, row)| document(place, row, own)).collect();
        let untaught: Vec<Value> = untaught.iter().map(|one| unrecognised(&reading, one)).collect();
        return app.out.document(&json!({ "schema": SCHEMA, "rows": rows, "unrecognised": untaught }));
    }
    app.out.line("How answers are read; the first match wins. A plain yes needs no row.")?;
    for (place, row) in table.iter().enumerate() {
        let origin = if place < own { "  (yours)" } else { "" };
        let line = format!("{:>3}  {:<15}  {}{origin}", place + 1, row.means.to_string(), what(row));
        app.out.line(line)?;
    }
    if !untaught.is_empty() {
        app.out.line("\nNo row knows these; `meaning add --from EVENT --means …` teaches one:")?;
    }
    for Untaught { event, answer, times } in &untaught {
        let times = if *times == 1 { String::new() } else { format!("  ({times} times)") };
        app.out.line(format!("{}  {answer}{times}", app.out.ink(Ink::Warn, &format!("event {}", event.seq))))?;
    }
    app.out.flush()
}

/// What a row asks of an answer, in words.
fn what(row: &Row) -> String {
    let status = row.status.map(|status| format!("status {status}"));
    let code = row.code.as_ref().map(|code| format!("code /{}/", clean(code.as_str())));
    let message = row.message.as_ref().map(|message| format!("message /{}/", clean(message.as_str())));
    [status, code, message].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn document(place: usize, row: &Row, own: usize) -> Value {
    let mut value = serde_json::to_value(row).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("row".to_owned(), (place + 1).into());
        fields.insert("default".to_owned(), (place >= own).into());
    }
    value
}

fn unrecognised(reading: &Reading, Untaught { event, answer, times }: &Untaught) -> Value {
    let desk = reading.desk();
    let state = desk.states.iter().find(|state| Some(state.id) == event.dealership);
    let name = state.map(|state| state.profile.name.raw());
    json!({
        "event": event.seq,
        "at": crate::domain::rfc3339(event.at),
        "dealership": { "id": event.dealership, "name": name },
        "status": answer.status,
        "code": answer.code,
        "message": answer.message,
        "times": times,
    })
}

async fn add(app: &App, args: &AddMeaning) -> Result<(), CliError> {
    if app.globals.read_only {
        return Err(CliError::Refused("--read-only: nothing is written".to_owned()));
    }
    let reading = app.read().await?;
    let seq = args.from;
    let found = probes(app, &reading, Some(seq)).await?.into_iter().find(|event| event.seq == seq);
    let Some(event) = found else {
        return Err(CliError::Refused(format!("there is no event {seq}; `meaning list` shows those that teach")));
    };
    let Some(answer) = event.fact.unrecognised() else {
        return Err(CliError::Refused(format!(
            "event {seq} ({}) holds no unrecognised answer; `meaning list` shows those that do",
            event.fact.kind()
        )));
    };
    let desk = reading.desk();
    let state = desk.states.iter().find(|state| Some(state.id) == event.dealership);
    let dealer_code = state.map_or("", |state| state.profile.dealer_code.raw());
    let table = &app.config.xtime.settings.meanings;
    let row = row_for(table, &answer, dealer_code, args.means).map_err(|why| CliError::Refused(why.to_string()))?;
    let failed = |why: teach::TeachFailure| match why {
        teach::TeachFailure::Io { .. } => CliError::Failed(why.to_string()),
        _ => CliError::Usage(why.to_string()),
    };
    let path = teach::file(app.config.file.as_deref()).map_err(failed)?;
    let written = teach::add_row(&path, &row, &format!("taught from event {seq}")).map_err(failed)?;
    if args.json.json {
        let row = serde_json::to_value(&row).unwrap_or_default();
        return app
            .out
            .document(&json!({ "schema": SCHEMA, "event": seq, "row": row, "file": path.to_string_lossy() }));
    }
    app.out.line(&written)?;
    app.out.note(format!(
        "written to {}; a desk that runs reads it at its next start",
        crate::config::diagnostic::shown(&path)
    ));
    app.out.flush()
}
