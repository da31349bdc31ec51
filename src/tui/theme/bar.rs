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

    /// A background on which only this ink is.
    pub(super) const fn of_one_ink(ink: Color, background: Color) -> Self {
        Self { keeps_inks: false, ..Self::colored(ink, background) }
    }

    pub(super) const fn colorless(added: Modifier) -> Self {
        Self { ink: None, background: None, added, keeps_inks: true }
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
