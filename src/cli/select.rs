//! The dealerships that a command is about.

use std::sync::Arc;

use crate::client::ReadClient;
use crate::domain::Onboarding;
use crate::domain::text::normal;
use crate::protocol::Selection;

use super::app::App;
use super::error::CliError;

pub(super) async fn select(
    app: &App,
    client: &(impl ReadClient + ?Sized),
    selection: Selection,
) -> Result<Vec<Arc<Onboarding>>, CliError> {
    Ok(client.select(selection, &app.actor()).await?)
}

pub(super) async fn all(app: &App, client: &(impl ReadClient + ?Sized)) -> Result<Vec<Arc<Onboarding>>, CliError> {
    select(app, client, Selection::All).await
}

/// The one with a name.
pub(super) async fn one(
    app: &App,
    client: &(impl ReadClient + ?Sized),
    name: &str,
) -> Result<Arc<Onboarding>, CliError> {
    let found = select(app, client, Selection::Names(vec![name.to_owned()])).await?;
    found.into_iter().next().ok_or_else(|| CliError::usage("name a dealership"))
}

/// What a command with names or a query is about; what a query finds is in the order of names.
pub(super) async fn chosen(
    app: &App,
    client: &(impl ReadClient + ?Sized),
    names: &[String],
    query: Option<&str>,
) -> Result<Vec<Arc<Onboarding>>, CliError> {
    let Some(query) = query else {
        return match names {
            [] => Err(CliError::usage("name a dealership, or several with --query")),
            names => select(app, client, Selection::Names(names.to_vec())).await,
        };
    };
    if !names.is_empty() {
        return Err(CliError::usage("name dealerships or give --query, not both"));
    }
    let mut found = select(app, client, Selection::Query(query.to_owned())).await?;
    if found.is_empty() {
        return Err(CliError::usage("the query finds no dealership"));
    }
    found.sort_by_cached_key(|state| (normal(state.profile.name.raw()), state.id));
    Ok(found)
}
