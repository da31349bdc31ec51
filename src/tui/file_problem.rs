//! What is wrong with a file of keys or colours, and where: file, line and column.

use std::fmt;

use crate::domain::text::clean;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It works, but perhaps not as it was meant.
    Warning,
    /// The entry has no effect.
    Error,
}

/// Something wrong with such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    /// The file, as it was named to us.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    pub level: Level,
    /// What is wrong, and what to do; fit for a terminal.
    pub message: String,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Warning => "warning",
            Level::Error => "error",
        };
        write!(f, "{}:{}:{}: {level}: {}", clean(&self.file), self.line, self.column, self.message)
    }
}

/// A file whose problems are being collected.
pub(in crate::tui) struct Findings<'a> {
    file: &'a str,
    text: &'a str,
    found: Vec<(usize, Level, String)>,
    /// Lines that could not be read as TOML.
    unreadable: Vec<usize>,
}

impl<'a> Findings<'a> {
    pub(in crate::tui) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, found: Vec::new(), unreadable: Vec::new() }
    }

    /// Notes an error at a byte of the text.
    pub(in crate::tui) fn error(&mut self, at: usize, message: impl Into<String>) {
        self.note(at, Level::Error, message.into());
    }

    /// Notes a warning at a byte of the text.
    pub(in crate::tui) fn warning(&mut self, at: usize, message: impl Into<String>) {
        self.note(at, Level::Warning, message.into());
    }

    /// Notes that a line cannot be read. What else would be said of it follows from that, and is not.
    pub(in crate::tui) fn unreadable(&mut self, at: usize, message: impl Into<String>) {
        self.error(at, message);
        self.unreadable.push(self.position(at).0);
    }

    fn note(&mut self, at: usize, level: Level, message: String) {
        if self.unreadable.is_empty() || !self.unreadable.contains(&self.position(at).0) {
            self.found.push((at, level, message));
        }
    }

    /// Line and column of a byte of the text, from 1.
    pub(in crate::tui) fn position(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// All of them, in the order of the file.
    pub(in crate::tui) fn finish(mut self) -> Vec<FileProblem> {
        self.found.sort_by_key(|(at, _, _)| *at);
        let found = std::mem::take(&mut self.found);
        found
            .into_iter()
            .map(|(at, level, message)| {
                let (line, column) = self.position(at);
                FileProblem { file: self.file.to_owned(), line, column, level, message }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let mut findings = Findings::new("a\u{1b}b.toml", "x\nÄöü = 1\n");
        findings.warning(9, "later");
        findings.error(4, "sooner");
        let shown: Vec<String> = findings.finish().iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["a\u{fffd}b.toml:2:2: error: sooner", "a\u{fffd}b.toml:2:5: warning: later"]);
    }

    #[test]
    fn places_beyond_the_text_are_its_end() {
        let findings = Findings::new("x", "a\nb");
        assert_eq!(findings.position(99), (2, 2));
        assert_eq!(Findings::new("x", "").position(0), (1, 1));
    }
}
