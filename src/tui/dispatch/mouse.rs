//! What a click and the wheel do, by what was drawn where they happened.

use std::time::Duration;

use super::act;
use crate::tui::action::Action;
use crate::tui::hit_map::ClickTarget;
use crate::tui::list_cursor::Motion;
use crate::tui::msg::Effect;
use crate::tui::rows::{Sort, TableColumn};
use crate::tui::state::{Focus, Mode, ScreenState};
use crate::tui::update::{dialog, input, motion, queue, table};

/// Two clicks on the same thing within this time are a double one.
const DOUBLE: Duration = Duration::from_millis(400);

/// The lines of a notch of the wheel.
const NOTCH: usize = 3;

pub(super) fn click(state: &mut ScreenState, target: ClickTarget) -> Vec<Effect> {
    state.chord.clear();
    let now = state.now.face;
    let is_double = state.clicked.take().is_some_and(|(before, at)| before == target && now < at + DOUBLE);
    state.clicked = (!is_double).then_some((target, now));
    let in_dialog = matches!(state.mode, Mode::Dialog(_)) && state.reading.is_none();
    match target {
        // What was drawn before a dialog was opened is not what somebody meant in it, and the other way round.
        _ if in_dialog && dialog::is_unseen(state, "the mouse") => Vec::new(),
        ClickTarget::Button(button) if in_dialog => dialog::click(state, button),
        ClickTarget::Field(role) if in_dialog => {
            dialog::go_to(state, role);
            Vec::new()
        }
        // The line of the filter lies open beside a dialog, which it would take away.
        ClickTarget::Action(Action::Filter) if !matches!(state.mode, Mode::Desk | Mode::Help(_)) => Vec::new(),
        ClickTarget::Action(action) => act::dispatch(state, action),
        ClickTarget::Choice(choice) => {
            let effects = input::choose(state, choice);
            act::go_on(state, effects)
        }
        ClickTarget::Cover | ClickTarget::Button(_) | ClickTarget::Field(_) => Vec::new(),
        target => on_desk(state, target, is_double),
    }
}

/// A click on the desk itself, which has it while nothing lies over it.
fn on_desk(state: &mut ScreenState, target: ClickTarget, is_double: bool) -> Vec<Effect> {
    if matches!(state.mode, Mode::Filter(_)) {
        input::accept(state);
    }
    if !matches!(state.mode, Mode::Desk) || state.reading.is_some() {
        return Vec::new();
    }
    match target {
        ClickTarget::Row(id) => {
            table::stand_at(state, id);
            if is_double {
                return act::perform(state, Action::Open);
            }
        }
        ClickTarget::Heading(column) => sort_by(state, column),
        ClickTarget::Tab(tab) => {
            state.focus = Focus::Table;
            state.set_tab(tab);
        }
        ClickTarget::Event(seq) => {
            state.focus = Focus::Tail;
            let (height, scope) = (state.plan().tail_rows().max(1), state.tail_scope());
            state.tail.stand_at(seq, height, scope);
            if is_double {
                return act::perform(state, Action::TailJump);
            }
        }
        ClickTarget::Letter(letter) => {
            queue::stand_on(state, letter);
            if is_double {
                return act::perform(state, Action::QueueRead);
            }
        }
        ClickTarget::Pane(pane) => state.focus = pane,
        ClickTarget::Cover
        | ClickTarget::Choice(_)
        | ClickTarget::Button(_)
        | ClickTarget::Field(_)
        | ClickTarget::Action(_) => {}
    }
    Vec::new()
}

/// Orders by a column; where it is ordered by that already, the other way round.
fn sort_by(state: &mut ScreenState, column: TableColumn) {
    let present = state.rows.sort();
    let is_present = present.column.ordered_as() == column.ordered_as();
    table::sort(state, Sort::by(column, is_present && !present.descending));
}

/// A notch of the wheel over something.
pub(super) fn wheel(state: &mut ScreenState, target: ClickTarget, forward: bool) {
    let step = if forward { Motion::Down } else { Motion::Up };
    if matches!(state.mode, Mode::Palette(_)) {
        return input::pick(state, forward);
    }
    let pane = match target {
        _ if !matches!(state.mode, Mode::Desk) || state.reading.is_some() => state.focus,
        ClickTarget::Row(_) | ClickTarget::Heading(_) => Focus::Table,
        ClickTarget::Event(_) => Focus::Tail,
        ClickTarget::Pane(pane) => pane,
        _ => state.focus,
    };
    // What is under it moves; the keys stay where they are, but for the table's: with its cursor moves what they are about.
    let focus = std::mem::replace(&mut state.focus, pane);
    (0..NOTCH).for_each(|_| motion::go(state, step));
    if pane != Focus::Table {
        state.focus = focus;
    }
    state.settle();
}
