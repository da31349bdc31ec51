//! The view of a call: opening it from wherever a dealership is chosen, and its steps.

use std::sync::Arc;

use super::{jump, queue};
use crate::domain::{Actor, DealershipId, Event};
use crate::present::event::summary;
use crate::present::time::Zone;
use crate::timezone::Tz;
use crate::tui::call_view::CallView;
use crate::tui::state::{Focus, Mode, ScreenState};

/// The dealership of whatever is chosen: a letter, an event, a row.
fn chosen(state: &ScreenState) -> Result<DealershipId, String> {
    if let Some(queue) = &state.queue {
        return queue.cursor().map(|letter| letter.dealership).ok_or_else(|| "there is no letter".to_owned());
    }
    if state.focus == Focus::Tail {
        let line = state.tail.chosen(state.tail_scope()).ok_or("there is no event")?;
        return line.newest.dealership.ok_or_else(|| "this event is of no single dealership".to_owned());
    }
    state.shown_dealership().ok_or_else(|| "there is no dealership here".to_owned())
}

pub(in crate::tui) fn can_open(state: &ScreenState) -> Result<(), String> {
    chosen(state).map(drop)
}

/// Shows the call with the dealership of whatever is chosen, or goes back.
pub(in crate::tui) fn toggle(state: &mut ScreenState) {
    if matches!(state.mode, Mode::Call(_)) {
        state.close_page();
        return;
    }
    let Ok(id) = chosen(state) else { return };
    if state.queue.is_some() {
        queue::close(state);
    }
    if state.cursor.id != Some(id) {
        jump::to(state, id);
    }
    state.mode = Mode::Call(CallView::of(id));
}

/// Goes back to the call that a dialog was opened from; else the table.
pub(super) fn back(state: &mut ScreenState) {
    if let (Mode::Desk, Some(call)) = (&state.mode, state.call_below.take()) {
        state.mode = Mode::Call(call);
    }
}

/// Tells the open call what somebody else recorded of its dealership.
pub(super) fn committed(state: &mut ScreenState, events: &[Arc<Event>]) {
    let me = Actor::person(&state.setup.me);
    let call = match &mut state.mode {
        Mode::Call(call) => Some(call),
        _ => state.call_below.as_mut(),
    };
    let Some(call) = call else { return };
    let zone = state.rows.get(call.id).map_or(Tz::UTC, |row| row.state.profile.timezone);
    let other =
        events.iter().rfind(|event| event.dealership == Some(call.id) && event.actor != me && event.actor.is_person());
    if let Some(event) = other {
        call.meanwhile = Some(format!("{}: {}", event.actor, summary(event, |at| Zone::from(zone).show(at))));
    }
}

/// Ticks the next step off; after the last one, begins anew.
pub(in crate::tui) fn tick(state: &mut ScreenState) {
    let Mode::Call(call) = &state.mode else { return };
    let Some(row) = state.rows.get(call.id) else { return };
    let confirmed = row.state.is_confirmed();
    let (done, count) = (call.steps_done(confirmed), state.call_steps(&row.state).len());
    if let Mode::Call(call) = &mut state.mode {
        call.ticked = (confirmed, if done >= count { 0 } else { done + 1 });
    }
}
