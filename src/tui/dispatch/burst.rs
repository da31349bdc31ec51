//! Keys that arrive at once: a paste of a terminal that does not mark it, or what was typed ahead on a slow line. Text is
//! text where something takes it. Where its letters would be keys, what looks like a paste does nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{act, keys};
use crate::tui::action::{Action, ActionScope};
use crate::tui::dialog::{FormField, Input};
use crate::tui::keymap::{Key, Lookup};
use crate::tui::msg::Effect;
use crate::tui::state::{Mode, ScreenState};
use crate::tui::update::input;

/// How long after a part of a paste the next part may come.
const GOES_ON: Duration = Duration::from_millis(100);

/// From how many keys on text at once is surely a paste; two come together under a quick hand.
const FEWEST_PASTED: usize = 3;

/// What is longer was certainly not typed.
const LONGEST_TYPED: usize = 64;

pub(super) fn burst(state: &mut ScreenState, burst: &[KeyEvent]) -> Vec<Effect> {
    if state.plan().too_small {
        return Vec::new();
    }
    let goes_on = goes_on(state);
    if takes_text(state) {
        // A filter records nothing, so a few letters with their Enter are taken for typed.
        let is_typed = matches!(state.mode, Mode::Filter(_)) && !goes_on && is_typed(burst);
        return if is_typed { each(state, burst) } else { text(state, burst) };
    }
    if goes_on || is_pasted(burst) {
        return match burst {
            // A filter that was typed ahead records nothing; a path that was pasted does no harm as one.
            [first, rest @ ..] if !goes_on && opens_filter(state, *first) => {
                let mut effects = keys::key(state, *first);
                effects.extend(text(state, rest));
                effects
            }
            _ => {
                swallow(state);
                Vec::new()
            }
        };
    }
    each(state, burst)
}

/// A key that is the next part of a paste: text where something takes it, else nothing. Whether it was.
pub(super) fn takes(state: &mut ScreenState, key: KeyEvent) -> bool {
    if !goes_on(state) || written(key).is_none() {
        return false;
    }
    if !takes_text(state) {
        swallow(state);
    } else if let KeyCode::Char(_) = key.code {
        wait_for_more(state);
        return false;
    } else {
        text(state, &[key]);
    }
    true
}

fn swallow(state: &mut ScreenState) {
    wait_for_more(state);
    tell(state);
}

/// Says that pasted text does nothing here.
pub(super) fn tell(state: &mut ScreenState) {
    state.tell_of_key("pasted text is not taken for keys; it goes into a filter, or a field");
}

fn wait_for_more(state: &mut ScreenState) {
    state.pasted_until = state.now.face + GOES_ON;
}

fn goes_on(state: &ScreenState) -> bool {
    state.now.face < state.pasted_until
}

/// Presses one after the other, but none that accepts, and none in a dialog that one opened: nobody has seen it.
fn each(state: &mut ScreenState, burst: &[KeyEvent]) -> Vec<Effect> {
    let asks = |state: &ScreenState| matches!(state.mode, Mode::Dialog(_) | Mode::Palette(_));
    let asked = asks(state);
    let mut effects = Vec::new();
    for key in burst {
        if asks(state) && (!asked || written(*key) == Some('\n')) {
            wait_for_more(state);
            state.tell_of_key("keys that came at once with others do nothing here; press them again");
            break;
        }
        effects.extend(keys::key(state, *key));
    }
    effects
}

/// Writes what was pasted where text is taken. Nothing in it is a key, but for the end of a line behind a filter: that is
/// how one is typed ahead.
fn text(state: &mut ScreenState, burst: &[KeyEvent]) -> Vec<Effect> {
    if burst.len() >= FEWEST_PASTED || goes_on(state) {
        wait_for_more(state);
    }
    let text: String = burst.iter().filter_map(|key| written(*key)).collect();
    let lines = text.trim_end_matches('\n').len();
    let one_line = text.len() == lines + 1 && !text.get(..lines).is_some_and(|line| line.contains('\n'));
    match &state.mode {
        Mode::Filter(_) => {
            input::paste(state, &text);
            if one_line {
                return act::dispatch(state, Action::InputAccept);
            }
        }
        Mode::Dialog(dialog) if burst.len() <= LONGEST_TYPED => {
            let is_block = dialog.focused().is_some_and(|field| matches!(field.input, Input::Block(_)));
            // A paste loses the spaces at its ends, which may stand between words that are typed.
            for c in text.chars().take(if is_block { usize::MAX } else { lines }) {
                input::insert(state, c);
            }
            if is_block {
                return Vec::new();
            }
        }
        _ => drop(input::paste(state, text.trim_end_matches('\n'))),
    }
    if text.len() > lines && !matches!(state.mode, Mode::Desk | Mode::Filter(_)) {
        state.tell_of_key("text that comes at once accepts nothing: press Enter again");
    }
    Vec::new()
}

fn takes_text(state: &ScreenState) -> bool {
    state.reading.is_none()
        && match &state.mode {
            Mode::Filter(_) | Mode::Palette(_) | Mode::TailLine(_) => true,
            Mode::Dialog(dialog) => dialog.focused().is_some_and(FormField::takes_text),
            Mode::Help(help) => help.types,
            Mode::Columns(page) => page.types,
            Mode::Desk | Mode::Guide(..) | Mode::Call(_) | Mode::Insight(_) => false,
        }
}

/// A few letters, perhaps with the key that ends them, or behind the one that ended those before.
fn is_typed(burst: &[KeyEvent]) -> bool {
    const FEW: usize = 4;
    let letters = |keys: &[KeyEvent]| keys.iter().all(|key| matches!(key.code, KeyCode::Char(_)));
    match burst {
        [] => false,
        [_, rest @ ..] if letters(rest) => burst.len() <= FEW,
        [before @ .., _] => burst.len() <= FEW && letters(before),
    }
}

/// Whether somebody who presses keys would not press these: several different ones, or letters with the end of a line.
fn is_pasted(burst: &[KeyEvent]) -> bool {
    const DIFFERENT: usize = 4;
    let letters: BTreeSet<char> = burst.iter().filter_map(|key| written(*key)).filter(|c| !c.is_control()).collect();
    let lines = burst.iter().any(|key| written(*key) == Some('\n'));
    letters.len() >= DIFFERENT || lines && letters.len() >= 2
}

fn opens_filter(state: &ScreenState, key: KeyEvent) -> bool {
    let Some(key) = Key::of(key) else { return false };
    matches!(state.mode, Mode::Desk)
        && matches!(state.setup.keymap.lookup(ActionScope::Global, &[key]), Lookup::Action(Action::Filter))
}

fn written(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Enter => Some('\n'),
        KeyCode::Tab => Some('\t'),
        KeyCode::Char('j') if key.modifiers.contains(KeyModifiers::CONTROL) => Some('\n'),
        KeyCode::Char(c) if key.modifiers.difference(KeyModifiers::SHIFT).is_empty() => Some(c),
        _ => None,
    }
}
