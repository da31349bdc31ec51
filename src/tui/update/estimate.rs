//! How likely codes are used before they end: asked for while a column shows it.

use crate::domain::survival::Survival;
use crate::protocol::Request;
use crate::tui::msg::Effect;
use crate::tui::rows::TableColumn;
use crate::tui::state::ScreenState;

pub(in crate::tui) fn ask(state: &mut ScreenState) -> Option<Effect> {
    let face = state.now.face;
    let is_shown = state.columns.shows(TableColumn::Chance);
    if state.opening || state.past.is_some() || state.estimate.is_fresh(face) || !is_shown {
        return None;
    }
    state.estimate.asked(face);
    Some(state.ask(Request::Survival))
}

/// The log was read; what could not be read stays as it was.
pub(super) fn answered(state: &mut ScreenState, survival: Result<Survival, String>) {
    if let Ok(survival) = survival {
        state.estimate.learn(survival);
        state.dirty = true;
    }
}
