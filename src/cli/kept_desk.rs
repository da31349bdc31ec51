//! Where the desk keeps how it was left: a file for each store in the directory of state, for nobody else to read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::config::{self, StoreUrl};
use crate::tui::kept_desk::KeptDesk;

/// Where it is for a store; `None`: there is no home.
pub(super) fn place(store: &StoreUrl) -> Option<PathBuf> {
    let name = match store.directory() {
        Some(path) => std::path::absolute(path).ok()?.to_string_lossy().into_owned(),
        None => store.to_string(),
    };
    Some(config::paths::state_dir()?.join("desks").join(format!("{:08x}.json", crc32fast::hash(name.as_bytes()))))
}

/// How the desk was left; what cannot be read is told, and left out.
pub(super) fn read(place: &Path, notices: &mut Vec<String>) -> Option<KeptDesk> {
    let text = match fs::read(place) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => error.to_string(),
    };
    let kept = KeptDesk::read(&text);
    if kept.is_none() {
        let place = config::diagnostic::shown(place);
        notices.push(format!("how the desk was left cannot be read, and is left out: {place}"));
    }
    kept
}

/// A file that is there is replaced as a whole.
pub(super) fn write(place: &Path, kept: &KeptDesk) -> io::Result<()> {
    if let Some(dir) = place.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    let beside = place.with_extension(format!("{}.new", std::process::id()));
    let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside);
    let written = written.and_then(|mut file| file.write_all(kept.to_json().as_bytes()));
    let written = written.and_then(|()| fs::rename(&beside, place));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
