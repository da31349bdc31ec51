//! What the actions do that are about the desk as a whole: tabs, panes, filter, and the ways back.

use super::{filter, past_board, queue, tail, views};
use crate::tui::action::Action;
use crate::tui::help::Help;
use crate::tui::layer::InputLayer;
use crate::tui::msg::Effect;
use crate::tui::palette::Palette;
use crate::tui::rows::{Tab, step_round};
use crate::tui::state::{FilterInput, Focus, Mode, ScreenState};

/// Goes back from what lies over the table; from the table, leaves the desk.
pub(in crate::tui) fn quit(state: &mut ScreenState) -> Vec<Effect> {
    if state.page().is_some() {
        state.close_page();
        return Vec::new();
    }
    match InputLayer::in_place_of_table(state) {
        Some(layer) => {
            take_away(state, layer);
            Vec::new()
        }
        None => vec![Effect::Quit],
    }
}

pub(in crate::tui) fn help(state: &mut ScreenState) {
    if state.page().is_some() {
        state.close_page();
    } else {
        state.mode = Mode::Help(Help::default());
    }
}

pub(in crate::tui) fn palette(state: &mut ScreenState) {
    state.mode = Mode::Palette(Palette::default());
}

/// Searches in the help or in the tail, or filters the table.
pub(in crate::tui) fn filter(state: &mut ScreenState) {
    if let Mode::Help(help) = &mut state.mode {
        help.types = true;
        return;
    }
    if state.focus == Focus::Tail {
        return tail::search(state);
    }
    let (pane, tab) = ((state.focus, state.panes.zoom), state.rows.tab());
    let left_view = views::leave_for_search(state);
    let before = state.rows.query().text().to_owned();
    state.mode = Mode::Filter(Box::new(FilterInput::new(before, pane, tab, left_view)));
    // What is found is seen, and the next key is about it.
    (state.focus, state.panes.zoom) = (Focus::Table, false);
    filter::retyped(state);
}

pub(in crate::tui) fn back(state: &mut ScreenState) {
    match InputLayer::uppermost(state) {
        Some(layer) => take_away(state, layer),
        None => {
            let key = state.setup.keymap.first_key(Action::Quit);
            let leave = key.map_or_else(String::new, |key| format!("; {key} leaves the desk"));
            state.tell_of_key(format!("there is nothing to go back from{leave}"));
        }
    }
}

pub(in crate::tui) fn back_title(state: &ScreenState) -> Option<&'static str> {
    InputLayer::uppermost(state).map(InputLayer::title)
}

pub(in crate::tui) fn show_expired(state: &mut ScreenState) {
    queue::close(state);
    views::clear(state);
    state.set_tab(Tab::Expired);
    state.focus = Focus::Table;
}

pub(in crate::tui) fn step_tab(state: &mut ScreenState, by: isize) {
    state.set_tab(state.rows.tab().step(by));
}

pub(in crate::tui) fn show_tab(state: &mut ScreenState, tab: Tab) {
    if tab == state.rows.tab() {
        state.tell_of_key(format!("{} is shown", tab.title()));
    }
    state.set_tab(tab);
}

pub(in crate::tui) fn toggle_detail(state: &mut ScreenState) {
    let open = state.plan().detail.is_some();
    state.panes.detail = Some(!open);
    if open && state.focus == Focus::Detail {
        (state.focus, state.panes.zoom) = (Focus::Table, false);
    } else if !open && state.plan().detail.is_none() {
        // There is no room beside the table: it gets all of it.
        state.focus = Focus::Detail;
    }
    state.settle();
}

pub(in crate::tui) fn toggle_tail(state: &mut ScreenState) {
    let open = state.plan().tail.is_some();
    state.panes.tail = Some(!open);
    if state.focus == Focus::Tail {
        (state.focus, state.panes.zoom) = (Focus::Table, false);
    }
    if !open && state.plan().tail.is_none() {
        // There is no room beside the table: it gets the whole screen.
        (state.focus, state.panes.zoom) = (Focus::Tail, true);
    }
    state.settle();
}

pub(in crate::tui) fn zoom(state: &mut ScreenState) {
    state.panes.zoom = !state.panes.zoom;
    state.settle();
}

/// One thing less over the table of all dealerships.
fn take_away(state: &mut ScreenState, layer: InputLayer) {
    match layer {
        InputLayer::Messages => state.toasts.clear(),
        InputLayer::Letters => queue::close(state),
        InputLayer::TailSearch => tail::clear(state),
        InputLayer::Pane => {
            (state.focus, state.panes.zoom) = (Focus::Table, false);
            state.settle();
        }
        InputLayer::Past => past_board::leave(state),
        InputLayer::View => views::leave(state),
        InputLayer::Filter => filter::set(state, ""),
        InputLayer::Tab => state.set_tab(Tab::All),
    }
}

/// Moves the focus among the panes that are open.
pub(in crate::tui) fn focus(state: &mut ScreenState, by: isize) {
    let zoomed = std::mem::take(&mut state.panes.zoom);
    let plan = state.plan();
    let mut open = vec![Focus::Table];
    open.extend(plan.detail.map(|_| Focus::Detail));
    open.extend(plan.tail.map(|_| Focus::Tail));
    if open.len() == 1 {
        state.tell_of_key("no other pane is open");
    }
    let place = open.iter().position(|pane| *pane == state.focus).unwrap_or(0);
    let next = step_round(place, by, open.len());
    state.focus = open.get(next).copied().unwrap_or_default();
    state.panes.zoom = zoomed;
    state.settle();
}
