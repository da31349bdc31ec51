//! What the environment says of a terminal's colours and characters.

use ratatui::style::Color;

/// How many colours a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    Eight,
    /// Those and their bright ones.
    Sixteen,
    /// 256 and more: colours that look the same everywhere.
    Many,
}

/// What the environment says under these names.
#[derive(Debug, Clone, Copy, Default)]
pub struct TerminalEnv<'a> {
    pub term: Option<&'a str>,
    pub colorterm: Option<&'a str>,
    pub no_color: Option<&'a str>,
    pub colorfgbg: Option<&'a str>,
    /// The locale of characters: the first that is set of `LC_ALL`, `LC_CTYPE` and `LANG`.
    pub locale: Option<&'a str>,
}

/// Terminals without 256 colours, by the start of `TERM`. Whatever is not known has them: everything of today does.
const EIGHT: [&str; 6] = ["ansi", "cygwin", "rxvt-color", "vt", "xterm-color", "xterm-8color"];
const SIXTEEN: [&str; 4] = ["linux", "rxvt-16color", "screen-16color", "xterm-16color"];

impl TerminalEnv<'_> {
    /// How many colours there are.
    pub fn depth(&self) -> Depth {
        let term = self.term.unwrap_or_default();
        let starts = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
        match self.colorterm {
            Some("truecolor" | "24bit") => Depth::Many,
            _ if term.contains("256color") || term.contains("direct") => Depth::Many,
            _ if starts(&SIXTEEN) => Depth::Sixteen,
            _ if starts(&EIGHT) => Depth::Eight,
            _ => Depth::Many,
        }
    }

    /// Whether its window has a title. On a console, or a terminal of glass, the text of one may be printed.
    pub fn has_title(&self) -> bool {
        const WITHOUT: [&str; 7] = ["ansi", "linux", "vt1", "vt2", "vt3", "vt4", "vt5"];
        let term = self.term.unwrap_or_default();
        !WITHOUT.iter().any(|name| term.starts_with(name))
    }

    /// Whether it was said that it shows no more than ASCII. Where no locale is set nothing was said.
    pub fn is_ascii(&self) -> bool {
        let locale = self.locale.unwrap_or_default();
        let charset = locale.split_once('.').map(|(_, charset)| charset.to_ascii_lowercase());
        matches!(locale, "C" | "POSIX") || charset.is_some_and(|charset| !charset.starts_with("utf"))
    }

    /// A colour as it can be shown: by the nearest of 256 where no more are known.
    pub(super) fn shown(&self, color: Color) -> Color {
        let exact = matches!(self.colorterm, Some("truecolor" | "24bit"))
            || self.term.is_some_and(|term| term.contains("direct"));
        match color {
            Color::Rgb(red, green, blue) if !exact => nearest([red, green, blue]),
            color => color,
        }
    }

    pub(super) fn wants_no_color(&self) -> bool {
        self.no_color.is_some_and(|value| !value.is_empty())
    }

    /// Whether the terminal may be asked for its background. The consoles of machines, which would print a part of the
    /// question, have a dark one.
    pub(super) fn answers(&self) -> bool {
        let term = self.term.unwrap_or_default();
        self.depth() == Depth::Many && !term.starts_with("linux")
    }

    pub(super) fn is_light(&self) -> bool {
        let background = self.colorfgbg.and_then(|value| value.rsplit(';').next()?.parse::<u8>().ok());
        matches!(background, Some(7 | 9..=15))
    }
}

/// What a number of 256 looks like, from 16 on: six levels of each of red, green and blue, then greys.
pub(super) const fn indexed_rgb(index: u8) -> [u8; 3] {
    const fn level(n: u8) -> u8 {
        if n == 0 { 0 } else { 55 + 40 * n }
    }
    match index {
        232.. => [8 + 10 * (index - 232); 3],
        _ => {
            let n = index.saturating_sub(16);
            [level(n / 36), level(n / 6 % 6), level(n % 6)]
        }
    }
}

fn nearest(wanted: [u8; 3]) -> Color {
    let distance = |index: &u8| -> u32 {
        let there = indexed_rgb(*index);
        there.iter().zip(wanted).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
    };
    Color::Indexed((16..=255).min_by_key(distance).unwrap_or(16))
}
