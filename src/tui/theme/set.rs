//! Which theme it is, by the terminal.

use super::{Depth, TerminalEnv, Theme, ThemeChoice};

/// A theme for each background.
#[derive(Debug, Clone)]
pub struct ThemeSet {
    dark: Theme,
    light: Theme,
    /// What the background counts as while the terminal has not told it.
    is_light: bool,
    asks: bool,
}

impl ThemeSet {
    /// The themes for a choice, on a terminal of which the environment says this.
    pub fn of(choice: ThemeChoice, env: TerminalEnv<'_>) -> Self {
        let (depth, mono) = (env.depth(), Theme::mono());
        let dark = match depth {
            Depth::Many => Theme::dark(),
            _ => Theme::dark_of_few(depth == Depth::Eight),
        };
        let light = if depth == Depth::Many { Theme::light() } else { Theme::light_of_few() };
        let (dark, light) = match (choice, depth) {
            // An explicit choice wins over the environment, as no-color.org asks.
            (ThemeChoice::Auto, _) if env.wants_no_color() => (mono, mono),
            (ThemeChoice::Dark, _) => (dark, dark),
            (ThemeChoice::Light, _) => (light, light),
            (ThemeChoice::HighContrast, Depth::Many) => (Theme::high_contrast_dark(), Theme::high_contrast_light()),
            (ThemeChoice::ColorBlind, Depth::Many) => (Theme::color_blind_dark(), Theme::color_blind_light()),
            (ThemeChoice::Auto, _) => (dark, light),
            // Nothing is known of the few colours, but that the terminal's own two can be read.
            (ThemeChoice::Mono | ThemeChoice::HighContrast | ThemeChoice::ColorBlind, _) => (mono, mono),
        };
        Self { dark, light, is_light: env.is_light(), asks: dark != light && env.answers() }
    }

    /// Whether the background decides, and the terminal may be asked for it.
    pub fn asks(&self) -> bool {
        self.asks
    }

    /// The theme for a background: red, green and blue; `None`: the terminal does not tell it.
    pub fn on(&self, background: Option<[u8; 3]>) -> Theme {
        let is_light = background.map_or(self.is_light, |[red, green, blue]| {
            // How bright it looks, as television has weighed colours since it has any.
            299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue) > 127_500
        });
        if is_light { self.light } else { self.dark }
    }

    #[must_use]
    pub(super) fn map(self, change: impl Fn(Theme) -> Theme) -> Self {
        Self { dark: change(self.dark), light: change(self.light), ..self }
    }

    /// The same in ASCII characters alone, or not.
    #[must_use]
    pub fn in_ascii(self, ascii: bool) -> Self {
        self.map(|theme| Theme { ascii, ..theme })
    }
}
