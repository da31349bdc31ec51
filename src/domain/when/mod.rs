//! Moments and lengths of time as people write and read them: one reader and one style for both frontends.

mod ahead;
mod duration;
mod moment;
#[cfg(test)]
mod moment_tests;
mod words;

pub use ahead::parse_ahead;
pub use duration::{duration_text, humanize, in_full, parse_duration, short};
pub use moment::{parse_moment, parse_start};
pub use words::{abbreviation, with_abbreviation};

/// Text that is not a moment or a length of time; says what would be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WhenError(String);

fn wrong<T>(words: impl Into<String>) -> Result<T, WhenError> {
    Err(WhenError(words.into()))
}
