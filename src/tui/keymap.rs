//! Which keys ask for which action. `keymap.toml` at the root is the default map; a user's file lies over it.

mod alias;
mod build;
mod key;
mod print;
mod read;
mod trie;

pub use key::{Key, KeyError, KeySymbol};
pub use print::markdown_table;
pub use trie::{Conflict, Trie};

use super::file_problem::Findings;
use build::Bound;

use super::action::{Action, ActionScope};
use crate::present::diagnostic::Diagnostic;

/// The default map, which documents itself.
pub const DEFAULT: &str = include_str!("../../keymap.toml");

/// The keys of every action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    /// In the order in which they count: the first chord of an action is the one that the footer shows.
    bounds: Vec<Bound>,
    /// A tree for each scope, in the order of [`ActionScope::ALL`].
    tries: [Trie; ActionScope::ALL.len()],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    Action(Action),
    /// A chord has begun: what can follow, and what it leads to (`…` when still more keys are needed).
    Prefix(Vec<(Key, &'static str)>),
    None,
}

/// Where the keys of a scope are looked up, first to last. The detail pane shows the dealership under the cursor, so
/// the table's actions hold there too; inputs and dialogs are closed worlds.
pub const fn chain(scope: ActionScope) -> &'static [ActionScope] {
    match scope {
        ActionScope::Global => &[ActionScope::Global],
        ActionScope::List => &[ActionScope::List],
        ActionScope::Table => &[ActionScope::Table, ActionScope::Global],
        ActionScope::Detail => &[ActionScope::Detail, ActionScope::Table, ActionScope::Global],
        ActionScope::Tail => &[ActionScope::Tail, ActionScope::Global],
        ActionScope::Past => &[ActionScope::Past],
        ActionScope::Queue => &[ActionScope::Queue, ActionScope::Global],
        ActionScope::Call => &[ActionScope::Call],
        ActionScope::Columns => &[ActionScope::Columns],
        ActionScope::Help => &[ActionScope::Help],
        ActionScope::Dialog => &[ActionScope::Dialog],
        ActionScope::Letter => &[ActionScope::Letter],
        ActionScope::Form => &[ActionScope::Form],
        ActionScope::Input => &[ActionScope::Input],
    }
}

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

    /// What the keys pressed so far ask for in a scope and those around it.
    pub fn lookup(&self, scope: ActionScope, pending: &[Key]) -> Lookup {
        let mut hints: Vec<(Key, &'static str)> = Vec::new();
        for trie in chain(scope).iter().map(|scope| &self.tries[*scope as usize]) {
            match trie.get(pending) {
                // An outer scope cannot end a chord that an inner one goes on with.
                Some(Trie { action: Some(action), .. }) if hints.is_empty() => return Lookup::Action(*action),
                Some(branch @ Trie { action: None, .. }) => {
                    for (key, child) in branch.children() {
                        if hints.iter().all(|(there, _)| *there != key) {
                            hints.push((key, child.action.map_or("…", |action| action.info().title)));
                        }
                    }
                }
                _ => {}
            }
        }
        if hints.is_empty() {
            return Lookup::None;
        }
        hints.sort_unstable();
        Lookup::Prefix(hints)
    }

    /// The chords of an action, the most important first, as they are written in the file; empty when it has none.
    pub fn keys_for(&self, action: Action) -> Vec<String> {
        self.chords(action).map(read::written).collect()
    }

    /// The first chord of an action as it is written in the file: for the footer.
    pub fn first_key(&self, action: Action) -> Option<String> {
        self.chords(action).next().map(read::written)
    }

    /// The chords of an action.
    pub fn chords(&self, action: Action) -> impl Iterator<Item = &[Key]> {
        self.chords_in(action.info().scope, action)
    }

    /// The chords of an action in a scope: a motion has some in each pane.
    fn chords_in(&self, scope: ActionScope, action: Action) -> impl Iterator<Item = &[Key]> {
        let bounds = self.bounds.iter().filter(move |bound| bound.scope == scope && bound.action == action);
        bounds.map(|bound| bound.keys.as_slice())
    }

    /// Whether an action can be asked for by keys from a scope, with nothing in the way.
    pub fn reaches(&self, scope: ActionScope, action: Action) -> bool {
        self.leads_to(scope, action)
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
