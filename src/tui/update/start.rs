//! How the desk begins: as it was left, with what is mine and needs me, or with the tasks of a demo.

use super::{filter, practice, views};
use crate::domain::Query;
use crate::present::view::{MINE, SavedView, named};
use crate::tui::action::Action;
use crate::tui::kept_desk::KeptDesk;
use crate::tui::rows::{Tab, TableStart};
use crate::tui::setup::DeskStart;
use crate::tui::state::ScreenState;
use crate::tui::theme::Tone;

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
        views::apply(state, &view, "the desk begins with what is yours");
    }
}

fn restore(state: &mut ScreenState, kept: &KeptDesk) {
    state.columns = kept.columns();
    state.panes = kept.panes();
    state.rows.set_sort(kept.sort.parse().unwrap_or_default());
    let view = kept.view.as_ref().and_then(|name| named(&state.setup.views, name).ok()).cloned();
    if let Some(view) = &view {
        views::apply(state, view, "as you left it");
    }
    filter::set(state, &kept.filter);
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
