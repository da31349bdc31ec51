//! `import` and `add`: dealerships into the store.

mod add;
mod advice;
mod args;
mod opcode_words;
mod options;
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

use crate::client::EngineClient;
use crate::config::{Config, ListSettings};
use crate::domain::list::{Mapping, fixed_value};
use crate::domain::text::clean;
use crate::domain::{OpcodeChoice, Profile, Refusal};
use crate::protocol::{Imported, Incoming, Request, RequestError};

pub(super) use add::add;

use super::app::App;
use super::error::CliError;
use super::input::{name_of, read_bytes};
use super::opcode;
use super::output::progress;
use super::select::all;
use crate::wiring::Need;
pub use args::{Add, Import};
use opcode_words::OpcodeWords;
use options::ImportOptions;
use plan::{ImportCounts, ImportPlan, PlanContext};
use reading::{ImportedList, Unreadable};
use told::{ImportDocument, ImportReport};

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
    // A dry run needs no owner.
    let client = if args.dry_run { None } else { Some(app.client(Need::default()).await?) };
    let states = match &client {
        Some(client) => all(app, &**client).await?,
        None => all(app, &*app.read().await?).await?,
    };
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
    if let (Some(client), None) = (&client, &plan.held) {
        record(app, &**client, &mut plan).await?;
    }
    let would = args.dry_run || plan.held.is_some();
    let told = ImportReport { from: &from, args, options, list: &list, plan: &plan, would };
    if args.json.json {
        app.out.document(&ImportDocument::of(&told))?;
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

/// What goes to the owner of a store has to fit a frame.
const ROWS_OF_A_REQUEST: usize = 5_000;

/// What became of each, in the order given, and why not of the rest.
async fn import(
    app: &App,
    client: &dyn EngineClient,
    incoming: Vec<Incoming>,
    told: impl Fn(usize),
) -> (Vec<Result<Imported, Refusal>>, Option<RequestError>) {
    let mut ended = Vec::with_capacity(incoming.len());
    let mut rest = incoming;
    while !rest.is_empty() {
        let later = rest.split_off(rest.len().min(ROWS_OF_A_REQUEST));
        let mut answers = client.request(Request::Import(rest), &app.actor());
        while let Some(answer) = answers.next().await {
            match Vec::try_from(answer) {
                Ok(some) => ended.extend(some),
                Err(error) => return (ended, Some(error)),
            }
            told(ended.len());
        }
        rest = later;
    }
    (ended, None)
}

/// The line on which a row begins, and its profile or why it is refused.
pub type ListedRow = (u64, Result<Profile, String>);

/// What a list without options says, at a desk that knows nobody. For tests with files that nobody wrote.
pub fn read_list(bytes: Vec<u8>) -> Result<Vec<ListedRow>, String> {
    let options = ImportOptions::default();
    let mut list = reading::read(bytes, &options).map_err(|why| match why {
        Unreadable::Never(why) => why,
        Unreadable::Columns { .. } | Unreadable::NoHeading { .. } => "nobody knows what its columns hold".to_owned(),
    })?;
    let plan = ImportPlan::of(&mut list, &PlanContext { states: &[], options: &options, choice: &|_| None });
    let taken = plan.rows.iter().map(|row| {
        let profile = row.incoming.profile.new_profile();
        (row.line, profile.map_err(|problem| problem.to_string()))
    });
    let refused = plan.refused.iter().map(|row| {
        let reasons: Vec<_> = row.problems.iter().map(|problem| problem.reason.as_str()).collect();
        (row.line, Err(reasons.join("; ")))
    });
    Ok(taken.chain(refused).collect())
}

/// Records what was planned; what a rule refuses joins the refused rows.
async fn record(app: &App, client: &dyn EngineClient, plan: &mut ImportPlan) -> Result<(), CliError> {
    let incoming: Vec<Incoming> = plan.rows.iter().map(|row| row.incoming.clone()).collect();
    let bar = progress("{bar:40} {pos}/{len} dealerships  {elapsed}", incoming.len() as u64);
    let (answers, error) = import(app, client, incoming, |done| bar.set_position(done as u64)).await;
    bar.finish_and_clear();
    let mut counts = ImportCounts::default();
    let mut updated: HashSet<String> = HashSet::new();
    let done = answers.len();
    match error {
        Some(error) if done == 0 => return Err(error.into()),
        Some(error) => (done..plan.rows.len()).for_each(|place| plan.refuse_planned(place, &error.to_string())),
        None => {}
    }
    for (place, answer) in answers.into_iter().enumerate() {
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
