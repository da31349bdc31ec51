//! How many cells of a terminal a text takes: the one measure, for whoever lays text out and whoever writes it.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The voiced and the semi-voiced sound mark of half width. Unicode joins them to the letter before, terminals give each
/// a cell, and libraries differ.
const SOUND_MARKS: [char; 2] = ['\u{ff9e}', '\u{ff9f}'];

/// How many cells a text takes.
pub fn width(text: &str) -> usize {
    if is_plain(text) { text.len() } else { clusters(text).map(|(_, cells)| cells).sum() }
}

/// What is seen of a text as one character each, with the cells that it takes; what takes none is left out.
pub fn clusters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let pieces = text.graphemes(true).flat_map(apart);
    pieces.map(|piece| (piece, cells(piece))).filter(|(_, cells)| *cells > 0)
}

/// As much of a text as so many cells take; a cut is shown as `…`.
pub fn clip(text: &str, room: usize) -> Cow<'_, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut used = 0;
    for (cluster, cells) in clusters(text) {
        used += cells;
        if used >= room {
            break;
        }
        out.push_str(cluster);
    }
    out.push('…');
    Cow::Owned(out)
}

/// A text in exactly so many cells: filled with spaces, or cut.
pub fn fit(text: &str, room: usize) -> String {
    let text = clip(text, room);
    let rest = room.saturating_sub(width(&text));
    text.into_owned() + &" ".repeat(rest)
}

/// Breaks a text into lines of at most `room` cells, at spaces where there are any.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let cells = width(word);
        if used > 0 && used + 1 + cells > room {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        if cells <= room {
            line.push_str(word);
            used += cells;
            continue;
        }
        for (cluster, cells) in clusters(word) {
            if used > 0 && used + cells > room {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(cluster);
            used += cells;
        }
    }
    if used > 0 || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Whether all terminals agree about the cells of what is seen as one character: a character by itself, of those
/// scripts whose letters are one or two cells wide everywhere. Emoji, flags, marks that combine and the scripts whose
/// letters join or reach around each other are not among them.
pub fn is_certain(cluster: &str) -> bool {
    let mut chars = cluster.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return cluster.is_empty() };
    matches!(c,
        ' '..='~'
        | '\u{a0}'..='\u{2ff}' | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{590}'
        | '\u{1e00}'..='\u{1fff}' | '\u{2010}'..='\u{2319}' | '\u{2500}'..='\u{25fc}' | '\u{2710}'..='\u{2713}' | '\u{2717}'..='\u{271c}' | '\u{2776}'..='\u{2793}'
        | '\u{2e80}'..='\u{3029}' | '\u{3031}'..='\u{3098}' | '\u{309b}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6b}' | '\u{ff01}'..='\u{ffef}' | '\u{fffd}'
        | '\u{20000}'..='\u{3fffd}')
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

fn cells(piece: &str) -> usize {
    if piece.starts_with(SOUND_MARKS) { 1 } else { piece.width() }
}

/// A cluster with its sound marks apart from it.
fn apart(cluster: &str) -> impl Iterator<Item = &str> {
    let mut rest = cluster;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let mark = SOUND_MARKS.contains(&first);
        let end = if mark { first.len_utf8() } else { rest.find(SOUND_MARKS).unwrap_or(rest.len()) };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit_by_cells() {
        assert_eq!(fit("ab", 4), "ab  ");
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("东京都", 4), "东… ");
        assert_eq!(fit("", 2), "  ");
    }

    #[test]
    fn what_takes_no_cell_is_no_cluster() {
        assert_eq!(clusters("a\u{200b}東").collect::<Vec<_>>(), [("a", 1), ("東", 2)]);
    }

    #[test]
    fn a_text_is_broken_at_spaces_and_a_long_word_where_the_room_ends() {
        for (text, room, lines) in [
            ("", 5, &[""][..]),
            ("ab", 5, &["ab"]),
            (" ab  cd ef ", 5, &["ab cd", "ef"]),
            ("ab cd", 4, &["ab", "cd"]),
            ("ab cd e", 6, &["ab cd", "e"]),
            ("ab cd e", 7, &["ab cd e"]),
            ("abc def", 3, &["abc", "def"]),
            ("abcdefgh", 3, &["abc", "def", "gh"]),
            ("abcdef", 3, &["abc", "def"]),
            ("ab abcdefgh x", 4, &["ab", "abcd", "efgh", "x"]),
            ("a abcdef g h", 4, &["a", "abcd", "ef g", "h"]),
            ("東京都 a", 4, &["東京", "都 a"]),
            ("東京", 1, &["東", "京"]),
            ("abcde \u{200b}", 5, &["abcde"]),
            ("ab", 0, &["a", "b"]),
        ] {
            assert_eq!(wrap(text, room), lines, "{text:?} in {room}");
        }
    }

    #[test]
    fn terminals_agree_about_letters_and_not_about_pictures_and_marks() {
        for cluster in ["", "a", " ", "~", "é", "Ж", "Ω", "…", "東", "ア", "ｱ", "가", "�"] {
            assert!(is_certain(cluster), "{cluster:?}");
        }
        for cluster in ["👍", "e\u{301}", "ab", "क", "ب", "❤", "🇩🇪", "\u{1b}", "\u{301}"] {
            assert!(!is_certain(cluster), "{cluster:?}");
        }
    }
}
