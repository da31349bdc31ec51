//! The keys of every action, and what keys ask for.

use super::key::Key;
use super::trie::Trie;
use crate::tui::action::{Action, ActionScope};

/// The keys of every action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    /// In the order in which they count: the first chord of an action is the one that the footer shows.
    pub(super) bounds: Vec<Bound>,
    /// A tree for each scope, in the order of [`ActionScope::ALL`].
    pub(super) tries: [Trie; ActionScope::ALL.len()],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    Action(Action),
    /// A chord has begun: what can follow, and what it leads to; `None`: still more keys are needed.
    Prefix(Vec<(Key, Option<Action>)>),
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

/// A chord, what it asks for, and where the user wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) action: Action,
    pub(super) scope: ActionScope,
    pub(super) keys: Vec<Key>,
    /// A byte of the user's text; none for the default map.
    pub(super) at: Option<usize>,
}

impl Keymap {
    /// What the keys pressed so far ask for in a scope and those around it.
    pub fn lookup(&self, scope: ActionScope, pending: &[Key]) -> Lookup {
        let mut hints: Vec<(Key, Option<Action>)> = Vec::new();
        for trie in chain(scope).iter().map(|scope| &self.tries[*scope as usize]) {
            match trie.get(pending) {
                // An outer scope cannot end a chord that an inner one goes on with.
                Some(Trie { action: Some(action), .. }) if hints.is_empty() => return Lookup::Action(*action),
                Some(branch @ Trie { action: None, .. }) => {
                    for (key, child) in branch.children() {
                        if hints.iter().all(|(there, _)| *there != key) {
                            hints.push((key, child.action));
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
        self.chords(action).map(written).collect()
    }

    /// The first chord of an action as it is written in the file: for the footer.
    pub fn first_key(&self, action: Action) -> Option<String> {
        self.chords(action).next().map(written)
    }

    /// The chords of an action.
    pub fn chords(&self, action: Action) -> impl Iterator<Item = &[Key]> {
        self.chords_in(action.scope(), action)
    }

    /// The chords of an action in a scope: a motion has some in each pane.
    pub(super) fn chords_in(&self, scope: ActionScope, action: Action) -> impl Iterator<Item = &[Key]> {
        let bounds = self.bounds.iter().filter(move |bound| bound.scope == scope && bound.action == action);
        bounds.map(|bound| bound.keys.as_slice())
    }

    /// Whether an action can be asked for by keys from a scope, with nothing in the way.
    pub fn reaches(&self, scope: ActionScope, action: Action) -> bool {
        self.bounds.iter().filter(|bound| bound.action == action).any(|bound| {
            // Every key but the last must wait in each scope, else something else happens first.
            (1..=bound.keys.len()).all(|len| {
                let (keys, last) = (bound.keys.get(..len).unwrap_or_default(), len == bound.keys.len());
                let reached = chain(scope).iter().find_map(|scope| self.tries[*scope as usize].get(keys));
                reached.is_some_and(|reached| reached.action.map_or(!last, |there| last && there == action))
            })
        })
    }
}

/// A chord as it is written in the file.
pub(super) fn written(keys: &[Key]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
