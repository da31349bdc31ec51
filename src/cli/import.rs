//! `import` and `add`: dealerships into the books.

mod field;
mod row;
mod sheet;

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

use crate::config::diagnostic::shown;
use crate::domain::{Onboarding, OpcodeChoice, OpcodeOption, Profile};
use crate::engine::{Imported, Incoming};

use super::app::{App, Need};
use super::args::{Add, Import};
use super::error::CliError;
use super::json::{SCHEMA, dealership, option_word, with_schema};
use super::opcode;
use super::output::{Ink, progress};
use super::record::all;
use super::report::named;

use field::{Field, Mapping};
use row::{Problem, Values, Written};
use sheet::{Refused, Row, Sheet};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 30;

/// What became of the good rows.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    added: usize,
    updated: usize,
    unchanged: usize,
}

/// `import`.
pub(super) async fn run(app: &App, args: &Import) -> Result<(), CliError> {
    let mapping = Mapping::parse(&args.map).map_err(CliError::Usage)?;
    let bytes = read_file(&args.file).await?;
    let from = if args.file == Path::new("-") { "stdin".to_owned() } else { shown(&args.file) };
    let mut sheet = sheet::read(&bytes, &mapping).map_err(|why| CliError::Usage(format!("{from}: {why}")))?;
    drop(bytes);
    let counts = if args.dry_run { compare(app, &sheet).await? } else { record(app, &mut sheet).await? };
    sheet.refused.sort_by_key(|refused| (refused.line, refused.row));
    if args.json.json {
        app.out.document(&document(&from, args.dry_run, &sheet, counts))?;
    } else {
        if !sheet.ignored.is_empty() {
            let list: Vec<String> = sheet.ignored.iter().map(|column| format!("`{column}`")).collect();
            app.out.note(format!("columns that no field wants: {}", list.join(", ")));
        }
        for Refused { line, dealer_code, problem, .. } in &sheet.refused {
            let code = if dealer_code.is_empty() { String::new() } else { format!(" ({dealer_code})") };
            app.out.note(format!("{from}:{line}{code}: {}: {}", problem.field, problem.reason));
        }
        let would = if args.dry_run { "would be " } else { "" };
        let Counts { added, updated, unchanged } = counts;
        let refused = match sheet.refused.len() {
            0 => "0 refused".to_owned(),
            n => app.out.ink(Ink::Warn, &format!("{n} refused")),
        };
        app.out.line(format!("{would}{added} added, {updated} updated, {unchanged} unchanged, {refused}"))?;
    }
    if sheet.refused.is_empty() { Ok(()) } else { Err(CliError::Partly) }
}

async fn read_file(path: &Path) -> Result<Vec<u8>, CliError> {
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        if owned == Path::new("-") {
            std::io::stdin().lock().take(LARGEST).read_to_end(&mut bytes)?;
        } else {
            std::fs::File::open(&owned)?.take(LARGEST).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    });
    let read: std::io::Result<_> = read.await.map_err(|error| CliError::Failed(error.to_string()))?;
    read.map_err(|error| CliError::usage(format!("cannot read {}: {error}", shown(path))))
}

/// Records the good rows; those that a rule refuses join the refused ones.
async fn record(app: &App, sheet: &mut Sheet) -> Result<Counts, CliError> {
    let engine = app.engine(Need::default()).await?;
    let incoming: Vec<Incoming> = sheet
        .rows
        .iter()
        .map(|row| Incoming {
            profile: row.profile.clone(),
            opcode: chosen(app, &row.written),
            word: row.written.word.clone(),
        })
        .collect();
    let bar = progress("{bar:40} {pos}/{len} dealerships  {elapsed}", incoming.len() as u64);
    let answers = engine.import(incoming, &app.actor(), |done| bar.set_position(done as u64)).await;
    bar.finish_and_clear();
    let mut counts = Counts::default();
    for (row, answer) in sheet.rows.iter().zip(answers?) {
        match answer {
            Ok(Imported::Added(_)) => counts.added += 1,
            Ok(Imported::Updated(_)) => counts.updated += 1,
            Ok(Imported::Unchanged(_)) => counts.unchanged += 1,
            Err(refusal) => sheet.refused.push(refused(row, &refusal.to_string())),
        }
    }
    Ok(counts)
}

/// The choice that a row makes, with what the settings add.
fn chosen(app: &App, written: &Written) -> Option<OpcodeChoice> {
    opcode::choice(&app.config, written.code.as_deref(), written.option)
}

fn refused(row: &Row, why: &str) -> Refused {
    let dealer_code = row.profile.dealer_code.plain().into_owned();
    Refused { line: row.line, row: row.place, dealer_code, problem: Problem::new(Field::DealerCode.word(), why) }
}

/// What recording would do, without doing it.
async fn compare(app: &App, sheet: &Sheet) -> Result<Counts, CliError> {
    let reading = app.read().await?;
    let states = reading.desk().states;
    let known: HashMap<&str, &Onboarding> =
        states.iter().map(|state| (state.profile.dealer_code.raw(), state.as_ref())).collect();
    let mut counts = Counts::default();
    for row in &sheet.rows {
        match known.get(row.profile.dealer_code.raw()) {
            None => counts.added += 1,
            Some(state) if is_so(state, row, chosen(app, &row.written).as_ref()) => counts.unchanged += 1,
            Some(_) => counts.updated += 1,
        }
    }
    Ok(counts)
}

/// Whether the books say already what a row says.
fn is_so(state: &Onboarding, row: &Row, choice: Option<&OpcodeChoice>) -> bool {
    // Who looks after it is decided at the desk, not by a file; and so is the opcode, once one is recorded.
    let profile = Profile { owner: state.profile.owner.clone(), ..row.profile.clone() };
    profile == state.profile && (choice.is_none() || state.opcode.is_some())
}

fn document(from: &str, dry_run: bool, sheet: &Sheet, counts: Counts) -> Value {
    let refused: Vec<Value> = sheet
        .refused
        .iter()
        .map(|Refused { line, row, dealer_code, problem }| {
            json!({
                "line": line,
                "row": row,
                "dealer_code": (!dealer_code.is_empty()).then_some(dealer_code),
                "field": problem.field,
                "reason": problem.reason,
            })
        })
        .collect();
    json!({
        "schema": SCHEMA,
        "file": from,
        "dry_run": dry_run,
        "rows": counts.added + counts.updated + counts.unchanged + sheet.refused.len(),
        "added": counts.added,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "refused": refused,
        "ignored_columns": sheet.ignored,
    })
}

/// `add`.
pub(super) async fn add(app: &App, args: &Add) -> Result<(), CliError> {
    let mut values = Values::default();
    for (field, value) in [
        (Field::Name, &args.name),
        (Field::DealerCode, &args.dealer_code),
        (Field::Group, &args.group),
        (Field::Brand, &args.brand),
        (Field::City, &args.city),
        (Field::State, &args.state),
        (Field::Timezone, &args.timezone),
        (Field::Contact, &args.contact),
        (Field::Email, &args.email),
        (Field::Phone, &args.phone),
        (Field::Owner, &args.owner),
        (Field::OpcodeWord, &args.opcode_word),
    ] {
        values.set(field, value);
    }
    if let Some(code) = &args.opcode {
        values.set(Field::Opcode, code);
    }
    if args.new_opcode {
        values.set(Field::OpcodeOption, option_word(OpcodeOption::New));
    }
    let wrong = |Problem { field, reason }: Problem| CliError::usage(format!("{field}: {reason}"));
    let profile = row::profile(&values).map_err(wrong)?;
    let written = row::written(&values).map_err(wrong)?;
    let incoming = Incoming { profile, opcode: chosen(app, &written), word: written.word };
    let engine = app.engine(Need::default()).await?;
    let mut answers = engine.add(vec![incoming], &app.actor()).await?;
    let id = answers.pop().ok_or_else(|| CliError::Failed("no answer".to_owned()))??;
    let state = all(&engine).into_iter().find(|state| state.id == id);
    let Some(state) = state else { return Err(CliError::Failed("it was added and is not there".to_owned())) };
    if args.json.json {
        return app.out.document(&with_schema(dealership(&state, app.clock.now(), engine.policy(), false)));
    }
    app.out.line(format!("{} {}: added as {id}", app.out.ink(Ink::Good, "done"), named(&state)))
}
