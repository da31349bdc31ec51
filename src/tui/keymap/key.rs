//! One key as a terminal can send it: reading it from `keymap.toml`, writing it, and taking it from an event.

mod hint;

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::domain::text::{clean, is_invisible};

/// What is printed on the key, or what it types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeySymbol {
    /// A character; a space too. Shift is already in it.
    Char(char),
    Enter,
    Tab,
    Esc,
    Backspace,
    Delete,
    Insert,
    Home,
    End,
    PageUp,
    PageDown,
    Up,
    Down,
    Left,
    Right,
    /// A function key, 1 to 12.
    F(u8),
}

/// A key with its modifiers, in the one form in which the terminal reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub code: KeySymbol,
    pub ctrl: bool,
    /// Alt (Meta, Option) was held.
    pub alt: bool,
    /// Shift was held; only for keys that are not characters.
    pub shift: bool,
}

/// Why a word is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("`{word}` is not a key{hint}")]
    Unknown {
        word: String,
        /// What to write instead, as the end of the sentence; may be empty.
        hint: String,
    },
    /// It is a key, but no terminal sends it, or it arrives as another one.
    #[error("`{word}` can never be pressed: {why}")]
    Unreachable { word: String, why: String },
}

/// The names of keys; the first of a kind is the one that is written.
const NAMES: &[(&str, KeySymbol)] = &[
    ("space", KeySymbol::Char(' ')),
    ("enter", KeySymbol::Enter),
    ("return", KeySymbol::Enter),
    ("tab", KeySymbol::Tab),
    ("esc", KeySymbol::Esc),
    ("escape", KeySymbol::Esc),
    ("backspace", KeySymbol::Backspace),
    ("delete", KeySymbol::Delete),
    ("del", KeySymbol::Delete),
    ("insert", KeySymbol::Insert),
    ("ins", KeySymbol::Insert),
    ("home", KeySymbol::Home),
    ("end", KeySymbol::End),
    ("pgup", KeySymbol::PageUp),
    ("pageup", KeySymbol::PageUp),
    ("pgdn", KeySymbol::PageDown),
    ("pagedown", KeySymbol::PageDown),
    ("up", KeySymbol::Up),
    ("down", KeySymbol::Down),
    ("left", KeySymbol::Left),
    ("right", KeySymbol::Right),
    ("f1", KeySymbol::F(1)),
    ("f2", KeySymbol::F(2)),
    ("f3", KeySymbol::F(3)),
    ("f4", KeySymbol::F(4)),
    ("f5", KeySymbol::F(5)),
    ("f6", KeySymbol::F(6)),
    ("f7", KeySymbol::F(7)),
    ("f8", KeySymbol::F(8)),
    ("f9", KeySymbol::F(9)),
    ("f10", KeySymbol::F(10)),
    ("f11", KeySymbol::F(11)),
    ("f12", KeySymbol::F(12)),
];

impl Key {
    pub const fn plain(code: KeySymbol) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    pub const fn char(c: char) -> Self {
        Self::plain(KeySymbol::Char(c))
    }

    pub const fn ctrl(c: char) -> Self {
        Self { code: KeySymbol::Char(c), ctrl: true, alt: false, shift: false }
    }

    /// The character that it types into a line of text.
    pub fn types(self) -> Option<char> {
        match self.code {
            KeySymbol::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }

    /// The key of an event; none for a release and for keys that no map can name. The many ways in which one and the
    /// same key is reported fall together here: shift with a letter, ctrl-i and tab, ctrl-h and backspace.
    pub fn of(event: KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let has = |modifier| event.modifiers.contains(modifier);
        let key = Self {
            code: KeySymbol::Enter,
            ctrl: has(KeyModifiers::CONTROL),
            alt: has(KeyModifiers::ALT),
            shift: has(KeyModifiers::SHIFT),
        };
        let code = match event.code {
            KeyCode::Char(c) => return Some(key.with_char(c)),
            KeyCode::BackTab => return Some(Self { code: KeySymbol::Tab, shift: true, ctrl: false, ..key }),
            KeyCode::Enter => KeySymbol::Enter,
            KeyCode::Tab => KeySymbol::Tab,
            KeyCode::Esc => KeySymbol::Esc,
            KeyCode::Backspace => KeySymbol::Backspace,
            KeyCode::Delete => KeySymbol::Delete,
            KeyCode::Insert => KeySymbol::Insert,
            KeyCode::Home => KeySymbol::Home,
            KeyCode::End => KeySymbol::End,
            KeyCode::PageUp => KeySymbol::PageUp,
            KeyCode::PageDown => KeySymbol::PageDown,
            KeyCode::Up => KeySymbol::Up,
            KeyCode::Down => KeySymbol::Down,
            KeyCode::Left => KeySymbol::Left,
            KeyCode::Right => KeySymbol::Right,
            KeyCode::F(n @ 1..=12) => KeySymbol::F(n),
            _ => return None,
        };
        Some(Self { code, ..key })
    }

    /// The same modifiers on a character, in the form in which every terminal could have sent it.
    fn with_char(self, c: char) -> Self {
        let plain = |code| Self { code, ctrl: false, alt: self.alt, shift: false };
        if !self.ctrl {
            // A terminal that reports shift and the lower-case letter means the upper-case one.
            let c = if self.shift { upper(c) } else { c };
            return plain(KeySymbol::Char(c));
        }
        match c.to_ascii_lowercase() {
            'i' => plain(KeySymbol::Tab),
            'm' => plain(KeySymbol::Enter),
            '[' | '3' => plain(KeySymbol::Esc),
            'h' | '8' | '?' => plain(KeySymbol::Backspace),
            '@' | '2' => Self { ctrl: true, ..plain(KeySymbol::Char(' ')) },
            '4' => Self { ctrl: true, ..plain(KeySymbol::Char('\\')) },
            '5' => Self { ctrl: true, ..plain(KeySymbol::Char(']')) },
            '6' => Self { ctrl: true, ..plain(KeySymbol::Char('^')) },
            '7' | '/' => Self { ctrl: true, ..plain(KeySymbol::Char('_')) },
            c => Self { ctrl: true, ..plain(KeySymbol::Char(c)) },
        }
    }

    /// Reads one key as it is written in `keymap.toml`: `j`, `G`, `ctrl-x`, `alt-enter`, `shift-tab`, `f5`.
    pub fn parse(word: &str) -> Result<Self, KeyError> {
        match Self::read(word) {
            Some(read) => read.map_err(|why| KeyError::Unreachable { word: clean(word).into_owned(), why }),
            None => Err(hint::unknown(word)),
        }
    }

    /// A key, or why it can never be pressed; `None`: the word is none.
    fn read(word: &str) -> Option<Result<Self, String>> {
        let mut key = Self::plain(KeySymbol::Enter);
        let mut rest = word;
        while let Some((modifier, after)) = split_modifier(rest) {
            let held = match modifier {
                "ctrl" => &mut key.ctrl,
                "alt" => &mut key.alt,
                "shift" => &mut key.shift,
                _ => return Some(Err("terminals do not pass that modifier on; take ctrl or alt".to_owned())),
            };
            if std::mem::replace(held, true) {
                return None;
            }
            rest = after;
        }
        let mut chars = rest.chars();
        key.code = match (chars.next(), chars.next()) {
            (Some(c), None) if is_printed(c) => KeySymbol::Char(c),
            _ => NAMES.iter().find(|(known, _)| rest.eq_ignore_ascii_case(known)).map(|(_, code)| *code)?,
        };
        Some(key.reachable())
    }

    /// The key in its one form, or why nobody can press it in a terminal.
    fn reachable(mut self) -> Result<Self, String> {
        let no = |why: &str| Err(why.to_owned());
        let reads = |key: Self| Err(format!("terminals send `{key}` for it"));
        match self.code {
            KeySymbol::Char(c) if self.ctrl && self.shift => {
                reads(Self { code: KeySymbol::Char(c.to_ascii_lowercase()), shift: false, ..self })
            }
            KeySymbol::Char(c) if self.ctrl && c.is_ascii_uppercase() => {
                reads(Self { code: KeySymbol::Char(c.to_ascii_lowercase()), ..self })
            }
            KeySymbol::Char(c) if self.ctrl => {
                let sent = self.with_char(c);
                match sent.code {
                    KeySymbol::Char('a'..='z' | ' ' | '\\' | ']' | '^' | '_') if sent == self => Ok(self),
                    KeySymbol::Char(sent_char) if sent_char == c => no("terminals have no ctrl code for it"),
                    _ => reads(sent),
                }
            }
            KeySymbol::Char(c) if self.shift && c.is_alphabetic() && upper(c) != c => {
                self.code = KeySymbol::Char(upper(c));
                self.shift = false;
                self.reachable()
            }
            KeySymbol::Char(c) if self.shift && c.is_alphabetic() => {
                self.shift = false;
                self.reachable()
            }
            KeySymbol::Char(' ') if self.shift => reads(Self { shift: false, ..self }),
            KeySymbol::Char(_) if self.shift => no("write the character that it types instead"),
            KeySymbol::Char('[' | 'O') if self.alt => no("the arrow and function keys begin with the same bytes"),
            KeySymbol::Char('P' | 'X' | '\\' | ']' | '^' | '_') if self.alt => {
                no("what terminals answer begins with the same bytes")
            }
            KeySymbol::Char(_) => Ok(self),
            KeySymbol::Esc if self.alt || self.ctrl || self.shift => reads(Self::plain(KeySymbol::Esc)),
            KeySymbol::Enter | KeySymbol::Backspace if self.ctrl || self.shift => {
                reads(Self { ctrl: false, shift: false, ..self })
            }
            KeySymbol::Tab if self.ctrl => reads(Self { ctrl: false, ..self }),
            KeySymbol::Tab if self.alt => no("the desktop takes it to switch windows"),
            KeySymbol::PageUp | KeySymbol::PageDown if self.shift => no("the terminal takes it to scroll back"),
            _ => Ok(self),
        }
    }
}

/// The one upper-case character of a letter; itself where there is none, or more than one (ß).
fn upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Splits off a leading modifier, written with `-`. What follows it must not be empty.
fn split_modifier(word: &str) -> Option<(&'static str, &str)> {
    const MODIFIERS: [&str; 7] = ["ctrl", "alt", "shift", "super", "cmd", "win", "hyper"];
    MODIFIERS.into_iter().find_map(|modifier| {
        let (head, tail) = word.split_at_checked(modifier.len())?;
        let tail = tail.strip_prefix('-')?;
        (head.eq_ignore_ascii_case(modifier) && !tail.is_empty()).then_some((modifier, tail))
    })
}

/// Whether a character can stand for the key that types it.
fn is_printed(c: char) -> bool {
    !is_invisible(c) && !c.is_whitespace()
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if held {
                f.write_str(name)?;
            }
        }
        match NAMES.iter().find(|(_, code)| *code == self.code) {
            Some((name, _)) => f.write_str(name),
            None => match self.code {
                KeySymbol::Char(c) => write!(f, "{c}"),
                _ => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests;
