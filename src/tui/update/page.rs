//! The pages that are only read: the help, the guide to a visible opcode, a letter. And what the keys that leave, accept
//! and go on do in them and in dialogs.

use super::{dialog, motion, reading};
use crate::tui::action::PageKind;
use crate::tui::dialog::DialogKind;
use crate::tui::help::HelpHit;
use crate::tui::list_cursor::{Motion, Scroll};
use crate::tui::msg::Effect;
use crate::tui::state::{Focus, Mode, ScreenState};

/// Shows the steps to a visible opcode, or goes back.
pub(in crate::tui) fn toggle_guide(state: &mut ScreenState) {
    state.mode = match (&state.mode, state.cursor.id) {
        (Mode::Desk, Some(id)) => Mode::Guide(id, Scroll::default()),
        _ => Mode::Desk,
    };
}

/// The next field, choice or letter, or the one before.
pub(in crate::tui) fn turn(state: &mut ScreenState, forward: bool) -> Vec<Effect> {
    match state.page() {
        Some(PageKind::Letter) => return reading::turn(state, if forward { 1 } else { -1 }),
        Some(PageKind::Insight) => {
            if let Mode::Insight(page) = &mut state.mode {
                page.turn(forward);
            }
        }
        Some(PageKind::Help | PageKind::Guide | PageKind::Call | PageKind::Columns) => {
            motion::go(state, if forward { Motion::Down } else { Motion::Up });
        }
        None => dialog::step(state, forward),
    }
    Vec::new()
}

/// Presses the button with the keyboard; what is only read is left.
pub(in crate::tui) fn accept(state: &mut ScreenState) -> Vec<Effect> {
    if state.page().is_some() {
        state.close_page();
        return Vec::new();
    }
    dialog::accept_here(state)
}

pub(in crate::tui) fn cancel(state: &mut ScreenState) {
    match &mut state.mode {
        _ if state.reading.is_some() => state.close_page(),
        Mode::Help(help) if !help.search.is_empty() => help.forget(),
        Mode::Dialog(_) => dialog::leave(state),
        Mode::Desk
        | Mode::Filter(_)
        | Mode::Palette(_)
        | Mode::Help(_)
        | Mode::Guide(..)
        | Mode::Call(_)
        | Mode::Columns(_)
        | Mode::Insight(_)
        | Mode::TailLine(_) => {
            state.close_page();
        }
    }
}

/// Goes to the next hit in the help, or the one before.
pub(in crate::tui) fn step_hit(state: &mut ScreenState, forward: bool) {
    if let Mode::Help(help) = &mut state.mode {
        help.wanted = Some(if forward { HelpHit::Next } else { HelpHit::Previous });
    }
}

pub(in crate::tui) fn cancel_title(state: &ScreenState) -> Option<&'static str> {
    let results = matches!(&state.mode, Mode::Dialog(dialog) if matches!(dialog.kind, DialogKind::Results(_)));
    (results || matches!(state.mode, Mode::Columns(_))).then_some("close")
}

pub(in crate::tui) fn turn_title(state: &ScreenState) -> Option<&'static str> {
    matches!(state.mode, Mode::Insight(_)).then_some("by owner, group, week")
}

pub(in crate::tui) fn filter_title(state: &ScreenState) -> Option<&'static str> {
    (matches!(state.mode, Mode::Help(_)) || state.focus == Focus::Tail).then_some("search")
}
