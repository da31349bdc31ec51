//! Keys: what events, words and mistakes become.

use proptest::prelude::*;

use super::*;

fn event(code: KeyCode, modifiers: KeyModifiers) -> Key {
    Key::of(KeyEvent::new(code, modifiers)).unwrap()
}

#[test]
fn one_key_has_one_form() {
    const NONE: KeyModifiers = KeyModifiers::NONE;
    const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
    const CTRL: KeyModifiers = KeyModifiers::CONTROL;
    for (code, modifiers, written) in [
        (KeyCode::Char('g'), NONE, "g"),
        (KeyCode::Char('G'), SHIFT, "G"),
        (KeyCode::Char('G'), NONE, "G"),
        (KeyCode::Char('g'), SHIFT, "G"),
        (KeyCode::Char('é'), SHIFT, "É"),
        (KeyCode::Char('?'), SHIFT, "?"),
        (KeyCode::Char(' '), NONE, "space"),
        (KeyCode::Char(' '), CTRL, "ctrl-space"),
        (KeyCode::Char('i'), CTRL, "tab"),
        (KeyCode::Char('m'), CTRL, "enter"),
        (KeyCode::Char('['), CTRL, "esc"),
        (KeyCode::Char('h'), CTRL, "backspace"),
        (KeyCode::Char('H'), CTRL | SHIFT, "backspace"),
        (KeyCode::Char('4'), CTRL, "ctrl-\\"),
        (KeyCode::Char('7'), CTRL, "ctrl-_"),
        (KeyCode::Char('C'), CTRL | SHIFT, "ctrl-c"),
        (KeyCode::Char('x'), KeyModifiers::ALT, "alt-x"),
        (KeyCode::Char('K'), KeyModifiers::ALT | SHIFT, "alt-K"),
        (KeyCode::BackTab, SHIFT, "shift-tab"),
        (KeyCode::BackTab, NONE, "shift-tab"),
        (KeyCode::Left, CTRL, "ctrl-left"),
        (KeyCode::F(5), NONE, "f5"),
    ] {
        let key = event(code, modifiers);
        assert_eq!(key.to_string(), written);
        assert_eq!(Key::parse(written).unwrap(), key, "{written}");
    }
    assert_eq!(Key::of(KeyEvent::new(KeyCode::CapsLock, NONE)), None);
    assert_eq!(Key::of(KeyEvent::new_with_kind(KeyCode::Enter, NONE, KeyEventKind::Release)), None);
}

#[test]
fn spellings_fall_together() {
    for (one, other) in [
        ("shift-g", "G"),
        ("return", "enter"),
        ("escape", "esc"),
        ("pagedown", "pgdn"),
        ("DEL", "delete"),
        ("Ctrl-x", "ctrl-x"),
        ("alt-ctrl-x", "ctrl-alt-x"),
        ("alt-shift-k", "alt-K"),
    ] {
        assert_eq!(Key::parse(one).unwrap(), Key::parse(other).unwrap());
    }
    assert_eq!(Key::parse("-").unwrap(), Key::char('-'));
    assert_eq!(Key::parse("alt--").unwrap().to_string(), "alt--");
}

#[test]
fn what_is_wrong_is_said() {
    for (word, message) in [
        ("ctrl-i", "`ctrl-i` can never be pressed: terminals send `tab` for it"),
        ("ctrl-m", "`ctrl-m` can never be pressed: terminals send `enter` for it"),
        ("ctrl-[", "`ctrl-[` can never be pressed: terminals send `esc` for it"),
        ("ctrl-h", "`ctrl-h` can never be pressed: terminals send `backspace` for it"),
        ("ctrl-alt-i", "`ctrl-alt-i` can never be pressed: terminals send `alt-tab` for it"),
        ("ctrl-shift-a", "`ctrl-shift-a` can never be pressed: terminals send `ctrl-a` for it"),
        ("alt-]", "`alt-]` can never be pressed: what terminals answer begins with the same bytes"),
        ("ctrl-A", "`ctrl-A` can never be pressed: terminals send `ctrl-a` for it"),
        ("ctrl-/", "`ctrl-/` can never be pressed: terminals send `ctrl-_` for it"),
        ("ctrl-1", "`ctrl-1` can never be pressed: terminals have no ctrl code for it"),
        ("ctrl-;", "`ctrl-;` can never be pressed: terminals have no ctrl code for it"),
        ("ctrl-enter", "`ctrl-enter` can never be pressed: terminals send `enter` for it"),
        ("shift-enter", "`shift-enter` can never be pressed: terminals send `enter` for it"),
        ("shift-space", "`shift-space` can never be pressed: terminals send `space` for it"),
        ("ctrl-tab", "`ctrl-tab` can never be pressed: terminals send `tab` for it"),
        ("alt-esc", "`alt-esc` can never be pressed: terminals send `esc` for it"),
        ("alt-tab", "`alt-tab` can never be pressed: the desktop takes it to switch windows"),
        ("alt-[", "`alt-[` can never be pressed: the arrow and function keys begin with the same bytes"),
        ("shift-1", "`shift-1` can never be pressed: write the character that it types instead"),
        ("shift-pgup", "`shift-pgup` can never be pressed: the terminal takes it to scroll back"),
        ("cmd-c", "`cmd-c` can never be pressed: terminals do not pass that modifier on; take ctrl or alt"),
        ("ctrl+x", "`ctrl+x` is not a key; did you mean `ctrl-x`?"),
        ("C-x", "`C-x` is not a key; did you mean `ctrl-x`?"),
        ("<c-x>", "`<c-x>` is not a key; did you mean `ctrl-x`?"),
        ("^x", "`^x` is not a key; did you mean `ctrl-x`?"),
        ("pgdwn", "`pgdwn` is not a key; did you mean `pgdn`?"),
        ("ctrl-lefft", "`ctrl-lefft` is not a key; did you mean `ctrl-left`?"),
        ("f13", "`f13` is not a key; did you mean `f1`?"),
        ("ctrl-ctrl-x", "`ctrl-ctrl-x` is not a key"),
        ("ctrl-", "`ctrl-` is not a key"),
        ("\u{1b}", "`\u{fffd}` is not a key"),
        ("\u{202e}x", "`\u{fffd}x` is not a key"),
    ] {
        assert_eq!(Key::parse(word).unwrap_err().to_string(), message, "{word:?}");
    }
}

/// People write keys as their other programs do.
#[test]
fn the_notations_of_other_programs_get_what_to_write() {
    for (word, hint) in [
        ("gg", "; keys one after the other are written `g g`"),
        ("ZZ", "; keys one after the other are written `Z Z`"),
        ("dw", "; keys one after the other are written `d w`"),
        ("gcc", "; keys one after the other are written `g c c`"),
        ("<CR>", "; did you mean `enter`?"),
        ("<Esc>", "; did you mean `esc`?"),
        ("<Space>", "; did you mean `space`?"),
        ("<BS>", "; did you mean `backspace`?"),
        ("<lt>", "; did you mean `<`?"),
        ("<C-x>", "; did you mean `ctrl-x`?"),
        ("<C-X>", "; did you mean `ctrl-x`?"),
        ("<M-x>", "; did you mean `alt-x`?"),
        ("<A-CR>", "; did you mean `alt-enter`?"),
        ("<S-Tab>", "; did you mean `shift-tab`?"),
        ("<S-g>", "; did you mean `G`?"),
        ("<F5>", "; did you mean `f5`?"),
        ("<PageUp>", "; did you mean `pgup`?"),
        ("<C-w>h", "; keys one after the other are written `ctrl-w h`"),
        ("g<CR>", "; keys one after the other are written `g enter`"),
        ("<C-x><C-s>", "; keys one after the other are written `ctrl-x ctrl-s`"),
        ("<leader>x", "; there is no leader key, write one, as in `space x`"),
        ("<Leader><CR>", "; there is no leader key, write one, as in `space enter`"),
        ("<nop>", "; to take all keys away write []"),
        ("ret", "; did you mean `enter`?"),
        ("RET", "; did you mean `enter`?"),
        ("SPC", "; did you mean `space`?"),
        ("C-x", "; did you mean `ctrl-x`?"),
        ("C-SPC", "; did you mean `ctrl-space`?"),
        ("C-M-x", "; did you mean `ctrl-alt-x`?"),
        ("M-x", "; did you mean `alt-x`?"),
        ("M->", "; did you mean `alt->`?"),
        ("M-<", "; did you mean `alt-<`?"),
        ("<M->>", "; did you mean `alt->`?"),
        ("meta-x", "; did you mean `alt-x`?"),
        ("option-x", "; did you mean `alt-x`?"),
        ("^X", "; did you mean `ctrl-x`?"),
        ("Shift+Tab", "; did you mean `shift-tab`?"),
        ("control-x", "; did you mean `ctrl-x`?"),
        ("minus", "; did you mean `-`?"),
        ("plus", "; did you mean `+`?"),
        ("alt-plus", "; did you mean `alt-+`?"),
        ("page_down", "; did you mean `pgdn`?"),
        ("super", "; a modifier stands before its key, as in `ctrl-x`, `alt-x` or `shift-tab`"),
        ("ctrl", "; a modifier stands before its key, as in `ctrl-x`, `alt-x` or `shift-tab`"),
    ] {
        assert_eq!(Key::parse(word).unwrap_err().to_string(), format!("`{word}` is not a key{hint}"));
    }
    for (word, why) in [
        ("<C-i>", "terminals send `tab` for it"),
        ("C-RET", "terminals send `enter` for it"),
        ("Ctrl+Shift+Tab", "terminals send `shift-tab` for it"),
        ("ctrl-minus", "terminals have no ctrl code for it"),
        ("M-[", "the arrow and function keys begin with the same bytes"),
        ("super-x", "terminals do not pass that modifier on; take ctrl or alt"),
        ("<D-c>", "terminals do not pass that modifier on; take ctrl or alt"),
        ("Cmd+C", "terminals do not pass that modifier on; take ctrl or alt"),
    ] {
        assert_eq!(Key::parse(word).unwrap_err().to_string(), format!("`{word}` can never be pressed: {why}"));
    }
    for word in ["space", "pgup", "del", "return", "escape"] {
        assert!(Key::parse(word).is_ok(), "{word}");
    }
}

proptest! {
    /// What is written instead is a key.
    #[test]
    fn a_hint_can_be_taken(word in "(<)?([CMASDc^]-?)?([!-~]|[a-z]{2,6})(>)?[!-~]?") {
        let Err(KeyError::Unknown { hint, .. }) = Key::parse(&word) else { return Ok(()) };
        let Some(start) = hint.find('`') else { return Ok(()) };
        let end = hint.rfind('`').unwrap();
        if !hint.contains("modifier") {
            for key in hint[start + 1..end].split(' ') {
                prop_assert!(Key::parse(key).is_ok(), "{}: {}", word, hint);
            }
        }
    }

    /// Whatever a terminal can report has a written form that is read back as the same key.
    #[test]
    fn events_are_written_and_read_back(c in any::<char>(), ctrl: bool, alt: bool, shift: bool) {
        let mut modifiers = KeyModifiers::NONE;
        modifiers.set(KeyModifiers::CONTROL, ctrl);
        modifiers.set(KeyModifiers::ALT, alt);
        modifiers.set(KeyModifiers::SHIFT, shift);
        let key = event(KeyCode::Char(c), modifiers);
        match Key::parse(&key.to_string()) {
            Ok(read) => prop_assert_eq!(read, key),
            // Unreachable and invisible characters have no written form.
            Err(error) => prop_assert!(ctrl || alt || is_invisible(c) || c.is_whitespace(), "{}", error),
        }
    }

    #[test]
    fn what_is_read_is_written_the_same(word in "(ctrl-)?(alt-)?(shift-)?([!-~]|[a-z]{2,9}|f[0-9]{1,2})") {
        if let Ok(key) = Key::parse(&word) {
            prop_assert_eq!(Key::parse(&key.to_string()).unwrap(), key);
        }
    }

    #[test]
    fn nothing_panics(word in any::<String>()) {
        if let Err(error) = Key::parse(&word) {
            prop_assert!(!error.to_string().chars().any(is_invisible));
        }
    }
}
