//! Which keys ask for which action. `keymap.toml` at the root is the default map; a user's file lies over it. What keys are
//! (`key`, `trie`, `map`) is below what reads and writes them by the words of the actions.

mod alias;
mod build;
mod key;
mod map;
mod print;
mod read;
mod trie;

pub use key::{Key, KeyError, KeySymbol};
pub use map::{Keymap, Lookup, chain};
pub use print::markdown_table;
pub use trie::{Conflict, Trie};

use super::file_problem::Findings;
use crate::present::diagnostic::Diagnostic;

/// The default map, which documents itself.
pub const DEFAULT: &str = include_str!("../../keymap.toml");

impl Default for Keymap {
    fn default() -> Self {
        Self::load(None).0
    }
}

impl Keymap {
    /// The default map with a user's file (its name and its text) over it, and what is wrong with that file. What is
    /// wrong falls back to the default, so this never fails.
    pub fn load(user: Option<(&str, &str)>) -> (Self, Vec<Diagnostic>) {
        let defaults = read::read(DEFAULT, &mut Findings::new("keymap.toml", DEFAULT));
        let (file, text) = user.unwrap_or(("", ""));
        let mut findings = Findings::new(file, text);
        let entries = read::read(text, &mut findings);
        let map = build::overlay(&defaults, &entries, &mut findings);
        (map, findings.finish())
    }

    /// The map as a file that documents itself and can be loaded again.
    pub fn print(&self) -> String {
        print::toml(self)
    }
}

/// Everything that is wrong with a user's file, in its order.
pub fn check(text: &str, file: &str) -> Vec<Diagnostic> {
    Keymap::load(Some((file, text))).1
}
