//! Files with every kind of mistake, and what holds instead.

use super::*;

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
