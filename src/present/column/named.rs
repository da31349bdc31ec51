//! Columns by their names, and orders in words: the same in commands and on the screen.

use crate::domain::suggest::did_you_mean;
use crate::domain::text::clean;

use super::{COLUMNS, Column, TableColumn};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    #[error("there is no column `{name}`{hint}")]
    Unknown {
        name: String,
        /// Which one was perhaps meant.
        hint: String,
    },
    #[error("`{0}` is a column of `list` only")]
    OfListOnly(String),
    #[error("`{0}` is neither asc nor desc")]
    Direction(String),
    #[error("two columns at most")]
    TooMany,
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

impl TableColumn {
    /// By its name, or by its title: `code-ends` as well as `left`, and `next` where one begins so.
    pub fn named(name: &str) -> Result<Self, ColumnError> {
        let plain = |text: &str| text.replace(['-', '_'], " ");
        let name = name.trim();
        let written = plain(name);
        let find = |fits: &dyn Fn(&str) -> bool| {
            let mut fitting = Self::ALL.into_iter().filter(|column| fits(column.id()) || fits(column.title()));
            fitting.next().filter(|_| fitting.next().is_none())
        };
        let whole = find(&|known| known == name).or_else(|| find(&|known| plain(known) == written));
        let begun = || find(&|known| plain(known).strip_prefix(&written).is_some_and(|rest| rest.starts_with(' ')));
        if let Some(column) = whole.or_else(begun) {
            return Ok(column);
        }
        match Column::by_id(name) {
            Ok(_) => Err(ColumnError::OfListOnly(name.to_owned())),
            Err(_) => Err(ColumnError::unknown(name, Self::ALL.map(Self::id))),
        }
    }
}
