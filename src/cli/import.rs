//! `import` and `add`: dealerships into the books.

mod add;
mod advice;
mod opcode_words;
mod parallel;
mod plan;
mod preview;
mod problem;
mod reading;
mod remarks;
mod row;
mod source;
mod told;

use std::collections::HashSet;
use std::sync::Arc;

use crate::config::{Config, ListSettings};
use crate::domain::list::{Mapping, fixed_value};
use crate::domain::text::clean;
use crate::domain::{Onboarding, OpcodeChoice};
use crate::engine::{Engine, Imported, Incoming};

pub(super) use add::add;

use super::app::{App, Need};
use super::args::Import;
use super::error::CliError;
use super::input::{name_of, read_bytes};
use super::opcode;
use super::output::progress;
use super::record::all;
use opcode_words::OpcodeWords;
use plan::{ImportCounts, ImportPlan, PlanContext};
use reading::{ImportOptions, ImportedList, Unreadable};
use told::ImportReport;

pub(super) async fn run(app: &App, args: &Import) -> Result<(), CliError> {
    let options = options(app, args)?;
    let bytes = read_bytes(&args.file).await?;
    let kept = preview::is_possible(args).then(|| bytes.clone());
    let refused =
        |why| Err(CliError::Usage(format!("{}: {}", name_of(&args.file), advice::refusal(why, args, &options))));
    let (bytes, columns, rows, states) = match (reading::read(bytes, &options), kept) {
        (Ok(list), Some(bytes)) if preview::lacks_column(&list, &options) => {
            let states = preview::states(app).await?;
            if !preview::has_new(&list, &states) {
                return take_in(app, args, &options, list).await;
            }
            (bytes, list.columns, list.first, states)
        }
        (Ok(list), _) => return take_in(app, args, &options, list).await,
        (Err(Unreadable::Columns { columns, rows } | Unreadable::NoHeading { columns, rows }), Some(bytes)) => {
            (bytes, columns, rows, preview::states(app).await?)
        }
        (Err(why), _) => return refused(why),
    };
    match preview::choose(app, args, bytes, &options, (columns, rows), states).await? {
        Some((args, options, list)) => take_in(app, &args, &options, list).await,
        None => {
            app.out.note("nothing was recorded");
            Ok(())
        }
    }
}

/// Plans a list that was read, records it unless that is not wanted, and says what came of it.
async fn take_in(app: &App, args: &Import, options: &ImportOptions, mut list: ImportedList) -> Result<(), CliError> {
    let from = name_of(&args.file);
    let known = KnownDealerships::of(app, args.dry_run).await?;
    let states = known.states();
    let choice = |words: &OpcodeWords| chosen(&app.config, words);
    let mut plan = ImportPlan::of(&mut list, &PlanContext { states: &states, options, choice: &choice });
    let lacking = advice::lacking(&list.columns, options, &plan.refused);
    if plan.rows.is_empty() && !lacking.is_empty() {
        let why = advice::about_columns(&list.columns, &lacking, args, options);
        return Err(CliError::Usage(format!("{from}: {why}")));
    }
    if args.yes {
        plan.held = None;
    }
    if let (false, None, KnownDealerships::Owned(engine)) = (args.dry_run, &plan.held, &known) {
        record(app, engine, &mut plan).await?;
    }
    let would = args.dry_run || plan.held.is_some();
    let told = ImportReport { from: &from, args, options, list: &list, plan: &plan, would };
    if args.json.json {
        app.out.document(&told.document())?;
    } else {
        told.humanize(app)?;
    }
    ended(app, args, &plan)
}

/// The exit code: held, partly done, or done.
fn ended(app: &App, args: &Import, plan: &ImportPlan) -> Result<(), CliError> {
    if let Some(held) = &plan.held {
        let words = format!(
            "held, and nothing is recorded: {held}\nLook at what would change; if it is right, run it again with --yes."
        );
        if !args.dry_run {
            return Err(CliError::Usage(words));
        }
        app.out.note(words);
    }
    if plan.refused.is_empty() { Ok(()) } else { Err(CliError::Partly) }
}

/// How the list is to be read: by the command line, and by the settings where it names some.
fn options(app: &App, args: &Import) -> Result<ImportOptions, CliError> {
    let kept = match &args.r#as {
        None => ListSettings::default(),
        Some(name) => app.config.list_settings(name).map_err(CliError::Usage)?,
    };
    let mapping = Mapping::parse(&args.map).map_err(|error| CliError::Usage(error.to_string()))?.or(&kept.map);
    let mut fixed = Vec::new();
    for pair in &args.set {
        let (field, value) = pair
            .split_once('=')
            .ok_or_else(|| CliError::Usage(format!("--set needs FIELD=VALUE, not `{}`", clean(pair))))?;
        fixed.push(fixed_value(field, value).map_err(|why| CliError::Usage(format!("--set {}: {why}", clean(pair))))?);
    }
    for (field, value) in kept.set {
        if !fixed.iter().any(|(known, _)| *known == field) {
            fixed.push((field, value));
        }
    }
    Ok(ImportOptions {
        mapping,
        fixed,
        clear: args.clear,
        heading: args.heading,
        sheet: args.sheet.clone(),
        program: app.program(),
        now: app.clock.now(),
    })
}

/// Where the known dealerships are read: beside everybody, or as their owner.
enum KnownDealerships {
    Read(Vec<Arc<Onboarding>>),
    Owned(Engine),
}

impl KnownDealerships {
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

/// Records what was planned; what a rule refuses joins the refused rows.
async fn record(app: &App, engine: &Engine, plan: &mut ImportPlan) -> Result<(), CliError> {
    let incoming: Vec<Incoming> = plan.rows.iter().map(|row| row.incoming.clone()).collect();
    let bar = progress("{bar:40} {pos}/{len} dealerships  {elapsed}", incoming.len() as u64);
    let answers = engine.import(incoming, &app.actor(), |done| bar.set_position(done as u64)).await;
    bar.finish_and_clear();
    let mut counts = ImportCounts::default();
    let mut updated: HashSet<String> = HashSet::new();
    for (place, answer) in answers?.into_iter().enumerate() {
        match answer {
            Ok(Imported::Added(_)) => counts.added += 1,
            Ok(Imported::Updated(_)) => {
                counts.updated += 1;
                updated.extend(plan.rows.get(place).map(|row| row.dealer_code().to_owned()));
            }
            Ok(Imported::Unchanged(_)) => counts.unchanged += 1,
            Err(refusal) => plan.refuse_planned(place, &refusal.to_string()),
        }
    }
    plan.counts = counts;
    plan.updates.retain(|update| updated.contains(update.dealer_code.raw()));
    Ok(())
}

/// The choice that a row makes, with what the settings add.
fn chosen(config: &Config, words: &OpcodeWords) -> Option<OpcodeChoice> {
    opcode::choice(config, words.code.as_deref(), words.option)
}
