//! From a key to an action: the scopes that listen, chords, and typing.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::act;
use crate::tui::action::{Action, ActionScope};
use crate::tui::dialog::Dialog;
use crate::tui::keymap::{Key, KeySymbol, Lookup};
use crate::tui::list_cursor::Motion;
use crate::tui::msg::{Effect, Msg};
use crate::tui::state::{Focus, Mode, ScreenState};
use crate::tui::update::{dialog, input};

/// The scopes in which keys are looked up, the nearest first; each brings those around it.
pub fn scopes(state: &ScreenState) -> &'static [ActionScope] {
    if state.reading.is_some() {
        return &[ActionScope::Dialog, ActionScope::Detail];
    }
    let types = |dialog: &Dialog| dialog.focused().is_some_and(crate::tui::dialog::FormField::takes_text);
    match &state.mode {
        Mode::Filter(_) | Mode::Palette(_) | Mode::TailLine(_) => &[ActionScope::Input],
        Mode::Help(help) if help.types => &[ActionScope::Input],
        Mode::Columns(page) if page.types => &[ActionScope::Input],
        Mode::Columns(_) => &[ActionScope::Columns, ActionScope::Dialog],
        Mode::Help(_) => &[ActionScope::Help, ActionScope::Dialog, ActionScope::Detail],
        Mode::Guide(..) | Mode::Insight(_) => &[ActionScope::Dialog, ActionScope::Detail],
        Mode::Call(_) => &[ActionScope::Call, ActionScope::Dialog, ActionScope::Detail],
        Mode::Dialog(dialog) => match (dialog.has_preview(), types(dialog)) {
            (true, true) => &[ActionScope::Letter, ActionScope::Form, ActionScope::Input],
            (true, false) => &[ActionScope::Letter, ActionScope::Form, ActionScope::Dialog],
            (false, true) => &[ActionScope::Form, ActionScope::Input],
            (false, false) => &[ActionScope::Form, ActionScope::Dialog],
        },
        Mode::Desk if state.queue.is_some() => &[ActionScope::Queue],
        Mode::Desk if state.past.is_some() => match state.focus {
            Focus::Table => &[ActionScope::Past, ActionScope::Table],
            Focus::Detail => &[ActionScope::Past, ActionScope::Detail],
            Focus::Tail => &[ActionScope::Past, ActionScope::Tail],
        },
        Mode::Desk => match state.focus {
            Focus::Table => &[ActionScope::Table],
            Focus::Detail => &[ActionScope::Detail],
            Focus::Tail => &[ActionScope::Tail],
        },
    }
}

pub(super) fn key(state: &mut ScreenState, event: KeyEvent) -> Vec<Effect> {
    let Some(key) = Key::of(event) else { return Vec::new() };
    if state.plan().too_small {
        return unseen(state, key);
    }
    state.tail.touched();
    if state.tail.seek.take().is_some() && key == Key::plain(KeySymbol::Esc) {
        return Vec::new();
    }
    let mut keys = std::mem::take(&mut state.chord);
    let chord = !keys.is_empty();
    if chord && key == Key::plain(KeySymbol::Esc) {
        return Vec::new();
    }
    keys.push(key);
    for scope in scopes(state) {
        match state.setup.keymap.lookup(*scope, &keys) {
            Lookup::Action(action) => return act::dispatch(state, action),
            Lookup::Prefix(_) => {
                state.chord = keys;
                return Vec::new();
            }
            Lookup::None => {}
        }
    }
    if let Some(action) = about_screen(state, &keys).filter(|_| key.types().is_none()) {
        return act::run(state, action);
    }
    let takes_keys = state.reading.is_none()
        && match &state.mode {
            Mode::Filter(_) | Mode::Palette(_) | Mode::Dialog(_) | Mode::TailLine(_) => true,
            Mode::Help(help) => help.types,
            Mode::Columns(page) => page.types,
            Mode::Desk | Mode::Guide(..) | Mode::Call(_) | Mode::Insight(_) => false,
        };
    if chord || !takes_keys {
        let words = not_here(state, &keys);
        state.tell_of_key(words);
        return Vec::new();
    }
    if let (Mode::Dialog(_), KeySymbol::PageDown | KeySymbol::PageUp) = (&state.mode, key.code) {
        // Whatever has the keyboard, the list above can be read to its end.
        dialog::scroll(state, if key.code == KeySymbol::PageDown { Motion::PageDown } else { Motion::PageUp });
        return Vec::new();
    }
    match key.types().or_else(|| alt_gr(event)) {
        Some(c) => input::insert(state, c),
        None => Vec::new(),
    }
}

/// Whether it is about dealerships of which only the first page is there: somebody who marks all means all.
pub(super) fn waits(state: &ScreenState, held: &[(Msg, Duration)], msg: &Msg) -> bool {
    let action = |event: KeyEvent| match state.setup.keymap.lookup(ActionScope::Table, &[Key::of(event)?]) {
        Lookup::Action(action) => Some(action),
        Lookup::Prefix(_) | Lookup::None => None,
    };
    // What was pressed before may give another meaning to what leaves the desk.
    let moves = |msg: &Msg| matches!(msg, Msg::Key(event) if action(*event).is_some_and(|action| action.scope() == ActionScope::List));
    match msg {
        Msg::Key(event) => match action(*event) {
            Some(Action::Quit) => !(matches!(state.mode, Mode::Desk) && held.iter().all(|(msg, _)| moves(msg))),
            Some(action) => !action.info().everywhere,
            None => true,
        },
        Msg::Burst(_) | Msg::Paste(_) | Msg::Click(_) | Msg::Wheel(..) => true,
        _ => false,
    }
}

/// What is about the screen itself, and holds wherever the keyboard is.
fn about_screen(state: &ScreenState, keys: &[Key]) -> Option<Action> {
    match state.setup.keymap.lookup(ActionScope::Global, keys) {
        Lookup::Action(action) if action.info().everywhere => Some(action),
        Lookup::Action(_) | Lookup::Prefix(_) | Lookup::None => None,
    }
}

/// A key on a screen that is too small to show what it would do.
fn unseen(state: &mut ScreenState, key: Key) -> Vec<Effect> {
    state.chord.clear();
    if state.setup.keymap.lookup(ActionScope::Global, &[key]) == Lookup::Action(Action::Quit) {
        return vec![Effect::Quit];
    }
    about_screen(state, &[key]).map_or_else(Vec::new, |action| act::run(state, action))
}

/// Why keys do nothing where the keyboard is.
fn not_here(state: &ScreenState, keys: &[Key]) -> String {
    let keymap = &state.setup.keymap;
    let key_of = |action| keymap.first_key(action).unwrap_or_default();
    let pressed: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let pressed = pressed.join(" ");
    let on_desk = matches!(state.mode, Mode::Desk) && state.reading.is_none();
    let of_table = on_desk && !matches!(keymap.lookup(ActionScope::Table, keys), Lookup::None);
    match state.focus {
        // What the tail shows is about other dealerships than the one under the table's cursor.
        _ if of_table && state.queue.is_some() => {
            format!("{pressed} is for the table: {} goes back to it", key_of(Action::ClearFilter))
        }
        Focus::Tail if of_table => {
            let (back, jump) = (key_of(Action::ClearFilter), key_of(Action::TailJump));
            format!(
                "{pressed} is for the table, the events have the keys: {back} goes back, {jump} to the event's dealership"
            )
        }
        _ if on_desk => format!("{pressed} is not bound; {} shows the keys", key_of(Action::Help)),
        _ => format!("{pressed} is not bound here; {} goes back", key_of(Action::DialogCancel)),
    }
}

/// Keyboards with `AltGr` report it as control and alt with the character that it types.
fn alt_gr(event: KeyEvent) -> Option<char> {
    match event.code {
        KeyCode::Char(c)
            if event.modifiers.contains(KeyModifiers::CONTROL | KeyModifiers::ALT) && !c.is_alphanumeric() =>
        {
            Some(c)
        }
        _ => None,
    }
}
