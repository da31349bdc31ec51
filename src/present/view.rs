//! Saved views: a query, columns and an order under a name; the same for `list` and for the screen.

use super::column::{Sort, TableColumn};
use crate::domain::suggest::did_you_mean;
use crate::domain::text::{clean, normal};

/// The view of what is mine and needs me.
pub const MINE: &str = "mine";

const WITH_GROUP: &[TableColumn] = &[
    TableColumn::Group,
    TableColumn::Name,
    TableColumn::Stage,
    TableColumn::Clock,
    TableColumn::NextStep,
    TableColumn::Mail,
    TableColumn::Owner,
];

/// The views that are there without settings: name, query, columns, order.
const GIVEN: [(&str, &str, &[TableColumn], Option<Sort>); 4] = [
    (MINE, "owner:me move:us", &[], None),
    ("today", "move:us", &[], None),
    ("by owner", "", &[], Some(by(TableColumn::Owner))),
    ("by group", "", WITH_GROUP, Some(by(TableColumn::Group))),
];

/// By a column, and what needs attention first in each.
const fn by(column: TableColumn) -> Sort {
    Sort { then: Some((TableColumn::Attention, false)), ..Sort::by(column, false) }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedView {
    pub name: String,
    /// A filter that can be read.
    pub query: String,
    /// None: those that there are without it.
    pub columns: Vec<TableColumn>,
    /// `None`: what needs attention first.
    pub sort: Option<Sort>,
}

impl SavedView {
    /// Whether it is called so, whatever the case and whether its words are joined by spaces or `-`.
    pub fn is_called(&self, name: &str) -> bool {
        let plain = |text: &str| normal(&text.replace(['-', '_'], " "));
        plain(&self.name) == plain(name)
    }

    pub fn given() -> Vec<Self> {
        let view = |(name, query, columns, sort): (&str, &str, &[TableColumn], _)| Self {
            name: name.to_owned(),
            query: query.to_owned(),
            columns: columns.to_vec(),
            sort,
        };
        GIVEN.map(view).into()
    }

    /// What it is, in a line.
    pub fn summary(&self) -> String {
        let query = (!self.query.is_empty()).then(|| self.query.clone());
        let sort = self.sort.map(|sort| format!("sorted by {sort}"));
        query.into_iter().chain(sort).collect::<Vec<_>>().join("; ")
    }
}

/// The view with a name; else which there are.
pub fn named<'a>(views: &'a [SavedView], name: &str) -> Result<&'a SavedView, String> {
    let known = || views.iter().map(|view| view.name.as_str());
    views.iter().find(|view| view.is_called(name)).ok_or_else(|| {
        let list: Vec<&str> = known().collect();
        format!("there is no view `{}`{} (views: {})", clean(name), did_you_mean(name, known()), list.join(", "))
    })
}

/// The given views with one's own; one of the same name takes the place of a given one.
pub fn with_own(own: Vec<SavedView>) -> Vec<SavedView> {
    let mut views = SavedView::given();
    for view in own {
        match views.iter_mut().find(|known| known.is_called(&view.name)) {
            Some(known) => *known = view,
            None => views.push(view),
        }
    }
    views
}
