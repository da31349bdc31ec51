//! Where the list is in a JSON file.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::table::{MOST_ROWS, TableError};
use crate::domain::text::clean;

/// How deep a list is looked for.
const DEEPEST: usize = 3;

/// The most keys that are named in a message.
const MOST_NAMED: usize = 12;

/// The rows of a list, as they stand in the text.
pub(super) struct JsonRows<'a> {
    pub(super) rows: Vec<&'a str>,
    /// Its rows are lists, not objects.
    pub(super) of_lists: bool,
    /// Where it was found, when that is worth saying.
    pub(super) remark: Option<String>,
    /// The rows that are no JSON, and why.
    pub(super) broken: Vec<(usize, String)>,
}

impl<'a> JsonRows<'a> {
    /// A list of whatever its first row is; `None` when that is no row.
    fn of(rows: Vec<&'a str>, remark: Option<String>) -> Option<Self> {
        let of_lists = match rows.first()?.as_bytes().first()? {
            b'{' => false,
            b'[' => true,
            _ => return None,
        };
        // GeoJSON: what is known of a place.
        let is_feature = |row: &str| value_of(row, "type").is_some_and(|kind| kind == "\"Feature\"");
        if !of_lists && rows.first().is_some_and(|row| is_feature(row)) {
            let properties =
                |row: &'a str| value_of(row, "properties").filter(|raw| raw.starts_with('{')).unwrap_or(row);
            let rows = rows.into_iter().map(properties).collect();
            return Some(Self {
                rows,
                of_lists,
                remark: Some("the properties of its places were read (GeoJSON)".to_owned()),
                broken: Vec::new(),
            });
        }
        Some(Self { rows, of_lists, remark, broken: Vec::new() })
    }
}

/// The list of a text. Where several can be meant, the one of most worth.
pub(super) fn find(text: &str, worth: impl Fn(&JsonRows<'_>) -> usize) -> Result<JsonRows<'_>, String> {
    let values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let values: Result<Vec<&str>, serde_json::Error> =
        values.take(MOST_ROWS + 2).map(|value| value.map(RawValue::get)).collect();
    let mut values = match values {
        Ok(values) => values,
        Err(error) => {
            let wrong = || format!("it looks like JSON, and is not: {}", clean(&error.to_string()));
            return lines(text).ok_or_else(wrong);
        }
    };
    let whole = match values.as_slice() {
        [one] => one,
        _ => "",
    };
    let found = match whole.as_bytes().first() {
        Some(b'[') => {
            values = items(whole).unwrap_or_default();
            if values.is_empty() {
                return Err("it is an empty JSON list".to_owned());
            }
            JsonRows::of(values, None)
        }
        Some(_) => in_object(whole, worth),
        None => JsonRows::of(values, None),
    };
    match found {
        Some(list) if list.rows.len() > MOST_ROWS + 1 => Err(TableError::TooLong.to_string()),
        Some(list) => Ok(list),
        None => Err(format!(
            "it is JSON, {}; what is needed is a list of objects, such as [{{\"name\": \"…\", \"dealer_code\": \"…\"}}], or of lists of which one is the heading",
            words(whole)
        )),
    }
}

/// JSON lines of which some are broken: those that are whole can be read. `None`: the text has no such lines.
fn lines(text: &str) -> Option<JsonRows<'_>> {
    let rows: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(MOST_ROWS + 1).collect();
    let broken: Vec<(usize, String)> = rows
        .iter()
        .enumerate()
        .filter_map(|(place, row)| Some((place, serde_json::from_str::<&RawValue>(row).err()?)))
        .map(|(place, why)| (place, why.to_string().replace(" at line 1 column ", ", at character ")))
        .collect();
    // A list that was laid out over several lines has hardly a line that is an object, least of all its first.
    let begins_whole = rows.first()?.starts_with('{') && broken.first().is_none_or(|(place, _)| *place > 0);
    if rows.len() < 2 || 2 * broken.len() > rows.len() || !begins_whole {
        return None;
    }
    let list = JsonRows::of(rows, None)?;
    Some(JsonRows { broken, ..list })
}

/// An object may hold the list, may have a dealership for each of its keys, or may be one itself.
fn in_object(object: &str, worth: impl Fn(&JsonRows<'_>) -> usize) -> Option<JsonRows<'_>> {
    let entries = entries(object);
    let mut candidates = Vec::new();
    lists(&entries, "", 1, &mut candidates);
    candidates.sort_by_key(|list| std::cmp::Reverse(list.rows.len()));
    if entries.iter().all(|(_, raw)| raw.starts_with('{')) {
        let remark = "the values of its keys were read, each as a row".to_owned();
        candidates.extend(JsonRows::of(entries.iter().map(|(_, raw)| *raw).collect(), Some(remark)));
    }
    let is_column = |raw: &str| items(raw).is_some_and(|items| items.len() > 1);
    if !entries.iter().all(|(_, raw)| is_column(raw)) {
        candidates.extend(JsonRows::of(vec![object], None));
    }
    // Of equal ones the first: a list before the object around it, and the longest list.
    let rated = candidates.into_iter().map(|list| (worth(&list), list));
    rated.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, list)| list)
}

/// Every list of objects or lists, by its path.
fn lists<'a>(entries: &[(Cow<'a, str>, &'a str)], path: &str, depth: usize, found: &mut Vec<JsonRows<'a>>) {
    for (key, raw) in entries {
        let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        if raw.starts_with('[') {
            let remark = format!("the list under its key `{}` was read", clean(&path));
            found.extend(items(raw).and_then(|items| JsonRows::of(items, Some(remark))));
        } else if raw.starts_with('{') && depth < DEEPEST {
            lists(&self::entries(raw), &path, depth + 1, found);
        }
    }
}

/// What was found instead of a list.
fn words(raw: &str) -> String {
    if raw.starts_with('{') {
        let entries = entries(raw);
        let keys = entries.iter().take(MOST_NAMED).map(|(key, _)| format!("`{}`", clean(key))).collect::<Vec<_>>();
        return match keys.as_slice() {
            [] => "an empty object".to_owned(),
            keys => format!("an object with the keys {}", keys.join(", ")),
        };
    }
    let items = items(raw).unwrap_or_default();
    let kind = match items.first().and_then(|item| item.as_bytes().first()) {
        Some(b'"') => "texts",
        Some(b't' | b'f') => "yes and no",
        Some(b'n') => "nulls",
        _ => "numbers",
    };
    format!("a list of {kind}")
}

/// The elements of a list as they stand in the text, no more than one too many; `None`: it is no list.
pub(super) fn items(raw: &str) -> Option<Vec<&str>> {
    struct Elements;

    impl<'de> Visitor<'de> for Elements {
        type Value = Vec<&'de str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(raw) = seq.next_element::<&RawValue>()? {
                if all.len() < MOST_ROWS + 2 {
                    all.push(raw.get());
                }
            }
            Ok(all)
        }
    }

    raw.starts_with('[').then(|| serde_json::Deserializer::from_str(raw).deserialize_seq(Elements).unwrap_or_default())
}

/// The keys and values of an object as they stand in the text; of anything else none.
pub(super) fn entries(raw: &str) -> Vec<(Cow<'_, str>, &str)> {
    struct Pairs;

    impl<'de> Visitor<'de> for Pairs {
        type Value = Vec<(Cow<'de, str>, &'de str)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                if all.len() < MOST_ROWS + 2 {
                    all.push((text(key.get()).unwrap_or_default(), value.get()));
                }
            }
            Ok(all)
        }
    }

    serde_json::Deserializer::from_str(raw).deserialize_map(Pairs).unwrap_or_default()
}

fn value_of<'a>(object: &'a str, key: &str) -> Option<&'a str> {
    entries(object).into_iter().find(|(found, _)| found == key).map(|(_, raw)| raw)
}

/// `None`: it has half of a character.
pub(super) fn text(raw: &str) -> Option<Cow<'_, str>> {
    let inside = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inside.contains('\\') { serde_json::from_str(raw).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inside)) }
}
