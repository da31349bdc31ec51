//! What was read otherwise than it stands in a file: told once for each kind, however many rows there are.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::domain::text::clean;

documents! {
    /// `of`: the first row that it is about, and how many there are; `None`: it is about the file.
    pub(super) RemarkDocument of (words: String, of: Option<(u64, u64)>) {
        line: Option<u64> = of.map(|(line, _)| line),
        rows: Option<u64> = of.map(|(_, rows)| rows),
        what: String = words,
    }
}

/// Remarks, with the first line and the number of rows they are about.
#[derive(Debug, Default)]
pub(in crate::cli) struct Remarks {
    of_file: Vec<String>,
    of_rows: BTreeMap<String, OfRows>,
}

/// The rows that a remark is about.
#[derive(Debug)]
struct OfRows {
    first: u64,
    rows: u64,
    /// The text of the first, where it is needed to understand the remark.
    text: Option<String>,
}

impl Remarks {
    /// About the file as a whole.
    pub(super) fn of_file(&mut self, words: String) {
        self.of_file.push(words);
    }

    pub(super) fn of_row(&mut self, line: u64, words: String) {
        self.of_rows.entry(words).or_insert(OfRows { first: line, rows: 0, text: None }).rows += 1;
    }

    /// About a row, with a text of the first one.
    pub(super) fn of_text(&mut self, line: u64, words: String, text: &str) {
        let of = || OfRows { first: line, rows: 0, text: Some(clean(text).into_owned()) };
        self.of_rows.entry(words).or_insert_with(of).rows += 1;
    }

    pub(super) fn append(&mut self, later: Self) {
        self.of_file.extend(later.of_file);
        for (words, of) in later.of_rows {
            match self.of_rows.entry(words) {
                Entry::Occupied(mut known) => known.get_mut().rows += of.rows,
                Entry::Vacant(new) => {
                    new.insert(of);
                }
            }
        }
    }

    pub(super) fn messages(&self) -> impl Iterator<Item = String> {
        self.by_line().into_iter().map(|(words, ..)| words)
    }

    fn by_line(&self) -> Vec<(String, u64, u64)> {
        let one = |(words, OfRows { first, rows, text }): (&String, &OfRows)| {
            let text = text.as_ref().map(|text| format!(": `{text}`")).unwrap_or_default();
            (format!("{words}{text}"), *first, *rows)
        };
        let mut all: Vec<_> = self.of_rows.iter().map(one).collect();
        all.sort_by_key(|(_, line, _)| *line);
        all
    }

    pub(in crate::cli) fn lines(&self, file: &str) -> Vec<String> {
        let of_file = self.of_file.iter().map(|words| format!("{file}: {words}"));
        let of_rows = self.by_line().into_iter().map(|(words, line, rows)| match rows {
            1 => format!("{file}:{line}: {words}"),
            2 => format!("{file}:{line}: {words} (and 1 more row)"),
            rows => format!("{file}:{line}: {words} (and {} more rows)", rows - 1),
        });
        of_file.chain(of_rows).collect()
    }

    pub(super) fn documents(&self) -> Vec<RemarkDocument> {
        let of_file = self.of_file.iter().map(|words| RemarkDocument::of(words.clone(), None));
        let of_rows =
            self.by_line().into_iter().map(|(words, line, rows)| RemarkDocument::of(words, Some((line, rows))));
        of_file.chain(of_rows).collect()
    }
}
