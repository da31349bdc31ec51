//! The keymap as a user meets it: the default map, files with every kind of mistake, and what the program does then.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

use std::fmt::Write as _;

use cloverwatch::present::diagnostic::{Diagnostic, SettingLocation};
use cloverwatch::tui::action::{Action, ActionScope, REGISTRY};
use cloverwatch::tui::keymap::{self, DEFAULT, Key, Keymap, Lookup};
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
const MOTIONS_IN_EACH_PANE: &str = include_str!("keymap_support/motions_in_each_pane.toml");

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
    let hints = |pressed| match map.lookup(ActionScope::Table, &keys(pressed)) {
        Lookup::Prefix(hints) => hints.iter().map(|(key, title)| format!("{key} {title}")).collect::<Vec<_>>(),
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

/// Each mistake, with the exact place and words.
#[test]
fn every_mistake_has_its_place() {
    let mut wrong = Vec::new();
    for (text, expected) in [
        (
            "[table]\nnote = [\"Y\"]\ncheck = [\"K\", \"Y\"]\n",
            &["k.toml:3:15: error: `Y` is already bound to `note` (line 2)"][..],
        ),
        ("[table]\nnote = [\"Y\", \"Y\"]\n", &["k.toml:2:14: warning: `Y` stands here twice"]),
        (
            "[table]\nnote = [\"Y\"]\ncheck = [\"Y x\"]\n",
            &["k.toml:3:10: error: `Y x` can never be finished: it begins with `Y` of `note` (line 2)"],
        ),
        (
            "[table]\nnote = [\"Y x\"]\ncheck = [\"Y\"]\n",
            &["k.toml:3:10: error: `Y` is the beginning of `Y x` of `note` (line 2); `check` is not bound to it"],
        ),
        ("[table]\nnote = [\"r\"]\n", &["k.toml:2:9: warning: `r` is also a default key of `reissue`, which loses it"]),
        (
            "[table]\nnote = [\"g\"]\n",
            &[
                "k.toml:2:9: warning: `g` conflicts with the default key `g g` of `top`, which loses it",
                "k.toml:2:9: warning: in [detail] `g g` of `top` hides `g` of `note` of [table]",
            ],
        ),
        (
            "[table]\nnote = [\"r r\"]\n",
            &["k.toml:2:9: warning: `r r` conflicts with the default key `r` of `reissue`, which loses it"],
        ),
        (
            "[table]\nnote = [\"t\"]\n",
            &["k.toml:2:9: warning: in [table] `t` is `note` and hides `toggle-tail` of [global]"],
        ),
        (
            "[tail]\ntail-kinds = [\"t k\"]\n",
            &["k.toml:2:15: warning: in [tail] `t k` of `tail-kinds` hides `t` of `toggle-tail` of [global]"],
        ),
        (
            "[global]\nzoom = [\"p z\"]\n",
            &[
                "k.toml:2:9: warning: in [table] `p` of `edit-profile` hides `p z` of `zoom` of [global]",
                "k.toml:2:9: warning: in [tail] `p` of `tail-pause` hides `p z` of `zoom` of [global]",
            ],
        ),
        (
            "[detail]\ndetail-down = [\"g\"]\n",
            &[
                "k.toml:2:16: warning: `g` conflicts with the default key `g g` of `top`, which loses it",
                "k.toml:2:16: warning: in [detail] `g` of `down` hides `g g` of `top` of [table]",
            ],
        ),
        ("[table]\n  niote = [\"Y\"]\n", &["k.toml:2:3: error: there is no action `niote`; did you mean `note`?"]),
        ("[table]\nzzzzzzzzz = [\"Y\"]\n", &["k.toml:2:1: error: there is no action `zzzzzzzzz`"]),
        ("[table]\nquit = [\"Q\"]\n", &["k.toml:2:1: error: `quit` belongs under [global], not [table]"]),
        ("quit = [\"Q\"]\n", &["k.toml:1:1: error: `quit` belongs under [global]"]),
        ("[tabel]\nnote = [\"Y\"]\n", &["k.toml:1:2: error: there is no scope `tabel`; did you mean [table]?"]),
        (
            "[zzzzzz]\n",
            &[
                "k.toml:1:2: error: there is no scope `zzzzzz`; scopes are global, list, table, detail, tail, past, queue, call, columns, help, dialog, letter, form, input",
            ],
        ),
        ("table = 3\n", &["k.toml:1:1: error: `table` must be a table: write [table]"]),
        ("[[table]]\nnote = [\"Y\"]\n", &["k.toml:1:3: error: `table` must be a table: write [table]"]),
        (
            "[table]\nnote = [\"ctrl-i\"]\n",
            &["k.toml:2:9: error: `ctrl-i` can never be pressed: terminals send `tab` for it"],
        ),
        (
            "[table]\nnote = [\"Y\", \"ctrl-shift-a\"]\n",
            &["k.toml:2:14: error: `ctrl-shift-a` can never be pressed: terminals send `ctrl-a` for it"],
        ),
        ("[table]\nnote = [\"crtl-x\"]\n", &["k.toml:2:9: error: `crtl-x` is not a key"]),
        ("[table]\nnote = [\"spcae\"]\n", &["k.toml:2:9: error: `spcae` is not a key; did you mean `space`?"]),
        ("[table]\nnote = [\"\"]\n", &["k.toml:2:9: error: there is no key in \"\"; to take all keys away write []"]),
        ("[table]\nnote = [\" \"]\n", &["k.toml:2:9: error: write `space` for the space bar"]),
        ("[table]\nnote = [\"disabled\"]\n", &["k.toml:2:9: error: \"disabled\" stands alone, not in a list"]),
        ("[table]\nnote = [\"a b c d e\"]\n", &["k.toml:2:9: error: a chord has at most 4 keys"]),
        ("[table]\nnote = [3]\n", &["k.toml:2:9: error: a key is a string: write it in quotes"]),
        ("[table]\nnote = true\n", &["k.toml:2:8: error: expected a key, a list of keys, or \"disabled\""]),
        ("[table.note]\nkey = 1\n", &["k.toml:1:8: error: expected a key, a list of keys, or \"disabled\""]),
        (
            "[input]\ninput-left = [\"b\"]\n",
            &["k.toml:2:15: error: `b` could no longer be typed: keys of [input] need ctrl or alt, or a name"],
        ),
        (
            "[global]\nquit = []\n",
            &["k.toml:2:1: error: there is no way to quit from [table]; `ctrl-c` does it all the same"],
        ),
        (
            "[dialog]\ndialog-cancel = \"disabled\"\n",
            &["k.toml:2:1: error: there is no way to leave a dialog; `esc` does it all the same"],
        ),
        (
            "[queue]\nqueue-close = []\n",
            &["k.toml:2:1: error: there is no way to leave the letters; `esc` does it all the same"],
        ),
        (
            "[input]\ninput-cancel = []\n",
            &["k.toml:2:1: error: there is no way to leave an input; `esc` does it all the same"],
        ),
        (
            "[global]\nquit = [\"Q\"]\n[tail]\ntail-kinds = [\"Q\"]\n",
            &[
                "k.toml:2:1: error: there is no way to quit from [tail]; `ctrl-c` does it all the same",
                "k.toml:4:15: warning: in [tail] `Q` is `tail-kinds` and hides `quit` of [global]",
            ],
        ),
        ("[table]\n\u{1b}[31m = 1\n", &["k.toml:2:1: error: this is not TOML: *"]),
        ("[table]\n\"\\u001b[31m\" = [\"Y\"]\n", &["k.toml:2:1: error: there is no action `\u{fffd}[31m`"]),
        (
            "[table]\nÄ = 1\nnote = [\"é\", \"ß\", \"ctrl-é\"]\n",
            &[
                "k.toml:2:1: error: this is not TOML: *",
                "k.toml:3:19: error: `ctrl-é` can never be pressed: terminals have no ctrl code for it",
            ],
        ),
        (
            "[table]\nnote = [\"é\", \"ß\", \"ctrl-é\"]\n",
            &["k.toml:2:19: error: `ctrl-é` can never be pressed: terminals have no ctrl code for it"],
        ),
        ("[table]\nnote = [\"Y\"\n", &["k.toml:2:12: error: this is not TOML: *"]),
        ("[table]\nnote = \"Y\"\nnote = \"w\"\n", &["k.toml:3:1: error: this is not TOML: *"]),
    ] {
        let found = problems(text);
        let same = found.len() == expected.len()
            && found.iter().zip(expected).all(|(found, expected)| match expected.strip_suffix('*') {
                // The words of the TOML parser are its own; the place is ours.
                Some(start) => found.starts_with(start),
                None => found == expected,
            });
        if !same {
            wrong.push(format!("{text}\n  found {found:#?}\n  instead of {expected:#?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One mistake does not hide the others, whatever it is.
#[test]
fn every_mistake_of_a_file_is_told_in_one_go() {
    let text = concat!(
        "redraw = [\"<C-l>\"]\n",
        "[tabel]\n",
        "note = [\"gg\"]\n",
        "[zzzzzz]\n",
        "check = [\"ret\"]\n",
        "[table]\n",
        "niote = [\"<CR>\"]\n",
        "quit = [\"ZZ\"]\n",
        "note = [\"C-x C-s\", \"minus\"]\n",
        "archive = [\"W\"]\n",
        "[[tail]]\n",
        "tail-kinds = [\"^X\"]\n",
    );
    assert_eq!(
        problems(text),
        [
            "k.toml:1:1: error: `redraw` belongs under [global]",
            "k.toml:1:11: error: `<C-l>` is not a key; did you mean `ctrl-l`?",
            "k.toml:2:2: error: there is no scope `tabel`; did you mean [table]?",
            "k.toml:3:9: error: `gg` is not a key; keys one after the other are written `g g`",
            "k.toml:4:2: error: there is no scope `zzzzzz`; scopes are global, list, table, detail, tail, past, queue, call, columns, help, dialog, letter, form, input",
            "k.toml:5:10: error: `ret` is not a key; did you mean `enter`?",
            "k.toml:7:1: error: there is no action `niote`; did you mean `note`?",
            "k.toml:7:10: error: `<CR>` is not a key; did you mean `enter`?",
            "k.toml:8:1: error: `quit` belongs under [global], not [table]",
            "k.toml:8:9: error: `ZZ` is not a key; keys one after the other are written `Z Z`",
            "k.toml:9:9: error: `C-x` is not a key; did you mean `ctrl-x`?",
            "k.toml:9:9: error: `C-s` is not a key; did you mean `ctrl-s`?",
            "k.toml:9:20: error: `minus` is not a key; did you mean `-`?",
            "k.toml:11:3: error: `tail` must be a table: write [tail]",
            "k.toml:12:15: error: `^X` is not a key; did you mean `ctrl-x`?",
        ]
    );
    assert_eq!(load(text).keys_for(Action::Archive), ["W"]);
    // What is no TOML hides nothing either, though nothing of the file holds then.
    let broken = "[table]\nnote = [\"u\"]\nnote = [\"w\"]\ncheck = ]\n[tail]\ntail-kinds = [\"gg\"]\n[table]\narchive = [\"ret\"]\n";
    let lines: Vec<usize> = keymap::check(broken, "k").iter().map(|problem| place(problem).0).collect();
    for line in [3, 4, 6, 7] {
        assert!(lines.contains(&line), "{line}: {:#?}", problems(broken));
    }
    assert!(load(broken).print() == DEFAULT);
}

#[test]
fn what_is_wrong_falls_back() {
    // A key that cannot be pressed leaves the default ones; of a list the good ones count.
    let map = load("[table]\nnote = [\"ctrl-i\"]\ncheck = [\"ctrl-m\", \"K\"]\nniote = [\"u\"]\n");
    assert_eq!(map.keys_for(Action::Note), ["n"]);
    assert_eq!(map.keys_for(Action::Check), ["K"]);
    // A file that is not TOML changes nothing.
    assert!(load("[table\nnote = 1").print() == DEFAULT);
    // Nobody is locked in.
    for text in [
        "[global]\nquit = []\n",
        "[global]\nquit = []\nredraw = [\"ctrl-c\"]\n[tail]\ntail-kinds = [\"ctrl-c x\"]\n",
        "[table]\nnote = [\"q\"]\ncheck = [\"ctrl-c\"]\n",
    ] {
        let map = load(text);
        for scope in [ActionScope::Table, ActionScope::Detail, ActionScope::Tail] {
            assert!(map.reaches(scope, Action::Quit), "{scope:?} {text}");
        }
    }
    assert!(load("[dialog]\ndialog-cancel = []\n").reaches(ActionScope::Dialog, Action::DialogCancel));
}

#[test]
fn warnings_are_no_errors() {
    let levels = |text| keymap::check(text, "k").iter().map(|problem| problem.warning).collect::<Vec<_>>();
    assert_eq!(levels("[table]\nnote = [\"r\"]\n"), [true]);
    assert_eq!(levels("[table]\nnote = [\"ctrl-m\"]\n"), [false]);
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

/// A line of a user's file: mostly right, sometimes not.
fn line() -> impl Strategy<Value = (usize, Vec<String>)> {
    let word = prop_oneof![
        4 => prop::sample::select(vec!["a", "q", "g", "G", "r", "esc", "tab", "ctrl-c", "ctrl-x", "space", "f5", "alt-x"])
            .prop_map(str::to_owned),
        1 => "[!-~]{1,4}",
        1 => prop::sample::select(vec!["ctrl-i", "ctrl-m", "nokey", "", "é", "\u{202e}"]).prop_map(str::to_owned),
    ];
    let chord = prop::collection::vec(word, 1..3).prop_map(|words| words.join(" "));
    (0..REGISTRY.len(), prop::collection::vec(chord, 0..3))
}

proptest! {
    /// Whatever stands in a file: there is a map, nobody is locked in, it prints as a file that gives the same map
    /// without an error, and what it says leads where it says.
    #[test]
    fn any_file_gives_a_map_that_works(lines in prop::collection::vec(line(), 0..20)) {
        let mut text = String::new();
        for scope in ActionScope::ALL {
            writeln!(text, "[{}]", scope.as_str()).unwrap();
            let mut seen = Vec::new();
            for (index, chords) in &lines {
                let info = &REGISTRY[*index];
                if info.scope == scope && !seen.contains(index) {
                    seen.push(*index);
                    let chords: toml_edit::Array = chords.iter().map(String::as_str).collect();
                    writeln!(text, "{} = {chords}", info.id).unwrap();
                }
            }
        }
        let (map, problems) = Keymap::load(Some(("k.toml", &text)));
        let lines = text.lines().count();
        for problem in &problems {
            let (line, column) = place(problem);
            prop_assert!(line >= 1 && line <= lines && column >= 1, "{}", problem);
        }
        for (scopes, action) in [
            (&[ActionScope::Table, ActionScope::Detail, ActionScope::Tail][..], Action::Quit),
            (&[ActionScope::Dialog], Action::DialogCancel),
            (&[ActionScope::Input], Action::InputCancel),
        ] {
            for scope in scopes {
                prop_assert!(map.reaches(*scope, action), "{:?} {:?}\n{}", scope, action, text);
            }
        }
        let printed = map.print();
        let (again, problems) = Keymap::load(Some(("printed", &printed)));
        prop_assert!(problems.iter().all(|problem| problem.warning), "{:?}\n{}", problems, printed);
        prop_assert_eq!(again.print(), printed);
        for info in REGISTRY {
            for chord in map.chords(info.action) {
                // Inside its own scope a chord is never in doubt.
                prop_assert_eq!(map.lookup(info.scope, chord), Lookup::Action(info.action));
                for len in 1..chord.len() {
                    prop_assert!(matches!(map.lookup(info.scope, &chord[..len]), Lookup::Prefix(_)));
                }
            }
        }
    }

    #[test]
    fn any_text_at_all_is_survived(text in "[\\[\\]a-z\"=,# \n\\\\{}.'é]{0,80}") {
        let (map, problems) = Keymap::load(Some(("k.toml", &text)));
        prop_assert!(map.reaches(ActionScope::Table, Action::Quit));
        for problem in problems {
            prop_assert!(!problem.to_string().chars().any(char::is_control));
        }
    }
}
