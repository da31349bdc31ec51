//! A row that stands out, laid over cells that have inks of their own.

use ratatui::style::{Color, Modifier, Style};

/// How a row under a cursor looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    ink: Option<Color>,
    background: Option<Color>,
    added: Modifier,
    /// Whether cells keep their inks; else they all have that of the bar.
    keeps_inks: bool,
}

impl Bar {
    /// A background on which the inks of the theme are readable, and the ink of those that have none.
    pub(super) const fn colored(ink: Color, background: Color) -> Self {
        Self { ink: Some(ink), background: Some(background), added: Modifier::empty(), keeps_inks: true }
    }

    /// The same with no other ink on it.
    #[must_use]
    pub(super) const fn with_one_ink(self) -> Self {
        Self { keeps_inks: false, ..self }
    }

    pub(super) const fn colorless(added: Modifier) -> Self {
        Self { ink: None, background: None, added, keeps_inks: true }
    }

    #[must_use]
    pub(super) fn in_colors(self, ink: Color, background: Option<Color>) -> Self {
        Self { ink: Some(ink), background, added: self.added.difference(Modifier::REVERSED), ..self }
    }

    #[must_use]
    pub(super) const fn bold(self) -> Self {
        Self { added: self.added.union(Modifier::BOLD), ..self }
    }

    /// The style of a cell of the bar that had this style before.
    #[must_use]
    pub fn over(self, cell: Style) -> Style {
        let own = cell.fg.filter(|ink| self.keeps_inks && *ink != Color::Reset);
        Style {
            fg: own.or(self.ink),
            bg: self.background,
            // What is dim is not readable on a bar.
            add_modifier: cell.add_modifier.difference(Modifier::DIM).union(self.added),
            sub_modifier: Modifier::DIM,
            ..cell
        }
    }
}
