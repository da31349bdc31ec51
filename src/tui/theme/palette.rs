//! The colours of the given themes. Of the first 16 nobody knows what they look like, so where there are more they are
//! not used. Every ink is readable on every bar: `theme_tests.rs` computes it.

use ratatui::style::{Color, Modifier, Style};

use super::{Bar, Theme};

/// An ink and its background.
type Label = (u8, u8);

/// The colours of a theme by their numbers among 256.
struct Palette {
    dim: u8,
    line: u8,
    /// Keys, and the line around the focused pane.
    key: u8,
    cursor: Label,
    cursor_away: Label,
    mark: u8,
    chosen: Label,
    alarm: Label,
    past: Label,
    past_line: u8,
    production: Label,
    sandbox: Label,
    demo: Label,
    good: u8,
    busy: u8,
    warn: u8,
    bad: u8,
}

const DARK: Palette = Palette {
    dim: 246,
    line: 240,
    key: 44,
    cursor: (255, 18),
    cursor_away: (255, 235),
    mark: 213,
    chosen: (16, 44),
    alarm: (231, 160),
    past: (231, 54),
    past_line: 141,
    production: (16, 208),
    sandbox: (231, 22),
    demo: (16, 44),
    good: 40,
    busy: 75,
    warn: 184,
    bad: 203,
};

const LIGHT: Palette = Palette {
    dim: 241,
    line: 250,
    key: 25,
    cursor: (16, 195),
    cursor_away: (16, 255),
    mark: 90,
    chosen: (231, 25),
    past_line: 54,
    demo: (231, 25),
    good: 22,
    busy: 25,
    warn: 94,
    bad: 160,
    ..DARK
};

const HIGH_CONTRAST_DARK: Palette = Palette {
    dim: 252,
    line: 252,
    key: 51,
    cursor: (16, 231),
    cursor_away: (231, 18),
    mark: 219,
    chosen: (16, 51),
    alarm: (231, 88),
    past: (231, 54),
    past_line: 183,
    demo: (16, 51),
    good: 46,
    busy: 117,
    warn: 226,
    bad: 217,
    ..DARK
};

const HIGH_CONTRAST_LIGHT: Palette = Palette {
    dim: 238,
    line: 238,
    key: 18,
    cursor: (231, 16),
    cursor_away: (16, 253),
    mark: 53,
    chosen: (231, 18),
    past_line: 54,
    demo: (231, 18),
    good: 22,
    busy: 18,
    warn: 52,
    bad: 88,
    ..HIGH_CONTRAST_DARK
};

// Blue and orange in the place of green and red.
const COLOR_BLIND_DARK: Palette = Palette {
    production: (16, 208),
    sandbox: (231, 25),
    demo: (16, 252),
    good: 45,
    busy: 69,
    warn: 228,
    bad: 208,
    ..DARK
};

const COLOR_BLIND_LIGHT: Palette = Palette {
    production: (16, 208),
    sandbox: (231, 25),
    demo: (231, 238),
    good: 26,
    busy: 21,
    warn: 94,
    bad: 53,
    ..LIGHT
};

impl Palette {
    fn theme(&self) -> Theme {
        let ink = |index| Style::new().fg(Color::Indexed(index));
        let bar = |(ink, background)| Bar::colored(Color::Indexed(ink), Color::Indexed(background));
        let bold = |style: Style| style.add_modifier(Modifier::BOLD);
        let label = |(index, background)| bold(ink(index).bg(Color::Indexed(background)));
        Theme {
            dim: ink(self.dim),
            line: ink(self.line),
            line_focus: ink(self.key),
            cursor: bar(self.cursor).bold(),
            cursor_away: bar(self.cursor_away),
            mark: bold(ink(self.mark)),
            chosen: label(self.chosen),
            key: ink(self.key),
            alarm: label(self.alarm),
            past: label(self.past),
            past_line: ink(self.past_line),
            production: label(self.production),
            sandbox: label(self.sandbox),
            demo: label(self.demo),
            good: ink(self.good),
            busy: ink(self.busy),
            warn: ink(self.warn),
            bad: bold(ink(self.bad)),
            ..Theme::mono()
        }
    }

    /// With an ink for what has none of its own elsewhere, and bars on which is no other.
    fn with_text(&self, index: u8) -> Theme {
        let ink = Style::new().fg(Color::Indexed(index));
        let theme = self.theme();
        Theme {
            text: ink,
            title: ink.add_modifier(Modifier::BOLD),
            input: ink,
            line_focus: theme.line_focus.add_modifier(Modifier::BOLD),
            cursor: theme.cursor.with_one_ink(),
            cursor_away: theme.cursor_away.with_one_ink(),
            warn: theme.warn.add_modifier(Modifier::BOLD),
            bad: theme.bad.add_modifier(Modifier::UNDERLINED),
            ..theme
        }
    }
}

impl Theme {
    pub(super) fn dark() -> Self {
        DARK.theme()
    }

    pub(super) fn light() -> Self {
        LIGHT.theme()
    }

    pub(super) fn high_contrast_dark() -> Self {
        HIGH_CONTRAST_DARK.with_text(231)
    }

    pub(super) fn high_contrast_light() -> Self {
        HIGH_CONTRAST_LIGHT.with_text(16)
    }

    pub(super) fn color_blind_dark() -> Self {
        COLOR_BLIND_DARK.theme().told_without_colors()
    }

    pub(super) fn color_blind_light() -> Self {
        COLOR_BLIND_LIGHT.theme().told_without_colors()
    }

    /// The same with what is bad and what is to be watched told by more than their inks.
    fn told_without_colors(self) -> Self {
        Self { warn: self.warn.add_modifier(Modifier::BOLD), bad: self.bad.add_modifier(Modifier::UNDERLINED), ..self }
    }

    pub(super) fn dark_of_few(eight: bool) -> Self {
        let plain = Style::new();
        let (dim, bad) = match eight {
            true => (plain.add_modifier(Modifier::DIM), Color::Red),
            false => (plain.fg(Color::DarkGray), Color::LightRed),
        };
        Self {
            dim,
            line_focus: plain.fg(Color::Cyan),
            chosen: plain.fg(Color::Black).bg(Color::Cyan),
            demo: plain.fg(Color::Black).bg(Color::Cyan),
            key: plain.fg(Color::Cyan),
            good: plain.fg(Color::Green),
            busy: plain.fg(Color::Cyan),
            warn: plain.fg(Color::Yellow),
            bad: plain.fg(bad).add_modifier(Modifier::BOLD),
            past_line: plain.fg(Color::Yellow),
            ..Self::few_colors()
        }
    }

    pub(super) fn light_of_few() -> Self {
        let plain = Style::new();
        let chosen = plain.fg(Color::Gray).bg(Color::Blue).add_modifier(Modifier::BOLD);
        Self {
            line_focus: plain.fg(Color::Blue),
            chosen,
            demo: chosen,
            key: plain.fg(Color::Blue),
            // Green, cyan and yellow cannot be read on white.
            good: plain,
            busy: plain.fg(Color::Blue),
            warn: plain.fg(Color::Magenta),
            bad: plain.fg(Color::Red).add_modifier(Modifier::UNDERLINED),
            mark: plain.fg(Color::Magenta),
            past_line: plain.fg(Color::Magenta),
            ..Self::few_colors()
        }
    }

    /// What the themes of few colours have in common: no ink but one is readable on a coloured row, so it has that one.
    fn few_colors() -> Self {
        let plain = Style::new();
        Self {
            cursor: Bar::colored(Color::Gray, Color::Blue).with_one_ink(),
            mark: plain.fg(Color::Magenta).add_modifier(Modifier::BOLD),
            alarm: plain.fg(Color::Gray).bg(Color::Red).add_modifier(Modifier::BOLD),
            past: plain.fg(Color::Black).bg(Color::Yellow),
            production: plain.fg(Color::Black).bg(Color::Gray),
            sandbox: plain.fg(Color::Black).bg(Color::Green),
            ..Self::mono()
        }
    }

    pub(super) fn mono() -> Self {
        let plain = Style::new();
        let (bold, dim) = (plain.add_modifier(Modifier::BOLD), plain.add_modifier(Modifier::DIM));
        let (reversed, strong) = (plain.add_modifier(Modifier::REVERSED), bold.add_modifier(Modifier::REVERSED));
        Self {
            text: plain,
            dim,
            title: bold,
            line: dim,
            line_focus: bold,
            cursor: Bar::colorless(Modifier::REVERSED),
            cursor_away: Bar::colorless(Modifier::UNDERLINED),
            mark: bold,
            hit: bold.add_modifier(Modifier::UNDERLINED),
            chosen: strong,
            key: bold,
            input: plain,
            caret: reversed,
            alarm: strong,
            past: reversed,
            past_line: bold,
            production: strong,
            sandbox: bold.add_modifier(Modifier::UNDERLINED),
            demo: strong,
            good: plain,
            busy: plain,
            warn: bold,
            bad: bold.add_modifier(Modifier::UNDERLINED),
            ascii: false,
        }
    }
}
