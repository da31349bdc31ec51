//! The store's part: its directory and disk, who holds it, every line of its journal, what it keeps aside.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use indicatif::HumanBytes;

use super::Findings;
use crate::cli::error::held_by;
use crate::cli::store::{journal_words, verify_journal};
use crate::cli::zone::operators_zone;
use crate::clock::{SharedClock, WallClock};
use crate::config::Config;
use crate::domain::Severity;
use crate::domain::text::shown_path;
use crate::store::disk::try_writing;
use crate::store::embedded::StoreOptions;
use crate::store::{EmbeddedStore, Lock, Quarantined, Store, Verified, quarantined};
use crate::wiring::{Access, attach, blocking};

/// Looks at the store, and changes nothing.
pub(super) fn inspect(found: &mut Findings, path: &Path) {
    match path.try_exists() {
        Ok(true) => {}
        Ok(false) => {
            found.note(
                "store",
                Severity::Good,
                format!("{} will be made when something is recorded", shown_path(path)),
            );
            if let Some(above) = path.ancestors().find(|above| above.is_dir()) {
                disk(found, above);
            }
            return;
        }
        Err(error) => {
            return found.note("store", Severity::Bad, format!("{} cannot be read: {error}", shown_path(path)));
        }
    }
    found.note("store", Severity::Good, shown_path(path));
    disk(found, path);
    private(found, path);
    private(found, &path.join("journal"));
    match Lock::holder(path) {
        Some(holder) => found.note("held by", Severity::Good, held_by(&holder)),
        None => found.note("held by", Severity::Good, "nobody"),
    }
    journal(found, path);
    for Quarantined { path, bytes, at, what } in quarantined(path) {
        let at = at.map_or_else(String::new, |at| format!(" of {}", operators_zone().line(at)));
        let words = format!("{}, {}{at}: {what}", shown_path(&path), HumanBytes(bytes));
        found.note("kept aside", Severity::Doubtful, words);
    }
}

/// Whether whoever owns the store lets others work through it.
pub(super) async fn owner(found: &mut Findings, path: &Path, config: &Config) {
    if Lock::holder(path).is_none() {
        return;
    }
    let access = Access { attach: true, desk: false, read_only: true, operator: config.operator() };
    match attach(path, &access, false).await {
        Ok(Some(_)) => found.note("owner", Severity::Good, "it answers: others work through it"),
        Ok(None) => found.note("owner", Severity::Doubtful, "it does not listen: nobody else can record until it ends"),
        Err(why) => found.note("owner", Severity::Bad, why.to_string()),
    }
}

fn disk(found: &mut Findings, path: &Path) {
    if let Err(error) = try_writing(path) {
        let words = format!("nothing can be written in {}: {error}; so nothing can be recorded", shown_path(path));
        found.note("disk", Severity::Bad, words);
    }
}

/// Opens the store once, without what is missing at its end.
pub(super) async fn accept_loss(found: &mut Findings, path: &Path, read_only: bool) {
    if read_only || !path.exists() {
        found.note("loss", Severity::Bad, "nothing was given up: there is no store, or it is to be read only");
        return;
    }
    let options = StoreOptions { accept_loss: true, ..StoreOptions::default() };
    let (clock, path): (SharedClock, _) = (Arc::new(WallClock::real()), path.to_owned());
    let opened = blocking(move || EmbeddedStore::open_with(&path, &clock, options)).await;
    match opened {
        Ok(store) => {
            let notices = store.notices();
            if notices.is_empty() {
                found.note("loss", Severity::Good, "nothing that was acknowledged is missing");
            }
            for notice in notices {
                found.note("loss", Severity::Doubtful, notice);
            }
            if let Err(error) = store.close().await {
                found.note("loss", Severity::Bad, error.to_string());
            }
        }
        Err(error) => found.note("loss", Severity::Bad, error.to_string()),
    }
}

fn journal(found: &mut Findings, path: &Path) {
    match verify_journal(path) {
        Ok(Verified { end, .. }) if !end.is_whole() => found.note("journal", Severity::Doubtful, end.to_string()),
        Ok(verified) => found.note("journal", Severity::Good, journal_words(&verified)),
        Err(error) => found.note("journal", Severity::Bad, error.to_string()),
    }
}

fn private(found: &mut Findings, path: &Path) {
    if let Ok(data) = path.metadata() {
        let mode = data.mode() & 0o777;
        if mode & 0o077 != 0 {
            let words = format!("{} can be read by others (mode {mode:03o}); run: chmod 700 it", shown_path(path));
            found.note("permissions", Severity::Bad, words);
        }
    }
}
