//! What the actions of saved views do.

use super::{input, practice, queue};
use crate::domain::Query;
use crate::present::view::{MINE, SavedView, named};
use crate::tui::action::Action;
use crate::tui::kept_desk::KeptDesk;
use crate::tui::palette::Palette;
use crate::tui::rows::{Sort, Tab, TableStart};
use crate::tui::saved_view::AppliedView;
use crate::tui::setup::DeskStart;
use crate::tui::state::{Focus, Mode, ScreenState};
use crate::tui::table_columns::TableColumns;
use crate::tui::theme::Tone;

pub(in crate::tui) fn open(state: &mut ScreenState) {
    state.mode = Mode::Palette(Palette::of_views(state));
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
    input::set_filter(state, query);
}

/// Has nothing hidden by a filter, nor by that of a view.
pub(super) fn clear(state: &mut ScreenState) {
    leave(state);
    if !state.rows.query().is_empty() {
        input::set_filter(state, "");
    }
}

/// Begins as the desk was left, or with what is mine and needs me.
pub(super) fn begin(state: &mut ScreenState) {
    // Whoever pressed a key meanwhile has begun otherwise.
    if state.cursor.touched {
        return;
    }
    match std::mem::take(&mut state.setup.start) {
        DeskStart::All => {}
        DeskStart::Mine => begin_with_mine(state),
        DeskStart::Practice => practice::toggle(state),
        DeskStart::AsLeft(kept) => restore(state, &kept),
    }
}

/// How the table may begin, the first that shows any; none where that is not known before all dealerships are there.
pub fn table_starts(state: &ScreenState) -> Vec<TableStart> {
    if state.loaded || state.cursor.touched {
        return Vec::new();
    }
    let view = |name: &str| named(&state.setup.views, name).ok();
    let of_view = |view: &SavedView| {
        let query = Query::parse(&view.query).ok()?;
        Some(TableStart { query, sort: view.sort.unwrap_or_default(), ..TableStart::default() })
    };
    match &state.setup.start {
        DeskStart::All => vec![TableStart::default()],
        DeskStart::Mine => view(MINE).and_then(of_view).into_iter().chain([TableStart::default()]).collect(),
        DeskStart::Practice => Vec::new(),
        DeskStart::AsLeft(kept) => {
            let view = kept.view.as_deref().and_then(view);
            let sort = view.map_or_else(|| kept.sort.parse().unwrap_or_default(), |view| view.sort.unwrap_or_default());
            let query = Query::parse(&kept.filter).ok();
            let start = |query| TableStart { query, tab: kept.tab(), sort, cursor: kept.cursor };
            query.map(start).into_iter().collect()
        }
    }
}

fn begin_with_mine(state: &mut ScreenState) {
    let Some(view) = named(&state.setup.views, MINE).ok().cloned() else { return };
    let is_any = |query| state.rows.count_matching(&query, state.now.at) > 0;
    if Query::parse(&view.query).is_ok_and(is_any) {
        apply(state, &view, "the desk begins with what is yours");
    }
}

fn restore(state: &mut ScreenState, kept: &KeptDesk) {
    state.columns = kept.columns();
    state.panes = kept.panes();
    state.rows.set_sort(kept.sort.parse().unwrap_or_default());
    let view = kept.view.as_ref().and_then(|name| named(&state.setup.views, name).ok()).cloned();
    if let Some(view) = &view {
        apply(state, view, "as you left it");
    }
    input::set_filter(state, &kept.filter);
    state.set_tab(kept.tab());
    if let Some(id) = kept.cursor.filter(|id| state.rows.is_shown(*id)) {
        (state.cursor.id, state.cursor.touched) = (Some(id), true);
    }
    state.settle();
    if view.is_some() || !state.rows.query().is_empty() || state.rows.tab() != Tab::All {
        let key = state.setup.keymap.first_key(Action::ClearFilter).unwrap_or_default();
        state.toast(Tone::Faint, format!("as you left it; {key} goes home"));
    }
}
