//! What the others are shown of this desk.

use crate::domain::Actor;
use crate::protocol::{Presence, Request};
use crate::tui::msg::Effect;
use crate::tui::presence::InFront;
use crate::tui::state::{Mode, ScreenState};

/// Of so many dealerships at most it is shown that a dialog is about them.
const MOST: usize = 256;

/// Has the others shown what has been in front of this desk for a while.
pub(in crate::tui) fn tell(state: &mut ScreenState) -> Option<Effect> {
    let in_front = in_front(state);
    let (dealerships, action) = state.presence.tells(in_front, state.now.face)?;
    let (desk, who) = (state.setup.desk, Actor::person(&state.setup.me));
    let action = action.map(str::to_owned);
    Some(state.ask(Request::Present(Presence { desk, who, dealerships, action })))
}

/// What of this desk concerns others: where nobody else is, nothing.
fn in_front(state: &ScreenState) -> InFront {
    let face = state.now.face;
    if state.status.desks <= 1 || state.past.is_some() || state.presence.is_gone(face) {
        return InFront::default();
    }
    match &state.mode {
        Mode::Dialog(dialog) => {
            if let Some(action) = dialog.recording() {
                return (dialog.items.iter().map(|item| item.id).take(MOST).collect(), Some(action.title));
            }
        }
        Mode::Call(call) => return (vec![call.id], Some("call")),
        Mode::Desk
        | Mode::Filter(_)
        | Mode::Palette(_)
        | Mode::Help(_)
        | Mode::Guide(..)
        | Mode::Columns(_)
        | Mode::Insight(_)
        | Mode::TailLine(_) => {}
    }
    if !state.cursor.touched || state.presence.is_idle(face) {
        return InFront::default();
    }
    let letter = state.queue.as_ref().map(|queue| queue.cursor().map(|letter| letter.dealership));
    (letter.unwrap_or_else(|| state.shown_dealership()).into_iter().collect(), None)
}
