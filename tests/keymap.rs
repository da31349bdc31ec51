//! Keymap files, right and wrong: every mistake has its place, and none stops the program.
#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use cloverwatch::tui::action::{Action, REGISTRY, Scope};
use cloverwatch::tui::keymap::{DEFAULT, Key, Keymap, Lookup, check};
use proptest::prelude::*;

fn problems(text: &str) -> Vec<String> {
    check("my.toml", text).iter().map(ToString::to_string).collect()
}

fn keys(text: &str) -> Vec<Key> {
    text.split_whitespace().map(|key| key.parse().unwrap()).collect()
}

#[test]
fn the_default_map_is_right_and_says_something_about_every_action() {
    assert_eq!(problems(DEFAULT), Vec::<String>::new());
    let map = Keymap::default();
    for info in REGISTRY {
        for typed in map.keys_for(info.action) {
            assert_eq!(map.lookup(info.scope, &keys(&typed)), Lookup::Action(info.action), "{typed}");
        }
        assert!(DEFAULT.contains(&format!("\n{} = ", info.id)), "{} is not in keymap.toml", info.id);
    }
}

#[test]
fn what_is_printed_is_the_same_map() {
    let (map, _) = Keymap::load(Some(("my.toml", "[table]\nreissue = [\"R\", \"x x\"]\nnote = \"disabled\"\n")));
    let printed = map.print();
    let (again, _) = Keymap::load(Some(("printed.toml", &printed)));
    for info in REGISTRY {
        assert_eq!(map.keys_for(info.action), again.keys_for(info.action), "{}", info.id);
    }
}

#[test]
fn a_users_entry_replaces_the_default_keys() {
    let (map, wrong) = Keymap::load(Some(("my.toml", "[table]\nreissue = [\"f5\", \"R\"]\n")));
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(map.keys_for(Action::Reissue), ["f5", "R"]);
    assert_eq!(map.lookup(Scope::Table, &keys("r")), Lookup::None);
}

#[test]
fn chords_and_their_hints() {
    let map = Keymap::default();
    assert_eq!(map.lookup(Scope::Table, &keys("g")), Lookup::Prefix);
    assert_eq!(map.lookup(Scope::Table, &keys("g g")), Lookup::Action(Action::Top));
    assert_eq!(map.lookup(Scope::Table, &keys("g x")), Lookup::None);
    let hints = map.hints(Scope::Table, &keys("y"));
    assert_eq!(hints.iter().map(|hint| hint.keys.as_str()).collect::<Vec<_>>(), ["c", "d"]);
    assert_eq!(map.lookup(Scope::Table, &keys("q")), Lookup::Action(Action::Quit));
    assert_eq!(map.lookup(Scope::Input, &keys("q")), Lookup::None, "a letter typed into a text is a letter");
}

#[test]
fn every_mistake_has_its_place() {
    for (text, want) in [
        ("[table]\nreissue = [\"ctrl-i\"]\n", "my.toml:2:12: error: `ctrl-i` arrives as `tab`; write that"),
        ("[table]\nreisue = \"r\"\n", "my.toml:2:1: error: `reisue` is not an action; did you mean `reissue`?"),
        ("[tabel]\n", "my.toml:1:2: error: `tabel` is not a place for keys; did you mean `table`?"),
        ("[tail]\nreissue = \"R\"\n", "my.toml:2:1: error: `reissue` belongs into [table], not into [tail]"),
        ("[table]\nnote = \"U\"\nassign = [\"U\"]\n", "my.toml:3:11: error: `U` has been given to `note` already"),
        (
            "[table]\nnote = \"U\"\nassign = \"U a\"\n",
            "my.toml:3:10: error: `U a` can never be typed: `U` alone is `note`",
        ),
        (
            "[table]\nnote = \"U a\"\nassign = \"U\"\n",
            "my.toml:3:10: error: `U` would make `U a` (`note`) impossible to type",
        ),
        ("[table]\nnote = \"x\"\n", "my.toml:2:8: warning: `x` was `revoke` by default; give that another key"),
        (
            "[table]\nnote = \"g\"\n",
            "my.toml:2:8: warning: `g` and `g g` (`top` by default) cannot both be typed; give that another key",
        ),
        (
            "[table]\nnote = \"t\"\n",
            "my.toml:2:8: warning: in [table] `t` (`note`) hides the global `t` (`toggle-tail`)",
        ),
        (
            "[global]\nredraw = \"j\"\n",
            "my.toml:2:10: warning: in [table] `j` (`down`) hides the global `j` (`redraw`)",
        ),
        ("[global]\nquit = \"disabled\"\n", "my.toml:2:1: error: there would be no key to quit; the default ones stay"),
        (
            "[table]\nnote = 7\n",
            "my.toml:2:8: error: keys are written as [\"r\", \"f5\"], as \"r\", or as \"disabled\"",
        ),
        (
            "[table]\nnote = [\"\"]\n",
            "my.toml:2:9: error: the key is empty; write \"disabled\" for no key, \"space\" for the space bar",
        ),
        ("table = 1\n", "my.toml:1:1: error: `table` is a section: write `[table]`"),
    ] {
        let found = problems(text);
        assert!(found.iter().any(|found| found == want), "{text}\nwant {want}\nfound {found:#?}");
    }
    let broken = problems("[table\nx");
    assert!(broken[0].starts_with("my.toml:1:"), "{broken:?}");
}

#[test]
fn without_a_way_out_the_default_one_stays() {
    let (map, _) = Keymap::load(Some(("my.toml", "[global]\nquit = []\n[table]\nnote = \"q\"\n")));
    assert_eq!(map.lookup(Scope::Global, &keys("q")), Lookup::Action(Action::Quit));
    assert!(!map.keys_for(Action::Quit).is_empty());
}

proptest! {
    #[test]
    fn no_file_stops_the_program(text in "(\\[(table|global|dialog)\\]\n)?([a-z-]{1,8} = (\"[ -~]{0,8}\"|\\[\"[a-z ]{0,4}\"\\]|[0-9]|)\n){0,5}") {
        let (map, _) = Keymap::load(Some(("my.toml", &text)));
        prop_assert!(!map.keys_for(Action::Quit).is_empty());
    }
}
