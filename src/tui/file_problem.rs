//! What is wrong with a file of keys or colours, and where: file, line and column.

use crate::present::diagnostic::{Diagnostic, SettingLocation};

/// A file whose problems are being collected.
pub(in crate::tui) struct Findings<'a> {
    file: &'a str,
    text: &'a str,
    /// Where, whether it is only a warning, and what.
    found: Vec<(usize, bool, String)>,
    /// Lines that could not be read as TOML.
    unreadable: Vec<usize>,
}

impl<'a> Findings<'a> {
    pub(in crate::tui) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, found: Vec::new(), unreadable: Vec::new() }
    }

    /// Notes an error at a byte of the text.
    pub(in crate::tui) fn error(&mut self, at: usize, message: impl Into<String>) {
        self.note(at, false, message.into());
    }

    /// Notes a warning at a byte of the text.
    pub(in crate::tui) fn warning(&mut self, at: usize, message: impl Into<String>) {
        self.note(at, true, message.into());
    }

    /// Notes that a line cannot be read. What else would be said of it follows from that, and is not.
    pub(in crate::tui) fn unreadable(&mut self, at: usize, message: impl Into<String>) {
        self.error(at, message);
        self.unreadable.push(self.position(at).0);
    }

    fn note(&mut self, at: usize, warning: bool, message: String) {
        if self.unreadable.is_empty() || !self.unreadable.contains(&self.position(at).0) {
            self.found.push((at, warning, message));
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
    pub(in crate::tui) fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|(at, _, _)| *at);
        let found = std::mem::take(&mut self.found);
        found
            .into_iter()
            .map(|(at, warning, message)| {
                let (line, column) = self.position(at);
                let place = SettingLocation::File { path: self.file.into(), line, column };
                Diagnostic { place, warning, message }
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
