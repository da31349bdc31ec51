//! One line of text being written: the filter, the palette and the fields of dialogs.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::text::is_invisible;

/// The most characters of a line, unless it says otherwise: enough for any query.
pub const MOST_CHARS: usize = 2_000;

/// Moving in the line, or deleting some of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineMotion {
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
    Backspace,
    Delete,
    /// The word to the left.
    DeleteWord,
    /// Everything to the left.
    Clear,
}

/// What an action did to the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    No,
    Cursor,
    Text,
}

impl Changed {
    /// Whether the line has to be drawn anew.
    pub fn any(self) -> bool {
        self != Self::No
    }

    /// Whether the text is another.
    pub fn text(self) -> bool {
        self == Self::Text
    }
}

/// A line of text with a cursor that always stands between two graphemes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEdit {
    text: String,
    /// A byte of the text, at the boundary of a grapheme.
    cursor: usize,
    /// The most characters it takes.
    limit: usize,
    /// What is written is only a suggestion: the first thing that is typed replaces it.
    suggested: bool,
}

impl Default for LineEdit {
    fn default() -> Self {
        Self { text: String::new(), cursor: 0, limit: MOST_CHARS, suggested: false }
    }
}

impl LineEdit {
    /// An empty line that takes so many characters.
    pub fn limited(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// A line with text in it, cleaned like a paste; the cursor stands at the end.
    pub fn with(text: &str) -> Self {
        let mut line = Self::default();
        line.paste(text);
        line
    }

    /// A line with a suggestion in it: typing replaces it, moving in it or deleting keeps it as if it had been typed.
    pub fn suggesting(text: &str) -> Self {
        Self { suggested: true, ..Self::with(text) }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cursor: a byte of the text, at the boundary of a grapheme.
    pub fn caret(&self) -> usize {
        self.cursor
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether somebody wrote it: a suggestion that nobody touched is not theirs.
    pub fn is_typed(&self) -> bool {
        !self.suggested && !self.text.is_empty()
    }

    /// Replaces what is written; the cursor stands at the end.
    pub fn set(&mut self, text: &str) -> Changed {
        let before = std::mem::take(&mut self.text);
        self.cursor = 0;
        self.paste(text);
        if self.text == before { Changed::Cursor } else { Changed::Text }
    }

    /// Writes something in the place of some bytes; the cursor stands behind it.
    pub fn replace(&mut self, span: std::ops::Range<usize>, with: &str) -> Changed {
        if self.text.get(span.clone()).is_none() {
            return Changed::No;
        }
        self.suggested = false;
        self.text.replace_range(span.clone(), "");
        self.cursor = self.snap(span.start);
        self.put(with);
        Changed::Text
    }

    pub fn insert(&mut self, c: char) -> Changed {
        self.put(c.encode_utf8(&mut [0; 4]))
    }

    /// Puts in text from the clipboard: one line, without anything invisible, and no more than there is room for.
    /// Ends of lines around it are dropped, those inside become spaces.
    pub fn paste(&mut self, text: &str) -> Changed {
        let text = text.trim_matches(['\n', '\r']);
        if text.contains("\r\n") { self.put(&text.replace("\r\n", "\n")) } else { self.put(text) }
    }

    fn put(&mut self, text: &str) -> Changed {
        let room = self.limit.saturating_sub(self.text.chars().count());
        let clean: String = text
            .chars()
            .map(|c| if matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}') { ' ' } else { c })
            .filter(|c| !is_invisible(*c))
            .take(room)
            .collect();
        if clean.is_empty() {
            return Changed::No;
        }
        if std::mem::take(&mut self.suggested) {
            self.text.clear();
            self.cursor = 0;
        }
        let (before, after) = self.text.split_at_checked(self.cursor).unwrap_or((&self.text, ""));
        let joined = [before, &clean, after].concat();
        let end = before.len() + clean.len();
        self.text = joined;
        // What was put in may have joined what follows to one grapheme: the cursor goes behind it.
        self.cursor = self.snap(end);
        Changed::Text
    }

    pub fn apply(&mut self, motion: LineMotion) -> Changed {
        self.suggested = false;
        match motion {
            LineMotion::Left => self.go(self.left()),
            LineMotion::Right => self.go(self.right()),
            LineMotion::WordLeft => self.go(self.word_left()),
            LineMotion::WordRight => self.go(self.word_right()),
            LineMotion::Home => self.go(0),
            LineMotion::End => self.go(self.text.len()),
            LineMotion::Backspace => self.delete(self.left(), self.cursor),
            LineMotion::Delete => self.delete(self.cursor, self.right()),
            LineMotion::DeleteWord => self.delete(self.word_left(), self.cursor),
            LineMotion::Clear => self.delete(0, self.cursor),
        }
    }

    fn go(&mut self, to: usize) -> Changed {
        if std::mem::replace(&mut self.cursor, to) == to { Changed::No } else { Changed::Cursor }
    }

    fn delete(&mut self, from: usize, to: usize) -> Changed {
        if from >= to {
            return Changed::No;
        }
        self.text.replace_range(from..to, "");
        // What is left may have joined to one grapheme around the cursor.
        self.cursor = self.snap(from);
        Changed::Text
    }

    /// Every place where the cursor may stand.
    fn boundaries(&self) -> impl Iterator<Item = usize> {
        self.text.grapheme_indices(true).map(|(at, _)| at).chain([self.text.len()])
    }

    /// The first place from a byte on where the cursor may stand.
    fn snap(&self, byte: usize) -> usize {
        self.boundaries().find(|at| *at >= byte).unwrap_or(self.text.len())
    }

    fn left(&self) -> usize {
        self.boundaries().take_while(|at| *at < self.cursor).last().unwrap_or(0)
    }

    fn right(&self) -> usize {
        self.boundaries().find(|at| *at > self.cursor).unwrap_or(self.text.len())
    }

    /// The start of the word before the cursor; words are runs of letters and digits, so that `owner:ana` has two.
    fn word_left(&self) -> usize {
        let graphemes = self.text.grapheme_indices(true).rev().skip_while(|(at, _)| *at >= self.cursor);
        let word =
            graphemes.skip_while(|(_, grapheme)| !is_word(grapheme)).take_while(|(_, grapheme)| is_word(grapheme));
        word.last().map_or(0, |(at, _)| at)
    }

    /// The end of the word after the cursor.
    fn word_right(&self) -> usize {
        let graphemes = self.text.grapheme_indices(true).skip_while(|(at, _)| *at < self.cursor);
        let word =
            graphemes.skip_while(|(_, grapheme)| !is_word(grapheme)).take_while(|(_, grapheme)| is_word(grapheme));
        word.last().map_or(self.text.len(), |(at, grapheme)| at + grapheme.len())
    }
}

fn is_word(grapheme: &str) -> bool {
    grapheme.starts_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOVES: [LineMotion; 10] = [
        LineMotion::Left,
        LineMotion::Right,
        LineMotion::WordLeft,
        LineMotion::WordRight,
        LineMotion::Home,
        LineMotion::End,
        LineMotion::Backspace,
        LineMotion::Delete,
        LineMotion::DeleteWord,
        LineMotion::Clear,
    ];

    /// The line with `|` where the cursor is.
    fn shown(line: &LineEdit) -> String {
        let (before, after) = line.text.split_at(line.cursor);
        format!("{before}|{after}")
    }

    #[test]
    fn it_is_edited() {
        let mut line = LineEdit::with("expires<6h owner:ana");
        for (action, changed, expected) in [
            (LineMotion::WordLeft, Changed::Cursor, "expires<6h owner:|ana"),
            (LineMotion::DeleteWord, Changed::Text, "expires<6h |ana"),
            (LineMotion::Right, Changed::Cursor, "expires<6h a|na"),
            (LineMotion::Backspace, Changed::Text, "expires<6h |na"),
            (LineMotion::Delete, Changed::Text, "expires<6h |a"),
            (LineMotion::Home, Changed::Cursor, "|expires<6h a"),
            (LineMotion::Left, Changed::No, "|expires<6h a"),
            (LineMotion::Backspace, Changed::No, "|expires<6h a"),
            (LineMotion::WordRight, Changed::Cursor, "expires|<6h a"),
            (LineMotion::WordRight, Changed::Cursor, "expires<6h| a"),
            (LineMotion::Clear, Changed::Text, "| a"),
            (LineMotion::End, Changed::Cursor, " a|"),
            (LineMotion::Delete, Changed::No, " a|"),
        ] {
            assert_eq!(line.apply(action), changed, "{action:?}");
            assert_eq!(shown(&line), expected, "{action:?}");
        }
        assert_eq!(line.set(" a"), Changed::Cursor);
        assert_eq!(line.set("b"), Changed::Text);
        assert!(!line.is_empty());
    }

    #[test]
    fn what_looks_like_one_character_is_one() {
        // An accent of its own, a flag, a family, a wide character.
        let mut line = LineEdit::with("e\u{301}🇫🇷日");
        for expected in ["e\u{301}🇫🇷|日", "e\u{301}|🇫🇷日", "|e\u{301}🇫🇷日"] {
            assert_eq!(line.apply(LineMotion::Left), Changed::Cursor);
            assert_eq!(shown(&line), expected);
        }
        assert_eq!(line.apply(LineMotion::Delete), Changed::Text);
        assert_eq!(shown(&line), "|🇫🇷日");
        // A letter typed before a lone accent takes it: the cursor goes behind both.
        let mut line = LineEdit::with("\u{301}");
        line.apply(LineMotion::Home);
        line.insert('e');
        assert_eq!(shown(&line), "e\u{301}|");
    }

    #[test]
    fn a_paste_is_one_clean_line() {
        for (pasted, text) in [
            ("XT-1\n", "XT-1"),
            ("\r\nXT-1\r\n", "XT-1"),
            ("one\r\ntwo\nthree\tfour", "one two three four"),
            ("a\u{1b}[31mb\u{202e}c\u{200b}d\u{0}", "a[31mbcd"),
            ("a\u{2028}b", "a b"),
            ("\u{1b}]52;c;ZWNobw==\u{7}", "]52;c;ZWNobw=="),
            ("  kept  ", "  kept  "),
            ("\n\n", ""),
        ] {
            assert_eq!(LineEdit::with(pasted).text(), text, "{pasted:?}");
        }
        let mut line = LineEdit::limited(3);
        assert_eq!(line.paste("äbcd"), Changed::Text);
        assert_eq!(line.text(), "äbc");
        assert_eq!(line.insert('x'), Changed::No);
        assert_eq!(line.paste(""), Changed::No);
        assert_eq!(line.insert('\u{7}'), Changed::No);
    }

    proptest! {
        /// Whatever is done, the cursor stands at a boundary, and the text stays clean and short.
        #[test]
        fn it_never_breaks(steps in prop::collection::vec((any::<prop::sample::Index>(), "\\PC{0,6}|[a-z .日é\u{301}🇫🇷\n]{0,9}"), 0..30)) {
            let mut line = LineEdit::limited(60);
            for (index, text) in steps {
                let before = (line.text.clone(), line.cursor);
                let changed = match index.index(MOVES.len() + 4) {
                    n if n < MOVES.len() => line.apply(MOVES[n]),
                    _ => line.paste(&text),
                };
                prop_assert_eq!(changed.text(), line.text != before.0);
                prop_assert_eq!(changed.any(), (line.text.clone(), line.cursor) != before);
                prop_assert!(line.boundaries().any(|at| at == line.caret()));
                prop_assert!(line.text().chars().count() <= 60);
                prop_assert!(!line.text().chars().any(is_invisible));
            }
        }
    }
}
