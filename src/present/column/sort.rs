//! The order of the table: one column of the screen, and another for those that are equal in it.

use std::fmt;
use std::str::FromStr;

use super::{ColumnError, TableColumn, read_order};

/// How the rows are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    pub column: TableColumn,
    /// The largest first. What has no value comes last either way.
    pub descending: bool,
    /// Another column for those that are equal in the first, and whether its largest come first.
    pub then: Option<(TableColumn, bool)>,
}

impl Default for Sort {
    fn default() -> Self {
        Self::by(TableColumn::Attention, false)
    }
}

/// `clock, name:desc`; nothing is the order of the desk.
impl FromStr for Sort {
    type Err = ColumnError;

    fn from_str(text: &str) -> Result<Self, ColumnError> {
        let column = |field: &str| {
            let (name, descending) = read_order(field)?;
            Ok((TableColumn::named(name)?, descending))
        };
        let keys = text.split(',').map(str::trim).filter(|field| !field.is_empty()).map(column);
        match keys.collect::<Result<Vec<_>, ColumnError>>()?.as_slice() {
            [] => Ok(Self::default()),
            [(column, descending)] => Ok(Self::by(*column, *descending)),
            [(column, descending), then] => Ok(Self { then: Some(*then), ..Self::by(*column, *descending) }),
            _ => Err(ColumnError::TooMany),
        }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |(column, descending): (TableColumn, bool)| {
            format!("{}{}", column.id(), if descending { ":desc" } else { "" })
        };
        f.write_str(&self.keys().map(words).collect::<Vec<_>>().join(", "))
    }
}

impl Sort {
    pub const fn by(column: TableColumn, descending: bool) -> Self {
        Self { column, descending, then: None }
    }

    /// Its columns with their directions.
    pub fn keys(self) -> impl Iterator<Item = (TableColumn, bool)> {
        std::iter::once((self.column, self.descending)).chain(self.then)
    }
}
