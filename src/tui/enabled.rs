//! Whether an action is possible now, and the reason when it is not: shown by the footer, the palette and a toast.

use super::action::{Action, Danger};
use super::dialog::allowed;
use super::state::State;
use crate::engine::PlatformState;

/// What an unconfigured platform needs.
pub const NO_PLATFORM: &str = "Xtime is not configured: set client_id, client_secret and api_key under [xtime]";

/// Whether an action is possible now.
///
/// # Errors
/// Why not, in words.
pub fn can(state: &State, action: Action) -> Result<(), String> {
    let no = |words: &str| Err(words.to_owned());
    if state.setup.read_only && action.info().danger != Danger::None {
        return no("read-only: nothing is recorded");
    }
    match action {
        Action::Check if state.setup.read_only => no("read-only: a look would be recorded"),
        Action::ClearMarks if state.marks.is_empty() => no("nothing is marked"),
        Action::TailJump if state.tail.chosen(state.cursor.id).is_none() => no("there is no event"),
        Action::Check if state.status.platform == PlatformState::Unconfigured => no(NO_PLATFORM),
        Action::Invite
        | Action::Reissue
        | Action::Revoke
        | Action::ConfirmWord
        | Action::Check
        | Action::Note
        | Action::Assign
        | Action::Snooze
        | Action::Archive
        | Action::ChooseOpcode => on_targets(state, action),
        Action::Appointment if !state.marks.is_empty() => no("one dealership at a time: clear the marks first"),
        Action::Appointment if state.status.platform == PlatformState::Unconfigured => no(NO_PLATFORM),
        Action::Reveal
        | Action::CopyCode
        | Action::CopyDealerCode
        | Action::CopyLetter
        | Action::Guide
        | Action::Appointment
        | Action::Open
        | Action::Mark => match state.selected() {
            None => no("there is no dealership here"),
            Some(row) => allowed(action, &row.state, state.setup.source, state.now.at),
        },
        _ => Ok(()),
    }
}

/// How many marked dealerships are asked: this is answered for every frame. Beyond that the dialog says it.
const ASKED: usize = 64;

/// One of the dealerships that it is about must let it through.
fn on_targets(state: &State, action: Action) -> Result<(), String> {
    if state.marks.len() > ASKED {
        return Ok(());
    }
    let mut last = Err("there is no dealership here".to_owned());
    let marked = state.marks.iter();
    let under_cursor = state.cursor.id.filter(|_| state.marks.is_empty());
    for row in marked.chain(under_cursor).filter_map(|id| state.rows.get(id)) {
        last = allowed(action, &row.state, state.setup.source, state.now.at);
        if last.is_ok() {
            break;
        }
    }
    last
}
