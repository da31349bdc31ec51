//! The screen in ASCII alone: each of our characters by one that every terminal has. Names and words of others stay as
//! they are.

use ratatui::buffer::Buffer;

/// Ours, each with what stands for it.
const FORMS: &[(&str, char)] = &[
    ("─━┄–—−", '-'),
    ("│▏┊", '|'),
    ("╭╮╰╯┌┐└┘├┤┬┴┼", '+'),
    ("…", '~'),
    ("·•", '.'),
    ("→›»", '>'),
    ("←‹«", '<'),
    ("↑▲△", '^'),
    ("↓▼▽▾", 'v'),
    ("↻", '@'),
    ("✓", '+'),
    ("✗×", 'x'),
    ("≈", '~'),
    ("“”″", '"'),
    ("‘’", '\''),
    ("○", 'o'),
    ("◌", ':'),
    ("◔", '%'),
    ("◑", '&'),
    ("◕", '#'),
    ("●", '*'),
    ("◇", '?'),
    ("□", '='),
    ("▫", '_'),
    ("⊘", '/'),
    ("◆", '*'),
    ("✎", '/'),
    ("±", '~'),
    ("▁▂", '_'),
    ("▃▄", '-'),
    ("▅▆", '='),
    ("▇█▎▍▌▋▊▉", '#'),
    ("\u{fffd}", '?'),
];

/// What stands for a character of ours; `None`: it is none.
pub fn ascii_form(c: char) -> Option<char> {
    match c {
        '\u{2800}' => Some(' '),
        // Points of a picture.
        '\u{2801}'..='\u{28ff}' => Some('*'),
        _ => FORMS.iter().find(|(these, _)| these.contains(c)).map(|(_, form)| *form),
    }
}

/// Puts them in the place of what was drawn.
pub fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let mut chars = cell.symbol().chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && !c.is_ascii()
            && let Some(form) = ascii_form(c)
        {
            cell.set_char(form);
        }
    }
}
