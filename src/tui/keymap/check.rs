//! What is wrong with a keymap file: each with file, line and column.

use std::fmt;

use super::file::{self, Entry};
use super::{Binding, DEFAULT, Keymap, chord, searched};
use crate::tui::action::{Action, Scope};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It works, but perhaps not as meant.
    Warning,
    /// It does not count.
    Error,
}

/// Something wrong, and where. Line and column are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was named.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
    /// How bad it is.
    pub level: Level,
    /// What.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Warning => "warning",
            Level::Error => "error",
        };
        let file = crate::domain::text::clean(&self.file);
        write!(f, "{file}:{}:{}: {level}: {}", self.line, self.column, self.message)
    }
}

/// Everything that is wrong with a user's file, in the order of the text.
pub fn check(name: &str, text: &str) -> Vec<Problem> {
    if text == DEFAULT {
        let (entries, mut problems) = file::read(name, text);
        problems.extend(overlay(&[], &entries, name).1);
        return problems;
    }
    Keymap::load(Some((name, text))).1
}

/// Lays a user's entries over the defaults: where both want the same keys, the user has them.
pub(super) fn overlay(defaults: &[Entry], user: &[Entry], file: &str) -> (Vec<Binding>, Vec<Problem>) {
    let mut out = Overlay { file, bindings: Vec::new(), problems: Vec::new() };
    for entry in user {
        out.take(entry);
    }
    let untouched: Vec<_> =
        defaults.iter().filter(|default| !user.iter().any(|entry| entry.action == default.action)).cloned().collect();
    let own = out.bindings.clone();
    for binding in file::bindings(&untouched) {
        match own.iter().find(|own| own.scope == binding.scope && collide(&own.keys, &binding.keys)) {
            None => out.bindings.push(binding),
            Some(own) => out.overridden(user, own, &binding),
        }
    }
    out.across_scopes(user);
    out.quit(user, defaults);
    (out.bindings, out.problems)
}

/// Whether two chords cannot both be typed: the same, or one begins the other.
fn collide(a: &[super::Key], b: &[super::Key]) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

struct Overlay<'a> {
    file: &'a str,
    bindings: Vec<Binding>,
    problems: Vec<Problem>,
}

impl Overlay<'_> {
    fn say(&mut self, (line, column): (u32, u32), level: Level, message: String) {
        self.problems.push(Problem { file: self.file.to_owned(), line, column, level, message });
    }

    /// Takes a user's entry, but not what collides with an earlier one of the same file.
    fn take(&mut self, entry: &Entry) {
        let scope = entry.action.info().scope;
        for new in &entry.chords {
            let taken = self.bindings.iter().find(|old| old.scope == scope && collide(&old.keys, &new.keys)).cloned();
            match taken {
                None => self.bindings.push(Binding { scope, keys: new.keys.clone(), action: entry.action }),
                Some(old) => {
                    let (new_keys, old_keys, id) = (chord(&new.keys), chord(&old.keys), old.action.info().id);
                    let message = if new.keys == old.keys {
                        format!("`{new_keys}` has been given to `{id}` already")
                    } else if old.keys.len() < new.keys.len() {
                        format!("`{new_keys}` can never be typed: `{old_keys}` alone is `{id}`")
                    } else {
                        format!("`{new_keys}` would make `{old_keys}` (`{id}`) impossible to type")
                    };
                    self.say(new.place, Level::Error, message);
                }
            }
        }
    }

    /// A default gave way to the user's keys.
    fn overridden(&mut self, user: &[Entry], own: &Binding, default: &Binding) {
        let (own_keys, default_keys, id) = (chord(&own.keys), chord(&default.keys), default.action.info().id);
        let message = if own.keys == default.keys {
            format!("`{own_keys}` was `{id}` by default; give that another key")
        } else {
            format!("`{own_keys}` and `{default_keys}` (`{id}` by default) cannot both be typed; give that another key")
        };
        self.say(place_of(user, own), Level::Warning, message);
    }

    /// In a pane the pane's keys come first: a global chord that begins like one of them is out of reach there.
    fn across_scopes(&mut self, user: &[Entry]) {
        let bindings = self.bindings.clone();
        for own in bindings.iter().filter(|own| is_of(user, own)) {
            for other in &bindings {
                let local_and_global = |a: &Binding, b: &Binding| {
                    b.scope == Scope::Global && a.scope != Scope::Global && searched(a.scope)[1].is_some()
                };
                if collide(&own.keys, &other.keys)
                    && (local_and_global(own, other) || (local_and_global(other, own) && !is_of(user, other)))
                {
                    let (local, global) = if own.scope == Scope::Global { (other, own) } else { (own, other) };
                    let message = format!(
                        "in [{}] `{}` (`{}`) hides the global `{}` (`{}`)",
                        local.scope.word(),
                        chord(&local.keys),
                        local.action.info().id,
                        chord(&global.keys),
                        global.action.info().id,
                    );
                    self.say(place_of(user, own), Level::Warning, message);
                }
            }
        }
    }

    /// There must be a way out: without one, the default keys come back.
    fn quit(&mut self, user: &[Entry], defaults: &[Entry]) {
        if self.bindings.iter().any(|binding| binding.action == Action::Quit) {
            return;
        }
        let place = user.iter().find(|entry| entry.action == Action::Quit).map_or((1, 1), |entry| entry.place);
        self.say(place, Level::Error, "there would be no key to quit; the default ones stay".to_owned());
        let quit: Vec<_> = defaults.iter().filter(|entry| entry.action == Action::Quit).cloned().collect();
        let back = file::bindings(&quit);
        self.bindings.retain(|own| !back.iter().any(|quit| quit.scope == own.scope && collide(&own.keys, &quit.keys)));
        self.bindings.extend(back);
    }
}

fn is_of(user: &[Entry], binding: &Binding) -> bool {
    user.iter()
        .any(|entry| entry.action == binding.action && entry.chords.iter().any(|chord| chord.keys == binding.keys))
}

fn place_of(user: &[Entry], binding: &Binding) -> (u32, u32) {
    user.iter()
        .filter(|entry| entry.action == binding.action)
        .flat_map(|entry| &entry.chords)
        .find(|chord| chord.keys == binding.keys)
        .map_or((1, 1), |chord| chord.place)
}
