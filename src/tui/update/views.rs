//! What the actions of saved views do.

use super::{filter, queue};
use crate::present::view::{SavedView, named};
use crate::tui::palette::Palette;
use crate::tui::rows::{Sort, Tab};
use crate::tui::saved_view::AppliedView;
use crate::tui::state::{Focus, Mode, ScreenState};
use crate::tui::table_columns::TableColumns;

pub(in crate::tui) fn open(state: &mut ScreenState) {
    state.mode = Mode::Palette(Palette::of_views());
}

/// Shows a view. What another view changed is put back first.
pub(super) fn apply(state: &mut ScreenState, view: &SavedView, remark: &'static str) {
    leave(state);
    queue::close(state);
    state.view = Some(AppliedView { name: view.name.clone(), remark, before: state.arrangement() });
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

/// Leaves a view whose own filter is in force: whoever searches means everything. The view that was left, to come back to.
pub(super) fn leave_for_search(state: &mut ScreenState) -> Option<AppliedView> {
    let applied = state.view.as_ref()?;
    let view = named(&state.setup.views, &applied.name).ok()?;
    if view.query != state.rows.query().text() {
        return None;
    }
    let applied = applied.clone();
    leave(state);
    Some(applied)
}

/// Shows a view again that was left for a search; tab and pane stay.
pub(super) fn come_back(state: &mut ScreenState, left: &AppliedView) {
    let Some(view) = named(&state.setup.views, &left.name).ok().cloned() else { return };
    let (focus, zoom, tab) = (state.focus, state.panes.zoom, state.rows.tab());
    apply(state, &view, left.remark);
    (state.focus, state.panes.zoom) = (focus, zoom);
    state.set_tab(tab);
    state.settle();
}

fn arrange(state: &mut ScreenState, query: &str, sort: Sort) {
    state.rows.set_sort(sort);
    filter::set(state, query);
}

/// Has nothing hidden by a filter, nor by that of a view.
pub(super) fn clear(state: &mut ScreenState) {
    leave(state);
    if !state.rows.query().is_empty() {
        filter::set(state, "");
    }
}
