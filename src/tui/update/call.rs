//! The view of a call: opening it from wherever a dealership is chosen, and its steps.

use super::{page, queue, table, tail};
use crate::domain::{Onboarding, connect_steps, guide};
use crate::tui::call_view::CallView;
use crate::tui::list_cursor::Scroll;
use crate::tui::state::{Focus, Mode, ScreenState};

pub(in crate::tui) fn can_open(state: &ScreenState) -> Result<(), String> {
    if state.queue.is_some() {
        return queue::any(state);
    }
    if state.focus == Focus::Tail { tail::any(state) } else { table::any(state) }
}

/// Shows the call with the dealership of whatever is chosen, or goes back.
pub(in crate::tui) fn toggle(state: &mut ScreenState) {
    if matches!(state.mode, Mode::Call(_)) {
        page::close(state);
        return;
    }
    if state.queue.is_some() {
        queue::jump(state);
    } else if state.focus == Focus::Tail {
        tail::jump(state);
    }
    if let Some(id) = state.cursor.id {
        state.mode = Mode::Call(CallView { id, scroll: Scroll::default(), steps_done: 0 });
    }
}

/// The steps that are read out: to connect, and from then on to a visible opcode.
pub(in crate::tui) fn steps(screen: &ScreenState, state: &Onboarding) -> Vec<String> {
    let (policy, partner) = (&screen.setup.policy, screen.setup.partner.as_str());
    if state.is_confirmed() {
        return guide(state, policy, partner).steps.into_iter().map(|step| step.title).collect();
    }
    let profile = &state.profile;
    connect_steps(&profile.name.screen(), &profile.dealer_code.screen(), partner).into()
}

/// Ticks the next step off; after the last one, begins anew.
pub(in crate::tui) fn tick(state: &mut ScreenState) {
    let Mode::Call(CallView { id, steps_done, .. }) = &state.mode else { return };
    let count = state.rows.get(*id).map_or(0, |row| steps(state, &row.state).len());
    let done = if *steps_done >= count { 0 } else { steps_done + 1 };
    if let Mode::Call(call) = &mut state.mode {
        call.steps_done = done;
    }
}
