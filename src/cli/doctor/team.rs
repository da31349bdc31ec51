//! The part of a team's store: its server, its rights, who leads, whose clock is right.

use indicatif::HumanBytes;

use super::Findings;
use crate::cli::store::database_words;
use crate::clock::{Clock as _, WallClock};
use crate::config::Config;
use crate::domain::ClockDoubt;
use crate::domain::Severity;
use crate::store::postgres::{self, PostgresReport, PostgresUrl, StoreReport};
use crate::wiring::database;

/// Looks at the database, and changes nothing.
pub(super) async fn inspect(found: &mut Findings, config: &Config, url: &PostgresUrl) {
    let url = match database(config, url) {
        Ok(url) => url,
        Err(error) => return found.note("store", Severity::Bad, error.to_string()),
    };
    let report = match postgres::inspect(&url, || WallClock::real().now()).await {
        Ok(report) => report,
        Err(error) => return found.note("store", Severity::Bad, error.to_string()),
    };
    let PostgresReport { server, bytes, .. } = &report;
    found.note("store", Severity::Good, format!("{url}: version {server}, {}", HumanBytes(*bytes)));
    encryption(found, &url, report.is_encrypted);
    if !report.others.is_empty() {
        let words = format!("other teams are in the same database, in the schemas {}", report.others.join(", "));
        found.note("teams", Severity::Good, words);
    }
    let (theirs, ours) = report.clocks;
    match ClockDoubt::of_database(theirs - ours, &config.policy) {
        Some(doubt) => found.note("clocks", Severity::Bad, doubt.to_string()),
        None => found.note("clocks", Severity::Good, "the database's clock and this machine's agree"),
    }
    let Some(store) = &report.store else {
        let (health, words) = match report.may_create {
            true => (Severity::Good, "they will be made when something is recorded"),
            false => (Severity::Bad, "there are none, and you may not make them: the database's owner records first"),
        };
        return found.note("tables", health, words);
    };
    tables(found, &url, store);
    match postgres::verify(&url).await {
        Ok(events) => found.note("events", Severity::Good, database_words(events)),
        Err(error) => found.note("events", Severity::Bad, error.to_string()),
    }
}

fn encryption(found: &mut Findings, url: &PostgresUrl, is_encrypted: bool) {
    let so = match (is_encrypted, url.is_exposed()) {
        (true, false) => "the connection is encrypted",
        (true, true) => "the connection is encrypted, but nobody checks to whom: use verify-full",
        (false, true) => "the connection is not encrypted: use verify-full",
        (false, false) => "the connection is not encrypted, and stays on this machine",
    };
    let health = if url.is_exposed() { Severity::Doubtful } else { Severity::Good };
    found.note("encryption", health, format!("{so} (sslmode {})", url.sslmode()));
}

fn tables(found: &mut Findings, url: &PostgresUrl, store: &StoreReport) {
    let rights = if store.may_record { "you may record" } else { "you may only read (`cloverwatch store roles`)" };
    found.note("tables", Severity::Good, format!("schema {}, version {}; {rights}", url.schema(), store.tables));
    match &store.leader {
        Some(leader) => {
            let process = leader.pid().map(|pid| format!(", process {pid}")).unwrap_or_default();
            found.note("leader", Severity::Good, format!("{leader}{process}"));
        }
        None => {
            let words = "nobody: probes, deadlines and letters wait until a desk is open or `watch` runs";
            found.note("leader", Severity::Doubtful, words);
        }
    }
}
