//! The keymap as a user meets it: the default map, files with every kind of mistake, and what the program does then.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

mod any_file;
mod mistakes;

use std::fmt::Write as _;

use cloverwatch::present::diagnostic::{Diagnostic, SettingLocation};
use cloverwatch::tui::action::{Action, ActionScope};
use cloverwatch::tui::keymap::{self, DEFAULT, Key, Keymap, Lookup};
use cloverwatch::tui::registry::REGISTRY;
use proptest::prelude::*;

/// Line and column of a problem.
fn place(problem: &Diagnostic) -> (usize, usize) {
    match problem.place {
        SettingLocation::File { line, column, .. } => (line, column),
        _ => (0, 0),
    }
}

fn keys(text: &str) -> Vec<Key> {
    text.split_whitespace().map(|word| Key::parse(word).unwrap()).collect()
}

fn problems(text: &str) -> Vec<String> {
    keymap::check(text, "k.toml").iter().map(ToString::to_string).collect()
}

fn load(text: &str) -> Keymap {
    Keymap::load(Some(("k.toml", text))).0
}

#[test]
fn the_default_map_is_without_fault() {
    assert_eq!(problems(DEFAULT), [""; 0]);
    assert_eq!(Keymap::load(None).1, []);
    assert_eq!(problems(""), [""; 0]);
}

/// The file at the root is what `keymap print` prints, so that its comments never disagree with the registry. After a
/// change of the registry `UPDATE_KEYMAP=1 cargo test --test keymap` writes it anew, with the keys that stand in it.
#[test]
fn the_default_file_is_what_is_printed() {
    let printed = Keymap::default().print();
    if std::env::var_os("UPDATE_KEYMAP").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/keymap.toml"), &printed).unwrap();
    } else {
        assert!(printed == DEFAULT, "keymap.toml is not what is printed: write it anew with UPDATE_KEYMAP=1");
    }
}

#[test]
fn every_action_can_be_asked_for() {
    let map = Keymap::default();
    for info in REGISTRY {
        // Dialogs and inputs have no palette.
        let by_palette = !info.scope.is_closed();
        assert!(map.reaches(info.scope, info.action) || by_palette, "{}", info.id);
        assert!(!map.keys_for(info.action).is_empty(), "{} has no key", info.id);
    }
    for scope in [ActionScope::Table, ActionScope::Detail, ActionScope::Tail] {
        for info in REGISTRY.iter().filter(|info| info.scope == ActionScope::Global) {
            assert!(map.reaches(scope, info.action), "{} from {scope:?}", info.id);
        }
    }
}

#[test]
fn vim_and_arrow_users_are_at_home() {
    let map = Keymap::default();
    for (scope, pressed, action) in [
        (ActionScope::Table, "j", Action::Down),
        (ActionScope::Table, "down", Action::Down),
        (ActionScope::Table, "k", Action::Up),
        (ActionScope::Table, "g g", Action::Top),
        (ActionScope::Table, "home", Action::Top),
        (ActionScope::Table, "G", Action::Bottom),
        (ActionScope::Table, "ctrl-d", Action::PageDown),
        (ActionScope::Table, "pgup", Action::PageUp),
        (ActionScope::Table, "r", Action::Reissue),
        (ActionScope::Table, "space", Action::Mark),
        (ActionScope::Table, "y d", Action::CopyDealerCode),
        (ActionScope::Table, "/", Action::Filter),
        (ActionScope::Table, "q", Action::Quit),
        (ActionScope::Detail, "j", Action::Down),
        (ActionScope::Detail, "r", Action::Reissue),
        (ActionScope::Detail, "q", Action::Quit),
        (ActionScope::Tail, "space", Action::TailPause),
        (ActionScope::Tail, "G", Action::Bottom),
        (ActionScope::Tail, ":", Action::Palette),
        (ActionScope::Dialog, "esc", Action::DialogCancel),
        (ActionScope::Input, "ctrl-w", Action::InputDeleteWord),
    ] {
        assert_eq!(map.lookup(scope, &keys(pressed)), Lookup::Action(action), "{scope:?} {pressed}");
    }
    for (scope, pressed) in [
        (ActionScope::Tail, "r"),
        (ActionScope::Dialog, "r"),
        (ActionScope::Dialog, ":"),
        (ActionScope::Input, "q"),
        (ActionScope::Table, "g x"),
    ] {
        assert_eq!(map.lookup(scope, &keys(pressed)), Lookup::None, "{scope:?} {pressed}");
    }
    assert_eq!(map.lookup(ActionScope::Table, &[]), Lookup::None);
}

/// The default map from when each pane had motions of its own: users' files have their ids.
const MOTIONS_IN_EACH_PANE: &str = include_str!("motions_in_each_pane.toml");

#[test]
fn the_motions_that_each_pane_had_are_bound_there_for_ever() {
    assert_eq!(problems(MOTIONS_IN_EACH_PANE), [""; 0]);
    let ids = [
        (ActionScope::Table, "down", Action::Down),
        (ActionScope::Table, "bottom", Action::Bottom),
        (ActionScope::Detail, "detail-down", Action::Down),
        (ActionScope::Detail, "detail-page-up", Action::PageUp),
        (ActionScope::Tail, "tail-up", Action::Up),
        (ActionScope::Tail, "tail-page-down", Action::PageDown),
        (ActionScope::Tail, "tail-follow", Action::Bottom),
        (ActionScope::Queue, "queue-down", Action::Down),
        (ActionScope::Queue, "queue-top", Action::Top),
        (ActionScope::Dialog, "dialog-up", Action::Up),
    ];
    for (scope, id, action) in ids {
        let text = format!("[{}]\n{id} = [\"f9\"]\n", scope.as_str());
        assert_eq!(problems(&text), [""; 0], "{id}");
        let map = load(&text);
        for other in [ActionScope::Table, ActionScope::Tail, ActionScope::Queue, ActionScope::Dialog] {
            let bound = map.lookup(other, &keys("f9")) == Lookup::Action(action);
            assert!(!bound || other == scope, "{id} in {other:?}");
        }
        assert_eq!(map.lookup(scope, &keys("f9")), Lookup::Action(action), "{id}");
    }
}

#[test]
fn a_chord_tells_what_can_follow() {
    let map = load("[global]\nredraw = [\"s z\"]\n[table]\nnote = [\"y n n\"]\n");
    let title = |action: Option<Action>| action.map_or("…", |action| action.info().title);
    let hints = |pressed| match map.lookup(ActionScope::Table, &keys(pressed)) {
        Lookup::Prefix(hints) => hints.iter().map(|(key, to)| format!("{key} {}", title(*to))).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    // The chord of the outer scope stands among those of the inner one.
    let of_sort = [
        "a attention first",
        "c columns",
        "n sort by next",
        "p sort by previous",
        "r reverse sort",
        "s sort by name",
        "z redraw",
    ];
    assert_eq!(hints("s"), of_sort);
    assert_eq!(hints("y"), ["c copy code", "d copy dealerCode", "l copy letter", "n …", "y copy code"]);
    assert_eq!(map.lookup(ActionScope::Table, &keys("s z")), Lookup::Action(Action::Redraw));
    assert_eq!(map.lookup(ActionScope::Table, &keys("y n n")), Lookup::Action(Action::Note));
    assert_eq!(map.lookup(ActionScope::Tail, &keys("s z")), Lookup::Action(Action::Redraw));
}

#[test]
fn a_users_file_lies_over_the_default() {
    let map = load(
        "[table]\nreissue = [\"R\", \"ctrl-r\"]\nnote = \"Y\"\narchive = []\nrevoke = \"disabled\"\n[global]\nfilter = [\"f f\"]\nzoom = [\"f z\"]\n",
    );
    assert_eq!(map.keys_for(Action::Reissue), ["R", "ctrl-r"]);
    assert_eq!(map.first_key(Action::Reissue).as_deref(), Some("R"));
    assert_eq!(map.keys_for(Action::Note), ["Y"]);
    assert_eq!(map.keys_for(Action::Archive), [""; 0]);
    assert_eq!(map.keys_for(Action::Revoke), [""; 0]);
    assert_eq!(map.lookup(ActionScope::Table, &keys("r")), Lookup::None);
    assert_eq!(map.lookup(ActionScope::Table, &keys("A")), Lookup::None);
    assert_eq!(map.lookup(ActionScope::Table, &keys("f f")), Lookup::Action(Action::Filter));
    assert_eq!(map.keys_for(Action::Down), ["j", "down"]);
}

#[test]
fn the_readme_table_has_every_action() {
    let table = keymap::markdown_table(&load("[table]\narchive = []\nnote = [\"|\", \"`\"]\n"));
    for info in REGISTRY {
        assert!(table.contains(&format!("| {} | {} |", info.id, info.doc)), "{}", info.id);
    }
    assert!(table.contains("| `g g` `home` | top |"));
    assert!(table.contains("| (palette) | archive |"));
    assert!(table.contains("| `\\|` `` ` `` | note |"));
}
