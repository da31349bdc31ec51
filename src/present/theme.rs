//! Which colours and characters the screen uses.

use std::path::PathBuf;

/// The themes that are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// By the terminal: `NO_COLOR`, its background where it tells it, `COLORFGBG` where it is set.
    #[default]
    Auto,
    Dark,
    Light,
    /// At least 7:1, dark or light by the terminal.
    HighContrast,
    /// Told apart without red and green, dark or light by the terminal.
    ColorBlind,
    /// No colours: bold, dim, underlined and reversed only.
    Mono,
}

impl ThemeChoice {
    /// Each by its name.
    pub const NAMED: &[(&str, Self)] = &[
        ("auto", Self::Auto),
        ("dark", Self::Dark),
        ("light", Self::Light),
        ("high-contrast", Self::HighContrast),
        ("colour-blind", Self::ColorBlind),
        ("mono", Self::Mono),
    ];

    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, choice)| *choice)
    }

    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        Self::NAMED.iter().map(|(name, _)| *name)
    }

    pub fn as_str(self) -> &'static str {
        Self::NAMED.iter().find(|(_, choice)| *choice == self).map_or("auto", |(name, _)| name)
    }
}

/// Where the colours come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThemeSource {
    Given(ThemeChoice),
    /// A file of the operator's own.
    File(PathBuf),
}
