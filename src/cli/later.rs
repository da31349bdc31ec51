//! Commands that belong to a later version: absent, and they say so.

use super::error::CliError;

/// What is said instead of a command.
pub(super) fn refuse(command: &str, what: &str) -> CliError {
    CliError::usage(format!("`{command}` is not part of this version: {what} comes with a later one"))
}
