//! The pages that are only read: the help, the guide to a visible opcode, a letter. And what the keys that leave, accept
//! and go on do in them and in dialogs.

use super::{dialog, motion, reading};
use crate::tui::action::PageKind;
use crate::tui::dialog::DialogKind;
use crate::tui::help::{Help, HelpPage};
use crate::tui::list_cursor::{Motion, Scroll};
use crate::tui::msg::Effect;
use crate::tui::state::{Focus, Mode, ScreenState};

/// The page that has the keyboard. One that is searched in has it only for moving and leaving.
pub(super) fn open(state: &ScreenState) -> Option<PageKind> {
    match &state.mode {
        _ if state.reading.is_some() => Some(PageKind::Letter),
        Mode::Help(_) => Some(PageKind::Help),
        Mode::Guide(..) => Some(PageKind::Guide),
        Mode::Call(_) => Some(PageKind::Call),
        Mode::Columns(_) => Some(PageKind::Columns),
        Mode::Insight(_) => Some(PageKind::Insight),
        Mode::Desk | Mode::Filter(_) | Mode::Palette(_) | Mode::Dialog(_) | Mode::TailLine(_) => None,
    }
}

pub(super) fn close(state: &mut ScreenState) {
    if state.reading.take().is_none() {
        state.mode = Mode::Desk;
    }
}

/// Shows the steps to a visible opcode, or goes back.
pub(in crate::tui) fn toggle_guide(state: &mut ScreenState) {
    state.mode = match (&state.mode, state.cursor.id) {
        (Mode::Desk, Some(id)) => Mode::Guide(id, Scroll::default()),
        _ => Mode::Desk,
    };
}

/// The next field, choice or letter, or the one before.
pub(in crate::tui) fn turn(state: &mut ScreenState, forward: bool) -> Vec<Effect> {
    match open(state) {
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
    if open(state).is_some() {
        close(state);
        return Vec::new();
    }
    dialog::accept_here(state)
}

pub(in crate::tui) fn cancel(state: &mut ScreenState) {
    match &mut state.mode {
        _ if state.reading.is_some() => close(state),
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
            close(state);
        }
    }
}

/// Does something with the help and its lines.
pub(super) fn search_help(state: &mut ScreenState, search: impl FnOnce(&mut Help, &HelpPage)) {
    let Mode::Help(help) = &state.mode else { return };
    let page = HelpPage::of(help, state);
    if let Mode::Help(help) = &mut state.mode {
        search(help, &page);
    }
}

/// Goes to the next hit in the help, or the one before.
pub(in crate::tui) fn step_hit(state: &mut ScreenState, forward: bool) {
    search_help(state, |help, page| help.step(page, forward));
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
