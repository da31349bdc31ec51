//! Where the desk keeps how it was left: a file for each store in the directory of state, for nobody else to read.

use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

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
        let place = crate::domain::text::shown_path(place);
        notices.push(format!("how the desk was left cannot be read, and is left out: {place}"));
    }
    kept
}

/// A file that is there is replaced as a whole.
pub(super) fn write(place: &Path, kept: &KeptDesk) -> io::Result<()> {
    let dir = place.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    // Readable by nobody else, and gone when it cannot be put into its place.
    let mut file = NamedTempFile::new_in(dir)?;
    file.write_all(kept.to_json().as_bytes())?;
    file.persist(place).map(drop).map_err(|error| error.error)
}
