//! The rules of time zones: which release from where, and whether every zone in use has them.

use std::collections::BTreeMap;

use super::Findings;
use crate::domain::Severity;
use crate::protocol::ReadModel;
use crate::timezone::Database;

const NEWER: &str =
    "newer ones are used where the system has them (package tzdata), TZDIR or [time] zone_database names them";

/// Tells what holds, and which zones of dealerships the database lacks.
pub(super) fn inspect(found: &mut Findings, database: &Database, read_model: Option<&ReadModel>) {
    let holds = match database.is_embedded() {
        true => format!("{database}; {NEWER}"),
        false => database.to_string(),
    };
    match database.doubt() {
        Some(doubt) => found.note("zone rules", Severity::Doubtful, format!("{doubt}; what holds: {holds}")),
        None => found.note("zone rules", Severity::Good, holds),
    }
    let mut lacking: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for state in read_model.into_iter().flat_map(|all| all.all().1) {
        let zone = state.profile.timezone;
        if let Some(trouble) = zone.trouble() {
            lacking.entry(zone.name()).or_insert((0, trouble)).0 += 1;
        }
    }
    for (zone, (count, trouble)) in lacking {
        let dealerships = if count == 1 { "dealership" } else { "dealerships" };
        let words = format!("{zone}, of {count} {dealerships}: {trouble}; the built-in rules hold there");
        found.note("zone rules", Severity::Doubtful, words);
    }
}
