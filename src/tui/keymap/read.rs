//! Reading a keymap file: from TOML to entries, noting every place that is wrong and going on.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::alias::{self, ALIASES};
use super::key::Key;
use super::map::written;
use crate::domain::suggest::{closest, suggestion};
use crate::domain::text::clean;
use crate::tui::action::{Action, ActionScope};
use crate::tui::file_problem::Findings;
use crate::tui::registry::REGISTRY;

/// The word that takes all keys from an action.
const DISABLED: &str = "disabled";

/// The most keys of one chord: more than anybody remembers.
const LONGEST_CHORD: usize = 4;

/// One line of a keymap file: the keys of an action, which replace those of the default map.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) action: Action,
    /// In which scope its keys hold.
    pub(super) scope: ActionScope,
    /// Where it stands: a byte of the text.
    pub(super) at: usize,
    /// The chords that can be used, each with its place. Empty: the action is disabled.
    pub(super) chords: Vec<(Vec<Key>, usize)>,
}

/// Reads a file. What is wrong is noted and left out; an entry of which nothing remains is left out wholly, so that the
/// default keys of its action stay. A file that is not TOML has no entries; it is read on to find further mistakes.
pub(super) fn read(text: &str, findings: &mut Findings<'_>) -> Vec<Entry> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut errors: Vec<_> = errors.iter().map(|error| (error.span().map_or(0, |span| span.start), error)).collect();
    errors.sort_by_key(|(at, _)| *at);
    let mut ignored = "; the whole file is ignored";
    for (at, error) in &errors {
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        findings.unreadable(*at, format!("this is not TOML: {}{ignored}", clean(&message)));
        ignored = "";
    }
    let mut entries = Vec::new();
    for (word, value) in document.get_ref() {
        read_section(word, value, findings, &mut entries);
    }
    if errors.is_empty() { entries } else { Vec::new() }
}

/// Reads what stands under a name. Where that is no scope, its keys are checked all the same.
fn read_section(
    word: &Spanned<impl AsRef<str>>,
    value: &Spanned<DeValue<'_>>,
    findings: &mut Findings<'_>,
    entries: &mut Vec<Entry>,
) {
    let (at, word) = (word.span().start, word.get_ref().as_ref());
    let scope = ActionScope::ALL.into_iter().find(|scope| scope.as_str() == word);
    match (scope, value.get_ref()) {
        (Some(scope), DeValue::Table(table)) => entries.extend(read_scope(Some(scope), table, findings)),
        (Some(scope), value) => {
            findings.error(at, format!("`{word}` must be a table: write [{word}]"));
            let tables =
                value.as_array().into_iter().flat_map(|array| array.iter()).filter_map(|one| one.get_ref().as_table());
            tables.for_each(|table| drop(read_scope(Some(scope), table, findings)));
        }
        (None, other) => {
            findings.error(at, unknown_scope(word));
            match (other.as_table(), alias::find(word, None)) {
                (Some(table), None) => drop(read_scope(near_scope(word), table, findings)),
                (None, Some((_, home))) => drop(read_chords(home, at, value, findings)),
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
    }
}

fn near_scope(word: &str) -> Option<ActionScope> {
    let near = closest(word, ActionScope::ALL.map(ActionScope::as_str))?;
    ActionScope::ALL.into_iter().find(|scope| scope.as_str() == near)
}

fn unknown_scope(word: &str) -> String {
    let shown = clean(word);
    if let Some((_, home)) = alias::find(word, None) {
        return format!("`{shown}` belongs under [{}]", home.as_str());
    }
    match near_scope(word) {
        Some(near) => format!("there is no scope `{shown}`; did you mean [{}]?", near.as_str()),
        None => {
            format!("there is no scope `{shown}`; scopes are {}", ActionScope::ALL.map(ActionScope::as_str).join(", "))
        }
    }
}

/// The entries of a scope; without one, whatever belongs to any.
fn read_scope(scope: Option<ActionScope>, table: &DeTable<'_>, findings: &mut Findings<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (id, value) in table {
        let (at, id) = (id.span().start, id.get_ref().as_ref());
        let found = alias::find(id, scope);
        let home = found.map(|(_, home)| home);
        match (home, scope) {
            (Some(home), Some(scope)) if home != scope => {
                findings.error(at, format!("`{id}` belongs under [{}], not [{}]", home.as_str(), scope.as_str()));
            }
            (None, _) => findings.error(at, unknown_action(id, scope)),
            _ => {}
        }
        let Some(home) = home.or(scope) else { continue };
        let chords = read_chords(home, at, value, findings);
        if let (Some((action, scope)), Some(chords)) = (found.filter(|_| Some(home) == scope), chords) {
            entries.push(Entry { action, scope, at, chords });
        }
    }
    entries
}

fn unknown_action(id: &str, scope: Option<ActionScope>) -> String {
    let ids = |of: Option<ActionScope>| {
        let actions = REGISTRY.iter().filter(move |info| of.is_none_or(|scope| info.scope == scope));
        let aliases = ALIASES.iter().filter(move |(there, ..)| of.is_none_or(|scope| *there == scope));
        actions.map(|info| info.id).chain(aliases.map(|(_, id, _)| *id))
    };
    let near = closest(id, ids(scope)).or_else(|| closest(id, ids(None)));
    format!("there is no action `{}`{}", clean(id), near.map(suggestion).unwrap_or_default())
}

/// The chords of one action; none when nothing usable stands there.
fn read_chords(
    scope: ActionScope,
    at: usize,
    value: &Spanned<DeValue<'_>>,
    findings: &mut Findings<'_>,
) -> Option<Vec<(Vec<Key>, usize)>> {
    let values: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
        DeValue::String(text) if text == DISABLED => return Some(Vec::new()),
        DeValue::String(_) => vec![value],
        DeValue::Array(array) if array.is_empty() => return Some(Vec::new()),
        DeValue::Array(array) => array.iter().collect(),
        other => {
            let at = if other.is_table() { at } else { value.span().start };
            findings.error(at, "expected a key, a list of keys, or \"disabled\"");
            return None;
        }
    };
    let mut chords: Vec<(Vec<Key>, usize)> = Vec::new();
    for value in values {
        let at = value.span().start;
        let read = match value.get_ref().as_str() {
            Some(text) => chord(scope, text),
            None => Err(vec!["a key is a string: write it in quotes".to_owned()]),
        };
        match read {
            Ok(keys) if chords.iter().any(|(there, _)| *there == keys) => {
                findings.warning(at, format!("`{}` stands here twice", written(&keys)));
            }
            Ok(keys) => chords.push((keys, at)),
            Err(messages) => messages.into_iter().for_each(|message| findings.error(at, message)),
        }
    }
    (!chords.is_empty()).then_some(chords)
}

/// Reads one chord: keys separated by spaces. What is wrong with each of them is told.
fn chord(scope: ActionScope, text: &str) -> Result<Vec<Key>, Vec<String>> {
    if text == DISABLED {
        return Err(vec![format!("\"{DISABLED}\" stands alone, not in a list")]);
    }
    let (mut keys, mut wrong) = (Vec::new(), Vec::new());
    for word in text.split_whitespace() {
        match Key::parse(word) {
            Ok(key) => keys.push(key),
            Err(error) => wrong.push(error.to_string()),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    match keys.first() {
        None if text.is_empty() => Err(vec!["there is no key in \"\"; to take all keys away write []".to_owned()]),
        None => Err(vec!["write `space` for the space bar".to_owned()]),
        Some(_) if keys.len() > LONGEST_CHORD => Err(vec![format!("a chord has at most {LONGEST_CHORD} keys")]),
        Some(first) if scope == ActionScope::Input && first.types().is_some() => {
            Err(vec![format!("`{first}` could no longer be typed: keys of [input] need ctrl or alt, or a name")])
        }
        Some(_) => Ok(keys),
    }
}
