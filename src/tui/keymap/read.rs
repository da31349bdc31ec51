//! Reading a keymap file: from TOML to entries, noting every place that is wrong and going on.

use toml_edit::{Document, Item, TableLike, Value};

use super::key::{Key, did_you_mean, nearest};
use super::problem::Findings;
use crate::domain::text::clean;
use crate::tui::action::{Action, REGISTRY, Scope};

/// The word that takes all keys from an action.
const DISABLED: &str = "disabled";

/// The most keys of one chord: more than anybody remembers.
const LONGEST_CHORD: usize = 4;

/// One line of a keymap file: the keys of an action, which replace those of the default map.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) action: Action,
    /// Where it stands: a byte of the text.
    pub(super) at: usize,
    /// The chords that can be used, each with its place. Empty: the action is disabled.
    pub(super) chords: Vec<(Vec<Key>, usize)>,
}

/// Reads a file. What is wrong is noted and left out; an entry of which nothing remains is left out wholly, so that
/// the default keys of its action stay.
pub(super) fn read(text: &str, findings: &mut Findings<'_>) -> Vec<Entry> {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            findings.error(at, format!("this is not TOML: {}; the whole file is ignored", clean(&message)));
            return Vec::new();
        }
    };
    let mut entries = Vec::new();
    for (word, item) in document.iter() {
        let at = place(document.as_table(), word, item);
        match Scope::ALL.into_iter().find(|scope| scope.word() == word) {
            Some(scope) => match item.as_table_like() {
                Some(table) => read_scope(scope, table, findings, &mut entries),
                None => findings.error(at, format!("`{word}` must be a table: write [{word}]")),
            },
            None => findings.error(at, unknown_scope(word)),
        }
    }
    entries
}

/// Where a key of a table stands; where its value stands when that is not known.
fn place(table: &dyn TableLike, word: &str, item: &Item) -> usize {
    let key = table.get_key_value(word).and_then(|(key, _)| key.span());
    key.or_else(|| item.span()).map_or(0, |span| span.start)
}

fn unknown_scope(word: &str) -> String {
    let shown = clean(word);
    if let Some(action) = Action::by_id(word) {
        return format!("`{shown}` belongs under [{}]", action.info().scope.word());
    }
    let near = nearest(word, Scope::ALL.map(Scope::word));
    let all = Scope::ALL.map(Scope::word).join(", ");
    match near {
        Some(near) => format!("there is no scope `{shown}`; did you mean [{near}]?"),
        None => format!("there is no scope `{shown}`; scopes are {all}"),
    }
}

fn read_scope(scope: Scope, table: &dyn TableLike, findings: &mut Findings<'_>, entries: &mut Vec<Entry>) {
    for (id, item) in table.iter() {
        let at = place(table, id, item);
        match Action::by_id(id) {
            Some(action) if action.info().scope == scope => {
                if let Some(chords) = read_chords(scope, at, item, findings) {
                    entries.push(Entry { action, at, chords });
                }
            }
            Some(action) => {
                let home = action.info().scope.word();
                findings.error(at, format!("`{id}` belongs under [{home}], not [{}]", scope.word()));
            }
            None => {
                let ids = |of: Option<Scope>| {
                    REGISTRY.iter().filter(move |info| of.is_none_or(|scope| info.scope == scope)).map(|info| info.id)
                };
                let near = nearest(id, ids(Some(scope))).or_else(|| nearest(id, ids(None)));
                findings.error(at, format!("there is no action `{}`{}", clean(id), did_you_mean(near)));
            }
        }
    }
}

/// The chords of one action; none when nothing usable stands there.
fn read_chords(scope: Scope, at: usize, item: &Item, findings: &mut Findings<'_>) -> Option<Vec<(Vec<Key>, usize)>> {
    let single;
    let values: Vec<&Value> = match item.as_value() {
        Some(Value::String(text)) if text.value() == DISABLED => return Some(Vec::new()),
        Some(value @ Value::String(_)) => {
            single = value;
            vec![single]
        }
        Some(Value::Array(array)) if array.is_empty() => return Some(Vec::new()),
        Some(Value::Array(array)) => array.iter().collect(),
        _ => {
            let at = item.span().map_or(at, |span| span.start);
            findings.error(at, "expected a key, a list of keys, or \"disabled\"");
            return None;
        }
    };
    let mut chords: Vec<(Vec<Key>, usize)> = Vec::new();
    for value in values {
        let at = value.span().map_or(at, |span| span.start);
        match value
            .as_str()
            .ok_or_else(|| "a key is a string: write it in quotes".to_owned())
            .and_then(|text| chord(scope, text))
        {
            Ok(keys) if chords.iter().any(|(there, _)| *there == keys) => {
                findings.warning(at, format!("`{}` stands here twice", written(&keys)));
            }
            Ok(keys) => chords.push((keys, at)),
            Err(message) => findings.error(at, message),
        }
    }
    (!chords.is_empty()).then_some(chords)
}

/// Reads one chord: keys separated by spaces.
fn chord(scope: Scope, text: &str) -> Result<Vec<Key>, String> {
    if text == DISABLED {
        return Err(format!("\"{DISABLED}\" stands alone, not in a list"));
    }
    let keys: Vec<Key> =
        text.split_whitespace().map(Key::parse).collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    match keys.first() {
        None if text.is_empty() => Err("there is no key in \"\"; to take all keys away write []".to_owned()),
        None => Err("write `space` for the space bar".to_owned()),
        Some(_) if keys.len() > LONGEST_CHORD => Err(format!("a chord has at most {LONGEST_CHORD} keys")),
        Some(first) if scope == Scope::Input && first.types().is_some() => {
            Err(format!("`{first}` could no longer be typed: keys of [input] need ctrl or alt, or a name"))
        }
        Some(_) => Ok(keys),
    }
}

/// A chord as it is written in the file.
pub(super) fn written(keys: &[Key]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
