//! What the journal's text says of profiles, without folding it: for whoever cannot wait for that, beside any owner.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use memchr::memmem;

use super::journal_snapshot::Segment;
use super::lines::backward;
use super::{JournalReader, StoreError};

/// How many lines are read between two looks at the time.
const PORTION: usize = 1_024;

impl JournalReader {
    /// The dealerCodes that begin so with the names of their dealerships, at most so many of the newest, as far as
    /// there is time.
    pub fn dealer_codes(
        &self,
        prefix: &str,
        most: usize,
        is_over: impl Fn() -> bool,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let name = memmem::Finder::new("\"profile\":{\"name\":\"");
        let mut found = BTreeMap::new();
        self.each_value("dealer_code", prefix, is_over, |code, line| {
            // Every event with a profile has all of it: the newest one has the present name.
            if let Some(name) = name.find(line).and_then(|at| text_at(line, at + name.needle().len() - 1)) {
                found.entry(code).or_insert(name);
            }
            if found.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(found)
    }

    /// The values that a field of profiles has or had and that begin so, at most so many, as far as there is time.
    pub fn profile_values(
        &self,
        field: &str,
        prefix: &str,
        most: usize,
        is_over: impl Fn() -> bool,
    ) -> Result<BTreeSet<String>, StoreError> {
        let mut found = BTreeSet::new();
        self.each_value(field, prefix, is_over, |value, _| {
            if !value.is_empty() {
                found.insert(value);
            }
            if found.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(found)
    }

    /// Quotes within texts are escaped, so that the names of fields can be searched for.
    fn each_value(
        &self,
        field: &str,
        prefix: &str,
        is_over: impl Fn() -> bool,
        mut take: impl FnMut(String, &[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let name = format!("\"{field}\":");
        let begun = serde_json::Value::from(prefix).to_string();
        let value =
            memmem::Finder::new(&[name.as_bytes(), begun.trim_end_matches('"').as_bytes()].concat()).into_owned();
        let mut lines = 0_usize;
        for segment in Segment::list(self.journal())?.iter().rev() {
            let ended = backward(&segment.open()?, 0..segment.len, |_, line| {
                lines += 1;
                if lines.is_multiple_of(PORTION) && is_over() {
                    return ControlFlow::Break(());
                }
                match value.find(line).and_then(|at| text_at(line, at + name.len())) {
                    Some(value) => take(value, line),
                    None => ControlFlow::Continue(()),
                }
            })
            .map_err(|error| segment.io(&error))?;
            if ended.is_some() {
                break;
            }
        }
        Ok(())
    }
}

/// The text in quotes that begins at a place of a line.
fn text_at(line: &[u8], at: usize) -> Option<String> {
    serde_json::Deserializer::from_slice(line.get(at..)?).into_iter().next()?.ok()
}
