//! Tables whose keys are not ours, in their order.

use std::cell::RefCell;

use toml_edit::{Item, TableLike, Value};

use super::Section;

impl<'r, 'a> Section<'r, 'a> {
    /// Every table of a list of tables, named by its place from 1 on.
    pub(in crate::config) fn tables(&self, key: &'static str) -> Vec<Section<'r, 'a>> {
        self.known.borrow_mut().push(key);
        let Some(item) = self.table.and_then(|table| table.get(key)) else { return Vec::new() };
        let tables: Vec<Option<&dyn TableLike>> = match item {
            Item::ArrayOfTables(tables) => tables.iter().map(|table| Some(table as &dyn TableLike)).collect(),
            Item::Value(Value::Array(values)) => {
                values.iter().map(|value| value.as_inline_table().map(|table| table as &dyn TableLike)).collect()
            }
            _ => vec![None],
        };
        if tables.iter().any(Option::is_none) {
            self.complain(key, format!("a list of tables is needed: write [[{}]]", self.dotted(key)));
        }
        let section = |(place, table): (usize, Option<&'r dyn TableLike>)| Section {
            reader: self.reader,
            name: format!("{}.{}", self.dotted(key), place + 1),
            table,
            known: RefCell::default(),
        };
        tables.into_iter().enumerate().filter(|(_, table)| table.is_some()).map(section).collect()
    }
}

impl Section<'_, '_> {
    pub(in crate::config) fn pairs(&self, key: &'static str) -> Option<Vec<(String, String)>> {
        let needed = "a table of texts is needed: { \"field\" = \"value\" }";
        self.entries(key, needed, |item| item.as_str().map(str::to_owned))
    }

    /// A table of texts or lists of texts.
    pub(in crate::config) fn lists(&self, key: &'static str) -> Option<Vec<(String, Vec<String>)>> {
        let needed =
            "a table of texts is needed: { \"Column\" = \"field\" }, or { \"Column\" = [\"field\", \"field\"] }";
        self.entries(key, needed, |item| match (item.as_str(), item.as_array()) {
            (Some(text), _) => Some(vec![text.to_owned()]),
            (None, Some(list)) if !list.is_empty() => {
                list.iter().map(|value| value.as_str().map(str::to_owned)).collect()
            }
            (None, _) => None,
        })
    }

    fn entries<T>(
        &self,
        key: &'static str,
        needed: &str,
        read: impl Fn(&Item) -> Option<T>,
    ) -> Option<Vec<(String, T)>> {
        self.known.borrow_mut().push(key);
        let item = self.table?.get(key)?;
        let entries =
            item.as_table_like().map(|table| table.iter().map(|(name, value)| Some((name.to_owned(), read(value)?))));
        let Some(entries) = entries else {
            self.complain(key, needed);
            return None;
        };
        let (read, wrong): (Vec<_>, Vec<_>) = entries.partition(Option::is_some);
        if !wrong.is_empty() {
            self.complain(key, needed);
        }
        Some(read.into_iter().flatten().collect())
    }
}
