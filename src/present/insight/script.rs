//! A report for scripts: a document, and a long table of one measure a row, so that its columns never change.

use serde_json::{Map, Value};

use crate::domain::report::Report;

pub const CSV_HEADING: [&str; 4] = ["section", "key", "measure", "value"];

/// The sections that are lists, and the field by which their entries are told apart.
const LISTS: [(&str, &str); 6] = [
    ("funnel", "step"),
    ("stages", "stage"),
    ("calls", "outcome"),
    ("owners", "key"),
    ("groups", "key"),
    ("weeks", "key"),
];

/// Its fields in alphabetical order, as those of every document.
pub fn document(report: &Report) -> Map<String, Value> {
    match serde_json::to_value(report) {
        Ok(Value::Object(fields)) => fields,
        // A struct whose keys are names is always an object.
        _ => Map::new(),
    }
}

/// Every measure, in the order and by the names of the document.
pub fn csv_rows(report: &Report) -> Vec<[String; 4]> {
    let mut rows = Vec::new();
    for (name, value) in document(report) {
        let list = LISTS.iter().find(|(section, _)| *section == name);
        match (value, list) {
            (Value::Array(entries), Some((_, key))) => {
                for mut entry in entries {
                    let of = entry.get_mut(*key).map(Value::take).map_or_else(String::new, |key| text(&key));
                    flatten(&name, &of, key, &entry, &mut rows);
                }
            }
            (Value::Array(hours), None) => {
                for (hour, count) in hours.iter().enumerate() {
                    rows.push([name.clone(), hour.to_string(), "codes".to_owned(), text(count)]);
                }
            }
            (Value::Object(mut fields), _) => {
                let curve = fields.remove("curve");
                flatten(&name, "", "", &Value::Object(fields), &mut rows);
                for mut point in curve.as_ref().and_then(Value::as_array).into_iter().flatten().cloned() {
                    let hours = point.get_mut("hours").map(Value::take).map_or_else(String::new, |hours| text(&hours));
                    flatten(&name, &hours, "hours", &point, &mut rows);
                }
            }
            (value, _) => rows.push(["report".to_owned(), String::new(), name, text(&value)]),
        }
    }
    rows
}

/// The numbers of an entry, those within others with both names: `connect.median_seconds`.
fn flatten(section: &str, key: &str, without: &str, entry: &Value, rows: &mut Vec<[String; 4]>) {
    for (name, value) in entry.as_object().into_iter().flatten().filter(|(name, _)| *name != without) {
        let mut put =
            |measure: String, value: &Value| rows.push([section.to_owned(), key.to_owned(), measure, text(value)]);
        match value {
            Value::Object(within) => within.iter().for_each(|(inner, value)| put(format!("{name}.{inner}"), value)),
            value => put(name.clone(), value),
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
