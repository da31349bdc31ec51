//! Typing: the filter, the palette, the search in the help, and text into the fields of a dialog.

use super::{columns, dialog, filter, tail, views};
use crate::tui::action::Action;
use crate::tui::filter_input::remember;
use crate::tui::help::HelpHit;
use crate::tui::line_edit::{Changed, LineMotion};
use crate::tui::list_cursor::Motion;
use crate::tui::msg::Effect;
use crate::tui::palette::PaletteChoice;
use crate::tui::state::{Mode, ScreenState};

/// A typed character. Where nothing takes text, it does nothing.
pub(in crate::tui) fn insert(state: &mut ScreenState, c: char) -> Vec<Effect> {
    match &mut state.mode {
        Mode::Filter(input) => {
            input.edit.insert(c);
            filter::retyped(state);
        }
        Mode::Palette(palette) => {
            palette.edit.insert(c);
        }
        Mode::Dialog(dialog) if dialog.focused().is_some_and(crate::tui::dialog::FormField::takes_text) => {
            dialog::insert(state, c);
        }
        Mode::Help(help) if help.types => {
            help.search.insert(c);
            help.wanted = Some(HelpHit::First);
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
pub(in crate::tui) fn paste(state: &mut ScreenState, text: &str) -> bool {
    if state.reading.is_some() {
        return false;
    }
    match &mut state.mode {
        Mode::Filter(input) => {
            input.edit.paste(text);
            filter::retyped(state);
        }
        Mode::Palette(palette) => {
            palette.edit.paste(text);
        }
        Mode::Help(help) if help.types => {
            help.search.paste(text);
            help.wanted = Some(HelpHit::First);
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

/// Takes something that the palette offers. An action is done as soon as the present one has ended.
pub(in crate::tui) fn choose(state: &mut ScreenState, choice: PaletteChoice) -> Vec<Effect> {
    if !matches!(state.mode, Mode::Palette(_)) {
        return Vec::new();
    }
    state.mode = Mode::Desk;
    match choice {
        // Named, it is meant: nothing is only gone back from.
        PaletteChoice::Action(Action::Quit) => return vec![Effect::Quit],
        PaletteChoice::Action(action) => state.next_action = Some(action),
        PaletteChoice::View(place) => {
            if let Some(view) = state.setup.views.get(place).cloned() {
                views::apply(state, &view, "");
            }
        }
    }
    Vec::new()
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
                None => filter::set(state, &before),
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
            None if input.complete(forward, &state.rows) => filter::apply(state),
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
                filter::apply(state);
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
            Changed::Text => filter::retyped(state),
            Changed::Cursor => input.retyped(&state.rows),
            Changed::No => {}
        },
        Mode::Palette(palette) => {
            palette.edit.apply(motion);
        }
        Mode::Help(help) => {
            if help.search.apply(motion).text() {
                help.wanted = Some(HelpHit::First);
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
