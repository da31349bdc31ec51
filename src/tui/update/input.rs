//! Typing: the filter, the palette, the search in the help, and text into the fields of a dialog.

use super::{act, columns, dialog, page, tail, views};
use crate::domain::Query;
use crate::tui::action::Action;
use crate::tui::filter_input::remember;
use crate::tui::help::Help;
use crate::tui::line_edit::{Changed, LineMotion};
use crate::tui::list_cursor::Motion;
use crate::tui::msg::Effect;
use crate::tui::palette::{Palette, PaletteChoice};
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
            help_retyped(state);
        }
        Mode::Columns(page) if page.types => {
            page.order.insert(c);
            page.retyped();
        }
        Mode::TailLine(input) => {
            input.edit.insert(c);
            tail::retyped(state);
        }
        Mode::Dialog(_)
        | Mode::Desk
        | Mode::Help(_)
        | Mode::Guide(..)
        | Mode::Call(_)
        | Mode::Columns(_)
        | Mode::Insight(_) => {}
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
            help_retyped(state);
        }
        Mode::Columns(page) if page.types => {
            page.order.paste(text);
            page.retyped();
        }
        Mode::TailLine(input) => {
            input.edit.paste(text);
            tail::retyped(state);
        }
        Mode::Dialog(_) => return dialog::paste(state, text),
        Mode::Desk | Mode::Help(_) | Mode::Guide(..) | Mode::Call(_) | Mode::Columns(_) | Mode::Insight(_) => {
            return false;
        }
    }
    true
}

pub(in crate::tui) fn accept(state: &mut ScreenState) -> Vec<Effect> {
    match &mut state.mode {
        Mode::Filter(input) if input.mistake.is_none() => {
            remember(&mut state.filter_history, input.edit.text());
            state.mode = Mode::Desk;
            if let Some(tab) = state.rows.elsewhere().filter(|_| state.rows.shown() == 0) {
                state.rows.set_tab(tab);
            }
            state.settle();
        }
        Mode::Palette(palette) => {
            let Some(choice) = palette.choice() else { return Vec::new() };
            return choose(state, choice);
        }
        Mode::Help(help) => help.types = false,
        Mode::Columns(_) => columns::accept(state),
        Mode::Dialog(_) => return dialog::enter(state),
        Mode::TailLine(_) => return tail::accept(state),
        Mode::Filter(_) | Mode::Desk | Mode::Guide(..) | Mode::Call(_) | Mode::Insight(_) => {}
    }
    Vec::new()
}

/// Takes something that the palette offers.
pub(super) fn choose(state: &mut ScreenState, choice: PaletteChoice) -> Vec<Effect> {
    if !matches!(state.mode, Mode::Palette(_)) {
        return Vec::new();
    }
    state.mode = Mode::Desk;
    match choice {
        // Named, it is meant: nothing is only gone back from.
        PaletteChoice::Action(Action::Quit) => vec![Effect::Quit],
        PaletteChoice::Action(action) => act::perform(state, action),
        PaletteChoice::View(place) => {
            if let Some(view) = state.setup.views.get(place).cloned() {
                views::apply(state, &view, "");
            }
            Vec::new()
        }
    }
}

/// Leaves the input, with what was there before.
pub(in crate::tui) fn cancel(state: &mut ScreenState) {
    match &mut state.mode {
        Mode::Filter(input) => {
            let (before, left_view) = (std::mem::take(&mut input.before), input.left_view.take());
            (state.focus, state.panes.zoom) = input.pane;
            if state.rows.tab() != input.tab {
                state.rows.set_tab(input.tab);
            }
            state.mode = Mode::Desk;
            match left_view {
                Some(view) => views::come_back(state, &view),
                None => set_filter(state, &before),
            }
        }
        Mode::Palette(_) => state.mode = Mode::Desk,
        Mode::Help(help) => help.forget(),
        Mode::Columns(_) => columns::cancel(state),
        Mode::Dialog(_) => dialog::leave(state),
        Mode::TailLine(_) => tail::cancel(state),
        Mode::Desk | Mode::Guide(..) | Mode::Call(_) | Mode::Insight(_) => {}
    }
}

/// The next field, or suggestion where there is one field.
pub(in crate::tui) fn step(state: &mut ScreenState, forward: bool) {
    match &mut state.mode {
        Mode::Columns(page) if forward => page.complete(),
        Mode::Filter(input) => match state.rows.elsewhere().filter(|_| forward && !input.completes()) {
            Some(tab) => state.set_tab(tab),
            None if input.complete(forward, &state.rows) => refilter(state),
            None => state.tell_of_key("there is nothing to complete here"),
        },
        Mode::Dialog(_) => dialog::step(state, forward),
        Mode::Palette(_)
        | Mode::Help(_)
        | Mode::Columns(_)
        | Mode::Desk
        | Mode::Guide(..)
        | Mode::Call(_)
        | Mode::Insight(_)
        | Mode::TailLine(_) => {
            pick(state, forward);
        }
    }
}

/// The next suggestion, or field where nothing is suggested.
pub(in crate::tui) fn pick(state: &mut ScreenState, forward: bool) {
    match &mut state.mode {
        Mode::Filter(input) => {
            if input.recall(!forward, &state.filter_history) {
                refilter(state);
            } else {
                let way = if forward { "newer" } else { "older" };
                state.tell_of_key(format!("there is no {way} filter in this session"));
            }
        }
        Mode::Palette(palette) => palette.step(if forward { 1 } else { -1 }),
        Mode::Columns(_) => columns::go(state, if forward { Motion::Down } else { Motion::Up }),
        Mode::Dialog(_) => {
            if !dialog::pick(state, forward) {
                dialog::step(state, forward);
            }
        }
        Mode::Help(_) | Mode::Desk | Mode::Guide(..) | Mode::Call(_) | Mode::Insight(_) | Mode::TailLine(_) => {}
    }
}

/// Moves in the line, or deletes some of it.
pub(in crate::tui) fn edit(state: &mut ScreenState, motion: LineMotion) {
    match &mut state.mode {
        Mode::Filter(input) => match input.edit.apply(motion) {
            Changed::Text => retype_filter(state),
            Changed::Cursor => input.retyped(&state.rows),
            Changed::No => {}
        },
        Mode::Palette(palette) => {
            if palette.edit.apply(motion).text() {
                research(state);
            }
        }
        Mode::Help(help) => {
            if help.search.apply(motion).text() {
                help_retyped(state);
            }
        }
        Mode::Columns(page) => {
            if page.order.apply(motion).text() {
                page.retyped();
            }
        }
        Mode::TailLine(input) => {
            if input.edit.apply(motion).text() {
                tail::retyped(state);
            }
        }
        Mode::Dialog(_) => dialog::edit_line(state, motion),
        Mode::Desk | Mode::Guide(..) | Mode::Call(_) | Mode::Insight(_) => {}
    }
}

/// Filters by a text that is right; one that is not changes nothing.
pub(super) fn set_filter(state: &mut ScreenState, text: &str) {
    if let Ok(query) = Query::parse(text) {
        state.filtered_at = state.now.at;
        state.rows.set_query(query, state.now.at);
        state.settle();
    }
}

/// What is written was typed.
pub(super) fn retype_filter(state: &mut ScreenState) {
    if let Mode::Filter(input) = &mut state.mode {
        input.retyped(&state.rows);
    }
    refilter(state);
}

/// Filters live; while there is a mistake the last good filter stays.
fn refilter(state: &mut ScreenState) {
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

fn help_retyped(state: &mut ScreenState) {
    page::search_help(state, Help::retyped);
}

pub(super) fn research(state: &mut ScreenState) {
    let Mode::Palette(mut palette) = std::mem::take(&mut state.mode) else { return };
    Palette::search(&mut palette, state);
    state.mode = Mode::Palette(palette);
}
