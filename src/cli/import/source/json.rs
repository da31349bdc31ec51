//! JSON: a list of objects or of lists, under whatever key, or an object on each line.

mod flat;
mod shape;

use std::collections::HashMap;

use crate::cli::input::DecodedText;
use crate::domain::list::HEADING_ROWS;
use crate::domain::table::{MOST_COLUMNS, RowFault};

use super::{Form, MOST_OF_A_KIND, SourceRow, Suits};

use flat::{FlatValue, flatten, flatten_but_lists, value};
use shape::JsonRows;

/// What is said of a file that has more keys than are read.
const MORE_KEYS: &str = "its objects have more than 1000 keys; those beyond were left out";

/// The rows of a JSON file: where each lies in the text.
#[derive(Debug)]
pub(super) struct Objects {
    text: DecodedText,
    spans: Vec<(u32, u32)>,
    /// The keys, in the order in which they first appear; of a list of lists there are none.
    columns: Option<Vec<String>>,
    places: HashMap<String, usize>,
    /// The rows that are no JSON, and why.
    broken: HashMap<usize, String>,
}

pub(super) fn open(text: DecodedText, suits: &Suits<'_>) -> Result<(Form, Vec<String>), String> {
    let JsonRows { rows, of_lists, remark, broken } = shape::find(text.as_str(), |list| worth(list, suits))?;
    let mut remarks: Vec<String> = remark.into_iter().collect();
    let broken: HashMap<usize, String> = broken.into_iter().collect();
    let start = text.as_str().as_ptr() as usize;
    // The pieces lie inside the text, so the distance is the place.
    let span = |row: &&str| {
        let at = (row.as_ptr() as usize).saturating_sub(start);
        (u32::try_from(at).unwrap_or_default(), u32::try_from(row.len()).unwrap_or_default())
    };
    let spans = rows.iter().map(span).collect();
    let mut keys = Keys::default();
    if !of_lists {
        let whole = rows.iter().enumerate().filter(|(place, _)| !broken.contains_key(place));
        whole.for_each(|(_, row)| keys.see(row));
        remarks.extend(keys.more.then(|| MORE_KEYS.to_owned()));
        remarks.extend(keys.more_of_a_kind.then(|| {
            format!("a list in it has more than {MOST_OF_A_KIND} objects of a kind; those beyond were left out")
        }));
    }
    let (columns, places) = keys.with_values();
    let columns = (!of_lists).then_some(columns);
    Ok((Form::Objects(Objects { text, spans, columns, places, broken }), remarks))
}

/// How well a list suits: by its keys, or by its first rows.
fn worth(list: &JsonRows<'_>, suits: &Suits<'_>) -> usize {
    let head = list.rows.iter().take(HEADING_ROWS);
    if list.of_lists {
        return suits(&mut head.zip(1..).map(|(row, place)| cells(row, SourceRow::of(place, place, Vec::new()))));
    }
    let mut keys = Keys::default();
    head.for_each(|row| flatten_but_lists(row, &mut |key, value| keys.take(key, &value)));
    let heading = keys.columns.iter().map(|key| Some(key.as_str().into())).collect();
    suits(&mut std::iter::once(SourceRow::of(1, 1, heading)))
}

/// Keys in the order in which they first appear.
#[derive(Debug, Default)]
struct Keys {
    columns: Vec<String>,
    places: HashMap<String, usize>,
    /// Which of them ever say something.
    filled: Vec<bool>,
    more: bool,
    more_of_a_kind: bool,
}

impl Keys {
    fn see(&mut self, object: &str) {
        self.more_of_a_kind |= flatten(object, &mut |key, value| self.take(key, &value));
    }

    fn take(&mut self, key: &str, value: &FlatValue<'_>) {
        let is_filled = !matches!(value, FlatValue::Nothing);
        match self.places.get(key) {
            Some(place) => self.filled.iter_mut().skip(*place).take(1).for_each(|filled| *filled |= is_filled),
            None if self.columns.len() >= MOST_COLUMNS => self.more = true,
            None => {
                self.places.insert(key.to_owned(), self.columns.len());
                self.columns.push(key.to_owned());
                self.filled.push(is_filled);
            }
        }
    }

    /// Without `phones` where it is always null or empty, and `phones.number` in other rows.
    fn with_values(self) -> (Vec<String>, HashMap<String, usize>) {
        let is_path = |key: &str| {
            let inside = |other: &String| other.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
            self.columns.iter().any(inside)
        };
        let keys = self.columns.iter().zip(&self.filled);
        let columns: Vec<String> =
            keys.filter(|(key, filled)| **filled || !is_path(key)).map(|(key, _)| key.clone()).collect();
        let places = columns.iter().cloned().zip(0..).collect();
        (columns, places)
    }
}

impl Objects {
    pub(super) fn columns(&self) -> Option<&[String]> {
        self.columns.as_deref()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = SourceRow<'_>> {
        let text = self.text.as_str();
        let mut lines = Lines { bytes: text.as_bytes(), at: 0, line: 1 };
        self.spans.iter().enumerate().map(move |(index, (at, length))| {
            let (at, length) = (*at as usize, *length as usize);
            let raw = text.get(at..at + length).unwrap_or_default();
            let mut row = SourceRow::of(lines.of(at), index as u64 + 1, Vec::new());
            if let Some(why) = self.broken.get(&index) {
                row.fault = Some(format!("is not JSON: {}", crate::domain::text::clean(why)));
                return row;
            }
            match &self.columns {
                None => cells(raw, row),
                Some(columns) => self.object(raw, row, columns.len()),
            }
        })
    }

    fn object<'a>(&'a self, raw: &'a str, mut row: SourceRow<'a>, width: usize) -> SourceRow<'a> {
        row.cells.resize(width, None);
        if !raw.starts_with('{') {
            row.fault = Some("is not a JSON object".to_owned());
            return row;
        }
        let mut seen = vec![false; width];
        flatten(raw, &mut |key, value| {
            let Some(place) = self.places.get(key).copied() else { return };
            let (Some(seen), Some(cell)) = (seen.get_mut(place), row.cells.get_mut(place)) else { return };
            if std::mem::replace(seen, true) {
                row.fault.get_or_insert_with(|| format!("has the key `{}` twice", crate::domain::text::clean(key)));
            }
            match value {
                FlatValue::Nothing => {}
                FlatValue::Text(text) => *cell = Some(text),
                FlatValue::Other => row.not_text.push(place),
            }
        });
        row
    }
}

/// Puts the cells of a list into a row.
fn cells<'a>(raw: &'a str, mut row: SourceRow<'a>) -> SourceRow<'a> {
    let Some(items) = shape::items(raw) else {
        row.fault = Some("is not a JSON list".to_owned());
        return row;
    };
    for (place, item) in items.into_iter().enumerate() {
        let value = value(item);
        if place >= MOST_COLUMNS {
            row.fault = Some(RowFault::Wide.to_string());
            break;
        }
        row.not_text.extend(matches!(value, FlatValue::Other).then_some(place));
        row.cells.push(match value {
            FlatValue::Text(text) => Some(text),
            FlatValue::Nothing | FlatValue::Other => None,
        });
    }
    row
}

/// Counts lines along a file, each byte once.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of a place; places come in ascending order.
    fn of(&mut self, place: usize) -> u64 {
        let passed = self.bytes.get(self.at..place).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at = place.max(self.at);
        self.line
    }
}
