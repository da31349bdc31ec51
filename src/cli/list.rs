//! `list`: the table of dealerships, for people, for spreadsheets and for scripts.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use crate::client::ReadClient;
use crate::domain::order::attention_order;
use crate::domain::query::Derived;
use crate::domain::suggest::did_you_mean;
use crate::domain::text::{normal, width};
use crate::domain::{DealershipId, Onboarding, Policy, Timestamp, Untrusted};
use crate::present::time::Zone;
use crate::protocol::{ProbeStatus, Selection};

use super::app::App;
use super::args::ListArgs;
use super::columns::{COLUMNS, DealershipView, ListColumn, SortKey};
use super::error::CliError;
use super::json::{SCHEMA, dealership};
use super::output::{Ink, fit, terminal_width};
use super::select::{all, select};
use super::twins::TwinFinder;

/// The columns of people, without `--columns`.
const FOR_PEOPLE: &[&str] =
    &["dealer_code", "name", "stage", "code", "left", "waiting", "opcode", "lacks", "owner", "attention"];

/// The columns of spreadsheets, without `--columns`.
const FOR_SHEETS: &[&str] = &[
    "id",
    "name",
    "group",
    "brand",
    "city",
    "state",
    "dealer_code",
    "timezone",
    "owner",
    "contact",
    "email",
    "phone",
    "stage",
    "attention",
    "generation",
    "code",
    "generated_at",
    "expires_at",
    "dealer_confirmed_at",
    "due_at",
    "confirmed_at",
    "opcode",
    "opcode_option",
    "opcode_word",
    "opcode_state",
    "lacks",
    "slots",
    "next_slot",
    "appointment",
];

pub(super) async fn run(app: &App, args: &ListArgs) -> Result<(), CliError> {
    let sort = args.sort.iter().map(|field| order(field)).collect::<Result<Vec<_>, _>>()?;
    let columns = columns(&args.columns, args.csv)?;
    let reading = app.read().await?;
    let mut found = select(app, &reading, Selection::Query(args.query.join(" "))).await?;
    let (total, now, policy) = (found.len(), app.clock.now(), &app.config.policy);
    let mut probes = HashMap::with_capacity(total);
    for state in &found {
        probes.insert(state.id, reading.probe_status(state.id, &app.actor()).await?);
    }
    sort_by(&mut found, &sort, now, policy, app.zone, &probes);
    found.truncate(args.limit.unwrap_or(usize::MAX));
    let rows = || found.iter().filter_map(|state| Some((state, probes.get(&state.id)?)));
    let view = |state, probe| DealershipView { state, probe, now, policy, zone: app.zone };
    if args.json {
        let states = all(app, &reading).await?;
        let twins = TwinFinder::of(&states);
        let one = |(state, probe): (&Arc<_>, _)| {
            let mut fields = dealership(state, probe, now, policy, false);
            twins.alike(state).put(&mut fields);
            fields
        };
        let all: Vec<_> = rows().map(one).collect();
        return app.out.document(&json!({ "schema": SCHEMA, "total": total, "dealerships": all }));
    }
    if args.csv {
        return csv(app, &columns, rows().map(|(state, probe)| view(state, probe)));
    }
    table(app, &columns, &rows().map(|(state, probe)| view(state, probe)).collect::<Vec<_>>())?;
    if found.len() < total {
        app.out.note(format!("{} of {total} shown", found.len()));
    }
    if total == 0 {
        let none = all(app, &reading).await?.is_empty();
        app.out.note(if none { "no dealerships yet: import FILE, add NAME, or demo" } else { "nothing matches" });
    }
    Ok(())
}

fn column(name: &str) -> Result<&'static ListColumn, CliError> {
    let name = name.trim();
    COLUMNS.iter().find(|column| column.id == name).ok_or_else(|| {
        let names = || COLUMNS.iter().map(|column| column.id);
        let list = names().collect::<Vec<_>>().join(", ");
        let name = crate::domain::text::clean(name);
        CliError::usage(format!("there is no column `{name}`{} (columns: {list})", did_you_mean(&name, names())))
    })
}

fn columns(names: &[String], csv: bool) -> Result<Vec<&'static ListColumn>, CliError> {
    if names.is_empty() {
        let names = if csv { FOR_SHEETS } else { FOR_PEOPLE };
        return names.iter().map(|name| column(name)).collect();
    }
    names.iter().map(|name| column(name)).collect()
}

fn order(field: &str) -> Result<(&'static ListColumn, bool), CliError> {
    let (name, direction) = field.split_once(':').unwrap_or((field, "asc"));
    match direction {
        "asc" => Ok((column(name)?, false)),
        "desc" => Ok((column(name)?, true)),
        other => Err(CliError::usage(format!("`{}` is neither asc nor desc", crate::domain::text::clean(other)))),
    }
}

/// Sorts by keys that are made once; without fields in the order of the screen. What has no value comes last in both
/// directions; names and ids break ties, so that the order is always the same.
fn sort_by(
    found: &mut Vec<Arc<Onboarding>>,
    fields: &[(&'static ListColumn, bool)],
    now: Timestamp,
    policy: &Policy,
    zone: Zone,
    probes: &HashMap<DealershipId, ProbeStatus>,
) {
    if fields.is_empty() {
        found.sort_by_cached_key(|state| {
            let order = attention_order(state, Derived::of(state, now, policy));
            (order, normal(state.profile.name.raw()), state.id)
        });
        return;
    }
    let mut keyed: Vec<(Vec<SortKey>, Arc<Onboarding>)> = found
        .drain(..)
        .map(|state| {
            let probe = probes.get(&state.id).cloned().unwrap_or_default();
            let view = DealershipView { state: &state, probe: &probe, now, policy, zone };
            (fields.iter().map(|(column, _)| (column.key)(&view)).collect(), state)
        })
        .collect();
    keyed.sort_by(|(a, state_a), (b, state_b)| {
        let by_fields = a.iter().zip(b).zip(fields).map(|((a, b), (_, descending))| match (a, b) {
            (SortKey::Missing, SortKey::Missing) => Ordering::Equal,
            (SortKey::Missing, _) => Ordering::Greater,
            (_, SortKey::Missing) => Ordering::Less,
            (a, b) if *descending => b.cmp(a),
            (a, b) => a.cmp(b),
        });
        let name = |state: &Onboarding| normal(state.profile.name.raw());
        by_fields
            .fold(Ordering::Equal, Ordering::then)
            .then_with(|| name(state_a).cmp(&name(state_b)))
            .then_with(|| state_a.id.cmp(&state_b.id))
    });
    found.extend(keyed.into_iter().map(|(_, state)| state));
}

fn csv<'a>(app: &App, columns: &[&ListColumn], rows: impl Iterator<Item = DealershipView<'a>>) -> Result<(), CliError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| CliError::Failed(error.to_string());
    writer.write_record(columns.iter().map(|column| column.id)).map_err(failed)?;
    for row in rows {
        let cells = columns.iter().map(|column| Untrusted::from((column.script)(&row)));
        writer.write_record(cells.map(|cell| cell.csv().into_owned())).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| CliError::Failed(error.to_string()))?;
    app.out.raw(&bytes)
}

fn table(app: &App, columns: &[&ListColumn], rows: &[DealershipView<'_>]) -> Result<(), CliError> {
    if rows.is_empty() {
        return Ok(());
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| columns.iter().map(|column| Untrusted::from((column.people)(row)).plain().into_owned()).collect())
        .collect();
    let widths = widths(columns, &cells);
    let join = |cells: Vec<String>| cells.join("  ").trim_end().to_owned();
    let heading = columns.iter().zip(&widths).map(|(column, width)| fit(column.title, *width)).collect();
    app.out.line(app.out.ink(Ink::Bold, &join(heading)))?;
    for (row, cells) in rows.iter().zip(cells) {
        let cells = columns
            .iter()
            .zip(&cells)
            .zip(&widths)
            .map(|((column, cell), width)| app.out.ink((column.ink)(row), &fit(cell, *width)));
        app.out.line(join(cells.collect()))?;
    }
    Ok(())
}

/// As wide as the widest cell; on a terminal the widest columns give way until the line fits.
fn widths(columns: &[&ListColumn], cells: &[Vec<String>]) -> Vec<usize> {
    let mut widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            let cells = cells.iter().filter_map(|row| row.get(place)).map(|cell| width(cell));
            cells.max().unwrap_or(0).max(width(column.title)).min(60)
        })
        .collect();
    let Some(terminal) = terminal_width() else { return widths };
    let gaps = 2 * columns.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > terminal {
        let Some(widest) = widths.iter_mut().max() else { break };
        if *widest <= 8 {
            break;
        }
        *widest -= 1;
    }
    widths
}
