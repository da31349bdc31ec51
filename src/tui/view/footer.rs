//! The line of keys: the most useful ones of where the keyboard is, or what can follow a chord.

use super::canvas::{Canvas, width};
use crate::tui::action::{Action, Action as A, ActionScope};
use crate::tui::bulk_job::BulkJob;
use crate::tui::dialog::{Dialog, DialogKind, FieldRole, FormField};
use crate::tui::enabled::can;
use crate::tui::hit_map::ClickTarget;
use crate::tui::keymap::Lookup;
use crate::tui::layer::InputLayer;
use crate::tui::state::{Focus, Mode, ScreenState};
use crate::tui::theme::Theme;
use crate::tui::useful::on_desk;

/// The most useful actions of each place, the most useful first.
fn useful(state: &ScreenState) -> &'static [Action] {
    if state.reading.is_some() {
        return &[A::DialogCancel, A::Reveal, A::Down, A::Up];
    }
    match &state.mode {
        Mode::TailLine(_) => &[A::InputAccept, A::InputCancel, A::InputClear],
        Mode::Filter(_) => &[A::InputAccept, A::InputNext, A::InputCancel, A::InputUp, A::InputClear],
        Mode::Palette(_) => &[A::InputAccept, A::InputCancel, A::InputNext],
        Mode::Help(help) if help.types => &[A::InputAccept, A::InputCancel, A::InputClear],
        Mode::Help(_) => &[A::DialogCancel, A::Filter, A::HelpNext, A::HelpPrevious, A::Down, A::Up],
        Mode::Call(_) => CALL,
        Mode::Columns(page) if page.types => &[A::InputAccept, A::InputNext, A::InputCancel, A::InputClear],
        Mode::Columns(_) => COLUMNS,
        Mode::Guide(..) => &[A::CopyLetter, A::ChooseOpcode, A::Check, A::DialogCancel, A::Down, A::Up],
        Mode::Insight(_) => &[A::DialogNext, A::DialogCancel, A::Down, A::Up],
        Mode::Dialog(dialog) => in_dialog(dialog),
        Mode::Desk => on_desk(state),
    }
}

fn in_dialog(dialog: &Dialog) -> &'static [Action] {
    let field = dialog.focused();
    let takes_text = field.is_some_and(FormField::takes_text);
    match () {
        () if dialog.is_stale() && takes_text => &[A::DialogLookAgain, A::InputNext, A::InputCancel],
        () if dialog.is_stale() => &[A::DialogLookAgain, A::DialogNext, A::DialogCancel, A::Down],
        () if dialog.appointment.is_some() && takes_text => &[
            A::InputDown,
            A::DialogSubmit,
            A::LetterPreview,
            A::InputNext,
            A::InputAccept,
            A::InputCancel,
            A::InputClear,
        ],
        () if dialog.suggestions.is_some() && field.is_some_and(|field| field.role == FieldRole::Text) => {
            &[A::InputDown, A::DialogSubmit, A::InputNext, A::InputAccept, A::InputCancel, A::InputClear]
        }
        () if dialog.sends_along() && takes_text => LETTER_TEXT,
        () if dialog.sends_along() => LETTER,
        () if dialog.has_letters() => {
            &[A::DialogSubmit, A::DialogNext, A::DialogAccept, A::DialogCancel, A::LetterPreview, A::Down]
        }
        () if takes_text => &[A::DialogSubmit, A::InputNext, A::InputAccept, A::InputCancel, A::InputClear],
        () if matches!(dialog.kind, DialogKind::Results(_)) => &[A::DialogAccept, A::DialogCancel, A::Down],
        () if field.is_some() => {
            &[A::DialogSubmit, A::DialogSwitch, A::DialogNext, A::DialogAccept, A::DialogCancel, A::Down]
        }
        () => &[A::DialogSubmit, A::DialogNext, A::DialogAccept, A::DialogCancel, A::Down],
    }
}

#[rustfmt::skip]
const LETTER_TEXT: &[Action] = &[
    A::DialogSubmit, A::InputNext, A::InputCancel, A::LetterPreview, A::LetterSwitch, A::InputAccept, A::InputClear,
];

#[rustfmt::skip]
const LETTER: &[Action] = &[
    A::DialogSubmit, A::DialogNext, A::DialogAccept, A::DialogCancel, A::LetterPreview, A::LetterSwitch, A::Down,
];

#[rustfmt::skip]
const CALL: &[Action] = &[
    A::CallDone, A::CallWillDo, A::CallNoAnswer, A::CallCodeRefused, A::CallWantsCode, A::Reveal, A::CallCodeTold,
    A::CallOpcodeTold, A::CallPageNotFound, A::CallWrongPerson, A::CallTick, A::Reissue, A::Note, A::DialogCancel,
];

#[rustfmt::skip]
const COLUMNS: &[Action] = &[
    A::ColumnSwitch, A::ColumnUp, A::ColumnDown, A::ColumnNarrower, A::ColumnWider, A::ColumnOrder, A::ColumnReset,
    A::DialogCancel,
];

pub(super) fn draw(state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) {
    let room = canvas.area().width;
    if !state.chord.is_empty() {
        chord(state, theme, canvas);
        return;
    }
    // Whoever knows these finds everything else: on the desk they have their place, however narrow it is.
    let on_desk = matches!(state.mode, Mode::Desk) && state.reading.is_none();
    // What goes away next has its word; the key that leaves the desk goes back first where there is something else.
    let layer = InputLayer::uppermost(state);
    let mut always = Vec::new();
    if on_desk {
        always.extend(layer.map(|_| Action::ClearFilter));
        always.extend(state.jobs.iter().any(BulkJob::is_bulk).then_some(Action::Results));
        always.extend([Action::Help, Action::Palette]);
        always.extend(InputLayer::in_place_of_table(state).is_none().then_some(Action::Quit));
    }
    let title = |action: Action| action.info().title_here(state);
    let needed = |action: &Action| {
        let key = state.setup.keymap.first_key(*action)?;
        Some((width(&key) + 1 + width(title(*action))) as u16)
    };
    let kept: u16 = always.iter().filter_map(needed).map(|needed| needed + 2).sum();
    let mut x = 1;
    let mut put = |action: &Action, until: u16| {
        let Some(key) = state.setup.keymap.first_key(*action) else { return true };
        let possible = !on_desk || can(state, *action).is_ok();
        if x + needed(action).unwrap_or(0) > until {
            return false;
        }
        canvas.hit(x, 0, needed(action).unwrap_or(0), ClickTarget::Action(*action));
        let (key_style, title_style) = if possible { (theme.key, theme.text) } else { (theme.dim, theme.dim) };
        x += canvas.text(x, 0, room.saturating_sub(x), &key, key_style) + 1;
        x += canvas.text(x, 0, room.saturating_sub(x), title(*action), title_style) + 2;
        true
    };
    for action in useful(state).iter().filter(|action| !always.contains(action)) {
        if !put(action, room.saturating_sub(kept)) {
            break;
        }
    }
    for action in &always {
        put(action, room);
    }
}

/// The scope in which a chord goes on.
fn scope(state: &ScreenState) -> ActionScope {
    match state.focus {
        _ if state.queue.is_some() => ActionScope::Queue,
        Focus::Table => ActionScope::Table,
        Focus::Detail => ActionScope::Detail,
        Focus::Tail => ActionScope::Tail,
    }
}

fn chord(state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) {
    let room = canvas.area().width;
    let so_far: Vec<String> = state.chord.iter().map(ToString::to_string).collect();
    let mut x = 1 + canvas.text(1, 0, room.saturating_sub(1), &so_far.join(" "), theme.chosen) + 1;
    let Lookup::Prefix(next) = state.setup.keymap.lookup(scope(state), &state.chord) else { return };
    for (key, action) in next {
        let key = key.to_string();
        let title = action.map_or("…", |action| action.info().title);
        if x + (width(&key) + 1 + width(title)) as u16 > room {
            break;
        }
        x += canvas.text(x, 0, room - x, &key, theme.key) + 1;
        x += canvas.text(x, 0, room.saturating_sub(x), title, theme.text) + 2;
    }
}
