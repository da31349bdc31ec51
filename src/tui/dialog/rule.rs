//! What an answer means that no row of the classification knew, while its dialog is open: which row would read it so.

use crate::domain::Outcome;
use crate::protocol::RuleDraft;
use crate::tui::unrecognised::Unrecognised;

#[derive(Debug)]
pub struct RuleForm {
    pub about: Unrecognised,
    /// As what the row was asked for last.
    pub asked: Option<Outcome>,
    /// The row that reads it so; or why there is none.
    pub draft: Option<Result<Box<RuleDraft>, String>>,
}

impl RuleForm {
    pub fn new(about: Unrecognised) -> Self {
        Self { about, asked: None, draft: None }
    }
}
