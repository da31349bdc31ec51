//! Colours and glyphs. A state is told by colour, glyph and word; without colours the other two remain.

use ratatui::style::{Color, Modifier, Style};

mod bar;
mod depth;

pub use bar::Bar;
pub use depth::{Depth, TerminalEnv};

pub use crate::present::{ThemeChoice, Tone};

/// A theme for each background.
#[derive(Debug, Clone, Copy)]
pub struct ByBackground {
    dark: Theme,
    light: Theme,
}

impl ByBackground {
    /// The theme for a background: red, green and blue.
    pub fn of(&self, [red, green, blue]: [u8; 3]) -> Theme {
        // How bright it looks, as television has weighed colours since it has any.
        let brightness = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
        if brightness > 127_500 { self.light } else { self.dark }
    }
}

/// The styles of everything that is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    pub text: Style,
    pub dim: Style,
    pub title: Style,
    pub line: Style,
    /// The same around the focused pane.
    pub line_focus: Style,
    /// The row under the cursor; laid over what is there.
    pub cursor: Bar,
    /// The row under the cursor of a pane without focus.
    pub cursor_away: Bar,
    pub mark: Style,
    /// What a filter found; laid over what is there.
    pub hit: Style,
    /// The active tab and the chosen button.
    pub chosen: Style,
    /// A key in the footer and in help.
    pub key: Style,
    pub input: Style,
    /// The place of the caret.
    pub caret: Style,
    pub alarm: Style,
    /// The bars above and below the past.
    pub past: Style,
    /// The lines of its panes.
    past_line: Style,
    good: Style,
    busy: Style,
    warn: Style,
    bad: Style,
}

impl Theme {
    /// The theme for a choice, on a terminal of which the environment says this.
    pub fn choose(choice: ThemeChoice, env: TerminalEnv<'_>) -> Self {
        let depth = env.depth();
        // An explicit choice wins over the environment, as no-color.org asks.
        match choice {
            ThemeChoice::Dark => Self::dark(depth),
            ThemeChoice::Light => Self::light(depth),
            ThemeChoice::Mono => Self::mono(),
            ThemeChoice::Auto if env.wants_no_color() => Self::mono(),
            ThemeChoice::Auto if env.is_light() => Self::light(depth),
            ThemeChoice::Auto => Self::dark(depth),
        }
    }

    /// The themes between which the terminal's background decides, where it may be asked for it.
    pub fn by_background(choice: ThemeChoice, env: TerminalEnv<'_>) -> Option<ByBackground> {
        let asks = choice == ThemeChoice::Auto && !env.wants_no_color() && env.answers();
        asks.then(|| ByBackground { dark: Self::dark(env.depth()), light: Self::light(env.depth()) })
    }

    // Every ink is readable on every bar below: `theme_tests.rs` computes it. Of the first 16 colours nobody knows what
    // they look like, so where there are more they are not used.
    fn dark(depth: Depth) -> Self {
        let plain = Style::new();
        if depth != Depth::Many {
            let (dim, bad) = match depth {
                Depth::Eight => (plain.add_modifier(Modifier::DIM), Color::Red),
                _ => (plain.fg(Color::DarkGray), Color::LightRed),
            };
            return Self {
                dim,
                line_focus: plain.fg(Color::Cyan),
                chosen: plain.fg(Color::Black).bg(Color::Cyan),
                key: plain.fg(Color::Cyan),
                good: plain.fg(Color::Green),
                busy: plain.fg(Color::Cyan),
                warn: plain.fg(Color::Yellow),
                bad: plain.fg(bad).add_modifier(Modifier::BOLD),
                past_line: plain.fg(Color::Yellow),
                ..Self::few_colors()
            };
        }
        let ink = |index| plain.fg(Color::Indexed(index));
        Self {
            dim: ink(246),
            line: ink(240),
            line_focus: ink(44),
            cursor: Bar::colored(Color::Indexed(255), Color::Indexed(18)).bold(),
            cursor_away: Bar::colored(Color::Indexed(255), Color::Indexed(235)),
            mark: ink(213).add_modifier(Modifier::BOLD),
            chosen: ink(16).bg(Color::Indexed(44)).add_modifier(Modifier::BOLD),
            key: ink(44),
            alarm: ink(231).bg(Color::Indexed(160)).add_modifier(Modifier::BOLD),
            past: ink(231).bg(Color::Indexed(54)).add_modifier(Modifier::BOLD),
            past_line: ink(141),
            good: ink(40),
            busy: ink(75),
            warn: ink(184),
            bad: ink(203).add_modifier(Modifier::BOLD),
            ..Self::mono()
        }
    }

    fn light(depth: Depth) -> Self {
        let plain = Style::new();
        if depth != Depth::Many {
            return Self {
                line_focus: plain.fg(Color::Blue),
                chosen: plain.fg(Color::Gray).bg(Color::Blue).add_modifier(Modifier::BOLD),
                key: plain.fg(Color::Blue),
                // Green, cyan and yellow cannot be read on white.
                good: plain,
                busy: plain.fg(Color::Blue),
                warn: plain.fg(Color::Magenta),
                bad: plain.fg(Color::Red).add_modifier(Modifier::UNDERLINED),
                mark: plain.fg(Color::Magenta),
                past_line: plain.fg(Color::Magenta),
                ..Self::few_colors()
            };
        }
        let ink = |index| plain.fg(Color::Indexed(index));
        Self {
            dim: ink(241),
            line: ink(250),
            line_focus: ink(25),
            cursor: Bar::colored(Color::Indexed(16), Color::Indexed(195)).bold(),
            cursor_away: Bar::colored(Color::Indexed(16), Color::Indexed(255)),
            mark: ink(90).add_modifier(Modifier::BOLD),
            chosen: ink(231).bg(Color::Indexed(25)).add_modifier(Modifier::BOLD),
            key: ink(25),
            alarm: ink(231).bg(Color::Indexed(160)).add_modifier(Modifier::BOLD),
            past: ink(231).bg(Color::Indexed(54)).add_modifier(Modifier::BOLD),
            past_line: ink(54),
            good: ink(22),
            busy: ink(25),
            warn: ink(94),
            bad: ink(160).add_modifier(Modifier::BOLD),
            ..Self::mono()
        }
    }

    /// What the themes of few colours have in common: no ink but one is readable on a coloured row, so it has that one.
    fn few_colors() -> Self {
        let plain = Style::new();
        Self {
            cursor: Bar::of_one_ink(Color::Gray, Color::Blue),
            mark: plain.fg(Color::Magenta).add_modifier(Modifier::BOLD),
            alarm: plain.fg(Color::Gray).bg(Color::Red).add_modifier(Modifier::BOLD),
            past: plain.fg(Color::Black).bg(Color::Yellow),
            ..Self::mono()
        }
    }

    fn mono() -> Self {
        let plain = Style::new();
        let (bold, dim) = (plain.add_modifier(Modifier::BOLD), plain.add_modifier(Modifier::DIM));
        Self {
            text: plain,
            dim,
            title: bold,
            line: dim,
            line_focus: bold,
            cursor: Bar::colorless(Modifier::REVERSED),
            cursor_away: Bar::colorless(Modifier::UNDERLINED),
            mark: bold,
            hit: plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
            chosen: plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
            key: bold,
            input: plain,
            caret: plain.add_modifier(Modifier::REVERSED),
            alarm: plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
            past: plain.add_modifier(Modifier::REVERSED),
            past_line: bold,
            good: plain,
            busy: plain,
            warn: bold,
            bad: plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        }
    }

    /// The same around a moment that is past.
    #[must_use]
    pub fn of_past(self) -> Self {
        // The active tab stands on a bar of the same colour.
        let chosen = self.past.add_modifier(Modifier::UNDERLINED);
        Self { line: self.past_line, line_focus: self.past_line, chosen, ..self }
    }

    /// The style of a tone.
    pub fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => self.text,
            Tone::Strong => self.title,
            Tone::Good => self.good,
            Tone::Busy => self.busy,
            Tone::Warn => self.warn,
            Tone::Bad => self.bad,
            Tone::Faint => self.dim,
        }
    }
}

#[cfg(test)]
#[path = "theme_tests.rs"]
mod tests;
