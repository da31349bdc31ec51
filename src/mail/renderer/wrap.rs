//! Wraps the plain text of a letter: lines that any mail program shows well, whatever a template left between them.

use crate::domain::text::width;

/// The most cells of a line; what is longer is wrapped at a space.
const WIDTH: usize = 76;

/// Wraps long lines, hanging under what follows a number or a dash; leaves no spaces at ends, nor two empty lines.
pub(super) fn wrap(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            if !empty {
                out.push('\n');
            }
            empty = true;
            continue;
        }
        empty = false;
        wrap_line(line, &mut out);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// HTML without what templates leave between their lines; what it means stays the same.
pub(super) fn without_blank_lines(html: &str) -> String {
    let lines = html.lines().map(str::trim_end).filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn wrap_line(line: &str, out: &mut String) {
    let start = line.len() - line.trim_start().len();
    let (before, words) = line.split_at(start);
    out.push_str(before);
    let mut used = width(before);
    let mut first = true;
    let hang = used + marker_width(words);
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let wide = width(word);
        if !first && used + 1 + wide > WIDTH && used > hang {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', hang));
            used = hang;
        } else if !first {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += wide;
        first = false;
    }
    out.push('\n');
}

/// The cells of what begins an item: `1. ` or `- `.
fn marker_width(words: &str) -> usize {
    match words.split_once(' ') {
        Some(("-", _)) => 2,
        Some((number, _)) if number.strip_suffix('.').is_some_and(|number| number.parse::<u8>().is_ok()) => {
            number.len() + 1
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn items_hang_under_their_marker() {
        let long = format!("1. {}\n\n\n\n- {}  \n\n", "word ".repeat(20), "other ".repeat(20));
        let text = wrap(&long);
        assert!(text.contains("\n   word"), "{text}");
        assert!(text.contains("\n\n- other") && text.contains("\n  other"), "{text}");
        assert!(!text.contains("\n\n\n") && text.ends_with("other\n"), "{text}");
        assert!(text.lines().all(|line| width(line) <= WIDTH && line.trim_end() == line), "{text}");
    }

    proptest! {
        #[test]
        fn no_word_is_lost(text in "([a-z]{1,90}|[0-9]\\.|-| |\n|é){0,80}") {
            let wrapped = wrap(&text);
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&wrapped), words(&text));
        }
    }
}
