//! Why the demo could not run.

use std::path::PathBuf;

use crate::cli::error::CliError;
use crate::store::StoreError;
use crate::wiring::SetupFailure;

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// `--keep` names a place that is taken.
    #[error("--keep {}: the directory is not empty; name a new one", .0.display())]
    NotEmpty(PathBuf),
    /// A directory or a socket could not be had.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The store could not be made.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be put together.
    #[error(transparent)]
    Setup(#[from] SetupFailure),
    /// The simulated Xtime has no way for letters or codes.
    #[error("the demo's mail: {0}")]
    Mail(String),
    #[error("the demo has no platform")]
    NoPlatform,
    #[error("the sandbox did not answer: {0}")]
    Line(String),
    #[error("{0}")]
    Hooks(String),
}

impl From<reqwest::Error> for DemoError {
    fn from(error: reqwest::Error) -> Self {
        Self::Line(error.without_url().to_string())
    }
}

impl DemoError {
    pub(super) fn into_cli(self) -> CliError {
        match self {
            Self::Setup(error @ SetupFailure::Listen { .. }) => error.into(),
            error => CliError::Failed(error.to_string()),
        }
    }
}
