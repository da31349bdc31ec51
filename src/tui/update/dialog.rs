//! Keys in a dialog, and what is asked for when it is accepted.

use std::time::Duration;

use super::{ask, call, cut_off, jobs, past, queue, suggestions};
use crate::tui::action::Action;
use crate::tui::bulk_job;
use crate::tui::dialog::{
    Button, Dialog, DialogFocus, DialogKind, FieldRole, FormField, Input, Item, Target, submitting,
};
use crate::tui::line_edit::LineMotion;
use crate::tui::list_cursor::Motion;
use crate::tui::msg::Effect;
use crate::tui::state::{Mode, ScreenState};
use crate::tui::theme::Tone;

/// The longest block that is taken: more is a paste into the wrong place.
const LONGEST_BLOCK: usize = 1 << 20;

/// A key that is held down comes again within this time.
const REPEATS: Duration = Duration::from_millis(100);

/// Changes the open dialog, then judges it anew.
pub(in crate::tui) fn revalidate<T: Default>(state: &mut ScreenState, change: impl FnOnce(&mut Dialog) -> T) -> T {
    let Some(mut dialog) = state.take_dialog() else { return T::default() };
    let answer = change(&mut dialog);
    dialog.validate(&state.context());
    state.mode = Mode::Dialog(dialog);
    answer
}

/// The same by a person: whoever goes on does not leave.
fn change<T: Default>(state: &mut ScreenState, change: impl FnOnce(&mut Dialog) -> T) -> T {
    revalidate(state, |dialog| {
        dialog.leaving = false;
        let answer = change(dialog);
        let question = dialog.recording().and_then(|action| (action.question)(dialog));
        dialog.question = dialog.question.take().filter(|asked| question.as_ref() == Some(asked));
        answer
    })
}

/// Changes the text of the open dialog; what is offered for it follows.
fn edit<T: Default>(state: &mut ScreenState, edit: impl FnOnce(&mut Dialog) -> T) -> T {
    change(state, |dialog| {
        let before = dialog.text(FieldRole::Text).to_owned();
        let answer = edit(dialog);
        let text = dialog.text(FieldRole::Text).to_owned();
        if let Some(suggestions) = dialog.suggestions.as_mut().filter(|_| text != before) {
            suggestions.retyped(&text);
        }
        answer
    })
}

/// A character typed into the field with the keyboard.
pub(super) fn insert(state: &mut ScreenState, c: char) {
    edit(state, |dialog| match dialog.focused_mut().map(|field| &mut field.input) {
        Some(Input::Line(edit)) => {
            edit.insert(c);
        }
        Some(Input::Block(text)) if text.len() < LONGEST_BLOCK => text.push(c),
        _ => {}
    });
}

/// Text pasted into the field with the keyboard. Whether it takes text.
pub(super) fn paste(state: &mut ScreenState, pasted: &str) -> bool {
    edit(state, |dialog| match dialog.focused_mut().map(|field| &mut field.input) {
        Some(Input::Line(edit)) => {
            edit.paste(pasted.trim());
            true
        }
        Some(Input::Block(text)) if text.len() + pasted.len() <= LONGEST_BLOCK => {
            // Terminals send the line ends of a paste as if Enter had been pressed.
            text.push_str(&pasted.replace("\r\n", "\n").replace('\r', "\n"));
            true
        }
        _ => false,
    })
}

/// Switches the check box or choice with the keyboard.
pub(in crate::tui) fn toggle(state: &mut ScreenState) {
    let policy = state.setup.policy.clone();
    change(state, |dialog| {
        let toggled = dialog.focused_mut().is_some_and(FormField::toggle);
        if toggled {
            dialog.suggest_opcode(&policy);
        }
        toggled
    });
}

/// The next thing that is offered for the field with the keyboard, or the one before. Whether anything is offered for it.
pub(super) fn pick(state: &mut ScreenState, forward: bool) -> bool {
    change(state, |dialog| {
        let Some(text) =
            dialog.focused().filter(|field| field.role == FieldRole::Text).map(|field| field.text().to_owned())
        else {
            return false;
        };
        let Some(text) = dialog.suggestions.as_mut().and_then(|suggestions| suggestions.step(forward, &text)) else {
            return false;
        };
        dialog.put(FieldRole::Text, &text, true);
        true
    })
}

/// The next field or button, or the one before.
pub(super) fn step(state: &mut ScreenState, forward: bool) {
    let buttons = buttons(state).len();
    change(state, |dialog| dialog.step(forward, buttons));
}

pub(in crate::tui) fn scroll(state: &mut ScreenState, motion: Motion) {
    /// Of a short list nothing is passed over.
    const PAGE: usize = 3;
    change(state, |dialog| dialog.scroll.go(motion, PAGE));
}

/// Moves in the text with the keyboard, or deletes some of it.
pub(super) fn edit_line(state: &mut ScreenState, motion: LineMotion) {
    edit(state, |dialog| match dialog.focused_mut().map(|field| &mut field.input) {
        Some(Input::Line(edit)) => drop(edit.apply(motion)),
        Some(Input::Block(text)) => edit_block(text, motion),
        Some(Input::Check(_) | Input::Choice { .. }) | None => {}
    });
}

/// A block is only written at its end.
fn edit_block(text: &mut String, motion: LineMotion) {
    match motion {
        LineMotion::Backspace => drop(text.pop()),
        LineMotion::Clear => text.clear(),
        LineMotion::DeleteWord => {
            let kept = text.trim_end_matches('\n').rfind('\n').map_or(0, |end| end + 1);
            text.truncate(kept);
        }
        LineMotion::Left
        | LineMotion::Right
        | LineMotion::WordLeft
        | LineMotion::WordRight
        | LineMotion::Home
        | LineMotion::End
        | LineMotion::Delete => {}
    }
}

/// Switches the letter off, or on again.
pub(in crate::tui) fn switch_letter(state: &mut ScreenState) {
    if !change(state, Dialog::switch_letter) {
        state.toast(Tone::Warn, "there is no letter to switch off");
    }
}

fn buttons(state: &ScreenState) -> Vec<Button> {
    let Mode::Dialog(dialog) = &state.mode else { return Vec::new() };
    bulk_job::buttons(dialog, &state.jobs)
}

/// Whether whoever pressed a key that accepts cannot have seen the dialog, so newly is it open. A key held down does not
/// end that.
pub(in crate::tui) fn is_unseen(state: &mut ScreenState, key: &str) -> bool {
    let unseen = state.now.face < state.unseen_until;
    if unseen {
        state.unseen_until = state.unseen_until.max(state.now.face + REPEATS);
        state.tell_of_key(format!("{key} was pressed before this could be read; press it again"));
    }
    unseen
}

/// Enter in a text field: the next one; in the last one of a harmless dialog, done.
pub(super) fn enter(state: &mut ScreenState) -> Vec<Effect> {
    if is_unseen(state, "Enter") {
        return Vec::new();
    }
    let buttons = buttons(state);
    let Mode::Dialog(dialog) = &mut state.mode else { return Vec::new() };
    let DialogFocus::Field(place) = dialog.focus else { return Vec::new() };
    let quick = dialog.is_quick();
    let last_text = dialog.fields.iter().skip(place + 1).all(|field| !field.takes_text());
    if let Some(Input::Block(text)) = dialog.focused_mut().map(|field| &mut field.input)
        && !text.is_empty()
        && !text.ends_with('\n')
    {
        text.push('\n');
        return Vec::new();
    }
    if quick && last_text {
        return accept(state);
    }
    change(state, |dialog| dialog.go_on(&buttons));
    Vec::new()
}

/// Enter outside a text: presses the button with the keyboard, or goes on to the next field.
pub(super) fn accept_here(state: &mut ScreenState) -> Vec<Effect> {
    if is_unseen(state, "Enter") {
        return Vec::new();
    }
    let buttons = buttons(state);
    let Mode::Dialog(dialog) = &mut state.mode else { return Vec::new() };
    if let DialogFocus::Button(place) = dialog.focus {
        return press(state, buttons.get(place).copied());
    }
    change(state, |dialog| dialog.go_on(&buttons));
    Vec::new()
}

/// Presses the button that acts, wherever the keyboard is.
pub(in crate::tui) fn submit(state: &mut ScreenState) -> Vec<Effect> {
    let renewed = matches!(&state.mode, Mode::Dialog(dialog) if dialog.renewed);
    let key = state.setup.keymap.first_key(Action::DialogSubmit).unwrap_or_default();
    if renewed && is_unseen(state, &key) {
        return Vec::new();
    }
    let buttons = buttons(state);
    let Some(place) = submitting(&buttons) else { return Vec::new() };
    match buttons.get(place).copied() {
        // What would be done is not what was read: it is read again first.
        Some(Button::LookAgain) => {
            change(state, |dialog| dialog.focus = DialogFocus::Button(place));
            Vec::new()
        }
        button => press(state, button),
    }
}

/// Presses a button that was drawn, if it is there still.
pub(in crate::tui) fn click(state: &mut ScreenState, button: Button) -> Vec<Effect> {
    let Some(place) = buttons(state).iter().position(|there| *there == button) else { return Vec::new() };
    change(state, |dialog| dialog.focus = DialogFocus::Button(place));
    press(state, Some(button))
}

/// Moves the keyboard to a field; a check box is switched.
pub(in crate::tui) fn go_to(state: &mut ScreenState, role: FieldRole) {
    let Mode::Dialog(dialog) = &mut state.mode else { return };
    let Some(place) = dialog.fields.iter().position(|field| field.role == role) else { return };
    dialog.focus = DialogFocus::Field(place);
    if matches!(dialog.fields.get(place).map(|field| &field.input), Some(Input::Check(_))) {
        toggle(state);
    }
}

fn press(state: &mut ScreenState, button: Option<Button>) -> Vec<Effect> {
    match button {
        Some(Button::Accept) => accept(state),
        Some(Button::LookAgain) => look_again(state),
        Some(Button::Retry) => retry(state),
        Some(Button::Stop) => jobs::stop(state),
        Some(Button::Earlier) => {
            jobs::show_earlier(state);
            Vec::new()
        }
        Some(Button::Resume) => cut_off::resume(state),
        Some(Button::PutAway) => cut_off::put_away(state),
        Some(Button::Cancel | Button::Close) | None => {
            close(state);
            Vec::new()
        }
    }
}

/// Leaves the dialog; what was typed is discarded only when that is asked for again.
pub(super) fn leave(state: &mut ScreenState) {
    match &mut state.mode {
        Mode::Dialog(dialog) if dialog.is_typed() && !dialog.leaving => dialog.leaving = true,
        _ => close(state),
    }
}

fn close(state: &mut ScreenState) {
    if let Some(dialog) = state.take_dialog()
        && let DialogKind::Results(id) = dialog.kind
    {
        jobs::closed(state, id);
    }
    call::back(state);
}

/// Opens the dialog anew with the dealerships as they are now; what was typed stays.
pub(in crate::tui) fn look_again(state: &mut ScreenState) -> Vec<Effect> {
    let buttons = buttons(state);
    if !buttons.contains(&Button::LookAgain) {
        state.tell_of_key("nothing changed while this was open");
        return Vec::new();
    }
    let Some(mut old) = state.take_dialog() else { return Vec::new() };
    let DialogKind::Ask(action) = old.kind else { return Vec::new() };
    let targets: Vec<Target> = old.items.iter().map(Item::target).collect();
    // A letter that was switched off stays so.
    let unwanted = old.field(FieldRole::Mail).is_some() && !old.mails();
    let edited: Vec<FieldRole> = old.edits().into_iter().map(|edit| FieldRole::Profile(edit.field)).collect();
    let effects = ask::ask(state, action, &targets);
    change(state, |new| {
        new.renewed = true;
        if unwanted && new.mails() {
            new.switch_letter();
        }
        // Of a profile only what was corrected: the rest may have been corrected by somebody else.
        let stays = |role: FieldRole| !matches!(role, FieldRole::Profile(_)) || edited.contains(&role);
        for field in new.fields.iter_mut().filter(|field| stays(field.role)) {
            if let Some(place) = old.fields.iter().position(|old| old.role == field.role && field.takes_text()) {
                field.input = old.fields.swap_remove(place).input;
            }
        }
    });
    effects
}

/// Opens the dialog again for what failed or was not begun, with the dealerships as they are now.
fn retry(state: &mut ScreenState) -> Vec<Effect> {
    let Mode::Dialog(dialog) = &state.mode else { return Vec::new() };
    let DialogKind::Results(id) = dialog.kind else { return Vec::new() };
    let Some(job) = state.job(id) else { return Vec::new() };
    let (action, ids): (_, Vec<_>) = (job.action, job.undone().collect());
    close(state);
    let targets: Vec<Target> = if action.is_about_letters() {
        queue::open_letters(state, &ids)
    } else {
        ids.into_iter().map(Target::from).collect()
    };
    ask::ask(state, action, &targets)
}

/// Whether something is asked first that was not asked yet.
fn asks(dialog: &mut Dialog) -> bool {
    let question = dialog.recording().and_then(|action| (action.question)(dialog));
    let asks = question.is_some() && dialog.question != question;
    dialog.question = question;
    asks
}

/// Does what the dialog asks for, if nothing is wrong or missing.
fn accept(state: &mut ScreenState) -> Vec<Effect> {
    // What is wrong may stand at the top.
    change(state, |dialog| {
        dialog.tried = true;
        dialog.scroll.reset();
    });
    let Mode::Dialog(dialog) = &mut state.mode else { return Vec::new() };
    if dialog.validation.is_ok() && asks(dialog) {
        return Vec::new();
    }
    match &dialog.validation {
        Ok(_) if dialog.appointment.is_some() => return suggestions::send(state),
        Ok(_) => {}
        Err(problems) => {
            // The keyboard goes to the first field that is wrong.
            let wrong = |field: &FormField| problems.iter().any(|problem| problem.role == Some(field.role));
            if let Some(place) = dialog.fields.iter().position(wrong) {
                dialog.focus = DialogFocus::Field(place);
            }
            return Vec::new();
        }
    }
    let Some(dialog) = state.take_dialog() else { return Vec::new() };
    if dialog.kind == DialogKind::Kinds {
        for (group, shown) in dialog.groups() {
            state.tail.show(group, shown);
        }
        return Vec::new();
    }
    if dialog.kind == DialogKind::Moment {
        return past::asked(state, &dialog);
    }
    let effects = jobs::begin(state, &dialog);
    if dialog.recording().is_some_and(|action| action.ends_call) {
        state.call_below = None;
    }
    call::back(state);
    effects
}
