//! Keys in the view of all letters, and what commits change in it.

use std::sync::Arc;

use super::{reading, table};
use crate::domain::{DealershipId, Onboarding};
use crate::tui::action::Action;
use crate::tui::dialog::{Dialog, Item, open_letters};
use crate::tui::msg::Effect;
use crate::tui::queue::{LetterRef, Queue};
use crate::tui::state::ScreenState;
use crate::tui::theme::Tone;

/// Opens the view, or closes it.
pub(super) fn toggle(state: &mut ScreenState) {
    if state.queue.is_some() {
        close(state);
    } else {
        state.queue = Some(Queue::of(state.rows.iter().map(|row| &*row.state)));
        settle(state);
    }
}

/// Goes back to the panes.
pub(super) fn close(state: &mut ScreenState) {
    state.queue = None;
    state.settle();
}

pub(super) fn loaded(state: &mut ScreenState) {
    if let Some(queue) = &mut state.queue {
        let states: Vec<Arc<Onboarding>> = state.rows.iter().map(|row| Arc::clone(&row.state)).collect();
        queue.put(&states);
        settle(state);
    }
}

pub(super) fn committed(state: &mut ScreenState, states: &[Arc<Onboarding>]) {
    if let Some(queue) = &mut state.queue {
        queue.put(states);
        settle(state);
    }
}

/// Keeps the cursor in view.
pub(super) fn settle(state: &mut ScreenState) {
    let height = state.plan().queue_rows();
    if let Some(queue) = &mut state.queue {
        queue.keep_in_view(height);
    }
}

/// Does an action of the view.
pub(super) fn act(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    let page = state.plan().queue_rows().saturating_sub(1).max(1).cast_signed();
    let Some(queue) = &mut state.queue else { return Vec::new() };
    match action {
        Action::QueueDown => queue.step(1),
        Action::QueueUp => queue.step(-1),
        Action::QueuePageDown => queue.step(page),
        Action::QueuePageUp => queue.step(-page),
        Action::QueueTop => queue.go(0),
        Action::QueueBottom => queue.go(usize::MAX),
        Action::QueueMark => {
            queue.mark();
            queue.step(1);
        }
        Action::QueueMarkAll => queue.mark_all(),
        Action::QueueClearMarks => queue.clear_marks(),
        Action::QueueTrouble => queue.toggle_trouble(),
        Action::QueueClose => close(state),
        Action::QueueJump => {
            if let Some(here) = queue.cursor() {
                close(state);
                table::jump(state, here.dealership);
            }
        }
        Action::QueueRead => {
            if let Some(here) = queue.cursor() {
                return reading::open(state, here);
            }
        }
        Action::QueueRetry | Action::QueueSuppress => {
            let targets = queue.targets();
            return ask(state, action, &targets);
        }
        Action::QueueRetryFailed => {
            let targets: Vec<_> = queue.troubled().collect();
            return ask(state, action, &targets);
        }
        _ => {}
    }
    settle(state);
    Vec::new()
}

/// Opens the dialog of an action, or says why not.
fn ask(state: &mut ScreenState, action: Action, letters: &[LetterRef]) -> Vec<Effect> {
    match open_letters(action, letters, state) {
        Ok(dialog) => super::act::show_or_do(state, dialog),
        Err(why) => {
            state.toast(Tone::Warn, format!("{}: {why}", action.info().title));
            Vec::new()
        }
    }
}

/// Asks again for what failed, with the letters as they are now.
pub(super) fn ask_again(state: &mut ScreenState, action: Action, ids: &[DealershipId]) -> Vec<Effect> {
    let all = |state: &Arc<Onboarding>| {
        let id = state.id;
        let letters = state.letters().iter().filter(|letter| letter.is_open() || letter.is_trouble());
        letters.map(|letter| LetterRef { dealership: id, letter: letter.id }).collect::<Vec<_>>()
    };
    let letters: Vec<_> = ids.iter().filter_map(|id| state.rows.get(*id)).flat_map(|row| all(&row.state)).collect();
    ask(state, action, &letters)
}

/// After a dialog about letters was accepted: what was marked is under way.
pub(super) fn accepted(state: &mut ScreenState, dialog: &Dialog) {
    let of = |item: &Item| Some(LetterRef { dealership: item.id, letter: item.about.as_ref()?.0 });
    let mut letters = dialog.items.iter().filter_map(of).peekable();
    if let Some(queue) = state.queue.as_mut().filter(|_| letters.peek().is_some()) {
        queue.clear_marks();
        queue.acts_on(letters);
    }
}
