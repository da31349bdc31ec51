//! One line of text that somebody writes: by graphemes, by words, with paste, never wider than its place.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::action::Action;
use crate::domain::text::is_invisible;

/// The most bytes of one line. A code has at most 64 characters, a note is a sentence or two.
const LONGEST: usize = 4_096;

/// A line being written. The caret is always between two graphemes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineEdit {
    text: String,
    caret: usize,
}

impl LineEdit {
    /// A line that has text already; the caret stands at its end.
    pub fn with(text: &str) -> Self {
        let mut line = Self::default();
        line.paste(text);
        line
    }

    /// What is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the caret stands, in bytes.
    pub fn caret(&self) -> usize {
        self.caret
    }

    /// Writes a character at the caret.
    pub fn insert(&mut self, c: char) {
        self.paste(c.encode_utf8(&mut [0; 4]));
    }

    /// Writes text at the caret: line breaks and tabs become spaces, what cannot be seen is left out. Line breaks at the
    /// ends are dropped, because terminals and mail programs add them to what is copied.
    pub fn paste(&mut self, text: &str) {
        let text = text.trim_matches(['\n', '\r']);
        let mut clean = String::with_capacity(text.len().min(LONGEST));
        for c in text.chars() {
            if self.text.len() + clean.len() + c.len_utf8() > LONGEST {
                break;
            }
            match c {
                '\n' | '\t' => clean.push(' '),
                c if is_invisible(c) => {}
                c => clean.push(c),
            }
        }
        self.text.insert_str(self.caret, &clean);
        self.caret += clean.len();
        // A combining mark may have joined the grapheme after it.
        self.caret = self.boundary_from(self.caret);
    }

    /// Does what an action of the input scope asks for; whether anything changed.
    pub fn apply(&mut self, action: Action) -> bool {
        let (text, caret) = (self.text.len(), self.caret);
        match action {
            Action::InputLeft => self.caret = self.before(),
            Action::InputRight => self.caret = self.after(),
            Action::InputWordLeft => self.caret = self.word_before(),
            Action::InputWordRight => self.caret = self.word_after(),
            Action::InputHome => self.caret = 0,
            Action::InputEnd => self.caret = text,
            Action::InputBackspace => self.delete(self.before(), caret),
            Action::InputDelete => self.delete(caret, self.after()),
            Action::InputDeleteWord => self.delete(self.word_before(), caret),
            Action::InputClear => self.delete(0, caret),
            _ => {}
        }
        (text, caret) != (self.text.len(), self.caret)
    }

    /// The part of the line that fits into a width with the caret in it, and the caret's column in that part. The part is
    /// never wider than `width`; the caret's column is always below it (0 when `width` is 0).
    pub fn view(&self, width: u16) -> (&str, u16) {
        let room = usize::from(width.saturating_sub(1));
        // From the caret to the left for as long as it fits, then to the right with what is left.
        let mut start = self.caret;
        let mut before = 0;
        for (at, grapheme) in self.text[..self.caret].grapheme_indices(true).rev() {
            let wide = grapheme.width();
            if before + wide > room {
                break;
            }
            before += wide;
            start = at;
        }
        let mut end = self.caret;
        let mut used = before;
        for (at, grapheme) in self.text[self.caret..].grapheme_indices(true) {
            used += grapheme.width();
            if used > usize::from(width) {
                break;
            }
            end = self.caret + at + grapheme.len();
        }
        (&self.text[start..end], before as u16)
    }

    fn delete(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.caret = self.boundary_from(from);
    }

    fn before(&self) -> usize {
        self.text[..self.caret].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.text[self.caret..].graphemes(true).next().map_or(self.caret, |grapheme| self.caret + grapheme.len())
    }

    fn word_before(&self) -> usize {
        let words = self.text[..self.caret].unicode_word_indices();
        words.map(|(at, _)| at).next_back().unwrap_or(0)
    }

    fn word_after(&self) -> usize {
        let next = self.text[self.caret..].unicode_word_indices().next();
        next.map_or(self.text.len(), |(at, word)| self.caret + at + word.len())
    }

    /// The first grapheme boundary at or after a place.
    fn boundary_from(&self, place: usize) -> usize {
        let mut boundaries = self.text.grapheme_indices(true).map(|(at, _)| at);
        boundaries.find(|at| *at >= place).unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn moves_by_graphemes_and_words() {
        let mut line = LineEdit::with("été 🇩🇪 code");
        line.apply(Action::InputWordLeft);
        assert_eq!(&line.text()[line.caret()..], "code");
        line.apply(Action::InputLeft);
        line.apply(Action::InputBackspace);
        assert_eq!(line.text(), "été  code", "a flag is one grapheme");
        line.apply(Action::InputHome);
        line.apply(Action::InputWordRight);
        line.apply(Action::InputDelete);
        assert_eq!(line.text(), "été code");
        line.apply(Action::InputEnd);
        line.apply(Action::InputDeleteWord);
        assert_eq!(line.text(), "été ");
        assert!(!line.apply(Action::InputRight));
        line.apply(Action::InputClear);
        assert_eq!(line.text(), "");
        assert!(!line.apply(Action::InputBackspace));
    }

    #[test]
    fn what_is_pasted_is_one_clean_line() {
        let mut line = LineEdit::default();
        line.paste("\r\nK7QF\u{200b}-2M9X\u{1b}[2J\ta\nb\n");
        assert_eq!(line.text(), "K7QF-2M9X[2J a b");
        line.paste(&"é".repeat(5_000));
        assert!(line.text().len() <= LONGEST);
    }

    #[test]
    fn the_caret_is_always_in_view() {
        let mut line = LineEdit::with("日本語のコード");
        assert_eq!(line.view(6), ("ード", 4));
        line.apply(Action::InputHome);
        assert_eq!(line.view(6), ("日本語", 0));
        assert_eq!(line.view(0), ("", 0));
    }

    proptest! {
        #[test]
        fn nothing_breaks_it(text in ".{0,20}", steps in proptest::collection::vec((0usize..11, ".{0,3}"), 0..30), width in 0u16..30) {
            let actions = [
                Action::InputLeft, Action::InputRight, Action::InputWordLeft, Action::InputWordRight, Action::InputHome,
                Action::InputEnd, Action::InputBackspace, Action::InputDelete, Action::InputDeleteWord, Action::InputClear,
            ];
            let mut line = LineEdit::with(&text);
            for (step, more) in steps {
                match actions.get(step) {
                    Some(action) => { line.apply(*action); }
                    None => line.paste(&more),
                }
                prop_assert!(line.text().is_char_boundary(line.caret()));
                let (shown, column) = line.view(width);
                prop_assert!(shown.width() <= usize::from(width));
                prop_assert!(column < width.max(1));
                prop_assert!(!line.text().chars().any(is_invisible));
            }
        }
    }
}
