//! The palette: every action by a few letters of its name, with the reason when it is not possible now.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::action::{Action, REGISTRY};
use super::enabled::can;
use super::line_edit::LineEdit;
use super::list_cursor::ListCursor;
use super::state::ScreenState;

/// The palette while it is open.
#[derive(Debug, Default)]
pub struct Palette {
    pub edit: LineEdit,
    /// The actions that fit, best first.
    pub found: Vec<PaletteEntry>,
    pub cursor: ListCursor,
}

/// An action in the palette.
#[derive(Debug, Clone)]
pub struct PaletteEntry {
    pub action: Action,
    /// Why it is not possible now.
    pub why_not: Option<String>,
}

impl Palette {
    /// The open palette with everything in it.
    pub fn open(state: &ScreenState) -> Self {
        let mut palette = Self::default();
        palette.search(state);
        palette
    }

    /// Finds what fits what is typed.
    pub fn search(&mut self, state: &ScreenState) {
        let pattern = Pattern::parse(self.edit.text(), CaseMatching::Ignore, Normalization::Smart);
        let letters = self.edit.text().to_lowercase();
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher);
        let mut scored: Vec<(u32, Action)> = REGISTRY
            .iter()
            .filter(|info| !info.scope.is_closed() && info.action != Action::Palette)
            .filter_map(|info| {
                // A match in the name counts more than the very words in the sentence.
                let by_name = score(info.title).max(score(info.id)).map(|score| score + 1);
                let by_doc = || info.doc.to_lowercase().contains(&letters).then_some(1);
                Some((by_name.or_else(by_doc)?, info.action))
            })
            .collect();
        scored.sort_by_key(|(score, action)| (std::cmp::Reverse(*score), *action));
        self.found =
            scored.into_iter().map(|(_, action)| PaletteEntry { action, why_not: can(state, action).err() }).collect();
        self.cursor = ListCursor::default();
    }

    pub fn step(&mut self, by: isize) {
        self.cursor.place = super::rows::step_round(self.cursor.place, by, self.found.len());
    }

    pub fn choice(&self) -> Option<&PaletteEntry> {
        self.found.get(self.cursor.place)
    }
}
