//! Which keys ask for which actions: the default map of `keymap.toml`, and a user's file over it.

mod check;
mod file;
mod key;

use super::action::{Action, REGISTRY, Scope};

pub use check::{Level, Problem, check};
pub use key::{Key, KeyError};

/// The default map, which documents itself.
pub const DEFAULT: &str = include_str!("../../../keymap.toml");

/// One way to ask for an action.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Binding {
    scope: Scope,
    keys: Vec<Key>,
    action: Action,
}

/// What the keys so far mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// An action.
    Action(Action),
    /// The beginning of a chord: see [`Keymap::hints`].
    Prefix,
    /// Nothing.
    None,
}

/// A key that goes on with a chord, and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The rest of the chord.
    pub keys: String,
    /// The action.
    pub action: Action,
}

/// The map in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::load(None).0
    }
}

impl Keymap {
    /// The default map with a user's file over it (its name, for messages, and its text). What is wrong in the file is
    /// reported and left out; the rest of it counts.
    pub fn load(user: Option<(&str, &str)>) -> (Self, Vec<Problem>) {
        let (defaults, mut problems) = file::read("keymap.toml", DEFAULT);
        let Some((name, text)) = user else {
            return (Self { bindings: file::bindings(&defaults) }, problems);
        };
        let (entries, wrong) = file::read(name, text);
        problems.extend(wrong);
        let (bindings, wrong) = check::overlay(&defaults, &entries, name);
        problems.extend(wrong);
        problems.sort_by_key(|problem| (problem.line, problem.column));
        (Self { bindings }, problems)
    }

    /// What the keys so far mean in a scope. Outside of dialogs and inputs, the global keys count as well; what is bound
    /// in the scope itself comes first.
    pub fn lookup(&self, scope: Scope, keys: &[Key]) -> Lookup {
        let scopes = searched(scope);
        let mut prefix = false;
        for scope in scopes.iter().flatten() {
            for binding in self.bindings.iter().filter(|binding| binding.scope == *scope) {
                if binding.keys == keys {
                    return Lookup::Action(binding.action);
                }
                prefix |= binding.keys.starts_with(keys);
            }
            if prefix && !keys.is_empty() {
                return Lookup::Prefix;
            }
        }
        Lookup::None
    }

    /// How a begun chord can go on.
    pub fn hints(&self, scope: Scope, keys: &[Key]) -> Vec<Hint> {
        let scopes = searched(scope);
        let of = |scope: Scope| self.bindings.iter().filter(move |binding| binding.scope == scope);
        let going_on = scopes
            .into_iter()
            .flatten()
            .flat_map(of)
            .filter(|binding| binding.keys.len() > keys.len() && binding.keys.starts_with(keys));
        going_on.map(|binding| Hint { keys: chord(&binding.keys[keys.len()..]), action: binding.action }).collect()
    }

    /// Every way to ask for an action with keys, as people write them.
    pub fn keys_for(&self, action: Action) -> Vec<String> {
        self.bindings.iter().filter(|binding| binding.action == action).map(|binding| chord(&binding.keys)).collect()
    }

    /// The map as a file of the same form.
    pub fn print(&self) -> String {
        let mut out = String::new();
        for scope in Scope::ALL {
            out.push_str(&format!("{}[{}]\n", if out.is_empty() { "" } else { "\n" }, scope.word()));
            for info in REGISTRY.iter().filter(|info| info.scope == scope) {
                let keys = self.keys_for(info.action);
                let value = if keys.is_empty() {
                    "\"disabled\"".to_owned()
                } else {
                    let quoted: Vec<_> =
                        keys.iter().map(|keys| toml_edit::Value::from(keys.as_str()).to_string()).collect();
                    format!("[{}]", quoted.join(", "))
                };
                out.push_str(&format!("{} = {value} # {}\n", info.id, info.doc));
            }
        }
        out
    }

    /// The table of keys for the README.
    pub fn markdown_table(&self) -> String {
        let mut out = String::from("| where | keys | action | |\n|---|---|---|---|\n");
        for info in REGISTRY.iter().filter(|info| info.scope != Scope::Input) {
            let quoted = |keys: &String| format!("`{}`", keys.replace('|', "\\|"));
            let keys: Vec<_> = self.keys_for(info.action).iter().map(quoted).collect();
            out.push_str(&format!("| {} | {} | {} | {} |\n", info.scope.word(), keys.join(" "), info.title, info.doc));
        }
        out
    }
}

/// The scopes that are asked, in their order.
fn searched(scope: Scope) -> [Option<Scope>; 2] {
    match scope {
        Scope::Dialog | Scope::Input | Scope::Global => [Some(scope), None],
        scope => [Some(scope), Some(Scope::Global)],
    }
}

/// A chord as people write it.
fn chord(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}
