//! Tables whose keys are not ours, in their order.

use toml_edit::Item;

use super::Section;

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
