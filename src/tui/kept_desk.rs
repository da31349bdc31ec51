//! How a desk was left, for its next start: what is shown, in which order and columns, and where the cursor stood.

use serde::{Deserialize, Serialize};

use super::panes::Panes;
use super::rows::{Tab, TableColumn};
use super::saved_view::{AppliedView, TableArrangement};
use super::table_columns::{ColumnChoice, TableColumns};
use crate::domain::DealershipId;

/// Of the form in which it is kept; another one is left out.
const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDesk {
    version: u32,
    tab: String,
    /// The name of a saved view.
    pub(super) view: Option<String>,
    pub(super) filter: String,
    /// Without the view.
    pub(super) sort: String,
    /// Without the view, every one in its place.
    columns: Vec<KeptColumn>,
    detail: Option<bool>,
    tail: Option<bool>,
    pub(super) cursor: Option<DealershipId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeptColumn {
    id: String,
    is_shown: bool,
    width: Option<u16>,
}

impl KeptDesk {
    /// With the view that is shown, what the table has now, and the dealership under the cursor.
    pub(super) fn new(
        tab: Tab,
        view: Option<&AppliedView>,
        present: &TableArrangement,
        panes: Panes,
        cursor: Option<DealershipId>,
    ) -> Self {
        let home = view.map_or(present, |view| &view.before);
        let column = |choice: &ColumnChoice| KeptColumn {
            id: choice.column.id().to_owned(),
            is_shown: choice.is_shown,
            width: choice.width,
        };
        Self {
            version: VERSION,
            tab: tab.title().to_owned(),
            view: view.map(|view| view.name.clone()),
            filter: present.filter.clone(),
            sort: home.sort.to_string(),
            columns: home.columns.choices().iter().map(column).collect(),
            detail: panes.detail,
            tail: panes.tail,
            cursor,
        }
    }

    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|kept: &Self| kept.version == VERSION)
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn tab(&self) -> Tab {
        Tab::ALL.into_iter().find(|tab| tab.title() == self.tab).unwrap_or_default()
    }

    pub(super) fn columns(&self) -> TableColumns {
        let choice = |kept: &KeptColumn| {
            let column = TableColumn::named(&kept.id).ok()?;
            Some(ColumnChoice { column, is_shown: kept.is_shown, width: kept.width })
        };
        TableColumns::arranged(self.columns.iter().filter_map(choice))
    }

    pub(super) fn panes(&self) -> Panes {
        Panes { detail: self.detail, tail: self.tail, zoom: false }
    }
}
