//! From a key to an action: the scopes that listen, chords, and typing.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{act, input};
use crate::tui::action::Scope;
use crate::tui::dialog::Dialog;
use crate::tui::keymap::{Code, Key, Lookup};
use crate::tui::msg::Effect;
use crate::tui::state::{Focus, Mode, State};
use crate::tui::theme::Tone;

/// The scopes in which keys are looked up, the nearest first; each brings those around it.
pub fn scopes(state: &State) -> &'static [Scope] {
    if state.reading.is_some() {
        return &[Scope::Dialog, Scope::Detail];
    }
    let types = |dialog: &Dialog| dialog.focused().is_some_and(crate::tui::dialog::Field::takes_text);
    match &state.mode {
        Mode::Filter(_) | Mode::Palette(_) => &[Scope::Input],
        Mode::Help(_) | Mode::Guide(..) => &[Scope::Dialog, Scope::Detail],
        Mode::Dialog(dialog) => match (dialog.has_letters(), types(dialog)) {
            (true, true) => &[Scope::Letter, Scope::Form, Scope::Input],
            (true, false) => &[Scope::Letter, Scope::Form, Scope::Dialog],
            (false, true) => &[Scope::Form, Scope::Input],
            (false, false) => &[Scope::Form, Scope::Dialog],
        },
        Mode::Desk if state.queue.is_some() => &[Scope::Queue],
        Mode::Desk => match state.focus {
            Focus::Table => &[Scope::Table],
            Focus::Detail => &[Scope::Detail],
            Focus::Tail => &[Scope::Tail],
        },
    }
}

pub(super) fn key(state: &mut State, event: KeyEvent) -> Vec<Effect> {
    let Some(key) = Key::of(event) else { return Vec::new() };
    let mut keys = std::mem::take(&mut state.chord);
    let chord = !keys.is_empty();
    if chord && key == Key::plain(Code::Esc) {
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
    if chord {
        let chord: Vec<String> = keys.iter().map(ToString::to_string).collect();
        state.toast(Tone::Faint, format!("{} is not bound", chord.join(" ")));
        return Vec::new();
    }
    if state.reading.is_some() {
        return Vec::new();
    }
    if let (Mode::Dialog(dialog), Code::PageDown | Code::PageUp) = (&mut state.mode, key.code) {
        // Whatever has the keyboard, the list above can be read to its end.
        const PAGE: usize = 3;
        dialog.scroll = match key.code {
            Code::PageDown => dialog.scroll + PAGE,
            _ => dialog.scroll.saturating_sub(PAGE),
        };
        return Vec::new();
    }
    match key.types().or_else(|| alt_gr(event)) {
        Some(c) => input::insert(state, c),
        None => Vec::new(),
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
