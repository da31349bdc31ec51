//! The help: what this desk is, the stages, the glyphs, the filter, then every key, the most used first. Made from the
//! registry and the keymap, so that it cannot be out of date.

mod content;
mod keys;
mod reader;
mod rows;

pub use reader::{Help, HelpHit};
pub use rows::{HelpRow, HelpStyle, columns, start_of};

use super::line_search::{LineSearch, next_hit};
use super::state::ScreenState;
use super::theme::Tone;

/// A line of the help, however wide the screen is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpLine {
    Heading(String),
    Text(String, Tone),
    /// Something and what it means.
    Entry {
        /// It stands before the words, in a column of its own.
        lead: String,
        style: HelpStyle,
        /// What the words begin with.
        title: String,
        words: String,
    },
}

impl HelpLine {
    fn heading(text: &str) -> Self {
        Self::Heading(text.to_owned())
    }

    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into(), Tone::Plain)
    }

    fn entry(lead: impl Into<String>, style: HelpStyle, words: impl Into<String>) -> Self {
        Self::Entry { lead: lead.into(), style, title: String::new(), words: words.into() }
    }

    /// What can be searched for in it.
    fn searched(&self) -> String {
        match self {
            Self::Heading(text) | Self::Text(text, _) => text.clone(),
            Self::Entry { lead, title, words, .. } => format!("{lead} {title} {words}"),
        }
    }
}

/// The help of a moment, as it is laid out on the screen.
pub struct HelpPage {
    pub rows: Vec<HelpRow>,
    /// The lines that have what is searched for.
    pub hits: Vec<usize>,
    pub search: LineSearch,
}

impl HelpPage {
    /// With the rows of a help that is open.
    pub fn of(help: &Help, state: &ScreenState) -> Self {
        let lines = content::lines(state);
        let search = LineSearch::new(help.search.text());
        let texts: Vec<String> = lines.iter().map(HelpLine::searched).collect();
        let hits = search.hits(texts.iter().map(String::as_str));
        Self { rows: rows::laid_out(&lines, columns(state.size.0).1), hits, search }
    }

    /// Shows the hit that is wanted in a help that is open.
    pub fn show_hit(&self, help: &mut Help) {
        let hit = match (help.wanted.take(), help.at) {
            (None, _) => return,
            (Some(HelpHit::Next), Some(at)) => next_hit(&self.hits, at, true),
            (Some(HelpHit::Previous), Some(at)) => next_hit(&self.hits, at, false),
            (Some(_), _) => self.hits.first().copied(),
        };
        help.at = hit;
        if let Some(row) = hit.and_then(|hit| self.rows.iter().position(|row| row.line == hit)) {
            help.scroll.show(row);
        }
    }
}
