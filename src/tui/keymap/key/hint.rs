//! What was meant by a word that is no key here: other programs write `C-x`, `<CR>`, `gg`, `ret`, `^X`, `minus`.

use super::{Key, KeyError, NAMES, is_printed, split_modifier};
use crate::domain::suggest::{closest, suggestion};
use crate::domain::text::clean;

const ALIASES: &[(&str, &str)] = &[
    ("cr", "enter"),
    ("ret", "enter"),
    ("nl", "enter"),
    ("lf", "enter"),
    ("kenter", "enter"),
    ("bs", "backspace"),
    ("spc", "space"),
    ("prior", "pgup"),
    ("page-up", "pgup"),
    ("page_up", "pgup"),
    ("next", "pgdn"),
    ("pgdown", "pgdn"),
    ("page-down", "pgdn"),
    ("page_down", "pgdn"),
    ("backtab", "shift-tab"),
    ("minus", "-"),
    ("hyphen", "-"),
    ("dash", "-"),
    ("plus", "+"),
    ("comma", ","),
    ("period", "."),
    ("dot", "."),
    ("slash", "/"),
    ("backslash", "\\"),
    ("bslash", "\\"),
    ("bar", "|"),
    ("pipe", "|"),
    ("lt", "<"),
    ("less", "<"),
    ("gt", ">"),
    ("greater", ">"),
    ("equal", "="),
    ("equals", "="),
    ("semicolon", ";"),
    ("colon", ":"),
    ("quote", "'"),
    ("apostrophe", "'"),
    ("doublequote", "\""),
    ("grave", "`"),
    ("backtick", "`"),
    ("underscore", "_"),
    ("question", "?"),
    ("exclam", "!"),
    ("bang", "!"),
    ("asterisk", "*"),
    ("star", "*"),
    ("hash", "#"),
    ("at", "@"),
    ("percent", "%"),
    ("ampersand", "&"),
    ("tilde", "~"),
];

/// How others write modifiers, in lower case; a longer one before one that begins it.
const MODIFIERS: [(&str, &str); 18] = [
    ("control-", "ctrl-"),
    ("ctrl-", "ctrl-"),
    ("ctl-", "ctrl-"),
    ("c-", "ctrl-"),
    ("^", "ctrl-"),
    ("alt-", "alt-"),
    ("meta-", "alt-"),
    ("option-", "alt-"),
    ("opt-", "alt-"),
    ("a-", "alt-"),
    ("m-", "alt-"),
    ("shift-", "shift-"),
    ("s-", "shift-"),
    ("command-", "cmd-"),
    ("cmd-", "cmd-"),
    ("super-", "super-"),
    ("win-", "win-"),
    ("d-", "cmd-"),
];

/// The most characters that are taken for keys one after the other.
const MOST_KEYS: usize = 4;

/// Why a word is no key, with what to write instead as far as it can be told.
pub(super) fn unknown(word: &str) -> KeyError {
    match meant(word) {
        Ok(hint) => KeyError::Unknown { word: clean(word).into_owned(), hint },
        Err(why) => KeyError::Unreachable { word: clean(word).into_owned(), why },
    }
}

/// The hint, or why the key that was meant can never be pressed.
fn meant(word: &str) -> Result<String, String> {
    let lower = word.to_ascii_lowercase();
    if let Some(hint) = special(word, &lower) {
        return Ok(hint);
    }
    if let Some(key) = one(word) {
        return key.map(suggestion);
    }
    if let Some(keys) = several(word) {
        return keys.map(|keys| format!("; keys one after the other are written `{keys}`"));
    }
    let printed = word.chars().all(is_printed);
    let count = word.chars().count();
    let near = near_name(&lower).filter(|near| near != word);
    match near {
        Some(near) if count != 2 => Ok(suggestion(near)),
        _ if printed && (2..=MOST_KEYS).contains(&count) => {
            let keys = word.chars().map(String::from).collect::<Vec<_>>().join(" ");
            Ok(format!("; keys one after the other are written `{keys}`"))
        }
        _ => Ok(String::new()),
    }
}

/// What is no key anywhere else either.
fn special(word: &str, lower: &str) -> Option<String> {
    let leader = ["<leader>", "<localleader>"].into_iter().find_map(|leader| lower.strip_prefix(leader));
    if let Some(rest) = leader {
        let rest = word.get(word.len() - rest.len()..).unwrap_or_default();
        let rest = several(rest).or_else(|| one(rest)).and_then(Result::ok).unwrap_or_else(|| clean(rest).into_owned());
        return Some(format!("; there is no leader key, write one, as in `{}`", format!("space {rest}").trim_end()));
    }
    match lower.trim_matches(['<', '>']) {
        "nop" => Some("; to take all keys away write []".to_owned()),
        "ctrl" | "control" | "alt" | "meta" | "option" | "shift" | "super" | "cmd" | "command" | "win" | "hyper" => {
            Some("; a modifier stands before its key, as in `ctrl-x`, `alt-x` or `shift-tab`".to_owned())
        }
        _ => None,
    }
}

/// Reads one key as other programs write it; an error says why it can never be pressed. `None`: it is none of theirs.
fn one(word: &str) -> Option<Result<String, String>> {
    let inner = word.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).filter(|inner| !inner.is_empty());
    let mut rest = inner.unwrap_or(word);
    let mut ours = String::new();
    while let Some((modifier, after)) = modifier(rest) {
        if ours.contains(modifier) {
            return None;
        }
        ours.push_str(modifier);
        rest = after;
    }
    let lower = rest.to_ascii_lowercase();
    let base = match ALIASES.iter().find(|(theirs, _)| *theirs == lower) {
        Some((_, name)) => (*name).to_owned(),
        // Control makes no difference between small and capital letters.
        None if ours.contains("ctrl-") || rest.len() > 1 => lower,
        None => rest.to_owned(),
    };
    ours.push_str(&base);
    if ours == word {
        return None;
    }
    match Key::read(&ours)? {
        Ok(key) => Some(Ok(key.to_string())),
        Err(why) => Some(Err(why)),
    }
}

/// Splits off a modifier of another notation. What follows it must not be empty.
fn modifier(word: &str) -> Option<(&'static str, &str)> {
    MODIFIERS.into_iter().find_map(|(theirs, ours)| {
        let (head, tail) = word.split_at_checked(theirs.len())?;
        let head = head.to_ascii_lowercase().replace('+', "-");
        (head == theirs && !tail.is_empty()).then_some((ours, tail))
    })
}

/// Keys one after the other, some of them in angle brackets: `<C-w>h`, `g<CR>`.
fn several(word: &str) -> Option<Result<String, String>> {
    if !word.contains('<') || !word.contains('>') {
        return None;
    }
    let (mut keys, mut rest) = (Vec::new(), word);
    while let Some(first) = rest.chars().next() {
        let end = if first == '<' { rest.find('>')? + 1 } else { first.len_utf8() };
        let (key, after) = rest.split_at_checked(end)?;
        let key = if first == '<' { one(key)? } else { Key::read(key)?.map(|key| key.to_string()) };
        match key {
            Ok(key) => keys.push(key),
            Err(why) => return Some(Err(why)),
        }
        rest = after;
    }
    Some(Ok(keys.join(" ")))
}

/// The nearest name of a key, behind the same modifiers.
fn near_name(lower: &str) -> Option<String> {
    let bare = lower.trim_start_matches('<').trim_end_matches('>').replace('+', "-");
    let (modifiers, name) = bare.rsplit_once('-').unwrap_or(("", &bare));
    let near = closest(name, NAMES.iter().map(|(known, _)| *known))?;
    let whole = if modifiers.is_empty() { near.to_owned() } else { format!("{modifiers}-{near}") };
    is_well_formed(&whole).then_some(whole)
}

/// Whether a suggestion is itself well formed: known modifiers, each once.
fn is_well_formed(word: &str) -> bool {
    let mut seen = Vec::new();
    let mut rest = word;
    while let Some((modifier, after)) = split_modifier(rest) {
        if seen.contains(&modifier) || !["ctrl", "alt", "shift"].contains(&modifier) {
            return false;
        }
        seen.push(modifier);
        rest = after;
    }
    NAMES.iter().any(|(known, _)| *known == rest)
}
