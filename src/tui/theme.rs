//! Colours and glyphs. A state is told by colour, glyph and word; without colours the other two remain.

use ratatui::style::{Modifier, Style};

mod bar;
mod depth;
mod file;
mod palette;
mod set;

pub use bar::Bar;
pub use depth::{Depth, TerminalEnv};
pub use file::ThemeFile;
pub use set::ThemeSet;

use crate::domain::Environment;
pub use crate::present::{ThemeChoice, ThemeSource, Tone};

/// The styles of everything that is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
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
    /// Which environment of the platform it is.
    production: Style,
    sandbox: Style,
    demo: Style,
    good: Style,
    busy: Style,
    warn: Style,
    bad: Style,
    /// Characters of ASCII alone.
    pub ascii: bool,
}

impl Theme {
    /// The theme for a choice, on a terminal of which the environment says this and that does not tell its background.
    pub fn choose(choice: ThemeChoice, env: TerminalEnv<'_>) -> Self {
        ThemeSet::of(choice, env).on(None)
    }

    /// The same around a moment that is past.
    #[must_use]
    pub fn of_past(self) -> Self {
        // The active tab stands on a bar of the same colour.
        let chosen = self.past.add_modifier(Modifier::UNDERLINED);
        Self { line: self.past_line, line_focus: self.past_line, chosen, ..self }
    }

    /// The style of an environment's name.
    pub fn environment(&self, environment: Environment) -> Style {
        match environment {
            Environment::Production => self.production,
            Environment::Sandbox => self.sandbox,
            Environment::Demo => self.demo,
        }
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
