//! Writing a map: as a file that documents itself, and as the table of the README.

use std::fmt::Write;

use super::alias::ALIASES;
use super::key::Key;
use super::map::{Keymap, written};
use crate::tui::action::{Action, ActionScope};
use crate::tui::registry::REGISTRY;

const HEADER: &str = r#"# The keys of cloverwatch, and what each action does.
#
# This is the default map. A file of your own needs only what it changes: an entry replaces all keys of its action.
#
#   reissue = ["R"]          one key
#   top = ["g g", "home"]    a chord (one key after the other), and a second key for the same
#   archive = []             no key (or "disabled"); the palette still finds the action
#
# Keys: a character as it is typed (j, G, ?), space enter tab esc backspace delete insert home end pgup pgdn up down
# left right f1 ... f12; before them ctrl-, alt- and, where it is not a character, shift-. Some cannot be told apart in a
# terminal: ctrl-i is tab, ctrl-m is enter, ctrl-[ is esc, ctrl-h is backspace. `cloverwatch keymap check FILE` says so.
#
# A key is looked for in the pane with the focus first, then (from the detail pane) in [table], then in [global].
# Dialogs and inputs know only their own keys, besides redraw and suspend. The keys of [list] move in every pane; for one
# pane alone they stand there: `down` under [table], `tail-down` under [tail], and so with detail-, queue- and dialog-.
"#;

/// What stands above each scope.
const fn about(scope: ActionScope) -> &'static str {
    match scope {
        ActionScope::Global => "Everywhere but in dialogs and inputs.",
        ActionScope::List => {
            "Moving, in whatever has the keyboard: table, detail, events, letters, dialogs, pages that are read."
        }
        ActionScope::Table => "The table of dealerships; also while the detail pane has the focus.",
        ActionScope::Detail => "The detail pane.",
        ActionScope::Tail => "The event tail.",
        ActionScope::Past => "The board of a moment that is past; before the keys of its panes.",
        ActionScope::Queue => "The view of all letters that are on their way or went wrong.",
        ActionScope::Call => "A call with a dealership; before the keys of pages that are read, and of the table.",
        ActionScope::Columns => "The page of the table's columns; before the keys of dialogs.",
        ActionScope::Help => "The help; before the keys of pages that are read.",
        ActionScope::Dialog => "A dialog with choices.",
        ActionScope::Letter => "A dialog that sends a letter; before the keys of its fields and buttons.",
        ActionScope::Form => "Any dialog; before the keys of its fields and buttons.",
        ActionScope::Input => "A line of text: filter, palette, a dialog's field.",
    }
}

/// The map as TOML, with the keys and the comments in columns.
pub(super) fn toml(map: &Keymap) -> String {
    let mut out = HEADER.to_owned();
    for scope in ActionScope::ALL {
        let lines: Vec<(String, &str)> = REGISTRY
            .iter()
            .filter(|info| info.scope == scope)
            .map(|info| (line(info.id, map.chords(info.action)), info.doc))
            .chain(
                ALIASES
                    .iter()
                    .filter(|(of, ..)| *of == scope)
                    .filter_map(|(_, id, action)| own_keys(map, scope, id, *action)),
            )
            .collect();
        if lines.is_empty() {
            continue;
        }
        let width = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or_default();
        // Writing into a string cannot fail.
        let _ = writeln!(out, "\n# {}\n[{}]", about(scope), scope.as_str());
        for (line, doc) in lines {
            let _ = writeln!(out, "{line:<width$}  # {doc}");
        }
    }
    out
}

fn line<'a>(id: &str, chords: impl Iterator<Item = &'a [Key]>) -> String {
    let keys: Vec<String> = chords.map(|keys| toml_edit::Value::from(written(keys)).to_string()).collect();
    format!("{id:<18} = [{}]", keys.join(", "))
}

/// The line of a motion that has other keys in a pane than everywhere.
fn own_keys(map: &Keymap, scope: ActionScope, id: &str, action: Action) -> Option<(String, &'static str)> {
    let same = map.chords_in(scope, action).eq(map.chords(action));
    (!same).then(|| (line(id, map.chords_in(scope, action)), action.info().doc))
}

/// The map as Markdown, a table for each scope: the generated section of the README.
pub fn markdown_table(map: &Keymap) -> String {
    let mut out = String::new();
    for scope in ActionScope::ALL.into_iter().filter(|scope| REGISTRY.iter().any(|info| info.scope == *scope)) {
        let _ = write!(out, "\n**{}**: {}\n\n| keys | action | does |\n|---|---|---|\n", scope.as_str(), about(scope));
        for info in REGISTRY.iter().filter(|info| info.scope == scope) {
            let keys: Vec<String> = map.keys_for(info.action).iter().map(|keys| code(keys)).collect();
            let keys = if keys.is_empty() { "(palette)".to_owned() } else { keys.join(" ") };
            let _ = writeln!(out, "| {keys} | {} | {} |", info.id, info.doc.replace('|', "\\|"));
        }
    }
    out.trim_start().to_owned()
}

/// Keys as code inside a cell of a Markdown table.
fn code(keys: &str) -> String {
    let keys = keys.replace('|', "\\|");
    if keys.contains('`') { format!("`` {keys} ``") } else { format!("`{keys}`") }
}
