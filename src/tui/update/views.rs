//! What the actions of saved views do.

use super::{input, queue};
use crate::domain::Query;
use crate::present::view::{MINE, SavedView, named};
use crate::tui::palette::Palette;
use crate::tui::rows::{Sort, Tab};
use crate::tui::saved_view::{AppliedView, TableArrangement};
use crate::tui::state::{Focus, Mode, ScreenState};
use crate::tui::table_columns::TableColumns;

pub(in crate::tui) fn open(state: &mut ScreenState) {
    state.mode = Mode::Palette(Palette::of_views(state));
}

/// Shows a view. What another view changed is put back first.
pub(super) fn apply(state: &mut ScreenState, view: &SavedView, remark: &'static str) {
    leave(state);
    queue::close(state);
    state.view = Some(AppliedView { name: view.name.clone(), remark, before: TableArrangement::of(state) });
    if !view.columns.is_empty() {
        state.columns = TableColumns::of(&view.columns);
    }
    arrange(state, &view.query, view.sort.unwrap_or_default());
    state.set_tab(Tab::All);
    (state.focus, state.panes.zoom) = (Focus::Table, false);
    state.settle();
}

/// Goes back to what the table had before the view.
pub(super) fn leave(state: &mut ScreenState) {
    let Some(AppliedView { before, .. }) = state.view.take() else { return };
    state.columns = before.columns;
    arrange(state, &before.filter, before.sort);
}

fn arrange(state: &mut ScreenState, query: &str, sort: Sort) {
    state.rows.set_sort(sort);
    input::set_filter(state, query);
}

/// Has nothing hidden by a filter, nor by that of a view.
pub(super) fn clear(state: &mut ScreenState) {
    leave(state);
    if !state.rows.query().is_empty() {
        input::set_filter(state, "");
    }
}

/// Begins with what is mine and needs me, where that is anything.
pub(super) fn begin(state: &mut ScreenState) {
    if !state.setup.starts_on_mine {
        return;
    }
    let Some(view) = named(&state.setup.views, MINE).ok().cloned() else { return };
    let is_any = |query| state.rows.count_matching(&query, state.now.at) > 0;
    if Query::parse(&view.query).is_ok_and(is_any) {
        apply(state, &view, "the desk begins with what is yours");
    }
}
