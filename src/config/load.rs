//! From the file, the environment and the flags to settings.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml_edit::{Document, TableLike};

use super::model::{Config, StoreUrl};
use super::reader::{PREFIX, Reader, Section};
use super::{hooks, lists, paths, table, views};
use crate::domain::text::shown_path;
use crate::present::diagnostic::{Diagnostic, SettingLocation};

/// What was asked for outside the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--config`: this file must be there.
    pub file: Option<PathBuf>,
    pub store: Option<String>,
    /// Variables of the environment, by name.
    pub variables: BTreeMap<String, String>,
}

impl Overrides {
    /// With every variable of this process that is a setting. One that is not text is reported when it is missed.
    #[must_use]
    pub fn with_environment(mut self) -> Self {
        self.variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect();
        self
    }
}

/// Settings that cannot be used: every mistake at once (exit 2).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(pub Vec<Diagnostic>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, diagnostic) in self.0.iter().enumerate() {
            write!(f, "{}{diagnostic}", if place == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// The settings, and warnings: the program runs all the same.
pub fn load(overrides: &Overrides) -> Result<(Config, Vec<Diagnostic>), ConfigError> {
    let (path, required) = match (&overrides.file, paths::config_file()) {
        (Some(path), _) => (path.clone(), true),
        (None, Some(path)) => (path, false),
        (None, None) => (PathBuf::from("config.toml"), false),
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => None,
        Err(error) => {
            let message = format!("cannot read {}: {error}", shown_path(&path));
            let place = if required { SettingLocation::Flag("--config") } else { SettingLocation::Nowhere };
            return Err(ConfigError(vec![Diagnostic { place, warning: false, message }]));
        }
    };
    let (mut config, warnings) = parse(&path, text.as_deref().unwrap_or_default(), overrides)?;
    config.file = text.map(|_| path);
    Ok((config, warnings))
}

/// Reads settings from a text.
pub fn parse(path: &Path, text: &str, overrides: &Overrides) -> Result<(Config, Vec<Diagnostic>), ConfigError> {
    let reader = Reader::new(path, text, &overrides.variables);
    let document = Document::parse(text).map_err(|error| {
        let place = error.span().map_or(SettingLocation::Nowhere, |span| reader.place(span.start));
        ConfigError(vec![Diagnostic { place, warning: false, message: error.message().replace('\n', ", ") }])
    })?;
    let config = read(&reader, document.as_table(), overrides.store.as_deref());
    let (warnings, errors): (Vec<_>, Vec<_>) = reader.finish().into_iter().partition(|found| found.warning);
    if errors.is_empty() { Ok((config, warnings)) } else { Err(ConfigError(errors)) }
}

/// Reads everything; mistakes are in the reader, and defaults stand in their place.
fn read(reader: &Reader<'_>, table: &dyn TableLike, store: Option<&str>) -> Config {
    let root = Section::root(reader, table);
    let mut config = Config::default();
    table::sections().iter().for_each(|section| section.read(&root, &mut config));
    config.lists = lists::read(&root.section(lists::KEY));
    config.hooks = hooks::read(&root);
    config.views = views::read(&root);
    root.end();
    match store.map(StoreUrl::parse) {
        Some(Ok(store)) => {
            if let Some(words) = store.warning() {
                reader.report(SettingLocation::Flag("--store"), true, words);
            }
            config.store = store;
        }
        Some(Err(message)) => reader.report(SettingLocation::Flag("--store"), false, message),
        None => {}
    }
    config
}
