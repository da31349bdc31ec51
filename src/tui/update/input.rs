//! Typing: the filter, the palette, and text into the fields of a dialog.

use super::{act, dialog, table};
use crate::domain::Query;
use crate::tui::action::Action;
use crate::tui::msg::Effect;
use crate::tui::palette::Palette;
use crate::tui::state::{Mode, ScreenState};

/// A typed character. Where nothing takes text, it does nothing.
pub(super) fn insert(state: &mut ScreenState, c: char) -> Vec<Effect> {
    match &mut state.mode {
        Mode::Filter(input) => {
            input.edit.insert(c);
            retype_filter(state);
        }
        Mode::Palette(palette) => {
            palette.edit.insert(c);
            research(state);
        }
        Mode::Dialog(dialog) if dialog.focused().is_some_and(crate::tui::dialog::FormField::takes_text) => {
            dialog::insert(state, c);
        }
        Mode::Help(help) if help.types => {
            help.search.insert(c);
            help.scroll = 0;
        }
        Mode::Dialog(_) | Mode::Desk | Mode::Help(_) | Mode::Guide(..) => {}
    }
    Vec::new()
}

/// Pasted text. Where nothing takes text, it does nothing. Whether anything did.
pub(super) fn paste(state: &mut ScreenState, text: &str) -> bool {
    if state.reading.is_some() {
        return false;
    }
    match &mut state.mode {
        Mode::Filter(input) => {
            input.edit.paste(text);
            retype_filter(state);
        }
        Mode::Palette(palette) => {
            palette.edit.paste(text);
            research(state);
        }
        Mode::Help(help) if help.types => {
            help.search.paste(text);
            help.scroll = 0;
        }
        Mode::Dialog(_) => return dialog::paste(state, text),
        Mode::Desk | Mode::Help(_) | Mode::Guide(..) => return false,
    }
    true
}

/// An action of an input line.
pub(super) fn act(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    match (&mut state.mode, action) {
        (Mode::Filter(input), Action::InputAccept) if input.mistake.is_none() => {
            state.mode = Mode::Desk;
            if let Some(tab) = state.rows.elsewhere().filter(|_| state.rows.shown() == 0) {
                state.rows.set_tab(tab);
            }
            state.settle();
        }
        (Mode::Filter(_), Action::InputAccept) => {}
        (Mode::Filter(input), Action::InputCancel) => {
            let before = std::mem::take(&mut input.before);
            (state.focus, state.panes.zoom) = input.pane;
            if state.rows.tab() != input.tab {
                state.rows.set_tab(input.tab);
            }
            state.mode = Mode::Desk;
            filter(state, &before);
        }
        (Mode::Filter(_), Action::InputNext) if state.rows.elsewhere().is_some() => {
            let tab = state.rows.elsewhere().unwrap_or_default();
            state.set_tab(tab);
        }
        (Mode::Filter(_), Action::InputNext | Action::InputDown) => table::step(state, 1),
        (Mode::Filter(_), Action::InputPrevious | Action::InputUp) => table::step(state, -1),
        (Mode::Filter(input), _) => {
            let before = input.edit.text().to_owned();
            input.edit.apply(action);
            if input.edit.text() != before {
                retype_filter(state);
            }
        }
        (Mode::Palette(palette), Action::InputAccept) => {
            let Some(found) = palette.choice().cloned() else { return Vec::new() };
            state.mode = Mode::Desk;
            if found.action == Action::Quit {
                // Named, it is meant: nothing is only gone back from.
                return vec![Effect::Quit];
            }
            return act::perform(state, found.action);
        }
        (Mode::Palette(_), Action::InputCancel) => state.mode = Mode::Desk,
        (Mode::Palette(palette), Action::InputNext | Action::InputDown) => palette.step(1),
        (Mode::Palette(palette), Action::InputPrevious | Action::InputUp) => palette.step(-1),
        (Mode::Palette(palette), _) => {
            let before = palette.edit.text().to_owned();
            palette.edit.apply(action);
            if palette.edit.text() != before {
                research(state);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// Filters by a text that is right; one that is not changes nothing.
pub(super) fn filter(state: &mut ScreenState, text: &str) {
    if let Ok(query) = Query::parse(text) {
        state.filtered_at = state.now.at;
        state.rows.set_query(query, state.now.at);
        state.settle();
    }
}

/// Filters live; while there is a mistake the last good filter stays.
fn retype_filter(state: &mut ScreenState) {
    let Mode::Filter(input) = &mut state.mode else { return };
    match Query::parse(input.edit.text()) {
        Ok(query) => {
            input.mistake = None;
            state.filtered_at = state.now.at;
            state.rows.set_query(query, state.now.at);
        }
        Err(mistake) => input.mistake = Some(mistake),
    }
    state.settle();
}

fn research(state: &mut ScreenState) {
    let Mode::Palette(mut palette) = std::mem::take(&mut state.mode) else { return };
    Palette::search(&mut palette, state);
    state.mode = Mode::Palette(palette);
}
