//! Searching in lines that are shown: which have what is typed, where in them, and the next of those.

use std::ops::Range;

use crate::domain::text::{find_normal, normal};

/// Words that a line must all have, whatever their case and their accents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineSearch {
    words: Vec<String>,
}

impl LineSearch {
    pub fn new(text: &str) -> Self {
        Self { words: normal(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect() }
    }

    /// Nothing is searched for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a line has all of the words. Without any no line is a hit.
    pub fn is_in(&self, line: &str) -> bool {
        if self.is_empty() {
            return false;
        }
        let line = normal(line);
        self.words.iter().all(|word| line.contains(word.as_str()))
    }

    /// Where the words stand in a text, in bytes, each the first time.
    pub fn spans(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        self.words.iter().filter_map(move |word| find_normal(text, word))
    }

    /// The places of the lines that are hits, ascending.
    pub fn hits<'l>(&self, lines: impl IntoIterator<Item = &'l str>) -> Vec<usize> {
        (0..).zip(lines).filter(|(_, line)| self.is_in(line)).map(|(place, _)| place).collect()
    }
}

/// The hit behind a place, or before it; behind the last one comes the first. `None`: there is no hit.
pub fn next_hit(hits: &[usize], place: usize, forward: bool) -> Option<usize> {
    if forward {
        hits.iter().find(|hit| **hit > place).or(hits.first()).copied()
    } else {
        hits.iter().rev().find(|hit| **hit < place).or(hits.last()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_all_words_in_any_order_case_and_accent() {
        let search = LineSearch::new("  Josés  FORD ");
        assert!(search.is_in("ford: joses letter") && search.is_in("JOSÉS fords"));
        assert!(!search.is_in("ford") && !search.is_in(""));
        assert!(LineSearch::new("  ").is_empty() && !LineSearch::new("").is_in("anything"));
        let spans: Vec<_> = search.spans("a Ford of José's").collect();
        assert_eq!(spans, [10..17, 2..6]);
    }

    #[test]
    fn the_next_hit_and_the_one_before_go_round() {
        let hits = LineSearch::new("x").hits(["x", "a", "bx", "", "X"]);
        assert_eq!(hits, [0, 2, 4]);
        let next = |place| next_hit(&hits, place, true);
        let previous = |place| next_hit(&hits, place, false);
        assert_eq!([next(0), next(1), next(4)], [Some(2), Some(2), Some(0)]);
        assert_eq!([previous(4), previous(3), previous(0)], [Some(2), Some(2), Some(4)]);
        assert_eq!(next_hit(&[], 3, true), None);
    }
}
