//! Keys in the pages that are only read: the help and the guide to a visible opcode.

use super::act::{ask, copy_letter};
use crate::domain::DealershipId;
use crate::tui::action::Action;
use crate::tui::enabled::can;
use crate::tui::line_edit::LineEdit;
use crate::tui::msg::Effect;
use crate::tui::state::{Mode, ScreenState};
use crate::tui::theme::Tone;

/// Keys in the help. What is searched for goes before the page does.
pub(super) fn help(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    let Mode::Help(open) = &mut state.mode else { return Vec::new() };
    match action {
        Action::InputAccept => open.types = false,
        Action::InputCancel => (open.types, open.search) = (false, LineEdit::default()),
        Action::Filter => (open.types, open.scroll) = (true, 0),
        Action::DialogCancel if !open.search.is_empty() => open.search = LineEdit::default(),
        _ if open.types => {
            open.search.apply(action);
            open.scroll = 0;
        }
        _ => return read(state, action),
    }
    Vec::new()
}

/// Keys in the guide: it is read, and what it asks for is done from there.
pub(super) fn guide(state: &mut ScreenState, id: DealershipId, action: Action) -> Vec<Effect> {
    match action {
        Action::CopyLetter => return copy_letter(state, id),
        Action::ChooseOpcode | Action::Check => {
            if let Err(why) = can(state, action) {
                state.toast(Tone::Warn, why);
                return Vec::new();
            }
            return ask(state, action, &[id]);
        }
        Action::Guide => state.mode = Mode::Desk,
        _ => return read(state, action),
    }
    Vec::new()
}

/// Keys that move in a page, or leave it.
fn read(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    let page = usize::from(state.size.1.saturating_sub(4).max(1));
    let scroll = match &mut state.mode {
        Mode::Help(help) => &mut help.scroll,
        Mode::Guide(_, scroll) => scroll,
        _ => return Vec::new(),
    };
    match action {
        Action::DialogDown | Action::DetailDown | Action::DialogNext => *scroll += 1,
        Action::DialogUp | Action::DetailUp | Action::DialogPrevious => *scroll = scroll.saturating_sub(1),
        Action::DetailPageDown => *scroll += page,
        Action::DetailPageUp => *scroll = scroll.saturating_sub(page),
        Action::Quit | Action::Help | Action::DialogCancel | Action::DialogAccept => state.mode = Mode::Desk,
        Action::Suspend => return vec![Effect::Suspend],
        Action::Redraw => return vec![Effect::Redraw],
        _ => {}
    }
    Vec::new()
}
