//! `[[views]]`: what is looked at again and again, under a name.

use serde_json::json;

use crate::domain::Query;
use crate::domain::text::clean;
use crate::present::column::{Sort, TableColumn};
use crate::present::view::{SavedView, with_own};

use super::kind::{any_text, list, parsed, text};
use super::reader::Section;
use super::setting::{Setting, SettingForm};

/// The key of the tables: `[[views]]`.
pub(super) const KEY: &str = "views";

pub(super) const SUMMARY: &str = "Saved views, for `list --view NAME` and `:view NAME`; `mine`, `today`, `by owner` and \
    `by group` are given, and one of the same name replaces them.";

/// Longer ones have no room on the screen.
const LONGEST_NAME: usize = 40;

pub(super) fn settings() -> [Setting<SavedView>; 4] {
    let column = SettingForm::new("column of the screen", json!({ "type": "string", "minLength": 1 }));
    let sort = parsed(
        "sort",
        "By which columns, one or two; `:desc` turns one round.",
        SettingForm::new("`column`, `column:desc, column`", json!({ "type": "string" })),
        |view: &mut SavedView| &mut view.sort,
        |_, text| text.parse::<Sort>().map_err(|error| error.to_string()),
        Sort::to_string,
    );
    [
        text("name", "By which it is asked for.", |view: &mut SavedView| &mut view.name).or("needed"),
        any_text("query", "Which dealerships, in the language of filters.", |view: &mut SavedView| &mut view.query),
        list(
            "columns",
            "Which columns, in order; the name is always shown.",
            &column,
            |view: &mut SavedView| &mut view.columns,
            shown_column,
            |column| column.id().to_owned(),
        )
        .or("those of the table"),
        sort.or("what needs attention first"),
    ]
}

fn shown_column(name: &str) -> Result<TableColumn, String> {
    match TableColumn::named(name) {
        Ok(TableColumn::Attention) => Err("`attention` is an order, and no column of the screen".to_owned()),
        named => named.map_err(|error| error.to_string()),
    }
}

/// The given views and those of the settings.
pub(super) fn read(root: &Section<'_, '_>) -> Vec<SavedView> {
    let settings = settings();
    let mut own: Vec<SavedView> = Vec::new();
    for section in root.tables(KEY) {
        let mut view = SavedView::default();
        settings.iter().for_each(|setting| setting.read(&section, &mut view));
        view = SavedView { name: view.name.trim().to_owned(), ..view };
        if !section.has("name") {
            section.complain("name", "it is missing: a view is asked for by its name");
        }
        if view.name.chars().count() > LONGEST_NAME || clean(&view.name) != view.name {
            section.complain("name", format!("at most {LONGEST_NAME} letters, in one line"));
        }
        if own.iter().any(|other| other.is_called(&view.name)) {
            section.complain("name", "another view has the same name");
        }
        if let Err(mistake) = Query::parse(&view.query) {
            section.complain("query", mistake.to_string());
        }
        section.end();
        own.push(view);
    }
    with_own(own)
}
