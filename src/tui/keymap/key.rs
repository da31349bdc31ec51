//! One key as a terminal can send it, and as people write it.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key with its modifiers, in the one form that every spelling and every terminal is brought to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Why a text is not a key that can arrive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(String);

const NAMED: &[(&str, KeyCode)] = &[
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
];

/// Other words that people use for the same keys.
const ALSO: &[(&str, &str)] = &[
    ("escape", "esc"),
    ("return", "enter"),
    ("del", "delete"),
    ("ins", "insert"),
    ("pageup", "pgup"),
    ("page-up", "pgup"),
    ("pagedown", "pgdn"),
    ("page-down", "pgdn"),
    ("bs", "backspace"),
];

/// What a terminal sends for control and a letter that has a key of its own.
const SAME_BYTE: &[(char, &str, KeyCode)] = &[
    ('i', "tab", KeyCode::Tab),
    ('m', "enter", KeyCode::Enter),
    ('[', "esc", KeyCode::Esc),
    ('h', "backspace", KeyCode::Backspace),
];

impl Key {
    /// A key of a code and modifiers, normalised.
    pub fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let modifiers = modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        match code {
            KeyCode::BackTab => Self { code: KeyCode::Tab, modifiers: modifiers | KeyModifiers::SHIFT },
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => {
                let c = c.to_ascii_lowercase();
                match SAME_BYTE.iter().find(|same| same.0 == c) {
                    Some(same) => Self { code: same.2, modifiers: modifiers & KeyModifiers::ALT },
                    None => Self { code: KeyCode::Char(c), modifiers: modifiers - KeyModifiers::SHIFT },
                }
            }
            KeyCode::Char(c) => {
                let shifted = modifiers.contains(KeyModifiers::SHIFT);
                let c = if shifted && c.is_lowercase() { c.to_uppercase().next().unwrap_or(c) } else { c };
                Self { code: KeyCode::Char(c), modifiers: modifiers - KeyModifiers::SHIFT }
            }
            code => Self { code, modifiers },
        }
    }

    /// The key of an event; `None` for releases and keys that mean nothing here.
    pub fn of(event: KeyEvent) -> Option<Self> {
        let known = matches!(event.code, KeyCode::Char(_) | KeyCode::BackTab | KeyCode::F(_))
            || NAMED.iter().any(|(_, code)| *code == event.code);
        (known && event.kind != KeyEventKind::Release).then(|| Self::new(event.code, event.modifiers))
    }

    /// The character that it writes into a text input, if it does.
    pub fn text(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => Some(c),
            _ => None,
        }
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut modifiers = KeyModifiers::NONE;
        let mut name = text;
        while let Some((word, rest)) = name.split_once('-').filter(|(word, rest)| !word.is_empty() && !rest.is_empty())
        {
            let modifier = match word.to_ascii_lowercase().as_str() {
                "ctrl" | "control" | "c" => KeyModifiers::CONTROL,
                "alt" | "meta" | "m" => KeyModifiers::ALT,
                "shift" | "s" => KeyModifiers::SHIFT,
                _ => break,
            };
            if modifiers.contains(modifier) {
                return Err(KeyError(format!("`{word}` is said twice")));
            }
            modifiers |= modifier;
            name = rest;
        }
        let code = code(name)?;
        reachable(text, code, modifiers)?;
        Ok(Self::new(code, modifiers))
    }
}

fn code(name: &str) -> Result<KeyCode, KeyError> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return if crate::domain::text::is_invisible(c) || c == ' ' {
            Err(KeyError("a key that cannot be seen must be named, like `space`".to_owned()))
        } else {
            Ok(KeyCode::Char(c))
        };
    }
    let lower = name.to_ascii_lowercase();
    let lower = ALSO.iter().find(|(also, _)| *also == lower).map_or(lower.as_str(), |(_, name)| name);
    if let Some((_, code)) = NAMED.iter().find(|(known, _)| *known == lower) {
        return Ok(*code);
    }
    if let Some(number) = lower.strip_prefix('f').and_then(|number| number.parse::<u8>().ok()) {
        return if (1..=12).contains(&number) {
            Ok(KeyCode::F(number))
        } else {
            Err(KeyError(format!("there are keys f1 to f12, not f{number}")))
        };
    }
    let near = NAMED.iter().map(|(known, _)| *known).find(|known| strsim::damerau_levenshtein(known, lower) <= 2);
    let hint = near.map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
    Err(KeyError(format!("`{}` is not a key{hint}", crate::domain::text::clean(name))))
}

/// Refuses what a terminal never sends, or sends as something else.
fn reachable(text: &str, code: KeyCode, modifiers: KeyModifiers) -> Result<(), KeyError> {
    let control = modifiers.contains(KeyModifiers::CONTROL);
    let shift = modifiers.contains(KeyModifiers::SHIFT);
    let unreachable = match code {
        KeyCode::Char(c) if control => {
            let same = SAME_BYTE.iter().find(|same| same.0 == c.to_ascii_lowercase());
            if let Some((_, name, _)) = same {
                format!("arrives as `{name}`; write that")
            } else if shift || c.is_uppercase() {
                format!("arrives as `ctrl-{}`: terminals do not send shift with control", c.to_lowercase())
            } else if !c.is_ascii_lowercase() && !matches!(c, ' ' | '\\' | ']' | '^' | '_' | '@') {
                "is not sent by most terminals".to_owned()
            } else if matches!(c, 's' | 'q') {
                "is kept by many terminals to stop and start their output".to_owned()
            } else {
                return Ok(());
            }
        }
        KeyCode::Char(c) if shift => format!("is written as the letter that it types: `{}`", c.to_uppercase()),
        KeyCode::Tab | KeyCode::Enter | KeyCode::Esc | KeyCode::Backspace if control => {
            "arrives without the control key in most terminals".to_owned()
        }
        KeyCode::Enter | KeyCode::Esc | KeyCode::Backspace if shift => {
            "arrives without the shift key in most terminals".to_owned()
        }
        _ => return Ok(()),
    };
    Err(KeyError(format!("`{}` {unreachable}", crate::domain::text::clean(text))))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, word) in
            [(KeyModifiers::CONTROL, "ctrl-"), (KeyModifiers::ALT, "alt-"), (KeyModifiers::SHIFT, "shift-")]
        {
            if self.modifiers.contains(modifier) {
                f.write_str(word)?;
            }
        }
        match self.code {
            KeyCode::F(number) => write!(f, "f{number}"),
            code => match (NAMED.iter().find(|(_, known)| *known == code), code) {
                (Some((name, _)), _) => f.write_str(name),
                (None, KeyCode::Char(c)) => write!(f, "{c}"),
                (None, _) => f.write_str("?"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(code: KeyCode, modifiers: KeyModifiers) -> Option<String> {
        Key::of(KeyEvent::new(code, modifiers)).map(|key| key.to_string())
    }

    #[test]
    fn terminals_agree() {
        let (control, shift, none) = (KeyModifiers::CONTROL, KeyModifiers::SHIFT, KeyModifiers::NONE);
        for (code, modifiers, want) in [
            (KeyCode::Char('r'), none, "r"),
            (KeyCode::Char('R'), shift, "R"),
            (KeyCode::Char('r'), shift, "R"),
            (KeyCode::Char('i'), control, "tab"),
            (KeyCode::Char('C'), control | shift, "ctrl-c"),
            (KeyCode::Char('h'), control, "backspace"),
            (KeyCode::BackTab, shift, "shift-tab"),
            (KeyCode::BackTab, none, "shift-tab"),
            (KeyCode::Char(' '), none, "space"),
            (KeyCode::F(5), none, "f5"),
        ] {
            assert_eq!(event(code, modifiers).as_deref(), Some(want));
        }
        assert_eq!(event(KeyCode::CapsLock, none), None);
    }

    #[test]
    fn what_cannot_arrive_is_refused_with_the_reason() {
        for (text, reason) in [
            ("ctrl-i", "arrives as `tab`"),
            ("ctrl-m", "arrives as `enter`"),
            ("ctrl-[", "arrives as `esc`"),
            ("ctrl-R", "terminals do not send shift with control"),
            ("shift-r", "`R`"),
            ("ctrl-1", "is not sent by most terminals"),
            ("ctrl-enter", "without the control key"),
            ("entr", "did you mean `enter`?"),
            ("f13", "f1 to f12"),
            ("ctrl-ctrl-x", "said twice"),
            ("", "is not a key"),
            ("hello", "is not a key"),
        ] {
            let error = text.parse::<Key>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
        assert_eq!("-".parse::<Key>().unwrap().to_string(), "-");
        assert_eq!("alt--".parse::<Key>().unwrap().to_string(), "alt--");
    }

    proptest! {
        #[test]
        fn print_and_parse(c in any::<char>(), control: bool, alt: bool, f in 1u8..=12) {
            for code in [KeyCode::Char(c), KeyCode::F(f), KeyCode::Tab] {
                let mut modifiers = KeyModifiers::NONE;
                modifiers.set(KeyModifiers::CONTROL, control);
                modifiers.set(KeyModifiers::ALT, alt);
                let key = Key::new(code, modifiers);
                if let Ok(parsed) = key.to_string().parse::<Key>() {
                    prop_assert_eq!(parsed, key);
                }
            }
        }

        #[test]
        fn any_text_is_survived(text in ".{0,12}") {
            let _ = text.parse::<Key>();
        }
    }
}
