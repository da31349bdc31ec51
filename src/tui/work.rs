//! Pieces of work that the engine is asked for: by which number their answers come, and how an item of one ended.

use crate::domain::Severity;

/// A piece of work that was asked of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkId(pub u64);

/// How an item of work ended; or why it failed, in words for people.
pub type Outcome = Result<ItemResult, String>;

/// What came of an item of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemResult {
    /// How good what was found is; what was done is good.
    pub severity: Severity,
    pub words: String,
}

impl From<String> for ItemResult {
    fn from(words: String) -> Self {
        Self { severity: Severity::Good, words }
    }
}
