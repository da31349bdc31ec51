//! Reads typed values out of TOML with the place of every mistake; variables of the environment win over the file.

mod entries;
mod secrets;
mod unreplaced;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml_edit::{Item, TableLike, Value};

use crate::domain::suggest::did_you_mean;
use crate::domain::text::masked_address;

use crate::present::diagnostic::{Diagnostic, SettingLocation};

/// The beginning of every variable.
pub(super) const PREFIX: &str = crate::child::OUR_OWN;

/// Variables that are not settings.
const OTHER_VARIABLES: &[&str] = &["CLOVERWATCH_CONFIG", "CLOVERWATCH_LOG", "CLOVERWATCH_HOOK_ID"];

/// One reading of one file and the environment.
pub(super) struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    variables: &'a BTreeMap<String, String>,
    asked: RefCell<BTreeSet<String>>,
    found: RefCell<Vec<Diagnostic>>,
    /// Variables that hold secrets of ours.
    secret: RefCell<BTreeSet<String>>,
    /// Variables that programs are to be given, and where that is asked for.
    passed_on: RefCell<Vec<(String, SettingLocation)>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(path: &'a Path, text: &'a str, variables: &'a BTreeMap<String, String>) -> Self {
        Self {
            path,
            text,
            variables,
            asked: RefCell::default(),
            found: RefCell::default(),
            secret: RefCell::default(),
            passed_on: RefCell::default(),
        }
    }

    pub(super) fn report(&self, place: SettingLocation, warning: bool, message: impl Into<String>) {
        self.found.borrow_mut().push(Diagnostic { place, warning, message: message.into() });
    }

    /// The place of a byte of the file.
    pub(super) fn place(&self, at: usize) -> SettingLocation {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        SettingLocation::File { path: self.path.to_owned(), line, column }
    }

    fn place_of(&self, item: &Item) -> SettingLocation {
        item.span().map_or(SettingLocation::Nowhere, |span| self.place(span.start))
    }

    /// Everything that was found, after asking whether every variable was understood.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        let asked = self.asked.into_inner();
        let mut found = self.found.into_inner();
        let secret = self.secret.into_inner();
        for (name, place) in self.passed_on.into_inner() {
            if name.starts_with(PREFIX) || secret.contains(&name) {
                let message = format!("`{name}` holds a secret or a setting of ours, and no program is given it");
                found.push(Diagnostic { place, warning: false, message });
            }
        }
        for name in self.variables.keys().filter(|name| name.starts_with(PREFIX) && !asked.contains(*name)) {
            if !OTHER_VARIABLES.contains(&name.as_str()) {
                let near = did_you_mean(name, asked.iter().map(String::as_str));
                let message = format!("no setting has this variable{near}");
                found.push(Diagnostic { place: SettingLocation::Variable(name.clone()), warning: true, message });
            }
        }
        found
    }
}

/// Whether a value says where a secret is kept.
fn names_secret(item: &Item) -> bool {
    let table = item.as_inline_table();
    table.is_some_and(|table| ["env", "file", "command"].iter().any(|way| table.contains_key(way)))
}

fn flag_of(text: &str) -> Result<bool, String> {
    match text.trim() {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err("true or false is needed".to_owned()),
    }
}

/// A value as it was written, and where.
enum Found<'t> {
    File(&'t Item),
    Variable(&'t str),
}

/// A section. Every key that is asked for is known; [`Section::end`] reports the others.
pub(super) struct Section<'r, 'a> {
    reader: &'r Reader<'a>,
    name: String,
    table: Option<&'r dyn TableLike>,
    known: RefCell<Vec<&'r str>>,
}

impl<'r, 'a> Section<'r, 'a> {
    pub(super) fn root(reader: &'r Reader<'a>, table: &'r dyn TableLike) -> Self {
        Self { reader, name: String::new(), table: Some(table), known: RefCell::default() }
    }

    fn variable(&self, key: &str) -> String {
        let dotted = if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) };
        format!("{PREFIX}{}", dotted.replace(['.', '-'], "_").to_uppercase())
    }

    fn find(&self, key: &'static str) -> Option<(Found<'r>, SettingLocation)> {
        self.known.borrow_mut().push(key);
        let variable = self.variable(key);
        let written = self.reader.variables.get_key_value(&variable);
        self.reader.asked.borrow_mut().insert(variable);
        if let Some((name, text)) = written {
            return Some((Found::Variable(text), SettingLocation::Variable(name.clone())));
        }
        let item = self.table?.get(key)?;
        Some((Found::File(item), self.reader.place_of(item)))
    }

    /// Reads a value, or reports why it cannot be read.
    fn read<T>(
        &self,
        key: &'static str,
        from_item: impl FnOnce(&Item) -> Result<T, String>,
        from_text: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let (found, place) = self.find(key)?;
        let read = match found {
            Found::File(item) if names_secret(item) => Err(format!(
                "only secrets take {{ env }}, {{ file }} or {{ command }}; write the value itself, or set {}",
                self.variable(key)
            )),
            Found::File(item) => from_item(item),
            Found::Variable(text) => from_text(text),
        };
        read.map_err(|message| self.reader.report(place, false, format!("`{}`: {message}", self.dotted(key)))).ok()
    }

    fn dotted(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Text that a function understands.
    pub(super) fn parsed<T>(&self, key: &'static str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let parse = |text: &str| self.as_it_stands(key, text, &parse);
        let from_item = |item: &Item| match item.as_str() {
            Some(text) => parse(text),
            None => Err(format!("text in quotes is needed, not {}", item.type_name())),
        };
        self.read(key, from_item, parse)
    }

    /// Reads a text, in which nothing is replaced: what looks as if it was is told.
    fn as_it_stands<T>(&self, key: &str, text: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<T, String> {
        let Some(reference) = unreplaced::reference(text) else { return parse(text) };
        // Whatever stands where an address may have a secret is not repeated.
        let shown = if masked_address(text).contains(reference) { reference } else { "$NAME" };
        let instead = if matches!(shown, "$HOME" | "${HOME}") { "`~`, or set" } else { "the value itself, or set" };
        let hint = format!("`{shown}` is not replaced here; write {instead} {}", self.variable(key));
        let read = parse(text).map_err(|why| format!("{why}; {hint}"))?;
        self.warn(key, hint);
        Ok(read)
    }

    pub(super) fn number(&self, key: &'static str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let check = |number: i64| match range.contains(&number) {
            true => Ok(number),
            false => Err(format!("{number} is not between {} and {}", range.start(), range.end())),
        };
        let from_item = |item: &Item| match item.as_integer() {
            Some(number) => check(number),
            None => Err(format!("a whole number is needed, not {}", item.type_name())),
        };
        self.read(key, from_item, |text| {
            text.trim().parse().map_err(|_| "a whole number is needed".to_owned()).and_then(check)
        })
    }

    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        let from_item =
            |item: &Item| item.as_bool().ok_or_else(|| format!("true or false is needed, not {}", item.type_name()));
        self.read(key, from_item, flag_of)
    }

    /// The same into a place; `auto` is `None`.
    pub(super) fn flag_or_auto(&self, key: &'static str, target: &mut Option<bool>) {
        let from_item = |item: &Item| match (item.as_bool(), item.as_str()) {
            (None, Some("auto")) => Ok(None),
            (Some(flag), _) => Ok(Some(flag)),
            _ => Err("true, false or \"auto\" is needed".to_owned()),
        };
        let from_text = |text: &str| if text.trim() == "auto" { Ok(None) } else { flag_of(text).map(Some) };
        if let Some(flag) = self.read(key, from_item, from_text) {
            *target = flag;
        }
    }

    /// A path as the file means it.
    pub(super) fn located(&self, path: &str) -> PathBuf {
        super::paths::from_settings(path, self.reader.path)
    }

    /// A list of texts that a function understands; in a variable as a TOML list, or as one text.
    pub(super) fn list<T>(&self, key: &'static str, parse: impl Fn(&str) -> Result<T, String>) -> Option<Vec<T>> {
        let parse = |text: &str| self.as_it_stands(key, text, &parse);
        let from_value = |value: &Value| {
            let array = value.as_array().ok_or("a list of texts is needed")?;
            let text = |value: &Value| parse(value.as_str().ok_or("every one must be text in quotes")?);
            array.iter().map(text).collect::<Result<Vec<_>, _>>()
        };
        let from_item = |item: &Item| match item.as_value() {
            Some(value) => from_value(value),
            None => Err("a list of texts is needed".to_owned()),
        };
        self.read(key, from_item, |text| match text.parse::<Value>() {
            Ok(value) if value.is_array() => from_value(&value),
            _ => parse(text).map(|one| vec![one]),
        })
    }

    /// Every table of a list of tables, as whatever it is a form of.
    pub(super) fn rows<T: DeserializeOwned>(&self, key: &'static str) -> Option<Vec<T>> {
        self.known.borrow_mut().push(key);
        let item = self.table?.get(key)?;
        let tables: Vec<(Value, usize)> = match item {
            Item::ArrayOfTables(tables) => tables
                .iter()
                .map(|table| (table.clone().into_inline_table().into(), table.span().map_or(0, |span| span.start)))
                .collect(),
            Item::Value(Value::Array(values)) => {
                values.iter().map(|value| (value.clone(), value.span().map_or(0, |span| span.start))).collect()
            }
            _ => {
                let message = format!("`{0}`: a list of tables is needed ([[{0}]])", self.dotted(key));
                self.reader.report(self.reader.place_of(item), false, message);
                return None;
            }
        };
        let row = |(value, start): (Value, usize)| {
            T::deserialize(serde::de::IntoDeserializer::into_deserializer(value))
                .map_err(|error| {
                    let place = self.reader.place(error.span().map_or(start, |span| span.start));
                    self.reader.report(place, false, format!("[[{}]]: {}", self.dotted(key), error.message()));
                })
                .ok()
        };
        Some(tables.into_iter().filter_map(row).collect())
    }

    /// A section below this one. It can be asked even when it is not in the file: variables may fill it.
    pub(super) fn section(&self, key: &'static str) -> Section<'r, 'a> {
        self.known.borrow_mut().push(key);
        let item = self.table.and_then(|table| table.get(key));
        let table = item.and_then(Item::as_table_like);
        if let (Some(item), None) = (item, table) {
            self.reader.report(
                self.reader.place_of(item),
                false,
                format!("`{key}` is a section: write [{}]", self.dotted(key)),
            );
        }
        Section { reader: self.reader, name: self.dotted(key), table, known: RefCell::default() }
    }

    /// Every section below this one, whatever its name.
    pub(super) fn sections(&self) -> Vec<(String, Section<'r, 'a>)> {
        let mut all = Vec::new();
        for (key, item) in self.table.into_iter().flat_map(TableLike::iter) {
            self.known.borrow_mut().push(key);
            match item.as_table_like() {
                Some(table) => {
                    let section = Section {
                        reader: self.reader,
                        name: self.dotted(key),
                        table: Some(table),
                        known: RefCell::default(),
                    };
                    all.push((key.to_owned(), section));
                }
                None => self.complain(key, format!("is a section: write [{}]", self.dotted(key))),
            }
        }
        all
    }

    /// Whether anything of it was given.
    pub(super) fn is_given(&self) -> bool {
        let prefix = self.variable("");
        self.table.is_some() || self.reader.variables.keys().any(|name| name.starts_with(&prefix))
    }

    /// Whether a key was written, rightly or wrongly.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.find(key).is_some()
    }

    /// Reports a mistake about a key that was read.
    pub(super) fn complain(&self, key: &str, message: impl Into<String>) {
        self.remark(key, false, message);
    }

    /// Warns about a key that was read.
    pub(super) fn warn(&self, key: &str, message: impl Into<String>) {
        self.remark(key, true, message);
    }

    fn remark(&self, key: &str, warning: bool, message: impl Into<String>) {
        let variable = self.variable(key);
        let place = if self.reader.variables.contains_key(&variable) {
            SettingLocation::Variable(variable)
        } else {
            self.table
                .and_then(|table| table.get(key))
                .map_or(SettingLocation::Nowhere, |item| self.reader.place_of(item))
        };
        self.reader.report(place, warning, format!("`{}`: {}", self.dotted(key), message.into()));
    }

    /// Reports every key that nobody asked for.
    pub(super) fn end(&self) {
        let known = self.known.borrow();
        for (key, _) in self.table.into_iter().flat_map(TableLike::iter) {
            if known.contains(&key) {
                continue;
            }
            let span = self.table.and_then(|table| table.get_key_value(key)).and_then(|(key, _)| key.span());
            let place = span.map_or(SettingLocation::Nowhere, |span| self.reader.place(span.start));
            let near = did_you_mean(key, known.iter().copied());
            let of = if self.name.is_empty() { "section".to_owned() } else { format!("key in [{}]", self.name) };
            let hint = if near.is_empty() { format!(" (there are: {})", known.join(", ")) } else { near };
            self.reader.report(place, false, format!("unknown {of}: `{key}`{hint}"));
        }
    }
}
