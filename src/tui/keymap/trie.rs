//! The keys of one scope as a tree: a leaf is an action, a branch waits for the next key of a chord.

use std::collections::BTreeMap;

use super::key::Key;
use crate::tui::action::Action;

/// What keys lead to: an action, or whatever can follow them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trie {
    /// The action that the keys up to here ask for; then nothing follows.
    pub action: Option<Action>,
    children: BTreeMap<Key, Trie>,
}

/// Why keys cannot be put into a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// The same keys ask for this action already.
    Same(Action),
    /// A shorter chord asks for this action before the longer one can be finished.
    Shorter(Action),
    /// Longer chords begin with these keys; one of them asks for this action.
    Longer(Action),
    Empty,
}

impl Trie {
    /// Puts keys in; a conflict changes nothing.
    pub fn insert(&mut self, keys: &[Key], action: Action) -> Result<(), Conflict> {
        let Some((key, rest)) = keys.split_first() else { return Err(Conflict::Empty) };
        match self.children.get_mut(key) {
            Some(Self { action: Some(there), .. }) if rest.is_empty() => Err(Conflict::Same(*there)),
            Some(Self { action: Some(there), .. }) => Err(Conflict::Shorter(*there)),
            Some(branch) if rest.is_empty() => Err(branch.any().map_or(Conflict::Empty, Conflict::Longer)),
            Some(branch) => branch.insert(rest, action),
            None => {
                let mut trie = Self::default();
                match rest {
                    [] => trie.action = Some(action),
                    _ => trie.insert(rest, action)?,
                }
                self.children.insert(*key, trie);
                Ok(())
            }
        }
    }

    /// What the keys lead to.
    pub fn get(&self, keys: &[Key]) -> Option<&Self> {
        let (key, rest) = keys.split_first()?;
        let child = self.children.get(key)?;
        if rest.is_empty() { Some(child) } else { child.get(rest) }
    }

    /// What can follow, in the order of the keys.
    pub fn children(&self) -> impl Iterator<Item = (Key, &Self)> {
        self.children.iter().map(|(key, child)| (*key, child))
    }

    /// How many actions are in it.
    pub fn len(&self) -> usize {
        usize::from(self.action.is_some()) + self.children.values().map(Self::len).sum::<usize>()
    }

    pub fn is_empty(&self) -> bool {
        self.action.is_none() && self.children.is_empty()
    }

    fn any(&self) -> Option<Action> {
        self.action.or_else(|| self.children.values().find_map(Self::any))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::registry::REGISTRY;

    /// Three letters and chords of up to four, so that conflicts are frequent.
    fn chords() -> impl Strategy<Value = Vec<Vec<Key>>> {
        let key = prop::sample::select(vec!['a', 'b', 'c']).prop_map(Key::char);
        prop::collection::vec(prop::collection::vec(key, 0..4), 0..REGISTRY.len())
    }

    proptest! {
        /// The tree answers like a list of pairs that is searched from front to back.
        #[test]
        fn it_is_a_list(chords in chords(), asked in prop::collection::vec(prop::sample::select(vec!['a', 'b', 'c']), 0..4)) {
            let mut trie = Trie::default();
            let mut list: Vec<(Vec<Key>, Action)> = Vec::new();
            for (chord, info) in chords.into_iter().zip(REGISTRY) {
                let before = trie.clone();
                let clash = list.iter().any(|(there, _)| there.starts_with(&chord) || chord.starts_with(there));
                match trie.insert(&chord, info.action) {
                    Ok(()) => {
                        prop_assert!(!clash && !chord.is_empty());
                        list.push((chord, info.action));
                    }
                    Err(conflict) => {
                        prop_assert!(clash || chord.is_empty());
                        prop_assert_eq!(&trie, &before);
                        let keys_of = |action| list.iter().find(|(_, there)| *there == action).map(|(keys, _)| keys);
                        match conflict {
                            Conflict::Empty => prop_assert!(chord.is_empty()),
                            Conflict::Same(there) => prop_assert_eq!(keys_of(there), Some(&chord)),
                            Conflict::Shorter(there) => prop_assert!(chord.starts_with(keys_of(there).unwrap())),
                            Conflict::Longer(there) => prop_assert!(keys_of(there).unwrap().starts_with(&chord)),
                        }
                    }
                }
            }
            prop_assert_eq!(trie.len(), list.len());
            prop_assert_eq!(trie.is_empty(), list.is_empty());
            let asked: Vec<Key> = asked.into_iter().map(Key::char).collect();
            let exact = list.iter().find(|(keys, _)| *keys == asked);
            let below = list.iter().filter(|(keys, _)| keys.len() > asked.len() && keys.starts_with(&asked)).count();
            match trie.get(&asked) {
                Some(Trie { action: Some(action), .. }) => {
                    prop_assert_eq!(Some(*action), exact.map(|(_, action)| *action));
                }
                Some(trie) => prop_assert_eq!(trie.len(), below),
                None => prop_assert!(exact.is_none() && (below == 0 || asked.is_empty())),
            }
        }
    }
}
