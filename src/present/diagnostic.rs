//! What is wrong with settings and keymaps, and where.

use std::fmt;
use std::path::PathBuf;

use crate::domain::text::{clean, shown_path};

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
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", shown_path(path)),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
            Self::Nowhere => f.write_str("settings"),
        }
    }
}

/// One mistake or one warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub place: SettingLocation,
    /// Only a warning: it works, but perhaps not as it was meant. A wrong entry of a keymap or a theme has no effect.
    pub warning: bool,
    /// What is wrong, and what would be right. Never a secret.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.warning { "warning" } else { "error" };
        write!(f, "{}: {what}: {}", self.place, clean(&self.message))
    }
}
