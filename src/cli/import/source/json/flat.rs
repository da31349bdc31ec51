//! A JSON value as text, and an object as keys with texts: `{"address": {"city": "Salem"}}` has the key `address.city`.

use std::borrow::Cow;

use super::shape::{entries, items};

/// How deep objects lie inside each other.
const DEEPEST: usize = 8;

/// What a value is.
pub(super) enum Value<'a> {
    /// It says nothing: null, or an empty list.
    Nothing,
    /// A text, a number, or a list of those.
    Text(Cow<'a, str>),
    /// Yes or no, or a list of objects.
    Other,
}

pub(super) fn value(raw: &str) -> Value<'_> {
    match raw.as_bytes().first() {
        Some(b'n') => Value::Nothing,
        Some(b'"') => text(raw).map_or(Value::Other, Value::Text),
        Some(b'-' | b'0'..=b'9') => Value::Text(Cow::Borrowed(raw)),
        Some(b'[') => list(raw),
        _ => Value::Other,
    }
}

/// `None`: it has half of a character.
pub(super) fn text(raw: &str) -> Option<Cow<'_, str>> {
    let inside = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inside.contains('\\') { serde_json::from_str(raw).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inside)) }
}

fn list(raw: &str) -> Value<'_> {
    let mut texts = Vec::new();
    for item in items(raw).unwrap_or_default() {
        match item.as_bytes().first() {
            Some(b'[') => return Value::Other,
            _ => match value(item) {
                Value::Nothing => {}
                Value::Text(text) => texts.push(text),
                Value::Other => return Value::Other,
            },
        }
    }
    match texts.len() {
        0 => Value::Nothing,
        1 => texts.pop().map_or(Value::Nothing, Value::Text),
        _ => Value::Text(Cow::Owned(texts.join(", "))),
    }
}

/// Every key of an object with its value, those of objects inside it by their path.
pub(super) fn flatten<'a>(object: &'a str, see: &mut dyn FnMut(&str, Value<'a>)) {
    inside(object, &mut String::new(), 1, see);
}

fn inside<'a>(object: &'a str, path: &mut String, depth: usize, see: &mut dyn FnMut(&str, Value<'a>)) {
    let entries = entries(object);
    let left_out = if path == "opcode" { not_chosen(&entries) } else { &[] };
    for (key, raw) in &entries {
        if left_out.contains(&key.as_ref()) {
            continue;
        }
        let length = path.len();
        if length > 0 {
            path.push('.');
        }
        path.push_str(key);
        match raw.starts_with('{') {
            true if depth < DEEPEST => inside(raw, path, depth + 1, see),
            _ => see(path, value(raw)),
        }
        path.truncate(length);
    }
}

/// Our own lists show an opcode for everybody. It is a choice only when it was chosen, and then it has an option.
fn not_chosen(opcode: &[(Cow<'_, str>, &str)]) -> &'static [&'static str] {
    let option = opcode.iter().find(|(key, _)| key == "option");
    if option.is_some_and(|(_, raw)| !raw.starts_with('"')) { &["choice", "option", "word"] } else { &[] }
}
