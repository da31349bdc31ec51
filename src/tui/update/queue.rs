//! Keys in the view of all letters, and what commits change in it.

use std::sync::Arc;

use super::reading;
use crate::domain::{DealershipId, Onboarding};
use crate::tui::dialog::{Dialog, Item, Target};
use crate::tui::list_cursor::Motion;
use crate::tui::msg::Effect;
use crate::tui::queue::{LetterRef, Queue};
use crate::tui::state::ScreenState;

/// Opens the view, or closes it.
pub(in crate::tui) fn toggle(state: &mut ScreenState) {
    if state.queue.is_some() {
        close(state);
    } else {
        state.queue = Some(Queue::of(state.rows.iter().map(|row| &*row.state)));
        settle(state);
    }
}

/// Goes back to the panes.
pub(in crate::tui) fn close(state: &mut ScreenState) {
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

/// Does something in the view.
fn change(state: &mut ScreenState, change: impl FnOnce(&mut Queue)) {
    if let Some(queue) = &mut state.queue {
        change(queue);
    }
    settle(state);
}

pub(super) fn go(state: &mut ScreenState, motion: Motion) {
    let page = state.plan().queue_rows().saturating_sub(1).max(1);
    change(state, |queue| queue.go(motion, page));
}

/// Moves the cursor to a letter that is shown.
pub(in crate::tui) fn stand_on(state: &mut ScreenState, letter: LetterRef) {
    change(state, |queue| queue.stand_on(letter));
}

pub(super) fn cursor(state: &ScreenState) -> Option<LetterRef> {
    state.queue.as_ref()?.cursor()
}

pub(in crate::tui) fn any(state: &ScreenState) -> Result<(), String> {
    cursor(state).map(drop).ok_or_else(|| "there is no letter here".to_owned())
}

pub(in crate::tui) fn any_marked(state: &ScreenState) -> Result<(), String> {
    match &state.queue {
        Some(queue) if queue.marked() == 0 => Err("nothing is marked".to_owned()),
        Some(_) | None => Ok(()),
    }
}

pub(in crate::tui) fn mark(state: &mut ScreenState) {
    change(state, |queue| {
        queue.mark();
        queue.go(Motion::Down, 1);
    });
}

pub(in crate::tui) fn mark_all(state: &mut ScreenState) {
    change(state, Queue::mark_all);
}

pub(in crate::tui) fn clear_marks(state: &mut ScreenState) {
    change(state, Queue::clear_marks);
}

pub(in crate::tui) fn toggle_trouble(state: &mut ScreenState) {
    change(state, Queue::toggle_trouble);
}

pub(in crate::tui) fn can_read(state: &ScreenState) -> Result<(), String> {
    reading::can_read(state)?;
    any(state)
}

pub(in crate::tui) fn read(state: &mut ScreenState) -> Vec<Effect> {
    cursor(state).map_or_else(Vec::new, |here| reading::open(state, here))
}

/// The letters of dealerships that something can still be done about, as they are now.
pub(super) fn open_letters(state: &ScreenState, ids: &[DealershipId]) -> Vec<Target> {
    let of = |state: &'_ Onboarding| {
        let letters = state.letters_that_matter();
        letters.map(|letter| Target { dealership: state.id, letter: Some(letter.id) }).collect::<Vec<_>>()
    };
    ids.iter().filter_map(|id| state.rows.get(*id)).flat_map(|row| of(&row.state)).collect()
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
