//! The zone of whoever sits here, and the rules of zones.

use std::path::Path;

use crate::config::Config;
use crate::present::time::Zone;
use crate::timezone::{self, Database};

/// Decides, once for the process, by which rules local times are told.
pub(super) fn choose_zone_rules(config: &Config) -> Database {
    let tzdir = std::env::var_os("TZDIR").filter(|dir| !dir.is_empty());
    let database = Database::choose(&config.zone_database, tzdir.as_deref().map(Path::new));
    timezone::use_database(database.clone());
    database
}

/// The zone of whoever sits here.
pub fn operators_zone() -> Zone {
    let localtime = std::fs::read_link("/etc/localtime").ok();
    Zone::find(std::env::var("TZ").ok().as_deref(), localtime.as_deref())
}
