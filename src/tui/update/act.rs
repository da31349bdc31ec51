//! From an action to what it does: the handler of its row, or the dialog of what it records.

use super::{jobs, page, teach};
use crate::tui::action::{Action, ActionScope, Handler, PageKind};
use crate::tui::dialog::{Dialog, RecordingAction, Subject, Target, open};
use crate::tui::enabled::can;
use crate::tui::msg::Effect;
use crate::tui::state::{Mode, ScreenState};
use crate::tui::theme::Tone;

/// Does an action in whatever has the keyboard.
pub(super) fn dispatch(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    let info = action.info();
    match page::open(state) {
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
    match action.info().handler {
        Handler::Screen(handler) => {
            handler(state);
            Vec::new()
        }
        Handler::Effect(handler) => handler(state),
        Handler::Recording(recording) => record(state, recording),
    }
}

/// Opens the dialog of an action for what is marked or under the cursor.
fn record(state: &mut ScreenState, action: &'static RecordingAction) -> Vec<Effect> {
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
