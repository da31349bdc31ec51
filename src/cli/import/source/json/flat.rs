//! A JSON value as text, and an object as keys with texts: `{"address": {"city": "Salem"}}` has the key `address.city`.

use std::borrow::Cow;

use super::super::MOST_OF_A_KIND;
use super::shape::{entries, items, text};

/// How deep objects lie inside each other.
const DEEPEST: usize = 8;

pub(super) enum FlatValue<'a> {
    /// It says nothing: null, or an empty list.
    Nothing,
    /// A text, a number, or a list of those.
    Text(Cow<'a, str>),
    /// Yes or no, or a list of objects.
    Other,
}

pub(super) fn value(raw: &str) -> FlatValue<'_> {
    match raw.as_bytes().first() {
        Some(b'n') => FlatValue::Nothing,
        Some(b'"') => text(raw).map_or(FlatValue::Other, FlatValue::Text),
        Some(b'-' | b'0'..=b'9') => FlatValue::Text(Cow::Borrowed(raw)),
        Some(b'[') => list(raw),
        _ => FlatValue::Other,
    }
}

fn list(raw: &str) -> FlatValue<'_> {
    let mut texts = Vec::new();
    for item in items(raw).unwrap_or_default() {
        match item.as_bytes().first() {
            Some(b'[') => return FlatValue::Other,
            _ => match value(item) {
                FlatValue::Nothing => {}
                FlatValue::Text(text) => texts.push(text),
                FlatValue::Other => return FlatValue::Other,
            },
        }
    }
    match texts.len() {
        0 => FlatValue::Nothing,
        1 => texts.pop().map_or(FlatValue::Nothing, FlatValue::Text),
        _ => FlatValue::Text(Cow::Owned(texts.join(", "))),
    }
}

/// Every key of an object with its value, those of objects inside it by their path. Of objects in a list the second has
/// columns of its own, as in address cards: `phones.number`, `phones.number 2`. Whether some were left out: more than nine.
pub(super) fn flatten<'a>(object: &'a str, see: &mut dyn FnMut(&str, FlatValue<'a>)) -> bool {
    let mut walk = Walk { path: String::new(), number: 1, lists: true, left_out: false, see };
    walk.object(object, 1);
    walk.left_out
}

/// Every key of an object as in [`flatten`], but lists of objects are one value: they may be lists of their own.
pub(super) fn flatten_but_lists<'a>(object: &'a str, see: &mut dyn FnMut(&str, FlatValue<'a>)) {
    Walk { path: String::new(), number: 1, lists: false, left_out: false, see }.object(object, 1);
}

struct Walk<'s, 'a> {
    path: String,
    /// Which object of a list it is in, from 1.
    number: usize,
    /// Whether to go into lists.
    lists: bool,
    left_out: bool,
    see: &'s mut dyn FnMut(&str, FlatValue<'a>),
}

impl<'a> Walk<'_, 'a> {
    fn object(&mut self, object: &'a str, depth: usize) {
        let entries = entries(object);
        let left_out = if self.path == "opcode" { not_chosen(&entries) } else { &[] };
        for (key, raw) in &entries {
            if left_out.contains(&key.as_ref()) {
                continue;
            }
            let length = self.path.len();
            if length > 0 {
                self.path.push('.');
            }
            self.path.push_str(key);
            self.value(raw, depth);
            self.path.truncate(length);
        }
    }

    fn value(&mut self, raw: &'a str, depth: usize) {
        if raw.starts_with('{') && depth < DEEPEST {
            return self.object(raw, depth + 1);
        }
        if let Some(objects) = objects(raw).filter(|_| self.lists && depth < DEEPEST) {
            self.left_out |= objects.len() > MOST_OF_A_KIND;
            // A list inside is one value: its numbers would be those of this one.
            self.lists = false;
            for (object, number) in objects.into_iter().zip(1..=MOST_OF_A_KIND) {
                self.number = number;
                self.object(object, depth + 1);
            }
            (self.lists, self.number) = (true, 1);
            return;
        }
        let length = self.path.len();
        if self.number > 1 {
            self.path.push_str(&format!(" {}", self.number));
        }
        (self.see)(&self.path, value(raw));
        self.path.truncate(length);
    }
}

/// The objects of a list of nothing else.
fn objects(raw: &str) -> Option<Vec<&str>> {
    let inside = raw.strip_prefix('[')?.trim_start();
    if !inside.starts_with(['{', 'n']) {
        return None;
    }
    let all: Vec<&str> = items(raw)?.into_iter().filter(|item| *item != "null").collect();
    (!all.is_empty() && all.iter().all(|item| item.starts_with('{'))).then_some(all)
}

/// Our own lists show an opcode for everybody. It is a choice only when it was chosen, and then it has an option.
fn not_chosen(opcode: &[(Cow<'_, str>, &str)]) -> &'static [&'static str] {
    let option = opcode.iter().find(|(key, _)| key == "option");
    if option.is_some_and(|(_, raw)| !raw.starts_with('"')) { &["choice", "option", "word"] } else { &[] }
}
