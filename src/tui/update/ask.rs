//! The dialogs of actions that record something: opened for what they are about, or done at once where nothing is asked.

use super::{jobs, teach};
use crate::tui::dialog::{Dialog, RecordingAction, Subject, Target, open};
use crate::tui::msg::Effect;
use crate::tui::state::ScreenState;
use crate::tui::theme::Tone;

/// Opens the dialog of an action for what is marked or under the cursor.
pub(in crate::tui) fn record(state: &mut ScreenState, action: &'static RecordingAction) -> Vec<Effect> {
    let answer = match action.subject {
        Subject::NewestAnswer => teach::newest_answer(state),
        Subject::AnswerOfEvent => teach::tail_answer(state),
        Subject::Dealerships | Subject::OneDealership => {
            let targets: Vec<Target> = state.targets().into_iter().map(Target::from).collect();
            return ask(state, action, &targets);
        }
        Subject::LastDealership => {
            let targets: Vec<Target> = state.last_dealership().map(Target::from).into_iter().collect();
            return ask(state, action, &targets);
        }
        Subject::Letters | Subject::FailedLetters => {
            let Some(queue) = &state.queue else { return Vec::new() };
            let all = matches!(action.subject, Subject::FailedLetters);
            let letters = if all { queue.troubled().collect() } else { queue.targets() };
            let targets: Vec<Target> = letters.into_iter().map(Target::from).collect();
            return ask(state, action, &targets);
        }
    };
    let dialog = answer.and_then(|about| Dialog::teach(action, about, &state.context()));
    show(state, action, dialog)
}

/// Opens the dialog of an action, or says why not.
pub(super) fn ask(state: &mut ScreenState, action: &'static RecordingAction, targets: &[Target]) -> Vec<Effect> {
    let dialog = open(action, targets, &state.context());
    show(state, action, dialog)
}

/// Shows a dialog, or does what it is about where that needs no question.
fn show(state: &mut ScreenState, action: &'static RecordingAction, dialog: Result<Dialog, String>) -> Vec<Effect> {
    match dialog {
        Ok(dialog) if dialog.is_immediate() => jobs::begin(state, &dialog),
        Ok(dialog) => {
            let wanted = dialog.wanted();
            state.show_dialog(dialog);
            wanted.map(|request| state.ask(request)).into_iter().collect()
        }
        Err(why) => {
            let title = if action.is_about_letters() { format!("{}: ", action.title) } else { String::new() };
            state.toast(Tone::Warn, format!("{title}{why}"));
            Vec::new()
        }
    }
}
