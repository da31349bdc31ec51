//! Choosing the columns of a list on the screen, where its headings do not tell them.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use super::args::Import;
use crate::cli::app::App;
use crate::cli::desk::needs_terminal;
use crate::cli::desk_files::themes;
use crate::cli::error::CliError;
use crate::cli::input::name_of;
use crate::cli::select::all;
use crate::config::Config;
use crate::domain::Onboarding;
use crate::domain::list::{Columns, ListField, Mapping};
use crate::tui::columns::{Chosen, FileColumn, Preview, PreviewOutcome, choose as show};

use super::advice::{Advice, missing};
use super::chosen;
use super::opcode_words::OpcodeWords;
use super::options::ImportOptions;
use super::plan::{ImportPlan, PlanContext};
use super::reading::{self, ImportedList, Unreadable};
use super::row::ReadRow;
use super::told::ImportReport;

/// Whether somebody sits there who can choose.
pub(super) fn is_possible(args: &Import) -> bool {
    !args.json.json && args.file != Path::new("-") && needs_terminal().is_ok()
}

/// Whether a new dealership cannot be taken for want of a column. A zone that no place tells is said with `--set`.
pub(super) fn lacks_column(list: &ImportedList, options: &ImportOptions) -> bool {
    missing(&list.columns, options).into_iter().any(|field| field != ListField::TIMEZONE)
}

/// Whether any dealership of a list is new: one that only corrects known ones needs no more columns.
pub(super) fn has_new(list: &ImportedList, states: &[Arc<Onboarding>]) -> bool {
    let known: HashSet<&str> = states.iter().map(|state| state.profile.dealer_code.raw()).collect();
    let is_new =
        |row: &ReadRow| !row.is_unreadable() && !row.dealer_code().is_empty() && !known.contains(row.dealer_code());
    list.rows.iter().any(is_new)
}

/// Every dealership as it is in the journal.
pub(super) async fn states(app: &App) -> Result<Arc<[Arc<Onboarding>]>, CliError> {
    Ok(all(app, &*app.read().await?).await?.into())
}

/// A list whose columns are to be chosen.
#[derive(Clone)]
struct Asked {
    args: Import,
    bytes: Arc<Vec<u8>>,
    /// As it was asked for: what is chosen comes before.
    options: ImportOptions,
    states: Arc<[Arc<Onboarding>]>,
    config: Arc<Config>,
}

/// Lets somebody choose, and answers with the command that does the same and the list as it reads then; `None`: it was left.
pub(super) async fn choose(
    app: &App,
    args: &Import,
    bytes: Vec<u8>,
    options: &ImportOptions,
    (columns, rows): (Columns, Vec<Vec<String>>),
    states: Arc<[Arc<Onboarding>]>,
) -> Result<Option<(Import, ImportOptions, ImportedList)>, CliError> {
    let mut args = args.clone();
    if columns.headings.is_empty() {
        args.heading = Some(0);
    }
    let preview = preview(&args, columns, &rows);
    let options = ImportOptions { heading: args.heading, ..options.clone() };
    let asked = Asked { args, bytes: Arc::new(bytes), options, states, config: Arc::new(app.config.clone()) };
    let looking = asked.clone();
    let mut notices = Vec::new();
    let themes = themes(app.globals.color, &app.config.ui, &mut notices);
    notices.iter().for_each(|notice| app.out.warn(notice));
    match show(preview, themes, move |preview| looking.look(preview)).await {
        Ok(Chosen::Accepted(preview)) => {
            let (mut args, options) = asked.with(&preview).map_err(CliError::Usage)?;
            let list = asked.read(&args, &options)?;
            if lacks_column(&list, &options) && has_new(&list, &asked.states) {
                let none = missing(&list.columns, &options).into_iter().map(|field| format!("-={}", field.as_str()));
                args.map.extend(none);
            }
            app.out.note(format!("the same without asking:\n  {}", Advice::default().command(&args, &options)));
            Ok(Some((args, options, list)))
        }
        Ok(Chosen::Left) => Ok(None),
        Ok(Chosen::Signal(ending)) => Err(CliError::Signal(ending.number())),
        Err(error) => Err(CliError::Failed(error.to_string())),
    }
}

impl Asked {
    /// The command and the way to read that the choices make.
    fn with(&self, preview: &Preview) -> Result<(Import, ImportOptions), String> {
        let mut args = self.args.clone();
        let chosen = preview.pairs();
        let mapping = Mapping::parse(&chosen).map_err(|error| error.to_string())?.or(&self.options.mapping);
        args.map = mapping.pairs().map(|(column, field)| format!("{column}={}", field.as_str())).collect();
        Ok((args, ImportOptions { mapping, ..self.options.clone() }))
    }

    fn read(&self, args: &Import, options: &ImportOptions) -> Result<ImportedList, CliError> {
        reading::read(self.bytes.to_vec(), options)
            .map_err(|why| CliError::Usage(super::advice::refusal(why, args, options)))
    }

    /// What the choices would do.
    fn look(&self, preview: &Preview) -> (String, PreviewOutcome) {
        let impossible = |why: String| {
            let lines = why.lines().take(1).map(str::to_owned).collect();
            (String::new(), PreviewOutcome { lines, is_possible: false })
        };
        let (args, options) = match self.with(preview) {
            Ok(both) => both,
            Err(why) => return impossible(why),
        };
        let mut list = match reading::read(self.bytes.to_vec(), &options) {
            Ok(list) => list,
            Err(Unreadable::Columns { .. }) => return impossible("no column holds dealer_code".to_owned()),
            Err(why) => return impossible(super::advice::refusal(why, &args, &options)),
        };
        let choice = |words: &OpcodeWords| chosen(&self.config, words);
        let plan = ImportPlan::of(&mut list, &PlanContext { states: &self.states, options: &options, choice: &choice });
        let from = name_of(&args.file);
        let told = ImportReport { from: &from, args: &args, options: &options, list: &list, plan: &plan, would: true };
        let outcome = PreviewOutcome { lines: told.summary(), is_possible: !plan.rows.is_empty() };
        (Advice::default().command(&args, &options), outcome)
    }
}

fn preview(args: &Import, columns: Columns, rows: &[Vec<String>]) -> Preview {
    let numbered = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = if columns.headings.is_empty() { numbered } else { columns.headings.len() };
    let cells = |place: usize| rows.iter().map(|row| row.get(place).cloned().unwrap_or_default()).collect();
    let column = |place: usize| FileColumn { name: columns.name_of(place), cells: cells(place) };
    let all = (0..width).map(column).collect();
    Preview::new(name_of(&args.file), all, columns)
}
