//! Columns by their names, and orders in words: the same in commands and on the screen.

use crate::domain::suggest::did_you_mean;
use crate::domain::text::clean;

use super::{COLUMNS, Column};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    #[error("there is no column `{name}`{hint}")]
    Unknown {
        name: String,
        /// Which one was perhaps meant.
        hint: String,
    },
    #[error("`{0}` is neither asc nor desc")]
    Direction(String),
}

impl ColumnError {
    pub fn unknown<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let name = clean(name).into_owned();
        Self::Unknown { hint: did_you_mean(&name, known), name }
    }
}

/// The name in `name:desc`, and whether the largest come first.
pub fn read_order(field: &str) -> Result<(&str, bool), ColumnError> {
    let (name, direction) = field.split_once(':').unwrap_or((field, "asc"));
    match direction.trim() {
        "asc" => Ok((name.trim(), false)),
        "desc" => Ok((name.trim(), true)),
        other => Err(ColumnError::Direction(clean(other).into_owned())),
    }
}

impl Column {
    pub fn by_id(id: &str) -> Result<&'static Self, ColumnError> {
        let id = id.trim();
        let ids = || COLUMNS.iter().map(|column| column.id);
        COLUMNS.iter().find(|column| column.id == id).ok_or_else(|| ColumnError::unknown(id, ids()))
    }
}
