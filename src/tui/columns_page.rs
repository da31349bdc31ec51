//! The page of the table's columns, and the line by which the table is ordered.

use super::line_edit::LineEdit;
use super::list_cursor::ListCursor;
use super::rows::{Sort, TableColumn};

#[derive(Debug, Default)]
pub struct ColumnsPage {
    /// Among the columns; while the order is typed, among those that are suggested.
    pub cursor: ListCursor,
    pub order: LineEdit,
    /// Whether that is being typed.
    pub types: bool,
    /// It was opened for the order, and goes away with it.
    pub is_for_order: bool,
    /// What is wrong with the order.
    pub mistake: Option<String>,
}

impl ColumnsPage {
    pub fn of(sort: Sort, types: bool) -> Self {
        let mut page = Self { types, is_for_order: types, ..Self::default() };
        page.order.set(&if types { String::new() } else { sort.to_string() });
        page
    }

    /// The columns that the last word of the order may mean, those first whose name begins so.
    pub fn suggested(&self) -> Vec<TableColumn> {
        let word = self.last_word();
        let fits = |column: &TableColumn| column.id().contains(word) || column.title().contains(word);
        let mut columns: Vec<TableColumn> = TableColumn::ALL.into_iter().filter(fits).collect();
        columns.sort_by_key(|column| !column.id().starts_with(word));
        columns
    }

    /// Whether the last word is the beginning of a name, or another one was chosen instead.
    pub fn is_unfinished(&self) -> bool {
        let word = self.last_word();
        self.cursor.place > 0 || !word.is_empty() && TableColumn::ALL.iter().all(|column| column.id() != word)
    }

    fn last_word(&self) -> &str {
        let text = self.order.text();
        text.rsplit(',').next().unwrap_or_default().trim_start()
    }

    /// Writes a suggested column in the place of the last word.
    pub fn complete(&mut self) {
        let Some(column) = self.suggested().get(self.cursor.place).copied() else { return };
        let text = self.order.text();
        let before = text.len() - self.last_word().len();
        let whole = format!("{}{}", text.get(..before).unwrap_or_default(), column.id());
        self.order.set(&whole);
        self.retyped();
    }

    pub fn retyped(&mut self) {
        self.cursor = ListCursor::default();
        self.mistake = None;
    }
}
