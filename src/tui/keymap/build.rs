//! Laying a user's entries over the default ones, so that what comes out is always a map that works.

use super::alias::ALIASES;
use super::key::{Key, KeySymbol};
use super::map::{Bound, Keymap, written};
use super::read::Entry;
use super::trie::{Conflict, Trie};
use crate::tui::action::{Action, ActionScope};
use crate::tui::file_problem::Findings;

impl Bound {
    fn clashes(&self, keys: &[Key]) -> bool {
        self.keys.starts_with(keys) || keys.starts_with(&self.keys)
    }
}

/// What one must always be able to do, where, and the key that does it when the user's file leaves none.
const WAYS_OUT: [(Action, &str, &[ActionScope], Key); 4] = [
    (Action::QueueClose, "leave the letters", &[ActionScope::Queue], Key::plain(KeySymbol::Esc)),
    (
        Action::Quit,
        "quit",
        &[ActionScope::Table, ActionScope::Detail, ActionScope::Tail, ActionScope::Queue],
        Key::ctrl('c'),
    ),
    (Action::DialogCancel, "leave a dialog", &[ActionScope::Dialog], Key::plain(KeySymbol::Esc)),
    (Action::InputCancel, "leave an input", &[ActionScope::Input], Key::plain(KeySymbol::Esc)),
];

/// Lays the user's entries over the default ones. Between the two the user wins; between two of the user's the first.
pub(super) fn overlay(defaults: &[Entry], user: &[Entry], findings: &mut Findings<'_>) -> Keymap {
    let mut map = Keymap { bounds: Vec::new(), tries: std::array::from_fn(|_| Trie::default()) };
    for entry in user {
        for (keys, at, scope) in in_scopes(entry, user) {
            let bound = Bound { action: entry.action, scope, keys: keys.clone(), at: Some(at) };
            if let Err(conflict) = map.bind(bound.clone()) {
                findings.error(at, map.describe(&bound, conflict, findings));
            }
        }
    }
    let own = |entry: &Entry| user.iter().any(|own| (own.action, own.scope) == (entry.action, entry.scope));
    for entry in defaults.iter().filter(|entry| !own(entry)) {
        for (keys, _, scope) in in_scopes(entry, user) {
            let bound = Bound { action: entry.action, scope, keys: keys.clone(), at: None };
            if map.bind(bound.clone()).is_err() {
                map.tell_loss(&bound, findings);
            }
        }
    }
    for (inner, outer) in [
        (ActionScope::Table, ActionScope::Global),
        (ActionScope::Detail, ActionScope::Global),
        (ActionScope::Tail, ActionScope::Global),
        (ActionScope::Detail, ActionScope::Table),
    ] {
        map.tell_shadows(inner, outer, findings);
    }
    // A way that is opened may take the key of another one, never the one that is opened for that.
    for (action, what, scopes, key) in WAYS_OUT.into_iter().chain(WAYS_OUT) {
        if let Some(stuck) = scopes.iter().find(|scope| !map.reaches(**scope, action)) {
            let at = user.iter().find(|entry| entry.action == action).map_or(0, |entry| entry.at);
            let place = if scopes.len() > 1 { format!(" from [{}]", stuck.as_str()) } else { String::new() };
            findings.error(at, format!("there is no way to {what}{place}; `{key}` does it all the same"));
            map.force(action, scopes, key);
        }
    }
    map
}

/// The chords of an entry with their places, and the scopes in which they hold. A motion moves in each pane for which the
/// user's file does not give it keys of its own.
fn in_scopes<'a>(entry: &'a Entry, user: &[Entry]) -> impl Iterator<Item = (&'a Vec<Key>, usize, ActionScope)> {
    let own = |scope| user.iter().any(|own| (own.action, own.scope) == (entry.action, scope));
    let panes = ALIASES.iter().filter(|(.., action)| entry.scope == ActionScope::List && *action == entry.action);
    let panes = panes.map(|(scope, ..)| *scope).filter(|scope| !own(*scope));
    let scopes: Vec<ActionScope> = std::iter::once(entry.scope).chain(panes).collect();
    let chords = entry.chords.iter();
    scopes.into_iter().flat_map(move |scope| chords.clone().map(move |(keys, at)| (keys, *at, scope)))
}

impl Keymap {
    /// Adds a chord, unless it conflicts inside its scope.
    fn bind(&mut self, bound: Bound) -> Result<(), Conflict> {
        self.tries[bound.scope as usize].insert(&bound.keys, bound.action)?;
        self.bounds.push(bound);
        Ok(())
    }

    /// Says why two chords of the user's file do not go together.
    fn describe(&self, bound: &Bound, conflict: Conflict, findings: &Findings<'_>) -> String {
        let (Conflict::Same(other) | Conflict::Shorter(other) | Conflict::Longer(other)) = conflict else {
            return "there is no key".to_owned();
        };
        let clashes =
            |there: &&Bound| there.scope == bound.scope && there.action == other && there.clashes(&bound.keys);
        let there = self.bounds.iter().find(clashes);
        let line = there.and_then(|bound| bound.at).map(|at| findings.position(at).0);
        let line = line.map(|line| format!(" (line {line})")).unwrap_or_default();
        let (keys, id) = (written(&bound.keys), bound.action.info().id);
        let there = there.map(|bound| written(&bound.keys)).unwrap_or_default();
        let other = other.info().id;
        match conflict {
            Conflict::Longer(_) => {
                format!("`{keys}` is the beginning of `{there}` of `{other}`{line}; `{id}` is not bound to it")
            }
            Conflict::Shorter(_) => {
                format!("`{keys}` can never be finished: it begins with `{there}` of `{other}`{line}")
            }
            _ => format!("`{keys}` is already bound to `{other}`{line}"),
        }
    }

    /// Says that a default key gave way to a key of the user's.
    fn tell_loss(&self, lost: &Bound, findings: &mut Findings<'_>) {
        let winner = self.bounds.iter().find(|bound| bound.scope == lost.scope && bound.clashes(&lost.keys));
        let Some((winner, at)) = winner.and_then(|winner| Some((winner, winner.at?))) else { return };
        let (own, lost, id) = (written(&winner.keys), written(&lost.keys), lost.action.info().id);
        let message = if own == lost {
            format!("`{own}` is also a default key of `{id}`, which loses it")
        } else {
            format!("`{own}` conflicts with the default key `{lost}` of `{id}`, which loses it")
        };
        findings.warning(at, message);
    }

    /// Says which keys of an outer scope cannot be reached while an inner one is focused.
    fn tell_shadows(&self, inner: ActionScope, outer: ActionScope, findings: &mut Findings<'_>) {
        let of = |scope| self.bounds.iter().filter(move |bound| bound.scope == scope);
        for near in of(inner) {
            for far in of(outer).filter(|far| far.clashes(&near.keys)) {
                let same = near.keys == far.keys;
                // The panes move with the same keys, each its own contents: that is what panes are for.
                if same && outer == ActionScope::Table {
                    continue;
                }
                let Some(at) = near.at.or(far.at) else { continue };
                let (keys, id) = (written(&near.keys), near.action.info().id);
                let (hidden, hidden_id, scope) = (written(&far.keys), far.action.info().id, inner.as_str());
                findings.warning(
                    at,
                    if same {
                        format!("in [{scope}] `{keys}` is `{id}` and hides `{hidden_id}` of [{}]", outer.as_str())
                    } else {
                        format!(
                            "in [{scope}] `{keys}` of `{id}` hides `{hidden}` of `{hidden_id}` of [{}]",
                            outer.as_str()
                        )
                    },
                );
            }
        }
    }

    /// Binds a key whatever the user said, taking it from everything else that would come first.
    fn force(&mut self, action: Action, scopes: &[ActionScope], key: Key) {
        let home = action.scope();
        let mut bounds = std::mem::take(&mut self.bounds);
        bounds.retain(|bound| {
            bound.keys.first() != Some(&key) || !(bound.scope == home || scopes.contains(&bound.scope))
        });
        bounds.push(Bound { action, scope: home, keys: vec![key], at: None });
        *self = Self { bounds: Vec::new(), tries: std::array::from_fn(|_| Trie::default()) };
        for bound in bounds {
            // They stood together before, and what the new one conflicts with has just gone.
            let _ = self.bind(bound);
        }
    }
}
