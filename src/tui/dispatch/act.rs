//! From an action to what it does: the handler of its row, or the dialog of what it records.

use super::lists;
use crate::tui::action::{Action, ActionScope, PageKind};
use crate::tui::dialog::Subject;
use crate::tui::enabled::can;
use crate::tui::msg::Effect;
use crate::tui::registry::Handler;
use crate::tui::state::{Mode, ScreenState};
use crate::tui::theme::Tone;
use crate::tui::update::ask;

/// Does an action in whatever has the keyboard.
pub(super) fn dispatch(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    let info = action.info();
    match state.page() {
        Some(page) => {
            let of_page = info.scope.is_closed() || info.scope == ActionScope::List || info.pages.contains(&page);
            match info.handler {
                _ if !of_page => Vec::new(),
                // A letter that is read says itself what is in it; a call is about its dealership.
                _ if page == PageKind::Call => perform(state, action),
                Handler::Recording(_) => perform(state, action),
                Handler::Screen(_) | Handler::Effect(_) => run(state, action),
            }
        }
        None if matches!(state.mode, Mode::Desk) => perform(state, action),
        None => run(state, action),
    }
}

/// Does an action of the desk, or says why not.
pub fn perform(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    if let Err(why) = can(state, action) {
        let title = action.info().title;
        state.toast(Tone::Warn, format!("{title}: {why}"));
        return Vec::new();
    }
    if is_of_row(action) && state.now.face < state.cursor.unseen_until {
        let name = state.rows.name_of(state.cursor.id).into_owned();
        state.toast(Tone::Warn, format!("the cursor went on to {name}; press it again"));
        return Vec::new();
    }
    run(state, action)
}

/// Whether it does something with the dealership under the cursor, so that it must have been seen there.
fn is_of_row(action: Action) -> bool {
    match action.info().handler {
        Handler::Recording(recording) => matches!(recording.subject, Subject::Dealerships | Subject::OneDealership),
        Handler::Screen(_) | Handler::Effect(_) => action == Action::Mark,
    }
}

pub(super) fn run(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    let effects = match action.info().handler {
        Handler::Screen(handler) => {
            handler(state);
            Vec::new()
        }
        Handler::Effect(handler) => handler(state),
        Handler::Recording(recording) => ask::record(state, recording),
    };
    go_on(state, effects)
}

/// What follows from an action that was done, with its effects: what it looks for, and the action that it chose.
pub(super) fn go_on(state: &mut ScreenState, mut effects: Vec<Effect>) -> Vec<Effect> {
    lists::follow(state);
    if let Some(next) = state.next_action.take() {
        effects.extend(perform(state, next));
    }
    effects
}
