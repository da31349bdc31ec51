//! Who leads among the processes that share a store: the one that does what shall be done once for all of them.

use std::fmt;

/// The count of takeovers. What a leader of an earlier one appends is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(pub(super) u64);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leader {
    /// What it called itself.
    pub name: Box<str>,
    pub epoch: Epoch,
}

impl fmt::Display for Leader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
