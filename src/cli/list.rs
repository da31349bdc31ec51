//! `list`: the table of dealerships, for people, for spreadsheets and for scripts.

use std::cmp::Reverse;

use clap::Args;

use crate::client::ReadClient;
use crate::domain::text::normal;
use crate::domain::{ProbeStatus, Timestamp, Untrusted};
use crate::present::column::{COLUMNS, Column, ColumnError, DealershipView, SortKey, Value, read_order};
use crate::present::json::{DealershipDocument, SCHEMA};
use crate::present::view::{self, SavedView};
use crate::protocol::{AlikeDealership, FirstFound, PastFound, Selection};

use super::app::App;
use super::error::CliError;
use super::select::select;
use super::table::{self, LEAST, TextColumn};
use super::twins::alike_documents;

documents! {
    ListDocument<'a> of (total: usize, dealerships: Vec<DealershipDocument<'a>>) {
        dealerships: Vec<DealershipDocument<'a>> = dealerships,
        schema: u32 = SCHEMA,
        total: usize = total,
    }
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which dealerships; several words are one query
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// A saved view of the settings, or `mine`, `today`, `by owner`, `by group`; QUERY narrows it
    #[arg(long, value_name = "NAME")]
    pub view: Option<String>,
    /// As everything stood then, by what was recorded until then
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// By which fields, like `stage,expires_at:desc`; without it: what needs attention first
    #[arg(long, value_name = "FIELD[:desc],…", value_delimiter = ',')]
    pub sort: Vec<String>,
    /// Which columns, in order
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// One JSON document
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// CSV, with times in UTC
    #[arg(long)]
    pub csv: bool,
}

/// As many as are asked for in one answer.
const FEW: usize = 1_000;

/// The columns of people, without `--columns`.
const FOR_PEOPLE: &str = "dealer_code,name,stage,code,left,waiting,opcode,lacks,owner,attention";

/// The same, the most useful first: where a terminal has no room the last ones are given up. Of others the last ones are.
const USEFUL_FIRST: &str = "dealer_code,name,attention,stage,left,waiting,lacks,opcode,owner,code";

/// Nobody reads wider cells in a table.
const MOST: usize = 60;

/// What names a dealership or its code is never cut.
const NAMING: [&str; 3] = ["id", "dealer_code", "code"];

/// The columns of spreadsheets, without `--columns`.
const FOR_SHEETS: &str = "id,name,group,brand,city,state,dealer_code,timezone,owner,contact,email,phone,stage,attention,\
    generation,code,generated_at,expires_at,dealer_confirmed_at,due_at,confirmed_at,opcode,opcode_option,opcode_word,\
    opcode_state,lacks,slots,next_slot,appointment";

pub(super) async fn run(app: &App, args: &ListArgs) -> Result<(), CliError> {
    let named = |name: &str| view::named(&app.config.views, name).map_err(CliError::usage);
    let saved = args.view.as_deref().map(named).transpose()?;
    let sort = sort(&args.sort, saved)?;
    let columns = columns(&args.columns, saved, args.csv)?;
    let reading = app.read().await?;
    let words = saved.map(|view| &view.query).into_iter().chain(&args.query);
    let query = words.map(String::as_str).collect::<Vec<_>>().join(" ");
    let (selection, limit) = (Selection::Query(query), args.limit.unwrap_or(usize::MAX));
    let at = args.at.as_deref().map(|text| app.moment(text, app.zone)).transpose()?;
    let (now, policy, me) = (at.unwrap_or_else(|| app.clock.now()), &app.config.policy, app.actor());
    let (found, past) = find(app, &*reading, selection, at, args.json, sort.is_empty(), limit).await?;
    let FirstFound { total, states: found } = found;
    let is_shown =
        |of: &dyn Fn(&Column) -> bool| columns.iter().copied().chain(sort.iter().map(|(column, _)| *column)).any(of);
    let probes = match args.json || is_shown(&|column| column.is_of_probes) {
        true if at.is_some() => found.iter().map(|state| ProbeStatus::of(state, None, now, policy, None)).collect(),
        true => reading.probe_statuses(found.iter().map(|state| state.id).collect(), &me).await?,
        false => Vec::new(),
    };
    let orders_by_log = sort.iter().any(|(column, _)| column.is_of_log);
    let asks_log = past.is_none() && (orders_by_log || !args.json && is_shown(&|column| column.is_of_log));
    let asked = if asks_log { Some(reading.survival(&me).await?) } else { None };
    let survival = past.as_ref().map(|past| &past.survival).or(asked.as_ref());
    let view =
        |(place, state)| DealershipView::of(state, probes.get(place), now, policy, app.zone).estimated_by(survival);
    let mut rows: Vec<_> = found.iter().map(AsRef::as_ref).enumerate().map(view).collect();
    if !sort.is_empty() {
        sort_by(&mut rows, &sort);
    }
    rows.truncate(limit);
    if args.json {
        let ids = rows.iter().map(|view| view.state.id);
        let alike = match &past {
            Some(past) => ids.map(|id| past.alike.get(&id).cloned().unwrap_or_default()).collect(),
            None => reading.alike(ids.collect(), &me).await?,
        };
        return document(app, total, &rows, &alike);
    }
    if args.csv {
        app.out.csv(columns.iter().map(|column| column.id.to_owned()))?;
        let cells = |view| columns.iter().map(move |column| (column.value)(view).script());
        return rows.iter().try_for_each(|view| app.out.csv(cells(view)));
    }
    table(app, &columns, &rows)?;
    if rows.len() < total {
        app.out.note(format!("{} of {total} shown", rows.len()));
    }
    if total == 0 {
        app.out.note(why_none(app, &*reading, past.as_ref()).await?);
    }
    Ok(())
}

fn document(
    app: &App,
    total: usize,
    rows: &[DealershipView<'_>],
    alike: &[Vec<AlikeDealership>],
) -> Result<(), CliError> {
    let document = |(view, alike)| DealershipDocument::of(view, false).with_alike(alike);
    let all = rows.iter().zip(alike.iter().map(|alike| alike_documents(alike))).map(document).collect();
    app.out.document(&ListDocument::of(total, all))
}

/// What is meant now or was at a moment, then with who was `alike`: the first of it, or all of it where it is ordered here.
async fn find(
    app: &App,
    reading: &dyn ReadClient,
    selection: Selection,
    at: Option<Timestamp>,
    alike: bool,
    is_in_order: bool,
    limit: usize,
) -> Result<(FirstFound, Option<PastFound>), CliError> {
    let (policy, me) = (&app.config.policy, app.actor());
    // Columns are known here only: whoever sorts by one needs all that was found.
    if at.is_none() && is_in_order && limit <= FEW {
        return Ok((reading.first(selection, limit, &me).await?, None));
    }
    let mut past = match at {
        Some(at) => Some(reading.select_past(selection.clone(), at, alike, &me).await?),
        None => None,
    };
    let states = match &mut past {
        Some(past) => std::mem::take(&mut past.states),
        None => select(app, reading, selection).await?,
    };
    let found = match is_in_order {
        true => FirstFound::of(&states, limit, at.unwrap_or_else(|| app.clock.now()), policy),
        false => FirstFound { total: states.len(), states },
    };
    Ok((found, past))
}

async fn why_none(app: &App, reading: &dyn ReadClient, past: Option<&PastFound>) -> Result<&'static str, CliError> {
    let is_empty = match past {
        Some(past) => past.known == 0,
        None => reading.first(Selection::All, 0, &app.actor()).await?.total == 0,
    };
    Ok(match (is_empty, past) {
        (true, Some(_)) => "no dealership was in the store then",
        (true, None) => "no dealerships yet: import FILE, add NAME, or demo",
        (false, _) => "nothing matches",
    })
}

fn column(name: &str) -> Result<&'static Column, CliError> {
    Column::by_id(name).map_err(|error| usage(&error))
}

/// With all names, since whoever mistook one cannot look them up.
fn usage(error: &ColumnError) -> CliError {
    match error {
        ColumnError::Unknown { .. } => {
            let list = COLUMNS.iter().map(|column| column.id).collect::<Vec<_>>().join(", ");
            CliError::usage(format!("{error} (columns: {list})"))
        }
        ColumnError::OfListOnly(_) | ColumnError::Direction(_) | ColumnError::TooMany => {
            CliError::usage(error.to_string())
        }
    }
}

/// What is asked for wins over what the view says.
fn columns(names: &[String], view: Option<&SavedView>, csv: bool) -> Result<Vec<&'static Column>, CliError> {
    if let ([], Some(view)) = (names, view.filter(|view| !view.columns.is_empty())) {
        return view.columns.iter().map(|shown| column(shown.id())).collect();
    }
    if names.is_empty() {
        let names = if csv { FOR_SHEETS } else { FOR_PEOPLE };
        return names.split(',').map(column).collect();
    }
    names.iter().map(|name| column(name)).collect()
}

fn sort(fields: &[String], view: Option<&SavedView>) -> Result<Vec<(&'static Column, bool)>, CliError> {
    match view.and_then(|view| view.sort).filter(|_| fields.is_empty()) {
        Some(sort) => sort.keys().map(|(by, descending)| Ok((column(by.id())?, descending))).collect(),
        None => fields.iter().map(|field| order(field)).collect(),
    }
}

fn order(field: &str) -> Result<(&'static Column, bool), CliError> {
    let (name, descending) = read_order(field).map_err(|error| usage(&error))?;
    Ok((column(name)?, descending))
}

/// A key in its direction; what has no value comes last in both.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Ascending(SortKey),
    Descending(Reverse<SortKey>),
    Missing,
}

/// Names and ids break ties, so that the order is always the same.
fn sort_by(rows: &mut [DealershipView<'_>], fields: &[(&Column, bool)]) {
    let name = |view: &DealershipView<'_>| (normal(view.state.profile.name.raw()), view.state.id);
    let place = |view: &DealershipView<'_>, (column, descending): &(&Column, bool)| match column.key(view) {
        None => Place::Missing,
        Some(key) if *descending => Place::Descending(Reverse(key)),
        Some(key) => Place::Ascending(key),
    };
    rows.sort_by_cached_key(|view| {
        let places: Vec<Place> = fields.iter().map(|field| place(view, field)).collect();
        (places, name(view))
    });
}

fn table(app: &App, columns: &[&Column], rows: &[DealershipView<'_>]) -> Result<(), CliError> {
    let Some(first) = rows.first() else { return Ok(()) };
    let useful: Vec<&str> = match columns.iter().map(|column| column.id).eq(FOR_PEOPLE.split(',')) {
        true => USEFUL_FIRST.split(',').collect(),
        false => columns.iter().map(|column| column.id).collect(),
    };
    let text_column = |column: &&Column| {
        let is_naming = NAMING.contains(&column.id);
        // A number or a moment that is cut says something else.
        let is_cut = !is_naming && matches!((column.value)(first), Value::Text(_) | Value::Word(_));
        let rank = match column.id {
            "dealer_code" => 0,
            id => useful.iter().position(|useful| *useful == id).unwrap_or(0) + 1,
        };
        let whole = TextColumn { title: column.title, most: MOST, ..TextColumn::whole(rank) };
        if is_cut { TextColumn { least: LEAST, ..whole } } else { whole }
    };
    let text_columns: Vec<TextColumn> = columns.iter().map(text_column).collect();
    let cell = |row: &DealershipView<'_>, column: &Column| {
        vec![(Untrusted::from(column.people(row)).plain().into_owned(), (column.tone)(row))]
    };
    let rows: Vec<_> = rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
    table::print(&app.out, &text_columns, &rows)
}
