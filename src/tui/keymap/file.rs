//! Reads a keymap file into entries, each with its place in the text.

use std::ops::Range;

use toml_edit::{Document, Item, Value};

use super::check::{Level, Problem};
use super::{Binding, Key};
use crate::domain::text::clean;
use crate::tui::action::{Action, REGISTRY, Scope};

/// The keys that a file gives to an action; none when it is disabled.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) action: Action,
    pub(super) chords: Vec<Chord>,
    pub(super) place: (u32, u32),
}

/// One chord and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Chord {
    pub(super) keys: Vec<Key>,
    pub(super) place: (u32, u32),
}

/// The bindings of entries.
pub(super) fn bindings(entries: &[Entry]) -> Vec<Binding> {
    let of = |entry: &Entry| {
        let (scope, action) = (entry.action.info().scope, entry.action);
        entry.chords.iter().map(move |chord| Binding { scope, keys: chord.keys.clone(), action }).collect::<Vec<_>>()
    };
    entries.iter().flat_map(of).collect()
}

/// Reads a file. What cannot be read is reported and left out.
pub(super) fn read(name: &str, text: &str) -> (Vec<Entry>, Vec<Problem>) {
    let mut reader = Reader { name, text, entries: Vec::new(), problems: Vec::new() };
    match text.parse::<Document<String>>() {
        Ok(document) => reader.document(&document),
        Err(error) => {
            let message = error.message().lines().collect::<Vec<_>>().join("; ");
            reader.problem(error.span(), message);
        }
    }
    (reader.entries, reader.problems)
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    entries: Vec<Entry>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn document(&mut self, document: &Document<String>) {
        for (word, item) in document.iter() {
            let span = document.key(word).and_then(toml_edit::Key::span);
            let Some(scope) = Scope::ALL.into_iter().find(|scope| scope.word() == word) else {
                let words = Scope::ALL.map(Scope::word);
                self.problem(span, format!("`{}` is not a place for keys{}", clean(word), suggest(word, &words)));
                continue;
            };
            match item.as_table_like() {
                Some(table) => {
                    for (id, item) in table.iter() {
                        self.entry(scope, id, item, table.key(id).and_then(toml_edit::Key::span));
                    }
                }
                None => self.problem(span, format!("`{word}` is a section: write `[{word}]`")),
            }
        }
    }

    fn entry(&mut self, scope: Scope, id: &str, item: &Item, span: Option<Range<usize>>) {
        let Some(action) = Action::by_id(id) else {
            let ids: Vec<_> = REGISTRY.iter().map(|info| info.id).collect();
            self.problem(span, format!("`{}` is not an action{}", clean(id), suggest(id, &ids)));
            return;
        };
        if action.info().scope != scope {
            let right = action.info().scope.word();
            self.problem(span, format!("`{id}` belongs into [{right}], not into [{}]", scope.word()));
            return;
        }
        let place = self.place(span.as_ref());
        let mut chords = Vec::new();
        match item.as_value() {
            Some(Value::String(text)) if text.value() == "disabled" => {}
            Some(Value::String(text)) => chords.extend(self.chord(text.value(), item.span())),
            Some(Value::Array(array)) => {
                for value in array {
                    match value.as_str() {
                        Some(text) => chords.extend(self.chord(text, value.span())),
                        None => self.problem(value.span(), "a key is written as text, like \"r\"".to_owned()),
                    }
                }
            }
            _ => {
                let message = "keys are written as [\"r\", \"f5\"], as \"r\", or as \"disabled\"".to_owned();
                self.problem(item.span().or(span), message);
                return;
            }
        }
        let meant_none = matches!(item.as_value(), Some(Value::String(text)) if text.value() == "disabled")
            || item.as_array().is_some_and(toml_edit::Array::is_empty);
        // An entry of which nothing could be read leaves the action as it was.
        if meant_none || !chords.is_empty() {
            self.entries.push(Entry { action, chords, place });
        }
    }

    fn chord(&mut self, text: &str, span: Option<Range<usize>>) -> Option<Chord> {
        let mut keys = Vec::new();
        for word in text.split_whitespace() {
            match word.parse::<Key>() {
                Ok(key) => keys.push(key),
                Err(error) => {
                    self.problem(span, error.to_string());
                    return None;
                }
            }
        }
        if keys.is_empty() {
            self.problem(
                span,
                "the key is empty; write \"disabled\" for no key, \"space\" for the space bar".to_owned(),
            );
            return None;
        }
        Some(Chord { keys, place: self.place(span.as_ref()) })
    }

    fn problem(&mut self, span: Option<Range<usize>>, message: String) {
        let (line, column) = self.place(span.as_ref());
        let file = self.name.to_owned();
        self.problems.push(Problem { file, line, column, level: Level::Error, message });
    }

    /// Line and column, both counted from 1, the column in characters.
    fn place(&self, span: Option<&Range<usize>>) -> (u32, u32) {
        let at = span.map_or(0, |span| span.start).min(self.text.len());
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        (line as u32, column as u32)
    }
}

fn suggest(word: &str, known: &[&str]) -> String {
    let near = known.iter().map(|known| (strsim::damerau_levenshtein(word, known), known)).min();
    match near {
        Some((distance, known)) if distance <= 3 && distance < known.len() => format!("; did you mean `{known}`?"),
        _ => String::new(),
    }
}
