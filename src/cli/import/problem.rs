//! Why a row was refused.

/// A field and what is wrong with it. Cleaned: it is printed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(in crate::cli) struct RowProblem {
    pub(in crate::cli) field: &'static str,
    pub(in crate::cli) reason: String,
}

impl RowProblem {
    /// In the place of a field: the row as a whole.
    pub(super) const ROW: &'static str = "row";

    pub(super) fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field, reason: reason.into() }
    }
}
