//! `import` and `add`: dealerships into the books.

mod field;
mod json;
mod remarks;
mod row;
mod sheet;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::text::or_nothing;
use crate::domain::{
    Onboarding, OpcodeChoice, OpcodeOption, ProfileChange, ProfileField, ProfileUpdate, Untrusted, UpdatesHeld,
};
use crate::engine::{Engine, Imported, Incoming, ProbeStatus};

use super::app::{App, Need};
use super::args::{Add, Import};
use super::error::CliError;
use super::input::{name_of, read_text};
use super::json::{SCHEMA, dealership, option_word, with_schema};
use super::opcode;
use super::output::{Ink, progress};
use super::record::all;
use super::report::named;

use field::{Field, Mapping};
use row::{Problem, Values, Written};
use sheet::{Refused, Row, Sheet};

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
    let text = read_text(&args.file).await?;
    let from = name_of(&args.file);
    let mut sheet = sheet::read(&text, &mapping).map_err(|why| CliError::Usage(format!("{from}: {why}")))?;
    drop(text);
    let known = Known::of(app, args.dry_run).await?;
    let mut told = Told::of(app, &known, &sheet);
    let held = if args.yes { None } else { told.held.clone() };
    if let (false, None, Known::Owned(engine)) = (args.dry_run, &held, &known) {
        record(app, engine, &mut sheet, &mut told).await?;
    }
    sheet.refused.sort_by_key(|refused| (refused.line, refused.row));
    let would = args.dry_run || held.is_some();
    if args.json.json {
        app.out.document(&document(&from, args.dry_run, &sheet, &told, held.as_ref()))?;
    } else {
        in_words(app, &from, would, &sheet, &told)?;
    }
    let words = held.map(|held| {
        format!(
            "held, and nothing is recorded: {held}\nLook at what would change; if it is right, run it again with --yes."
        )
    });
    match words {
        Some(words) if !args.dry_run => Err(CliError::Usage(words)),
        Some(words) => {
            app.out.note(words);
            if sheet.refused.is_empty() { Ok(()) } else { Err(CliError::Partly) }
        }
        None if sheet.refused.is_empty() => Ok(()),
        None => Err(CliError::Partly),
    }
}

/// Where the known dealerships are read: beside everybody, or as their owner.
enum Known {
    Read(Vec<Arc<Onboarding>>),
    Owned(Engine),
}

impl Known {
    async fn of(app: &App, dry_run: bool) -> Result<Self, CliError> {
        if dry_run {
            return Ok(Self::Read(app.read().await?.desk().states.to_vec()));
        }
        Ok(Self::Owned(app.engine(Need::default()).await?))
    }

    fn states(&self) -> Vec<Arc<Onboarding>> {
        match self {
            Self::Read(states) => states.clone(),
            Self::Owned(engine) => all(engine),
        }
    }
}

/// What is told of the good rows.
struct Told {
    counts: Counts,
    updates: Vec<ProfileUpdate>,
    held: Option<UpdatesHeld>,
}

impl Told {
    /// What recording would do, without doing it.
    fn of(app: &App, known: &Known, sheet: &Sheet) -> Self {
        let states = known.states();
        let known: HashMap<&str, &Onboarding> =
            states.iter().map(|state| (state.profile.dealer_code.raw(), state.as_ref())).collect();
        let (mut counts, mut updates) = (Counts::default(), Vec::new());
        for row in &sheet.rows {
            let Some(state) = known.get(row.profile.dealer_code.raw()) else {
                counts.added += 1;
                continue;
            };
            match ProfileUpdate::of(state, &row.profile, chosen(app, &row.written).as_ref()) {
                Some(update) => updates.push(update),
                None => counts.unchanged += 1,
            }
        }
        counts.updated = updates.len();
        Self { counts, held: UpdatesHeld::of(&updates), updates }
    }
}

fn in_words(app: &App, from: &str, would: bool, sheet: &Sheet, told: &Told) -> Result<(), CliError> {
    if !sheet.ignored.is_empty() {
        let list: Vec<String> = sheet.ignored.iter().map(|column| format!("`{column}`")).collect();
        app.out.note(format!("columns that no field wants: {}", list.join(", ")));
    }
    sheet.remarks.lines(from).into_iter().for_each(|remark| app.out.note(remark));
    for Refused { line, dealer_code, problem, .. } in &sheet.refused {
        let code = if dealer_code.is_empty() { String::new() } else { format!(" ({dealer_code})") };
        app.out.note(format!("{from}:{line}{code}: {}: {}", problem.field, problem.reason));
    }
    for update in &told.updates {
        app.out.line(format!("{} ({})", update.name.plain(), update.dealer_code.plain()))?;
        for (field, from, to) in fields(update) {
            app.out.line(format!("  {field}: {} → {}", or_nothing(from.raw()), or_nothing(to.raw())))?;
        }
    }
    let would = if would { "would be " } else { "" };
    let Counts { added, updated, unchanged } = told.counts;
    let refused = match sheet.refused.len() {
        0 => "0 refused".to_owned(),
        n => app.out.ink(Ink::Warn, &format!("{n} refused")),
    };
    app.out.line(format!("{would}{added} added, {updated} updated, {unchanged} unchanged, {refused}"))
}

/// Every field that an update changes: its name, what it read, what it reads.
fn fields(update: &ProfileUpdate) -> impl Iterator<Item = (&'static str, Untrusted, Untrusted)> {
    let opcode = update.opcode.clone().map(|code| (Field::Opcode.word(), Untrusted::from(""), code));
    let change = |change: &ProfileChange| (change.field.word(), change.from.clone(), change.to.clone());
    update.changes.iter().map(change).chain(opcode)
}

/// Records the good rows; those that a rule refuses join the refused ones.
async fn record(app: &App, engine: &Engine, sheet: &mut Sheet, told: &mut Told) -> Result<(), CliError> {
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
    let mut updated = HashSet::new();
    for (row, answer) in sheet.rows.iter().zip(answers?) {
        match answer {
            Ok(Imported::Added(_)) => counts.added += 1,
            Ok(Imported::Updated(_)) => {
                counts.updated += 1;
                updated.insert(row.profile.dealer_code.raw());
            }
            Ok(Imported::Unchanged(_)) => counts.unchanged += 1,
            Err(refusal) => sheet.refused.push(refused(row, &refusal.to_string())),
        }
    }
    told.counts = counts;
    told.updates.retain(|update| updated.contains(update.dealer_code.raw()));
    Ok(())
}

/// The choice that a row makes, with what the settings add.
fn chosen(app: &App, written: &Written) -> Option<OpcodeChoice> {
    opcode::choice(&app.config, written.code.as_deref(), written.option)
}

fn refused(row: &Row, why: &str) -> Refused {
    let dealer_code = row.profile.dealer_code.plain().into_owned();
    Refused { line: row.line, row: row.place, dealer_code, problem: Problem::new(ProfileField::DealerCode.word(), why) }
}

fn document(from: &str, dry_run: bool, sheet: &Sheet, told: &Told, held: Option<&UpdatesHeld>) -> Value {
    let Told { counts, updates, .. } = told;
    let change = |(field, from, to): (&str, Untrusted, Untrusted)| json!({ "field": field, "from": from, "to": to });
    let updates: Vec<Value> = updates
        .iter()
        .map(|update| {
            let changes: Vec<Value> = fields(update).map(change).collect();
            json!({ "dealer_code": update.dealer_code, "changes": changes })
        })
        .collect();
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
        "updates": updates,
        "held": held.map(ToString::to_string),
        "refused": refused,
        "ignored_columns": sheet.ignored,
        "remarks": sheet.remarks.json(),
    })
}

/// `add`.
pub(super) async fn add(app: &App, args: &Add) -> Result<(), CliError> {
    let mut values = Values::default();
    for (field, value) in [
        (ProfileField::Name, &args.name),
        (ProfileField::DealerCode, &args.dealer_code),
        (ProfileField::Group, &args.group),
        (ProfileField::Brand, &args.brand),
        (ProfileField::City, &args.city),
        (ProfileField::State, &args.state),
        (ProfileField::Timezone, &args.timezone),
        (ProfileField::Contact, &args.contact),
        (ProfileField::Email, &args.email),
        (ProfileField::Phone, &args.phone),
        (ProfileField::Owner, &args.owner),
    ] {
        values.set(Field::Profile(field), value);
    }
    values.set(Field::OpcodeWord, &args.opcode_word);
    if let Some(code) = &args.opcode {
        values.set(Field::Opcode, code);
    }
    if args.new_opcode {
        values.set(Field::OpcodeOption, option_word(OpcodeOption::New));
    }
    let wrong = |Problem { field, reason }: Problem| CliError::usage(format!("{field}: {reason}"));
    let profile = row::profile(&values).map_err(wrong)?;
    let written = row::written(&values).map_err(wrong)?;
    values.remarks(&profile).for_each(|remark| app.out.note(remark));
    let incoming = Incoming { profile, opcode: chosen(app, &written), word: written.word };
    let engine = app.engine(Need::default()).await?;
    let mut answers = engine.add(vec![incoming], &app.actor()).await?;
    let id = answers.pop().ok_or_else(|| CliError::Failed("no answer".to_owned()))??;
    let state = all(&engine).into_iter().find(|state| state.id == id);
    let Some(state) = state else { return Err(CliError::Failed("it was added and is not there".to_owned())) };
    if args.json.json {
        let (probe, now) = (ProbeStatus::default(), app.clock.now());
        return app.out.document(&with_schema(dealership(&state, &probe, now, engine.policy(), false)));
    }
    app.out.line(format!("{} {}: added as {id}", app.out.ink(Ink::Good, "done"), named(&state)))
}
