//! From settings to what the engine is made of: secrets are fetched here, at the last moment.

use std::sync::Arc;

use crate::domain::CodeOrigin;
use crate::xtime::source::{CommandCodeSource, CommandSource, HttpCodeSource, HttpSource};
use crate::xtime::{CodeSource, HttpPlatform, Platform, Settings, SetupError};
use crate::clock::SharedClock;

use super::model::Config;
use super::secret::{Secret, SecretError};

/// Why the platform or a code source cannot be set up from the settings (exit 2).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupFailure {
    /// A secret cannot be had.
    #[error("[{section}] {key}: {why}")]
    Secret {
        /// The section.
        section: &'static str,
        /// The key.
        key: String,
        /// Why.
        why: SecretError,
    },
    /// A setting cannot be used.
    #[error("[{section}] {why}")]
    Setting {
        /// The section.
        section: &'static str,
        /// Why.
        why: SetupError,
    },
}
