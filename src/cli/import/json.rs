//! Dealerships as JSON: an array of objects, what `list --json` prints, or an object on each line.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::table::MOST_ROWS;
use crate::domain::text::clean;

use super::field::Mapping;
use super::row::{Problem, Values};

/// The raw elements of an array; no more than one too many of them is kept.
struct Bounded<'a>(Vec<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Bounded<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements;

        impl<'de> Visitor<'de> for Elements {
            type Value = Vec<&'de str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(raw) = seq.next_element::<&RawValue>()? {
                    if all.len() <= MOST_ROWS {
                        all.push(raw.get());
                    }
                }
                Ok(all)
            }
        }

        deserializer.deserialize_seq(Elements).map(Self)
    }
}

/// The objects of a JSON array, of the list that `list --json` prints, or of JSON lines.
pub(super) fn objects(text: &str) -> Result<Vec<&str>, String> {
    #[derive(serde::Deserialize)]
    struct Listed<'a> {
        #[serde(borrow)]
        dealerships: Bounded<'a>,
    }
    let wrong = |error: serde_json::Error| format!("not JSON: {}", clean(&error.to_string()));
    if text.trim_start().starts_with('[') {
        let Bounded(all) = serde_json::from_str(text).map_err(wrong)?;
        return Ok(all);
    }
    if let Ok(listed) = serde_json::from_str::<Listed<'_>>(text) {
        return Ok(listed.dealerships.0);
    }
    let all = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    all.take(MOST_ROWS + 1).map(|one| one.map(RawValue::get).map_err(wrong)).collect()
}

pub(super) fn object(raw: &str, mapping: &Mapping) -> (Values, Option<Problem>) {
    let mut values = Values::default();
    let Ok(Value::Object(object)) = serde_json::from_str(raw) else {
        return (values, Some(Problem::new(Problem::ROW, "is not a JSON object")));
    };
    let mut problem = None;
    // The form in which dealerships are listed: a contact, and an opcode that counts only when it was chosen.
    let nested = |key: &str| object.get(key).and_then(Value::as_object);
    let (contact, opcode) = (nested("contact"), nested("opcode"));
    let chosen = opcode.filter(|opcode| opcode.get("option").is_some_and(Value::is_string));
    let of_contact = contact.into_iter().flatten().map(|(key, value)| (format!("contact_{key}"), value));
    let of_opcode = chosen.into_iter().flat_map(|chosen| {
        let named = [("choice", "opcode"), ("option", "opcode_option"), ("word", "opcode_word")];
        named.into_iter().filter_map(|(key, name)| Some((name.to_owned(), chosen.get(key)?)))
    });
    let flat = |key: &str| !(key == "contact" && contact.is_some() || key == "opcode" && opcode.is_some());
    let outer = object.iter().filter(|(key, _)| flat(key)).map(|(key, value)| (key.clone(), value));
    for (key, value) in of_contact.chain(of_opcode).chain(outer) {
        let Some(field) = mapping.field_of(&key) else { continue };
        let text: Cow<'_, str> = match value {
            Value::Null => Cow::Borrowed(""),
            Value::String(text) => Cow::Borrowed(text),
            Value::Number(number) => Cow::Owned(number.to_string()),
            _ => {
                problem = problem.or_else(|| Some(Problem::new(field.word(), "is not text")));
                continue;
            }
        };
        values.set(field, &text);
    }
    (values, problem)
}
