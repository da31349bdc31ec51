//! What a store has put in quarantine: out of its way, and kept for somebody to look at.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::journal_snapshot::journal_dir;
use super::transfer::BEFORE_RESTORE;
use crate::domain::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    pub path: PathBuf,
    pub bytes: u64,
    /// When it was written last.
    pub at: Option<Timestamp>,
    /// What it is, and what to do with it.
    pub what: &'static str,
}

const CUT: &str = "cut off the journal's end as no complete batch; read it (jq), then delete it";
const INDEX: &str = "an index that was not used; nothing needs it, delete it once nobody asks how it came about";
const BEFORE: &str = "the journal's directory as it was before a restore; read it, then delete it";

/// All of it, by name.
pub fn quarantined(dir: &Path) -> Vec<Quarantined> {
    let entries = [dir.to_owned(), journal_dir(dir)].into_iter().flat_map(fs::read_dir).flatten().flatten();
    let mut kept: Vec<Quarantined> = entries
        .filter_map(|entry| {
            let (name, path) = (entry.file_name(), entry.path());
            let name = name.to_str()?;
            let what = match name {
                _ if name.contains(".jsonl.cut-") => CUT,
                _ if name.starts_with("index.damaged-") => INDEX,
                _ if name.starts_with(BEFORE_RESTORE) => BEFORE,
                _ => return None,
            };
            let data = entry.metadata().ok()?;
            let at = Timestamp::from_timestamp(data.mtime(), 0);
            Some(Quarantined { bytes: size(&path, &data), path, at, what })
        })
        .collect();
    kept.sort_by(|a, b| a.path.cmp(&b.path));
    kept
}

fn size(path: &Path, data: &Metadata) -> u64 {
    if !data.is_dir() {
        return data.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some(size(&entry.path(), &entry.metadata().ok()?))).sum()
}
