//! What can be wrong with a pasted block.

use crate::domain::table::{RowFault, TableError};
use crate::domain::when::WhenError;
use crate::domain::{CodeError, DealershipId, Refusal};

/// What is wrong. Never repeats a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasteProblem {
    /// Its rows cannot be told.
    #[error("the block: {0}")]
    Table(TableError),
    /// The line is no row.
    #[error(transparent)]
    Row(RowFault),
    /// Other lines lie inside one of its cells.
    #[error("lines {0} to {1} stand between quotation marks that open here; is one missing?")]
    Swallowed(u64, u64),
    #[error("{} for {}: {} too few", counted(*.codes, "code"), counted(*.expected, "dealership"), expected - codes)]
    TooFew {
        /// How many codes there are.
        codes: usize,
        expected: usize,
    },
    #[error("{} for {}: {} too many", counted(*.codes, "code"), counted(*.expected, "dealership"), codes - expected)]
    TooMany {
        /// How many codes there are.
        codes: usize,
        expected: usize,
    },
    /// No line names this dealership.
    #[error("no line names this dealership")]
    NoLine,
    /// The same code on two lines.
    #[error("the same code as in line {0}")]
    SameCode(usize),
    /// The same dealership on two lines.
    #[error("the same dealership as in line {0}")]
    SameDealership(usize),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Malformed(#[from] CodeError),
    #[error("`{0}` is no dealerCode that we know")]
    Unknown(String),
    /// More than one have this name.
    #[error("`{name}` could be several dealerships: {candidates}; write the dealerCode as it stands there")]
    Ambiguous { name: String, candidates: String },
    /// A dealership of ours, but not one of these.
    #[error("`{0}` is a dealership of ours, but not one of those chosen")]
    NotChosen(String),
    /// Some lines name their dealership and this one does not.
    #[error("names no dealership, but other lines do")]
    Unnamed,
    /// The moment of generation cannot be read.
    #[error(transparent)]
    Generated(#[from] WhenError),
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line, counted from 1.
    pub line: Option<usize>,
    pub id: Option<DealershipId>,
    pub what: PasteProblem,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => self.what.fmt(f),
        }
    }
}
