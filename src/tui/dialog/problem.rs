//! What is wrong with a dialog as it is filled in, or missing.

use super::FieldRole;
use crate::domain::DealershipId;

/// Why a dialog cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormProblem {
    /// The field it is about.
    pub role: Option<FieldRole>,
    /// The dealership it is about.
    pub id: Option<DealershipId>,
    pub text: String,
    /// Something is only missing yet, not wrong.
    pub missing: bool,
}

pub type Problems = Vec<FormProblem>;

pub fn wrong(role: FieldRole, text: impl Into<String>) -> Problems {
    vec![FormProblem { role: Some(role), id: None, text: text.into(), missing: false }]
}

pub fn missing(role: FieldRole, text: impl Into<String>) -> Problems {
    vec![FormProblem { role: Some(role), id: None, text: text.into(), missing: true }]
}
