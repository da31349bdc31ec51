//! The keys of every action, those that are used most where the keyboard is first.

use super::{HelpLine, HelpStyle};
use crate::tui::action::{Action, ActionScope};
use crate::tui::enabled::can;
use crate::tui::registry::{ActionInfo, REGISTRY};
use crate::tui::state::{Focus, ScreenState};
use crate::tui::theme::Tone;
use crate::tui::useful;

pub(super) fn lines(state: &ScreenState) -> Vec<HelpLine> {
    let used = useful::on_desk(state);
    let mut lines = vec![HelpLine::heading("Keys: the most used here")];
    lines.extend(used.iter().map(|action| line(action.info(), state)));
    for scope in in_order(state) {
        let others = REGISTRY.iter().filter(|info| info.scope == scope && !used.contains(&info.action));
        let others: Vec<_> = others.map(|info| line(info, state)).collect();
        if !others.is_empty() {
            lines.push(HelpLine::heading(title(scope)));
            lines.extend(others);
        }
    }
    lines
}

/// Where the keyboard is comes first.
fn in_order(state: &ScreenState) -> impl Iterator<Item = ActionScope> {
    let here = match state.focus {
        _ if state.queue.is_some() => ActionScope::Queue,
        // The table's actions work in the detail too.
        Focus::Table | Focus::Detail => ActionScope::Table,
        Focus::Tail => ActionScope::Tail,
    };
    let first = [here, ActionScope::List, ActionScope::Global];
    let others = ActionScope::ALL.into_iter().filter(move |scope| !first.contains(scope));
    first.into_iter().chain(others)
}

fn line(info: &ActionInfo, state: &ScreenState) -> HelpLine {
    let keys = state.setup.keymap.keys_for(info.action);
    let mut keys = keys.into_iter();
    let first = keys.next();
    let others: Vec<String> = keys.collect();
    let why_not = if info.scope.is_closed() { None } else { can(state, info.action).err() };
    let style = match (&first, &why_not) {
        (Some(_), None) => HelpStyle::Key,
        _ => HelpStyle::Tone(Tone::Faint),
    };
    let mut words = info.doc.to_owned();
    if !others.is_empty() {
        words.push_str(&format!(" Also {}.", others.join(", ")));
    }
    if let Some(why) = why_not {
        words.push_str(&format!(" Not now: {why}."));
    }
    let lead = first.unwrap_or_else(|| format!("({})", key_of_palette(state)));
    HelpLine::Entry { lead, style, title: info.title.to_owned(), words }
}

/// Where an action without a key is found.
fn key_of_palette(state: &ScreenState) -> String {
    state.setup.keymap.first_key(Action::Palette).unwrap_or_else(|| "no key".to_owned())
}

const fn title(scope: ActionScope) -> &'static str {
    match scope {
        ActionScope::Global => "Everywhere",
        ActionScope::List => "Moving",
        ActionScope::Table => "Table, and the detail",
        ActionScope::Detail => "Detail",
        ActionScope::Tail => "Events",
        ActionScope::Past => "The past",
        ActionScope::Queue => "Letters",
        ActionScope::Call => "A call",
        ActionScope::Columns => "Columns of the table",
        ActionScope::Help => "This help",
        ActionScope::Dialog => "Dialogs",
        ActionScope::Letter => "Dialogs that send a letter",
        ActionScope::Form => "Any dialog",
        ActionScope::Input => "Lines of text",
    }
}
