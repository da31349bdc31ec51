//! The palette: every action and every saved view by a few letters of its name, with the reason when it is not possible
//! now.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::action::{Action, ActionInfo, ActionScope, REGISTRY};
use super::enabled::can;
use super::line_edit::LineEdit;
use super::list_cursor::ListCursor;
use super::state::ScreenState;
use super::useful::on_desk;
use crate::domain::Query;
use crate::present::view::SavedView;

/// The palette while it is open.
#[derive(Debug, Default)]
pub struct Palette {
    pub edit: LineEdit,
    /// What fits, best first; of what fits alike, what is possible now first.
    pub found: Vec<PaletteEntry>,
    pub cursor: ListCursor,
    /// How many each view shows; empty: nobody looked for views.
    counts: Vec<usize>,
}

/// What can be chosen in the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaletteChoice {
    Action(Action),
    /// A saved view, by its place.
    View(usize),
}

#[derive(Debug, Clone)]
pub struct PaletteEntry {
    pub choice: PaletteChoice,
    pub title: String,
    pub about: String,
    /// Why it is not possible now.
    pub why_not: Option<String>,
}

impl PaletteEntry {
    fn of_action(info: &ActionInfo) -> Self {
        let (title, about) = (info.title.to_owned(), info.doc.to_owned());
        Self { choice: PaletteChoice::Action(info.action), title, about, why_not: None }
    }

    fn of_view((place, view): (usize, &SavedView)) -> Self {
        let title = format!("{VIEW}{}", view.name);
        Self { choice: PaletteChoice::View(place), title, about: view.summary(), why_not: None }
    }

    /// With the reason when it is not possible now.
    fn at(self, state: &ScreenState) -> Self {
        match self.choice {
            PaletteChoice::Action(action) => Self { why_not: can(state, action).err(), ..self },
            PaletteChoice::View(_) => self,
        }
    }

    fn id(&self) -> Option<&'static str> {
        match self.choice {
            PaletteChoice::Action(action) => Some(action.info().id),
            PaletteChoice::View(_) => None,
        }
    }
}

/// Whether the palette has an action: not that of a view that is not open.
fn is_offered(state: &ScreenState, info: &ActionInfo) -> bool {
    match info.scope {
        ActionScope::Queue => state.queue.is_some(),
        ActionScope::Tail => state.queue.is_none() && state.plan().tail.is_some(),
        scope => !scope.is_closed() && info.action != Action::Palette,
    }
}

/// How what is typed fits, best first. A name that is written out is meant, whether it is possible or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    IsName,
    Name,
    /// The very words are in the sentence.
    Doc,
}

/// What stands before the name of a view.
const VIEW: &str = "view ";

impl Palette {
    /// The open palette with everything in it.
    pub fn open(state: &ScreenState) -> Self {
        let mut palette = Self::default();
        palette.search(state);
        palette
    }

    pub fn of_views(state: &ScreenState) -> Self {
        let mut palette = Self { edit: LineEdit::with(VIEW), ..Self::default() };
        palette.search(state);
        palette
    }

    /// Whether only views are looked for.
    pub fn is_of_views(&self) -> bool {
        self.edit.text().starts_with(VIEW)
    }

    /// Finds what fits what is typed.
    pub fn search(&mut self, state: &ScreenState) {
        let views = || state.setup.views.iter().enumerate();
        let is_of_views = self.is_of_views();
        if is_of_views && self.counts.is_empty() {
            let count = |query| state.rows.count_matching(&query, state.now.at);
            self.counts = views().map(|(_, view)| Query::parse(&view.query).map_or(0, count)).collect();
        }
        let pattern = Pattern::parse(self.edit.text(), CaseMatching::Ignore, Normalization::Smart);
        let letters = self.edit.text().to_lowercase();
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher);
        let actions =
            REGISTRY.iter().filter(|info| !is_of_views && is_offered(state, info)).map(PaletteEntry::of_action);
        let mut fitting: Vec<(Fit, u32, PaletteEntry)> = actions
            .chain(views().map(PaletteEntry::of_view))
            .filter_map(|entry| {
                let is_name = entry.title.to_lowercase() == letters || entry.id() == Some(&letters);
                let by_name = score(&entry.title).max(entry.id().and_then(&mut score));
                let by_name = by_name.map(|score| (if is_name { Fit::IsName } else { Fit::Name }, score));
                let by_doc = || entry.about.to_lowercase().contains(&letters).then_some((Fit::Doc, 0));
                let (fit, score) = by_name.or_else(by_doc)?;
                Some((fit, score, entry))
            })
            .map(|(fit, score, entry)| (fit, score, entry.at(state)))
            .collect();
        let used = on_desk(state);
        let rank = |entry: &PaletteEntry| match entry.choice {
            PaletteChoice::Action(action) => used.iter().position(|used| *used == action).unwrap_or(used.len()),
            PaletteChoice::View(_) => used.len(),
        };
        fitting.sort_by_key(|(fit, score, entry)| {
            (*fit, entry.why_not.is_some(), Reverse(*score), rank(entry), entry.choice)
        });
        self.found = fitting.into_iter().map(|(_, _, entry)| entry).collect();
        self.cursor = ListCursor::default();
    }

    /// How many a view shows, where that was counted.
    pub fn count(&self, entry: &PaletteEntry) -> Option<usize> {
        match entry.choice {
            PaletteChoice::View(place) => self.counts.get(place).copied(),
            PaletteChoice::Action(_) => None,
        }
    }

    pub fn step(&mut self, by: isize) {
        self.cursor.place = super::rows::step_round(self.cursor.place, by, self.found.len());
    }

    pub fn choice(&self) -> Option<PaletteChoice> {
        self.found.get(self.cursor.place).map(|entry| entry.choice)
    }
}
