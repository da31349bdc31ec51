//! `store`: what the administrator of a team's database runs. It needs no books.

use crate::store::postgres::{DEFAULT_SCHEMA, PostgresUrl, roles};

use super::args::{Globals, StoreCommand};
use super::error::CliError;
use super::output::Out;

pub(super) fn run(globals: &Globals, command: StoreCommand) -> Result<(), CliError> {
    let out = Out::new(globals.color);
    match command {
        StoreCommand::Roles => {
            let url = globals.store.as_deref().filter(|url| PostgresUrl::is_one(url));
            let url = url.map(PostgresUrl::parse).transpose()?;
            let schema = url.as_ref().map_or(DEFAULT_SCHEMA, PostgresUrl::schema);
            out.raw(roles(schema).as_bytes())?;
        }
    }
    out.flush()
}
