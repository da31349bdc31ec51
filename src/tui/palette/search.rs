//! What fits the letters that are typed in the palette.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{Palette, PaletteChoice, PaletteEntry, VIEW};
use crate::domain::Query;
use crate::present::view::SavedView;
use crate::tui::action::{Action, ActionScope};
use crate::tui::enabled::can;
use crate::tui::list_cursor::ListCursor;
use crate::tui::registry::{ActionInfo, REGISTRY};
use crate::tui::state::ScreenState;
use crate::tui::useful::on_desk;

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

/// Finds what fits what is typed.
pub fn search(palette: &mut Palette, state: &ScreenState) {
    let views = || state.setup.views.iter().enumerate();
    let is_of_views = palette.is_of_views();
    if is_of_views && palette.counts.is_empty() {
        let count = |query| state.rows.count_matching(&query, state.now.at);
        palette.counts = views().map(|(_, view)| Query::parse(&view.query).map_or(0, count)).collect();
    }
    let pattern = Pattern::parse(palette.edit.text(), CaseMatching::Ignore, Normalization::Smart);
    let letters = palette.edit.text().to_lowercase();
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher);
    let actions = REGISTRY.iter().filter(|info| !is_of_views && is_offered(state, info)).map(PaletteEntry::of_action);
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
    fitting
        .sort_by_key(|(fit, score, entry)| (*fit, entry.why_not.is_some(), Reverse(*score), rank(entry), entry.choice));
    palette.found = fitting.into_iter().map(|(_, _, entry)| entry).collect();
    palette.cursor = ListCursor::default();
    palette.searched = Some(palette.edit.text().to_owned());
}
