//! What each action does.

use super::{dialog, input, jobs, page, queue, reading, table};
use crate::domain::DealershipId;
use crate::domain::guide as guide_of;
use crate::tui::action::{Action, ActionScope};
use crate::tui::dialog::{Dialog, open};
use crate::tui::enabled::can;
use crate::tui::layer::InputLayer;
use crate::tui::msg::{Clip, Effect};
use crate::tui::palette::Palette;
use crate::tui::rows::{Sort, Tab, TableColumn, step_round};
use crate::tui::state::{FilterInput, Focus, Help, Mode, REVEAL, Reveal, ScreenState};
use crate::tui::teach::{Unrecognised, newest_of_selected, under_tail_cursor};
use crate::tui::theme::Tone;

/// Does an action in whatever has the keyboard.
pub(super) fn dispatch(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    if state.reading.is_some() {
        return reading::act(state, action);
    }
    match state.mode {
        Mode::Desk => perform(state, action),
        Mode::Filter(_) | Mode::Palette(_) => input::act(state, action),
        Mode::Help(_) => page::help(state, action),
        Mode::Guide(id, _) => page::guide(state, id, action),
        Mode::Dialog(_) => dialog::act(state, action),
    }
}

/// Does an action of the desk, or says why not.
pub fn perform(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    if let Err(why) = can(state, action) {
        let title = action.info().title;
        state.toast(Tone::Warn, format!("{title}: {why}"));
        return Vec::new();
    }
    match action.info().scope {
        ActionScope::Global => global(state, action),
        ActionScope::Table => on_table(state, action),
        ActionScope::Detail => {
            let page = state.plan().detail.map_or(1, |area| area.height.saturating_sub(2).max(1).into());
            let scroll = &mut state.detail.scroll;
            match action {
                Action::DetailDown => *scroll += 1,
                Action::DetailUp => *scroll = scroll.saturating_sub(1),
                Action::DetailPageDown => *scroll += page,
                _ => *scroll = scroll.saturating_sub(page),
            }
            *scroll = (*scroll).min(state.detail.end.get().unwrap_or(usize::MAX));
            Vec::new()
        }
        ActionScope::Tail => {
            on_tail(state, action);
            Vec::new()
        }
        ActionScope::Queue => queue::act(state, action),
        ActionScope::Dialog | ActionScope::Letter | ActionScope::Form | ActionScope::Input => Vec::new(),
    }
}

fn global(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit => match InputLayer::in_place_of_table(state) {
            Some(layer) => take_away(state, layer),
            None => return vec![Effect::Quit],
        },
        Action::Suspend => return vec![Effect::Suspend],
        Action::Redraw => return vec![Effect::Redraw],
        Action::Help => state.mode = Mode::Help(Help::default()),
        Action::Palette => state.mode = Mode::Palette(Palette::open(state)),
        Action::Filter => {
            let before = state.rows.query().text().to_owned();
            let (pane, tab) = ((state.focus, state.panes.zoom), state.rows.tab());
            let mut input = FilterInput { before: before.clone(), pane, tab, ..FilterInput::default() };
            input.edit.paste(&before);
            state.mode = Mode::Filter(input);
            // What is found is seen, and the next key is about it.
            (state.focus, state.panes.zoom) = (Focus::Table, false);
            state.settle();
        }
        Action::Queue => queue::toggle(state),
        Action::Results => jobs::show(state),
        Action::Unfinished => super::cut_off::show(state),
        Action::ShowExpired => {
            queue::close(state);
            if !state.rows.query().is_empty() {
                input::filter(state, "");
            }
            state.set_tab(Tab::Expired);
            state.focus = Focus::Table;
        }
        Action::ClearFilter => match InputLayer::uppermost(state) {
            Some(layer) => take_away(state, layer),
            None => {
                let key = state.setup.keymap.first_key(Action::Quit);
                let leave = key.map_or_else(String::new, |key| format!("; {key} leaves the desk"));
                state.tell_of_key(format!("there is nothing to go back from{leave}"));
            }
        },
        Action::NextTab => state.set_tab(state.rows.tab().step(1)),
        Action::PreviousTab => state.set_tab(state.rows.tab().step(-1)),
        Action::FocusNext => focus(state, 1),
        Action::FocusPrevious => focus(state, -1),
        Action::ToggleDetail => {
            let open = state.plan().detail.is_some();
            state.panes.detail = Some(!open);
            if open && state.focus == Focus::Detail {
                (state.focus, state.panes.zoom) = (Focus::Table, false);
            } else if !open && state.plan().detail.is_none() {
                // There is no room beside the table: it gets all of it.
                state.focus = Focus::Detail;
            }
            state.settle();
        }
        Action::ToggleTail => {
            let open = state.plan().tail.is_some();
            state.panes.tail = Some(!open);
            if state.focus == Focus::Tail {
                state.panes.zoom = false;
                state.focus = Focus::Table;
            }
            if !open && state.plan().tail.is_none() {
                // There is no room beside the table: it gets the whole screen.
                (state.focus, state.panes.zoom) = (Focus::Tail, true);
            }
            state.settle();
        }
        Action::Zoom => {
            state.panes.zoom = !state.panes.zoom;
            state.settle();
        }
        _ => {
            if let Some(tab) = Tab::ALL.into_iter().find(|tab| tab.action() == Some(action)) {
                if tab == state.rows.tab() {
                    state.tell_of_key(format!("{} is shown", tab.title()));
                }
                state.set_tab(tab);
            }
        }
    }
    Vec::new()
}

/// One thing less over the table of all dealerships.
fn take_away(state: &mut ScreenState, layer: InputLayer) {
    match layer {
        InputLayer::Messages => state.toasts.clear(),
        InputLayer::Letters => queue::close(state),
        InputLayer::Pane => {
            (state.focus, state.panes.zoom) = (Focus::Table, false);
            state.settle();
        }
        InputLayer::Filter => input::filter(state, ""),
        InputLayer::Tab => state.set_tab(Tab::All),
    }
}

/// Moves the focus among the panes that are open.
fn focus(state: &mut ScreenState, by: isize) {
    let zoomed = std::mem::take(&mut state.panes.zoom);
    let plan = state.plan();
    let mut open = vec![Focus::Table];
    open.extend(plan.detail.map(|_| Focus::Detail));
    open.extend(plan.tail.map(|_| Focus::Tail));
    if open.len() == 1 {
        state.tell_of_key("no other pane is open");
    }
    let place = open.iter().position(|pane| *pane == state.focus).unwrap_or(0);
    let next = step_round(place, by, open.len());
    state.focus = open.get(next).copied().unwrap_or_default();
    state.panes.zoom = zoomed;
    state.settle();
}

fn on_table(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    let page = state.plan().table_rows().saturating_sub(1).max(1).cast_signed();
    let sort = state.rows.sort();
    match action {
        Action::Down => table::step(state, 1),
        Action::Up => table::step(state, -1),
        Action::PageDown => table::step(state, page),
        Action::PageUp => table::step(state, -page),
        Action::Top => table::go(state, 0),
        Action::Bottom => table::go(state, usize::MAX),
        Action::Open => {
            state.panes.detail = Some(true);
            state.focus = Focus::Detail;
            state.settle();
        }
        Action::Mark => {
            if let Some(id) = state.cursor.id {
                state.marks.toggle(id);
                table::step(state, 1);
            }
        }
        Action::MarkAll => state.marks.extend(state.rows.ids_shown(), state.rows.shown()),
        Action::InvertMarks => state.marks.invert(state.rows.ids_shown(), state.rows.shown()),
        Action::ClearMarks => state.marks.clear(),
        Action::SortNext => table::sort(state, Sort { column: sort.column.step(1), descending: false }),
        Action::SortPrevious => table::sort(state, Sort { column: sort.column.step(-1), descending: false }),
        Action::SortReverse => table::sort(state, Sort { descending: !sort.descending, ..sort }),
        Action::SortAttention => table::sort(state, Sort { column: TableColumn::Attention, descending: false }),
        Action::TeachNewest => teach(state, action, newest_of_selected),
        Action::Reveal => {
            if let Some(row) = state.selected() {
                let (id, generation) = (row.state.id, row.state.generation());
                let shown = state.revealed(id, generation);
                let until = state.now.face + REVEAL;
                state.reveal = (!shown).then_some(Reveal { id, generation, until });
            }
        }
        Action::ReadLetter => return reading::newest(state),
        Action::Mailbox => return reading::open_mailbox(state),
        Action::CopyCode | Action::CopyDealerCode => return copy(state, action),
        Action::CopyLetter => return state.cursor.id.map_or_else(Vec::new, |id| copy_letter(state, id)),
        Action::Guide => {
            if let Some(id) = state.cursor.id {
                state.mode = Mode::Guide(id, 0);
            }
        }
        _ => return ask(state, action, &state.targets()),
    }
    Vec::new()
}

/// Opens the dialog of an action, or says why not.
pub(super) fn ask(state: &mut ScreenState, action: Action, ids: &[DealershipId]) -> Vec<Effect> {
    match open(action, ids, state) {
        Ok(dialog) => show_or_do(state, dialog),
        Err(why) => {
            state.toast(Tone::Warn, why);
            Vec::new()
        }
    }
}

/// Shows a dialog, or does what it is about where that needs no question.
pub(super) fn show_or_do(state: &mut ScreenState, dialog: Dialog) -> Vec<Effect> {
    if dialog.is_immediate() {
        return jobs::begin(state, &dialog);
    }
    let wanted = super::suggestions::wanted(&dialog);
    state.show_dialog(dialog);
    wanted.into_iter().collect()
}

fn copy(state: &mut ScreenState, action: Action) -> Vec<Effect> {
    let Some(row) = state.selected() else { return Vec::new() };
    let (text, words) = match (action, &row.state.invitation) {
        (Action::CopyCode, Some(newest)) => {
            let words = format!("asked the terminal to copy code {}", newest.generation);
            (newest.code.reveal().to_owned(), words)
        }
        (Action::CopyCode, None) => return Vec::new(),
        _ => (row.state.profile.dealer_code.raw().to_owned(), "asked the terminal to copy the dealerCode".to_owned()),
    };
    state.toast(Tone::Plain, words);
    vec![Effect::Copy(Clip(text))]
}

/// The steps as a text for the dealer.
pub(super) fn copy_letter(state: &mut ScreenState, id: DealershipId) -> Vec<Effect> {
    let Some(row) = state.rows.get(id) else { return Vec::new() };
    let letter = guide_of(&row.state, &state.setup.policy, &state.setup.partner).letter();
    let name = row.state.profile.name.screen().into_owned();
    state.toast(Tone::Plain, format!("asked the terminal to copy the letter for {name}"));
    vec![Effect::Copy(Clip(letter))]
}

/// Opens the dialog that teaches what an answer means, or says why not.
fn teach(state: &mut ScreenState, action: Action, about: impl Fn(&ScreenState) -> Result<Unrecognised, String>) {
    match about(state).and_then(|about| Dialog::teach(action, about, state)) {
        Ok(dialog) => state.show_dialog(dialog),
        Err(why) => state.toast(Tone::Warn, why),
    }
}

fn on_tail(state: &mut ScreenState, action: Action) {
    let selected = state.cursor.id;
    let height = state.plan().tail_rows().max(1);
    let page = height.saturating_sub(1).max(1).cast_signed();
    match action {
        Action::TailDown => state.tail.step(1, height, selected),
        Action::TailUp => state.tail.step(-1, height, selected),
        Action::TailPageDown => state.tail.step(page, height, selected),
        Action::TailPageUp => state.tail.step(-page, height, selected),
        Action::TailFollow if state.tail.follows() => state.tell_of_key("the newest events are followed already"),
        Action::TailFollow => state.tail.follow(),
        Action::TailPause if state.tail.follows() => state.tail.hold(selected),
        Action::TailPause => state.tail.follow(),
        Action::TailKinds => state.show_dialog(Dialog::kinds(state)),
        Action::TailOnlySelected => state.tail.only_selected = !state.tail.only_selected,
        Action::TeachMeaning => teach(state, action, under_tail_cursor),
        Action::TailJump => match state.tail.chosen(selected).map(|event| event.dealership) {
            Some(Some(id)) => table::jump(state, id),
            Some(None) => state.toast(Tone::Faint, "this event is of no single dealership".to_owned()),
            None => {}
        },
        _ => {}
    }
}
