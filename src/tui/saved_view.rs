//! The saved view that the table shows, and what it had before.

use super::rows::Sort;
use super::table_columns::TableColumns;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedView {
    pub name: String,
    /// Why it is shown though nobody asked for it; empty: somebody did.
    pub remark: &'static str,
    pub before: TableArrangement,
}

/// What a view changes of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableArrangement {
    pub filter: String,
    pub sort: Sort,
    pub columns: TableColumns,
}
