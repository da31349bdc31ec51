//! Where things are, by the XDG rules.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// The name of our directories.
const NAME: &str = "cloverwatch";

/// The directory of settings: `config.toml`, `keymap.toml`. `None`: there is no home.
fn config_dir() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.config_dir().join(NAME))
}

/// The usual settings file. `None`: there is no home.
pub fn config_file() -> Option<PathBuf> {
    Some(config_dir()?.join("config.toml"))
}

/// The file of own keys. `None`: there is no home.
pub fn keymap_file() -> Option<PathBuf> {
    Some(config_dir()?.join("keymap.toml"))
}

/// The directory of data: the embedded store.
pub fn data_dir() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.data_dir().join(NAME))
}

/// The directory of what may be lost without harm but should survive a restart: logs.
pub fn state_dir() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join(NAME))
}

/// A path as written in settings: `~/` is the home, and a relative one starts at the directory of the file.
pub(super) fn from_settings(written: &str, file: &Path) -> PathBuf {
    if let (Some(rest), Ok(home)) = (written.strip_prefix("~/"), etcetera::home_dir()) {
        return home.join(rest);
    }
    match file.parent() {
        Some(directory) => directory.join(written),
        None => PathBuf::from(written),
    }
}
