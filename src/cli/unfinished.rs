//! What was begun for many and cut off: told before the next of its kind, resumed by it, listed and put away.

use std::sync::Arc;

use crate::client::{EngineClient, ask};
use crate::domain::bulk::BulkKind;
use crate::domain::text::clean;
use crate::domain::{Onboarding, rfc3339};
use crate::present::json::{DealershipName, SCHEMA};
use crate::protocol::{CutOff, Request};

use super::app::App;
use super::args::Json;
use super::error::CliError;
use super::report::named;
use crate::wiring::Need;

documents! {
    UnfinishedDocument<'a> of (unfinished: Vec<CutOffDocument<'a>>, put_away: bool) {
        put_away: bool = put_away,
        schema: u32 = SCHEMA,
        unfinished: Vec<CutOffDocument<'a>> = unfinished,
    }

    CutOffDocument<'a> of (one: &'a CutOff, left: &'a [Arc<Onboarding>]) {
        at: String = rfc3339(one.bulk.at),
        by: &'a str = &one.bulk.by,
        dealerships: usize = one.bulk.items.len(),
        left: Vec<DealershipName<'a>> = left.iter().map(|state| DealershipName::of(state)).collect(),
        what: BulkKind = one.bulk.what,
    }
}

fn message(app: &App, one: &CutOff) -> String {
    let when = app.zone.line(one.bulk.at);
    let (what, by) = (one.bulk.what.as_str(), clean(&one.bulk.by));
    format!("`{what}` of {when} by {by} was cut off: {}", one.bulk.progress(one.left.len()))
}

/// Tells what was cut off, and how the rest is done; but not of the kind that is being resumed.
pub(super) async fn tell(app: &App, client: &dyn EngineClient, resumed: Option<BulkKind>) -> Result<(), CliError> {
    for one in cut_off(app, client).await?.iter().filter(|one| Some(one.bulk.what) != resumed) {
        let what = one.bulk.what.as_str();
        let how = match one.bulk.pasted {
            true => format!("`{what} --codes` with the same file does the rest"),
            false => format!("`{what} --resume` does the rest"),
        };
        app.out.warn(format!("{}; {how}, `unfinished` lists it", message(app, one)));
    }
    Ok(())
}

async fn cut_off(app: &App, client: &dyn EngineClient) -> Result<Vec<CutOff>, CliError> {
    Ok(ask(client, Request::CutOff, &app.actor()).await?)
}

/// The dealerships for which something of a kind was not done.
pub(super) async fn left(
    app: &App,
    client: &dyn EngineClient,
    what: BulkKind,
) -> Result<Vec<Arc<Onboarding>>, CliError> {
    let mut found = cut_off(app, client).await?;
    found.retain(|one| one.bulk.what == what);
    if found.is_empty() {
        return Err(CliError::usage(format!("no `{}` was cut off", what.as_str())));
    }
    if found.iter().any(|one| one.bulk.pasted) && client.info().code_origin.is_none() {
        let what = what.as_str();
        return Err(CliError::usage(format!(
            "codes come by paste: run `{what} --codes` with the same file again, which passes over what is done"
        )));
    }
    let mut left: Vec<_> = found.into_iter().flat_map(|one| one.left).collect();
    left.sort_unstable();
    left.dedup();
    Ok(left.into_iter().filter_map(|id| client.read_model().get(id)).collect())
}

pub(super) async fn run(app: &App, put_away: bool, json: Json) -> Result<(), CliError> {
    let client = app.client(Need { states: true, ..Need::default() }).await?;
    let found = cut_off(app, &*client).await?;
    if json.json {
        let left = |one: &CutOff| one.left.iter().filter_map(|id| client.read_model().get(*id)).collect();
        let left: Vec<Vec<Arc<Onboarding>>> = found.iter().map(left).collect();
        let all = found.iter().zip(&left).map(|(one, left)| CutOffDocument::of(one, left)).collect();
        app.out.document(&UnfinishedDocument::of(all, put_away))?;
    } else {
        if found.is_empty() {
            app.out.line("nothing was cut off")?;
        }
        for one in &found {
            app.out.line(message(app, one))?;
            for state in one.left.iter().filter_map(|id| client.read_model().get(*id)) {
                app.out.line(format!("  {}", named(&state)))?;
            }
        }
    }
    if put_away {
        for one in found {
            ask::<()>(&*client, Request::PutAway(one.id), &app.actor()).await?;
        }
    }
    Ok(())
}
