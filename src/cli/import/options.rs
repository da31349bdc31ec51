//! How a list is to be read.

use crate::domain::Timestamp;
use crate::domain::list::{ListField, Mapping};

#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct ImportOptions {
    /// Which column holds what, as far as it was said.
    pub(in crate::cli) mapping: Mapping,
    /// What fields read where a row says nothing.
    pub(in crate::cli) fixed: Vec<(ListField, String)>,
    /// Whether an empty cell clears its field.
    pub(in crate::cli) clear: bool,
    /// The row of the heading, from 1; 0: there is none.
    pub(in crate::cli) heading: Option<usize>,
    /// The program with the options that hold for every command, as it is called again.
    pub(in crate::cli) program: Vec<String>,
    /// Which sheet of a workbook.
    pub(in crate::cli) sheet: Option<String>,
    pub(in crate::cli) now: Timestamp,
}

impl ImportOptions {
    /// What a field reads in the whole list.
    pub(super) fn fixed(&self, field: ListField) -> Option<&str> {
        self.fixed.iter().find(|(fixed, _)| *fixed == field).map(|(_, text)| text.as_str())
    }
}
