//! What is wrong with settings, and where.

use std::fmt;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingLocation {
    /// In a file; line and column are counted from 1, columns in characters.
    File {
        path: PathBuf,
        line: usize,
        column: usize,
    },
    /// In a variable of the environment.
    Variable(String),
    Flag(&'static str),
    /// Nowhere: it is a default, or missing.
    Nowhere,
}

impl fmt::Display for SettingLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", shown(path)),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
            Self::Nowhere => f.write_str("settings"),
        }
    }
}

/// A path for people: cleaned, for a file name may hold anything.
pub fn shown(path: &Path) -> String {
    crate::domain::text::clean(&path.to_string_lossy()).into_owned()
}

/// One mistake or one warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub place: SettingLocation,
    /// Only a warning: the program runs all the same.
    pub warning: bool,
    /// What is wrong, and what would be right. Never a secret.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.warning { "warning" } else { "error" };
        write!(f, "{}: {what}: {}", self.place, crate::domain::text::clean(&self.message))
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
